"""docs/database.md names every table, view and column, and its examples run as they stand."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from db.connect import make_engine, parse_url
from db.store import open_store
from db.tables import Base
from db.views import VIEWS
from tests.support.results import new_job, with_patch

_DOCUMENT = (Path(__file__).parents[2] / "docs" / "database.md").read_text()
_EXAMPLES = re.findall(r"```sql\n(.*?)```", _DOCUMENT, re.DOTALL)


def _section(name: str) -> str:
    found = re.search(rf"^### `{name}`\n(.*?)(?=^##|\Z)", _DOCUMENT, re.DOTALL | re.MULTILINE)
    assert found, f"docs/database.md has no section on {name}"
    return found.group(1)


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_each_view_is_documented_with_its_columns_in_order(name: str) -> None:
    documented = re.findall(r"^\| `(\w+)` \|", _section(name), re.MULTILINE)
    assert documented == [column for column, _ in VIEWS[name].columns]


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_each_view_has_an_example(name: str) -> None:
    assert f"FROM {name}" in _section(name)


def test_every_table_is_documented() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", _DOCUMENT, re.MULTILINE))
    assert set(Base.metadata.tables) <= documented


@pytest.mark.parametrize("example", _EXAMPLES)
def test_each_example_runs_and_finds_something(database_url: str, example: str) -> None:
    with open_store(database_url) as store:
        store.save_result(store.create_job(new_job()).id, with_patch())
    engine = make_engine(parse_url(database_url))
    with engine.connect() as connection:
        assert connection.execute(text(example.replace(":", r"\:"))).all()
    engine.dispose()
