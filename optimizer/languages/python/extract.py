"""Finds the functions of a Python file, with their exact bytes."""

import hashlib
import io
import re
import tokenize
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Node, Query, QueryCursor

from optimizer.domain.functions import Function, FunctionKind, Span, Unparsed
from optimizer.languages.python.parsing import grammar, parse_bytes, syntax_error

MAX_BYTES = 2_000_000  # larger files are data with a .py name, or generated

_QUERY = """
(function_definition) @function
(class_definition) @class
(decorated_definition definition: (function_definition) @inner) @outer
"""
# Reading the name off the bytes costs a tenth of capturing one more node for it.
_NAME = re.compile(rb"(?:async[\s\\\\]+)?(?:def|class)[\s\\\\]+([^\s\\\\(:\[]+)")
# Stubs for type checkers: replaced at run time by the definition that follows them.
_OVERLOAD = re.compile(rb"@[ \t]*(?:\w+\.)?overload\b")


@dataclass(frozen=True, slots=True)
class Extraction:
    functions: tuple[Function, ...]
    ambiguous: int  # left out: their qualified name is defined more than once in the file


def extract(path: str, data: bytes) -> tuple[Function, ...] | Unparsed:
    """The functions of a file in the order of their first byte.

    `path` is POSIX and relative to the repository. Lambdas and `@overload` stubs are not listed, nor
    are functions whose qualified name does not say which definition is meant (see `extraction`).
    """
    found = extraction(path, data)
    return found if isinstance(found, Unparsed) else found.functions


def extraction(path: str, data: bytes) -> Extraction | Unparsed:
    """`extract`, with the number of functions left out as ambiguous."""
    problem = unreadable(data) or syntax_error(data)
    if problem:
        return Unparsed(path, problem)
    root = parse_bytes(data).root_node
    if root.has_error:
        return Unparsed(path, "the syntax is not understood (tree-sitter)")
    definitions = _qualified(_definitions(_captures(root), data))
    return _select(path, data, definitions)


def unreadable(data: bytes) -> str | None:
    """Why the bytes are not looked at, in one line."""
    if len(data) > MAX_BYTES:
        return f"larger than {MAX_BYTES:,} bytes"
    if b"\0" in data:
        return "binary: has NUL bytes"
    if data.count(b"\r") != data.count(b"\r\n"):
        return "has carriage returns that end no line"
    return _wrong_encoding(data)


def _wrong_encoding(data: bytes) -> str | None:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding not in ("utf-8", "utf-8-sig"):
            return f"declares the encoding {encoding}: only UTF-8 is read"
        data.decode("utf-8")
    except SyntaxError as error:
        return f"encoding: {error.msg}"
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte {error.start}"
    return None


@lru_cache(maxsize=1)
def _cursor() -> QueryCursor:
    return QueryCursor(Query(grammar(), _QUERY))


def _captures(root: Node) -> dict[str, list[Node]]:
    return _cursor().captures(root)


@dataclass(frozen=True, slots=True)
class _Definition:
    start: int  # with decorators
    end: int
    inner: int  # first byte of `def`, `async` or `class`
    line: int
    name: str
    is_class: bool
    overload: bool


def _definitions(captures: dict[str, list[Node]], data: bytes) -> list[_Definition]:
    """Functions and classes by their first byte."""
    # Both lists are sorted alike: no decorator contains a definition.
    decorated = dict(zip(_starts(captures, "inner"), _sorted(captures, "outer"), strict=True))
    classes = [_definition(node, node, True, data) for node in captures.get("class", ())]
    functions = [
        _definition(node, decorated.get(node.start_byte, node), False, data)
        for node in captures.get("function", ())
    ]
    return sorted(classes + functions, key=lambda item: item.start)


def _sorted(captures: dict[str, list[Node]], name: str) -> list[Node]:
    return sorted(captures.get(name, ()), key=lambda node: node.start_byte)


def _starts(captures: dict[str, list[Node]], name: str) -> list[int]:
    return sorted(node.start_byte for node in captures.get(name, ()))


def _definition(node: Node, outer: Node, is_class: bool, data: bytes) -> _Definition:
    inner, start = node.start_byte, outer.start_byte
    name = _NAME.match(data, inner)
    overload = inner != start and _OVERLOAD.search(data, start, inner) is not None
    return _Definition(
        start=start,
        end=node.end_byte,
        inner=inner,
        line=outer.start_point.row + 1,
        name=_identifier(name[1]) if name else "",
        is_class=is_class,
        overload=overload,
    )


def _identifier(name: bytes) -> str:
    text = name.decode("utf-8")
    return text if text.isascii() else unicodedata.normalize("NFKC", text)  # as Python itself does


def _qualified(definitions: list[_Definition]) -> Iterator[tuple[_Definition, str]]:
    """Each definition with its qualified name."""
    enclosing: list[tuple[int, str]] = []  # (end, prefix of the names inside)
    for item in definitions:
        while enclosing and enclosing[-1][0] <= item.start:
            enclosing.pop()
        qualname = (enclosing[-1][1] if enclosing else "") + item.name
        enclosing.append((item.end, f"{qualname}." if item.is_class else f"{qualname}.<locals>."))
        yield item, qualname


def _select(path: str, data: bytes, definitions: Iterator[tuple[_Definition, str]]) -> Extraction:
    named = [(item, qualname) for item, qualname in definitions if not item.overload]
    counts = Counter(qualname for _, qualname in named)
    repeated = tuple(f"{qualname}." for qualname, count in counts.items() if count > 1)
    functions, ambiguous = [], 0
    for item, qualname in named:
        if item.is_class:
            continue
        if repeated and f"{qualname}.".startswith(repeated):
            ambiguous += 1
        else:
            functions.append(_function(path, data, item, qualname))
    return Extraction(tuple(functions), ambiguous)


def _function(path: str, data: bytes, item: _Definition, qualname: str) -> Function:
    # Tree-sitter counts the carriage return after a last comment as part of it.
    raw = data[item.start : item.end].rstrip(b" \t\r\n\f")
    source = raw.decode("utf-8")
    return Function(
        path=path,
        qualname=qualname,
        span=Span(item.start, item.start + len(raw)),
        line=item.line,
        end_line=item.line + source.count("\n"),
        kind=_kind(qualname),
        is_async=data.startswith(b"async", item.inner),
        source=source,
        content_hash=hashlib.sha256(raw).hexdigest(),
    )


def _kind(qualname: str) -> FunctionKind:
    if "<locals>" in qualname:
        return FunctionKind.NESTED
    return FunctionKind.METHOD if "." in qualname else FunctionKind.FUNCTION
