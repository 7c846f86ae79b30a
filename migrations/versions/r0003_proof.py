"""What proves a patch: scaling, instructions, impact, surroundings, and the machine's false-accept rate."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

_VIEW = """
CREATE VIEW accepted_patches AS
SELECT p.id AS patch_id, p.job_id AS job_id, r.url AS repository,
       f.path || '::' || f.qualname AS function, f.language AS language,
       c.expert AS expert, c.rule AS rule, c.summary AS summary,
       p.speedup AS speedup, p.low AS low, p.high AS high,{impact}
       p.state AS state, p.branch AS branch, p.commit_id AS commit_id,
       p.title AS title, p.created_at AS created_at
FROM patches p
JOIN functions f ON f.id = p.function_id
JOIN jobs j ON j.id = p.job_id
JOIN repositories r ON r.id = j.repository_id
LEFT JOIN candidates c ON c.id = p.candidate_id
"""


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("scaling", sa.JSON(), nullable=True))
    op.add_column("evaluations", sa.Column("instructions", sa.JSON(), nullable=True))
    op.add_column("measurements", sa.Column("false_accept", sa.Double(), nullable=True))
    op.add_column("patches", sa.Column("impact", sa.Double(), nullable=True))
    op.add_column("patches", sa.Column("surroundings", sa.JSON(), nullable=True))
    _rewrite("exponents", "scaling", _with_slopes)
    op.drop_column("evaluations", "exponents")
    _new_view("\n       p.impact AS impact,")


def downgrade() -> None:
    _new_view("")
    op.add_column("evaluations", sa.Column("exponents", sa.JSON(), nullable=True))
    _rewrite("scaling", "exponents", _slopes_of)
    op.drop_column("patches", "surroundings")
    op.drop_column("patches", "impact")
    op.drop_column("measurements", "false_accept")
    op.drop_column("evaluations", "instructions")
    op.drop_column("evaluations", "scaling")


def _new_view(impact: str) -> None:
    op.execute("DROP VIEW accepted_patches")
    op.execute(_VIEW.format(impact=impact))


def _rewrite(source: str, target: str, converted) -> None:  # type: ignore[no-untyped-def]
    """Fills the column `target` from `source`, row by row: the two databases' JSON functions differ."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(f"SELECT id, CAST({source} AS TEXT) FROM evaluations WHERE {source} IS NOT NULL")
    ).all()
    cast = "CAST(:value AS JSON)" if connection.dialect.name == "postgresql" else ":value"
    for row_id, text in rows:
        value = converted(json.loads(text))
        if value is not None:
            connection.execute(
                sa.text(f"UPDATE evaluations SET {target} = {cast} WHERE id = :id"),
                {"value": json.dumps(value), "id": row_id},
            )


def _with_slopes(exponents: list[object] | None) -> dict[str, object] | None:
    """They had no intervals: each is its own."""
    if exponents is None:
        return None
    before, after = ([slope, slope, slope, 0.95] for slope in exponents)
    return {"points": [], "original": before, "candidate": after, "crossover": None}


def _slopes_of(scaling: dict[str, list[object] | None] | None) -> list[object] | None:
    before, after = (scaling or {}).get("original"), (scaling or {}).get("candidate")
    return [before[0], after[0]] if before and after else None
