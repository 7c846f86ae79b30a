"""LibCST rules for Python, one a file."""
