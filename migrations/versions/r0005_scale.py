"""For millions of functions: evaluations know their job and function, documented queries have indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None

_FILL = """
UPDATE evaluations SET job_id = f.job_id, label_hash = f.label_hash
FROM candidates c JOIN functions f ON f.id = c.function_id
WHERE c.id = evaluations.candidate_id
"""

# Each half is counted in an index alone, and a condition on the job reaches it.
_FUNNEL = """
CREATE VIEW funnel AS
SELECT g.job_id AS job_id, r.url AS repository, g.unit AS unit,
       g.stage AS stage, g.reason AS reason, g.count AS count
FROM (
    SELECT job_id, 'function' AS unit, stage, reason, count(*) AS count
    FROM functions GROUP BY job_id, reason, stage
    UNION ALL
    SELECT job_id, 'candidate' AS unit, stage, reason, count(*) AS count
    FROM evaluations GROUP BY job_id, reason, stage
) g
JOIN jobs j ON j.id = g.job_id
JOIN repositories r ON r.id = j.repository_id
"""

_REJECTIONS_BY_REASON = """
CREATE VIEW rejections_by_reason AS
SELECT r.url AS repository, c.expert AS expert, e.stage AS stage, e.reason AS reason,
       count(*) AS candidates, count(DISTINCT e.label_hash) AS functions,
       max(e.created_at) AS latest_at
FROM evaluations e
JOIN candidates c ON c.id = e.candidate_id
JOIN jobs j ON j.id = e.job_id
JOIN repositories r ON r.id = j.repository_id
WHERE e.outcome <> 'accepted'
GROUP BY r.url, c.expert, e.stage, e.reason
"""

_FUNNEL_BEFORE = """
CREATE VIEW funnel AS
SELECT f.job_id AS job_id, r.url AS repository, 'function' AS unit,
       f.stage AS stage, f.reason AS reason, count(*) AS count
FROM functions f
JOIN jobs j ON j.id = f.job_id
JOIN repositories r ON r.id = j.repository_id
GROUP BY f.job_id, r.url, f.stage, f.reason
UNION ALL
SELECT f.job_id AS job_id, r.url AS repository, 'candidate' AS unit,
       e.stage AS stage, e.reason AS reason, count(*) AS count
FROM evaluations e
JOIN candidates c ON c.id = e.candidate_id
JOIN functions f ON f.id = c.function_id
JOIN jobs j ON j.id = f.job_id
JOIN repositories r ON r.id = j.repository_id
GROUP BY f.job_id, r.url, e.stage, e.reason
"""

_REJECTIONS_BEFORE = """
CREATE VIEW rejections_by_reason AS
SELECT r.url AS repository, c.expert AS expert, e.stage AS stage, e.reason AS reason,
       count(*) AS candidates, count(DISTINCT f.path || '::' || f.qualname) AS functions,
       max(e.created_at) AS latest_at
FROM evaluations e
JOIN candidates c ON c.id = e.candidate_id
JOIN functions f ON f.id = c.function_id
JOIN jobs j ON j.id = f.job_id
JOIN repositories r ON r.id = j.repository_id
WHERE e.outcome <> 'accepted'
GROUP BY r.url, c.expert, e.stage, e.reason
"""


def upgrade() -> None:
    # SQLite adds a column only with a default; each row has its own value before anybody sees it.
    op.add_column("evaluations", sa.Column("job_id", _row_id(), nullable=False, server_default="0"))
    op.add_column("evaluations", sa.Column("label_hash", sa.String(64), nullable=False, server_default=""))
    op.execute(_FILL)
    _replace_views(_FUNNEL, _REJECTIONS_BY_REASON)
    op.drop_index("ix_functions_job_id_reason", "functions")
    for table in ("functions", "evaluations"):
        op.create_index(f"ix_{table}_job_id_reason_stage", table, ["job_id", "reason", "stage"])
        _create_range_index(table)
    op.create_index("ix_patches_created_at", "patches", ["created_at"])
    op.create_index("ix_patches_branch", "patches", ["branch"], postgresql_using="hash")
    _create_partial_index("ix_functions_set_aside", "functions", "job_id", "reason = 'set-aside'")
    _create_partial_index(
        "ix_measurements_with_samples", "measurements", "evaluation_id", "length(samples) > 16"
    )


def downgrade() -> None:
    op.drop_index("ix_measurements_with_samples", "measurements")
    op.drop_index("ix_functions_set_aside", "functions")
    op.drop_index("ix_patches_branch", "patches")
    op.drop_index("ix_patches_created_at", "patches")
    for table in ("functions", "evaluations"):
        op.drop_index(f"ix_{table}_created_at", table)
        op.drop_index(f"ix_{table}_job_id_reason_stage", table)
    op.create_index("ix_functions_job_id_reason", "functions", ["job_id", "reason"])
    _replace_views(_FUNNEL_BEFORE, _REJECTIONS_BEFORE)
    op.drop_column("evaluations", "label_hash")
    op.drop_column("evaluations", "job_id")


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _replace_views(funnel: str, rejections: str) -> None:
    for name, statement in (("funnel", funnel), ("rejections_by_reason", rejections)):
        op.execute(f"DROP VIEW {name}")
        op.execute(statement)


def _create_partial_index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], postgresql_where=sa.text(where), sqlite_where=sa.text(where))


def _create_range_index(table: str) -> None:
    """Of rows that come in the order of their time: on Postgres a few bytes for each megabyte of them."""
    op.create_index(
        f"ix_{table}_created_at",
        table,
        ["created_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )
