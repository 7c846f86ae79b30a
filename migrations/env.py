"""What Alembic runs around the revisions. `db/upgrade.py` gives it an open transaction.

Alembic executes this file by its path; that is why it acts when it is loaded.
"""

from alembic import context
from sqlalchemy import Connection

from db.tables import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        transactional_ddl=True,  # SQLite too: the caller's transaction holds all of it, or nothing
        render_as_batch=connection.dialect.name == "sqlite",
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
