"""Doubles and helpers for tests: of this project, and of whoever builds on its ports."""
