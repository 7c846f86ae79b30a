"""From data files to examples to learn from: reading, cleaning, telling duplicates, varying, mixing.

Folders and files are arguments; nothing is read from a place of its own.
"""
