"""Finds, proves and publishes speed-ups in other people's code."""

__version__ = "0.1.0"
