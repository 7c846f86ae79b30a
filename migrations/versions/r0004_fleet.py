"""What a fleet needs: work that waits, the targets it is about, workers, schedules, and keys to the API."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

# SQLite counts rows only in a column that is spelled INTEGER PRIMARY KEY.
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("started_at", _TIME, nullable=True))
    op.add_column("jobs", sa.Column("submission", sa.JSON(), nullable=True))
    _create_work()
    _create_targets()
    _create_workers()
    _create_schedules()
    _create_tokens()


def downgrade() -> None:
    for table in ("tokens", "schedules", "workers", "targets", "work"):
        op.drop_table(table)
    # What is not under way any more, to a version that knows no queue.
    op.execute("UPDATE jobs SET state = 'failed' WHERE state IN ('queued', 'cancelled')")
    op.drop_column("jobs", "submission")
    op.drop_column("jobs", "started_at")


def _create_work() -> None:
    op.create_table(
        "work",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("job_id", _ROW_ID, nullable=False),
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("label_hash", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("trial", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=True),
        sa.Column("held_until", _TIME, nullable=True),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("queued_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_work_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.UniqueConstraint("job_id", "label_hash", name="uq_work_job_id_label_hash"),
    )
    op.create_index("ix_work_queue_sent_at", "work", ["queue", "sent_at"])
    op.create_index("ix_work_held_until", "work", ["held_until"])


def _create_targets() -> None:
    op.create_table(
        "targets",
        sa.Column("job_id", _ROW_ID, nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_targets_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name="pk_targets"),
    )


def _create_workers() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )


def _create_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("repository_id", _ROW_ID, nullable=False),
        sa.Column("submission", sa.JSON(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("jitter_seconds", sa.Double(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("last_at", _TIME, nullable=True),
        sa.Column("last_job_id", _ROW_ID, nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repositories.id"], name="fk_schedules_repository_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["last_job_id"], ["jobs.id"], name="fk_schedules_last_job_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"])


def _create_tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=True),
        sa.Column("used_at", _TIME, nullable=True),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("name", name="uq_tokens_name"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
        sqlite_autoincrement=True,
    )
