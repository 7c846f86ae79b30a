"""The documented read-only views, in SQL that SQLite and Postgres both take."""

from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

_ACCEPTED_PATCHES = """
CREATE VIEW accepted_patches AS
SELECT p.id AS patch_id, p.job_id AS job_id, r.url AS repository,
       f.path || '::' || f.qualname AS function, f.language AS language,
       c.expert AS expert, c.rule AS rule, c.summary AS summary,
       p.speedup AS speedup, p.low AS low, p.high AS high,
       p.state AS state, p.branch AS branch, p.commit_id AS commit_id,
       p.title AS title, p.created_at AS created_at
FROM patches p
JOIN functions f ON f.id = p.function_id
JOIN jobs j ON j.id = p.job_id
JOIN repositories r ON r.id = j.repository_id
LEFT JOIN candidates c ON c.id = p.candidate_id
"""

_FUNNEL = """
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

_REJECTIONS_BY_REASON = """
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

_EXPERT_YIELD = """
CREATE VIEW expert_yield AS
SELECT c.expert AS expert, c.rule AS rule, count(*) AS candidates,
       sum(CASE WHEN e.verdict = 'equivalent' THEN 1 ELSE 0 END) AS equivalent,
       sum(CASE WHEN e.outcome = 'accepted' THEN 1 ELSE 0 END) AS accepted,
       sum(CASE WHEN e.reason = 'superseded' THEN 1 ELSE 0 END) AS superseded,
       count(p.id) AS patches,
       sum(CASE WHEN p.state IN ('approved', 'merged') THEN 1 ELSE 0 END) AS approved,
       sum(CASE WHEN p.state = 'rejected' THEN 1 ELSE 0 END) AS rejected,
       max(p.speedup) AS best_speedup,
       sum(e.seconds) AS seconds
FROM candidates c
JOIN evaluations e ON e.candidate_id = c.id
LEFT JOIN patches p ON p.candidate_id = c.id
GROUP BY c.expert, c.rule
"""

_VIEWS = (
    ("accepted_patches", _ACCEPTED_PATCHES),
    ("funnel", _FUNNEL),
    ("rejections_by_reason", _REJECTIONS_BY_REASON),
    ("expert_yield", _EXPERT_YIELD),
)


def upgrade() -> None:
    for _, statement in _VIEWS:
        op.execute(statement)


def downgrade() -> None:
    for name, _ in reversed(_VIEWS):
        op.execute(f"DROP VIEW {name}")
