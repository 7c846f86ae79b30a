"""Records: what is known of attributes, and in which files of a repository they are looked for."""

from dataclasses import replace
from textwrap import dedent

import pytest

from optimizer.experts.rules.records import fields
from optimizer.experts.rules.scene import Scene, scene
from optimizer.languages.python.imported import imported_paths
from tests.unit.rules_testing import request_for

MODELS = dedent("""
    from dataclasses import dataclass
    from typing import NamedTuple, ClassVar
    @dataclass(frozen=True)
    class Task:
        minutes: int
        zone: "str"
        tags: list[str]
        other: object
        shared: ClassVar[int] = 3
        name: str
        @property
        def name(self): return 1
    class Point(NamedTuple):
        x: int
    class Plain:
        x: int
    @dataclass
    class Dynamic:
        x: int
        def __getattribute__(self, name): return name
""")


def _scene(source: str, imported: tuple[tuple[str, str], ...] = ()) -> Scene:
    found = scene(replace(request_for(dedent(source)), imported=imported))
    assert found is not None
    return found


def test_fields_of_dataclasses_and_named_tuples_have_the_types_of_their_annotations() -> None:
    known = fields(MODELS, ())
    assert known["Task"] == {"minutes": "int", "zone": "str", "tags": "list[str]"}
    assert known["Point"] == {"x": "int"}
    assert "Plain" not in known and known["Dynamic"] == {}


def test_records_of_other_modules_are_known_under_the_imported_name() -> None:
    module = "from app.models import Task as Job\nfrom elsewhere import Point\n"
    assert fields(module, (("app.models", MODELS),)) == {"Job": fields(MODELS, ())["Task"]}
    assert fields("from .models import Point", ((".models", MODELS),)) == {"Point": {"x": "int"}}


def test_a_module_that_cannot_be_parsed_has_no_records() -> None:
    assert fields("from a import Task", (("a", "class Task(:"),)) == {}


def test_attributes_of_items_have_types_in_loops_and_key_functions() -> None:
    found = _scene(
        """
        from models import Task
        def f(tasks: list[Task], first: Task):
            zone = first.zone
            for number, task in enumerate(tasks):
                key = (task.zone, task.minutes)
            return sorted(tasks, key=lambda each: each.minutes), [t.other for t in tasks]
        """,
        (("models", MODELS),),
    )
    assert found.env["zone"] == "str"
    assert found.env["key"] == "tuple[str, int]"
    assert found.env["each"] == "Task"


def test_a_name_that_also_stands_for_something_else_is_no_record() -> None:
    found = _scene(
        """
        from models import Task
        def f(tasks: list[Task], other):
            for task in tasks:
                minutes = task.minutes
            task = other
        """,
        (("models", MODELS),),
    )
    assert found.env["minutes"] == ""


TRACKED = frozenset(
    {"src/app/models.py", "src/app/core/__init__.py", "lib/x/models.py", "tests/app/x.py", "x.py"}
)


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("src/app/main.py", "from app.models import A", (("app.models", "src/app/models.py"),)),
        ("src/app/main.py", "from .models import A", ((".models", "src/app/models.py"),)),
        ("src/app/core/a.py", "from ..models import A", (("..models", "src/app/models.py"),)),
        ("src/app/core/a.py", "from . import A", ((".", "src/app/core/__init__.py"),)),
        ("src/app/main.py", "from app.core import A", (("app.core", "src/app/core/__init__.py"),)),
        ("src/app/main.py", "from models import A", ()),
        ("main.py", "from ...models import A", ()),
        ("main.py", "from re import compile\nimport app.models", ()),
        ("main.py", "from (", ()),
    ],
)
def test_the_file_behind_an_import_is_found_where_there_is_only_one(
    path: str, source: str, expected: tuple[tuple[str, str], ...]
) -> None:
    assert imported_paths(path, source, TRACKED) == expected
