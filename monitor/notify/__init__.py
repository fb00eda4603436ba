"""Telling people and programs outside: signed webhooks and mail."""
