"""Slow code made of clean code: the rules run backwards, and algorithms undone, one kind a row of a table."""
