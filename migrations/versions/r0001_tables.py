"""The tables: a job, and all that was learned in it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

# SQLite counts rows only in a column that is spelled INTEGER PRIMARY KEY.
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_TABLES = (
    "repositories",
    "jobs",
    "job_events",
    "functions",
    "inputs",
    "workloads",
    "workload_inputs",
    "candidates",
    "evaluations",
    "measurements",
    "patches",
    "reviews",
)


def upgrade() -> None:
    _create_repositories()
    _create_jobs()
    _create_job_events()
    _create_functions()
    _create_inputs()
    _create_workloads()
    _create_workload_inputs()
    _create_candidates()
    _create_evaluations()
    _create_measurements()
    _create_patches()
    _create_reviews()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_repositories() -> None:
    op.create_table(
        "repositories",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_repositories"),
        sa.UniqueConstraint("url", name="uq_repositories_url"),
    )


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("repository_id", _ROW_ID, nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("commit_id", sa.Text(), nullable=False),
        sa.Column("tree", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"], ["repositories.id"], name="fk_jobs_repository_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_repository_id_state", "jobs", ["repository_id", "state"])
    op.create_index(
        "ix_jobs_repository_id_tree_fingerprint", "jobs", ["repository_id", "tree", "fingerprint"]
    )


def _create_job_events() -> None:
    op.create_table(
        "job_events",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("job_id", _ROW_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_events_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_job_events"),
    )
    op.create_index("ix_job_events_job_id", "job_events", ["job_id"])


def _create_functions() -> None:
    op.create_table(
        "functions",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("job_id", _ROW_ID, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("qualname", sa.Text(), nullable=False),
        sa.Column("label_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_async", sa.Boolean(), nullable=False),
        sa.Column("span_start", sa.BigInteger(), nullable=False),
        sa.Column("span_end", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("end_line", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("workload_hash", sa.Text(), nullable=False),
        sa.Column("self_share", sa.Double(), nullable=True),
        sa.Column("total_share", sa.Double(), nullable=True),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("winner", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_functions_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_functions"),
        sa.UniqueConstraint("job_id", "label_hash", name="uq_functions_job_id_label_hash"),
    )
    op.create_index("ix_functions_job_id_reason", "functions", ["job_id", "reason"])


def _create_inputs() -> None:
    op.create_table(
        "inputs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inputs"),
    )


def _create_workloads() -> None:
    op.create_table(
        "workloads",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("function_id", _ROW_ID, nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["function_id"], ["functions.id"], name="fk_workloads_function_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_workloads"),
        sa.UniqueConstraint("function_id", name="uq_workloads_function_id"),
    )


def _create_workload_inputs() -> None:
    op.create_table(
        "workload_inputs",
        sa.Column("workload_id", _ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("input_id", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["input_id"], ["inputs.id"], name="fk_workload_inputs_input_id"),
        sa.ForeignKeyConstraint(
            ["workload_id"], ["workloads.id"], name="fk_workload_inputs_workload_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("workload_id", "position", name="pk_workload_inputs"),
    )
    op.create_index("ix_workload_inputs_input_id", "workload_inputs", ["input_id"])


def _create_candidates() -> None:
    op.create_table(
        "candidates",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("function_id", _ROW_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imports", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("expert", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("expert_version", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["function_id"], ["functions.id"], name="fk_candidates_function_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_candidates"),
        sa.UniqueConstraint("function_id", "position", name="uq_candidates_function_id_position"),
    )


def _create_evaluations() -> None:
    op.create_table(
        "evaluations",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("candidate_id", _ROW_ID, nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("verdict_reason", sa.String(length=32), nullable=True),
        sa.Column("counterexample", sa.JSON(), nullable=True),
        sa.Column("contract", sa.JSON(), nullable=True),
        sa.Column("memory_original", sa.BigInteger(), nullable=True),
        sa.Column("memory_candidate", sa.BigInteger(), nullable=True),
        sa.Column("exponents", sa.JSON(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("call_seconds", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name="fk_evaluations_candidate_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_evaluations"),
        sa.UniqueConstraint("candidate_id", name="uq_evaluations_candidate_id"),
    )


def _create_measurements() -> None:
    op.create_table(
        "measurements",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("evaluation_id", _ROW_ID, nullable=False),
        sa.Column("which", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("launches", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("wall", sa.Double(), nullable=True),
        sa.Column("wall_low", sa.Double(), nullable=True),
        sa.Column("wall_high", sa.Double(), nullable=True),
        sa.Column("wall_level", sa.Double(), nullable=False),
        sa.Column("cpu", sa.Double(), nullable=True),
        sa.Column("cpu_low", sa.Double(), nullable=True),
        sa.Column("cpu_high", sa.Double(), nullable=True),
        sa.Column("cpu_level", sa.Double(), nullable=False),
        sa.Column("cold", sa.Double(), nullable=True),
        sa.Column("cold_low", sa.Double(), nullable=True),
        sa.Column("cold_high", sa.Double(), nullable=True),
        sa.Column("cold_level", sa.Double(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("samples", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name="fk_measurements_evaluation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_measurements"),
        sa.UniqueConstraint("evaluation_id", "which", name="uq_measurements_evaluation_id_which"),
    )


def _create_patches() -> None:
    op.create_table(
        "patches",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("job_id", _ROW_ID, nullable=False),
        sa.Column("function_id", _ROW_ID, nullable=False),
        sa.Column("candidate_id", _ROW_ID, nullable=True),
        sa.Column("branch", sa.Text(), nullable=False),
        sa.Column("base_commit", sa.Text(), nullable=False),
        sa.Column("commit_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("diff", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("speedup", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name="fk_patches_candidate_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["function_id"], ["functions.id"], name="fk_patches_function_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_patches_job_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_patches"),
        sa.UniqueConstraint("function_id", name="uq_patches_function_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_patches_candidate_id", "patches", ["candidate_id"])
    op.create_index("ix_patches_job_id", "patches", ["job_id"])
    op.create_index("ix_patches_state", "patches", ["state"])


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", _ROW_ID, nullable=False),
        sa.Column("patch_id", _ROW_ID, nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patch_id"], ["patches.id"], name="fk_reviews_patch_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_patch_id", "reviews", ["patch_id"])
