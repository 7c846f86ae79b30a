"""The command line: data on stdout, all else on stderr, one line an error. See docs/commands.md.

Every command is imported at start-up, so the modules here import little; what is heavy (the
database, the parsers, tables) is imported by the commands that use it.
"""
