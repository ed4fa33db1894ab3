"""Wiring only: which stage feeds which."""
