"""Which functions are found, and exactly which bytes are theirs."""

import ast
import hashlib
import sysconfig
from pathlib import Path

import pytest

from optimizer.domain.functions import Function, FunctionKind, Unparsed
from optimizer.languages import LANGUAGES, language_of
from optimizer.languages.python.extract import MAX_BYTES, Extraction, extract, extraction

SOURCE = '''\
import os


def plain(x):
    return x


async def waiting(x):
    await x


@one
# between
@two(
    3
)
def decorated(a, *b, c=1, **d) -> int:
    """Doc."""
    return a  # end


class Outer:
    def method(self):
        def nested():
            return lambda: 1
        return nested

    class Inner:
        @staticmethod
        async def deep():
            class Local:
                def inside(self): pass
            return Local
'''


def functions(data: bytes | str, path: str = "a/m.py") -> dict[str, Function]:
    found = extract(path, data if isinstance(data, bytes) else data.encode())
    assert not isinstance(found, Unparsed), found.reason
    return {item.qualname: item for item in found}


def refusal(data: bytes) -> str:
    found = extract("bad.py", data)
    assert isinstance(found, Unparsed)
    assert found.path == "bad.py"
    assert "\n" not in found.reason
    return found.reason


def test_functions_methods_and_nested_ones_are_found_and_lambdas_are_not() -> None:
    kinds = {name: item.kind for name, item in functions(SOURCE).items()}
    assert kinds == {
        "plain": FunctionKind.FUNCTION,
        "waiting": FunctionKind.FUNCTION,
        "decorated": FunctionKind.FUNCTION,
        "Outer.method": FunctionKind.METHOD,
        "Outer.method.<locals>.nested": FunctionKind.NESTED,
        "Outer.Inner.deep": FunctionKind.METHOD,
        "Outer.Inner.deep.<locals>.Local.inside": FunctionKind.NESTED,
    }


def test_async_functions_are_marked() -> None:
    marked = {name for name, item in functions(SOURCE).items() if item.is_async}
    assert marked == {"waiting", "Outer.Inner.deep"}


def test_the_span_begins_at_the_first_decorator_and_ends_with_the_last_line() -> None:
    found = functions(SOURCE)["decorated"]
    assert found.source.startswith("@one\n# between\n@two(")
    assert found.source.endswith("return a  # end")
    assert (found.line, found.end_line) == (12, 19)
    method = functions(SOURCE)["Outer.method"]
    assert method.source.startswith("def method(self):\n        def nested")


def test_source_hash_and_label_follow_from_the_bytes_of_the_span() -> None:
    data = SOURCE.encode()
    for found in functions(data).values():
        raw = data[found.span.start : found.span.end]
        assert found.source == raw.decode()
        assert found.content_hash == hashlib.sha256(raw).hexdigest()
        assert found.label == f"a/m.py::{found.qualname}"
        assert found.language == "python"


def test_functions_come_in_the_order_of_the_file() -> None:
    found = extract("m.py", SOURCE.encode())
    assert not isinstance(found, Unparsed)
    assert [item.span.start for item in found] == sorted(item.span.start for item in found)


@pytest.mark.parametrize(
    ("text", "source", "line"),
    [
        ("def f():\r\n    return 1\r\n\r\nx = 1\r\n", "def f():\r\n    return 1", 1),
        ("def f():\r\n    return 1  # c\r\n", "def f():\r\n    return 1  # c", 1),
        ("if x:\n\tdef f():\n\t\treturn 1\n", "def f():\n\t\treturn 1", 2),
        ("\ufeffdef f(): pass\n", "def f(): pass", 1),
        ("x = 1\n\x0c\ndef f():\n    pass\n", "def f():\n    pass", 3),
        ("\x0cdef f():\n    pass\n", "def f():\n    pass", 1),
        ("def \\\n  f(a,\n    b): return \\\n  a\n", "def \\\n  f(a,\n    b): return \\\n  a", 1),
        ("async \\\n  def f(): pass\n", "async \\\n  def f(): pass", 1),
        ("def f(): pass", "def f(): pass", 1),
        ("def f(): x = 1; return x;  # c\ny = 1\n", "def f(): x = 1; return x;  # c", 1),
        ("def f():\n    '''\nleft\n'''\n\n\nx = 1\n", "def f():\n    '''\nleft\n'''", 1),
        ("try:\n    pass\nexcept E:\n    def f(): pass\n", "def f(): pass", 4),
        ("# -*- coding: utf-8 -*-\ndef f(): return 'é'\n", "def f(): return 'é'", 2),
        ("match x:\n    case 1:\n        def f(): pass\n", "def f(): pass", 3),
        (
            "def f():\n    s = '\x0b\x0c\u2028\x85'\n    return s\nx=1\n",
            "def f():\n    s = '\x0b\x0c\u2028\x85'\n    return s",
            1,
        ),
    ],
)
def test_odd_layouts_have_exact_spans(text: str, source: str, line: int) -> None:
    data = text.encode()
    found = functions(data)["f"]
    assert found.source == source
    assert data[found.span.start : found.span.end] == source.encode()
    assert (found.line, found.end_line) == (line, line + source.count("\n"))


