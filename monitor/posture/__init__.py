"""Postures as numbers: pure functions and small state machines on numpy, no I/O, no clock."""
