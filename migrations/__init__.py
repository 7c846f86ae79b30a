"""Alembic's script folder: the revisions of the results database's schema."""
