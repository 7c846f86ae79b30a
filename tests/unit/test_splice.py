"""A candidate changes its span's bytes and the imports, and nothing else."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.functions import Function, Unparsed
from optimizer.languages.python.extract import extract
from optimizer.languages.python.splice import splice

BY = Provenance("file", "test", "1")


def candidate(source: str, *imports: str) -> Candidate:
    return Candidate(source, BY, imports)


def only(data: bytes, qualname: str = "f") -> Function:
    found = extract("m.py", data)
    assert not isinstance(found, Unparsed), found.reason
    return next(item for item in found if item.qualname == qualname)


def changed(text: str, source: str, *imports: str) -> str:
    data = text.encode()
    return splice(data, only(data), candidate(source, *imports)).decode()


def test_the_span_is_replaced_and_nothing_else() -> None:
    text = "x = 1\nclass A:\n    @p\n    def f(self):\n        return 1  # c\n\n    y = 2\n"
    data = text.encode()
    new = "@p\n    def f(self):\n        return 2"
    assert splice(data, only(data, "A.f"), candidate(new)).decode() == (
        "x = 1\nclass A:\n    @p\n    def f(self):\n        return 2\n\n    y = 2\n"
    )


def test_trailing_newlines_of_the_candidate_are_dropped() -> None:
    assert changed("def f(): pass\nx = 1\n", "def f(): return 1\n\n") == "def f(): return 1\nx = 1\n"


def test_line_endings_follow_the_file() -> None:
    windows = "import os\r\ndef f():\r\n    return 1\r\nx = 1\r\n"
    expected = "import os\r\nimport heapq\r\ndef f():\r\n    y = 2\r\n    return y\r\nx = 1\r\n"
    for source in ("def f():\n    y = 2\n    return y", "def f():\r\n    y = 2\r\n    return y\r\n"):
        assert changed(windows, source, "import heapq") == expected
    assert changed("def f(): pass\n", "def f():\r\n    pass") == "def f():\n    pass\n"


def test_a_file_without_a_last_newline_keeps_none() -> None:
    assert changed("def f(): pass", "def f(): return 1\n") == "def f(): return 1"


FUNCTION = "def f():\n    return 1\n"
NEW = "def f():\n    return 2"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import os\n\n\n", "import os\nimport heapq\n\n\n"),
        (
            "import os\nfrom a import (\n    b,\n    c,\n)\n\n",
            "import os\nfrom a import (\n    b,\n    c,\n)\nimport heapq\n\n",
        ),
        ('"""Doc."""\n\n\n', '"""Doc."""\n\nimport heapq\n\n\n'),
        ('"""Doc."""\nimport os\n', '"""Doc."""\nimport os\nimport heapq\n'),
        ("'a' 'b'\n", "'a' 'b'\n\nimport heapq\n"),
        ("from __future__ import annotations\n", "from __future__ import annotations\nimport heapq\n"),
        (
            "#!/usr/bin/env python\n# coding: utf-8\n# Licence\n\n",
            "#!/usr/bin/env python\n# coding: utf-8\n# Licence\n\nimport heapq\n\n\n",
        ),
        ("", "import heapq\n\n\n"),
        ("\ufeff", "\ufeffimport heapq\n\n\n"),
        ("\ufeffimport os\n", "\ufeffimport os\nimport heapq\n"),
        ("import os; import sys\n", "import os; import sys\nimport heapq\n"),
        ("import os; x = (\n    1)\n", "import os; x = (\n    1)\nimport heapq\n"),
        ("import os  # c\n# more\n", "import os  # c\nimport heapq\n# more\n"),
        ("import os\n# c\nimport sys\n", "import os\n# c\nimport sys\nimport heapq\n"),
        (
            "__all__ = ['f']\nimport os\nx = 1\nimport sys\n",
            "__all__ = ['f']\nimport os\nimport heapq\nx = 1\nimport sys\n",
        ),
        (
            "import os\ntry:\n    import a\nexcept ImportError:\n    a = None\n",
            "import os\nimport heapq\ntry:\n    import a\nexcept ImportError:\n    a = None\n",
        ),
        ("x = 1\nimport os\n", "import heapq\n\n\nx = 1\nimport os\n"),
        ("b'no docstring'\n", "import heapq\n\n\nb'no docstring'\n"),
        ("import heapq\n", "import heapq\n"),
        ("x = 1\nimport heapq\n", "x = 1\nimport heapq\n"),
        ("if x:\n    import heapq\n", "import heapq\n\n\nif x:\n    import heapq\n"),
    ],
)
def test_imports_go_below_the_first_imports(before: str, after: str) -> None:
    text = changed(before + FUNCTION, NEW, "import heapq")
    assert text == after + NEW + "\n"
    assert isinstance(ast.parse(text.encode()), ast.Module)


def test_only_names_that_are_missing_are_imported() -> None:
    text = "from collections import deque\nimport math as m\n" + FUNCTION
    new = changed(
        text,
        NEW,
        "from collections import Counter, deque",
        "import math as m, bisect",
        "import bisect\n",
        "from collections import (OrderedDict)",
    )
    added = "from collections import Counter\nimport bisect\nfrom collections import OrderedDict\n"
    assert new == "from collections import deque\nimport math as m\n" + added + NEW + "\n"


def test_imports_that_are_none_are_an_error() -> None:
    with pytest.raises(ValueError, match="not an import statement"):
        changed(FUNCTION, NEW, "x = 1")


NEWLINES = st.sampled_from(["\n", "\r\n"])
LINES = st.sampled_from(
    [
        "x = 1",
        "# comment é",
        "",
        "import os",
        "class C:\n    pass",
        "s = '''\n  text\n'''",
        "if x:\n\ty = (1,\n2)",
        "@d\ndef other(a): return a",
    ]
)
BODIES = st.sampled_from(
    [
        "def f(): pass",
        "@d\n@e(1)\nasync def f(a, *, b='é'):\n  '''doc\n'''\n  return a  # end",
        "def f(x):\n\tfor y in x:\n\t\tyield y\n\t# last",
    ]
)
IMPORTS = st.lists(
    st.sampled_from(["import heapq", "from collections import deque, Counter", "import os"]), max_size=3
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, bytes, bytes]:
    """What is before a function, the function, what is after it."""
    newline = draw(NEWLINES)
    head = draw(st.sampled_from(["", "\ufeff"])) + "".join(f"{item}\n" for item in draw(st.lists(LINES)))
    tail = "\n" + "".join(f"{item}\n" for item in draw(st.lists(LINES)))
    before, body, after = (text.replace("\n", newline).encode() for text in (head, draw(BODIES), tail))
    return before, body, after


@given(files())
def test_a_functions_own_source_gives_the_identical_file(parts: tuple[bytes, bytes, bytes]) -> None:
    data = b"".join(parts)
    function = only(data)
    assert data[function.span.start : function.span.end] == function.source.encode()
    assert splice(data, function, candidate(function.source)) == data
    normalised = function.source.replace("\r\n", "\n") + "\n"
    assert splice(data, function, candidate(normalised)) == data


@given(files(), BODIES, IMPORTS)
def test_bytes_outside_the_span_and_the_imports_stay(
    parts: tuple[bytes, bytes, bytes], body: str, imports: list[str]
) -> None:
    data = b"".join(parts)
    function = only(data)
    before, after = data[: function.span.start], data[function.span.end :]
    new = splice(data, function, candidate(body, *imports))
    assert new.endswith(after)
    replaced = only(new)
    assert replaced.source.replace("\r\n", "\n") == body
    assert new[replaced.span.end :] == after
    head = new[: replaced.span.start]
    assert _without_added(before, head) is not None
    ast.parse(new)


@given(files(), IMPORTS)
def test_every_import_asked_for_is_bound_once_at_the_top_level(
    parts: tuple[bytes, bytes, bytes], imports: list[str]
) -> None:
    data = b"".join(parts)
    new = ast.parse(splice(data, only(data), candidate("def f(): return 2", *imports)))
    lines = [
        ast.unparse(
            ast.ImportFrom(item.module, [name], 0) if isinstance(item, ast.ImportFrom) else ast.Import([name])
        )
        for item in new.body
        if isinstance(item, (ast.Import, ast.ImportFrom))
        for name in item.names
    ]
    for wanted in {"import heapq", "import os"} & set(imports):
        assert wanted in lines
    assert lines.count("import heapq") <= 1
    if "from collections import deque, Counter" in imports:
        assert lines.count("from collections import deque") == 1


def _without_added(before: bytes, head: bytes) -> bytes | None:
    """What was added in one piece to `before`, if only import lines and blank lines were."""
    extra = len(head) - len(before)
    for place in range(len(before) + 1):
        added = head[place : place + extra]
        if head[:place] + head[place + extra :] == before and all(
            line.startswith((b"import ", b"from ")) or not line for line in added.splitlines()
        ):
            return added
    return None
