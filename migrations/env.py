"""What Alembic runs around the revisions. `db/upgrade.py` gives it an open transaction.

Alembic executes this file by its path; that is why it acts when it is loaded.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
