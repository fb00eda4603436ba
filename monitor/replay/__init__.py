"""Judging again what was kept: the same code as live, from people's landmarks on."""