def test_an_empty_file_has_no_functions() -> None:
    assert functions(b"") == {}
    assert functions(b"\xef\xbb\xbf") == {}


def test_names_are_normalised_as_python_does() -> None:
    assert set(functions("def ﬁne(): pass\nclass Ω:\n    def été(self): pass\n")) == {"fine", "Ω.été"}


def test_a_decorated_function_that_ends_with_another_keeps_its_own_decorator() -> None:
    found = functions("@a\ndef f():\n    @b\n    def g():\n        def h(): pass")
    assert found["f"].source.startswith("@a\ndef f")
    assert found["f.<locals>.g"].source.startswith("@b\n    def g")
    assert found["f.<locals>.g.<locals>.h"].source == "def h(): pass"


def test_names_defined_more_than_once_are_counted_and_left_out() -> None:
    text = "try:\n    def f(): pass\nexcept E:\n    def f(): return 1\ndef g(): pass\n"
    found = extraction("m.py", text.encode())
    assert isinstance(found, Extraction)
    assert [item.qualname for item in found.functions] == ["g"]
    assert found.ambiguous == 2


def test_what_is_inside_an_ambiguous_class_is_ambiguous() -> None:
    text = (
        "if x:\n    class A:\n        def m(self): pass\nelse:\n    class A:\n"
        "        def n(self): pass\nclass AB:\n    def m(self): pass\n"
    )
    found = extraction("m.py", text.encode())
    assert isinstance(found, Extraction)
    assert [item.qualname for item in found.functions] == ["AB.m"]
    assert found.ambiguous == 2


def test_overload_stubs_are_not_the_function() -> None:
    text = (
        "from typing import overload\nimport typing\n"
        "@overload\ndef f(x: int) -> int: ...\n"
        "@typing.overload\ndef f(x: str) -> str: ...\n"
        "def f(x):\n    return x\n"
        "@overloaded\ndef g(): pass\n"
    )
    found = functions(text)
    assert found["f"].source == "def f(x):\n    return x"
    assert found["g"].source == "@overloaded\ndef g(): pass"


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"def f(:\n", "line 1"),
        (b"def f():\nreturn 1\n", "line 2"),
        (b"x = 1\n  y = 2\n", "line 2"),
        (b"print 'a'\n", "line 1"),
        (b"def f(a, (b, c)): pass\n", "line 1"),
        (b"try: pass\nexcept A, b: pass\n", "line 2"),
        (b"\x7fELF\x00\x01\x02", "binary"),
        (b"x = '\xe9'\n", "invalid or missing encoding"),
        (b"def f(): pass\n\n\nx = '\xe9'\n", "not UTF-8"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso-8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252"),
        (b"# coding: no-such-thing\n", "no-such-thing"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding"),
        (b"def f():\r    return 1\r", "carriage returns"),
        (b"x = 1\n" * (MAX_BYTES // 6 + 1), "larger than"),
        (b"(" * 100_000 + b")" * 100_000, ""),
        (b"-" * 500_000 + b"1", ""),
    ],
)
def test_what_cannot_be_read_is_reported_with_a_reason(data: bytes, part: str) -> None:
    assert part in refusal(data)


def test_invalid_escapes_of_other_people_warn_nobody() -> None:
    assert set(functions(b"def f(): return '\\d' is 1\n")) == {"f"}


def test_every_function_of_a_piece_of_the_standard_library_is_found_as_python_sees_it() -> None:
    library = Path(sysconfig.get_path("stdlib"))
    for folder in ("json", "email", "asyncio", "concurrent"):
        for path in sorted((library / folder).rglob("*.py")):
            data = path.read_bytes()
            found = extraction(path.name, data)
            assert isinstance(found, Extraction), path
            expected = _as_python_sees_it(ast.parse(data), "")
            seen = {(item.qualname, item.line, item.is_async) for item in found.functions}
            assert seen <= expected, path
            assert len(expected) - len(seen) <= found.ambiguous, path


def _as_python_sees_it(node: ast.AST, prefix: str) -> set[tuple[str, int, bool]]:
    found: set[tuple[str, int, bool]] = set()
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, ast.ClassDef):
            inner = f"{prefix}{child.name}."
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            line = min([child.lineno, *(item.lineno for item in child.decorator_list)])
            found.add((prefix + child.name, line, isinstance(child, ast.AsyncFunctionDef)))
            inner = f"{prefix}{child.name}.<locals>."
        found |= _as_python_sees_it(child, inner)
    return found


def test_the_language_is_known_by_the_suffix() -> None:
    known = language_of("a/b.py")
    assert known is not None
    assert (known.name, known in LANGUAGES) == ("python", True)
    assert language_of("a/b.pyc") is None
    (function,) = functions("def f(xs):\n    for x in xs:\n        g(x)\n").values()
    assert known.static_rank(function) > 0
