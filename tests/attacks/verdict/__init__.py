"""A package, so that its one judge is closed, and the core let go, when the last of its tests is done."""
