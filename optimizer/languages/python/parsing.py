"""The two parsers: tree-sitter for exact bytes, CPython's own for what is valid Python."""

import ast
import symtable
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Parser, Tree

# What CPython's parser raises for text that is not a program. The last two: too deeply nested.
_NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)


@lru_cache(maxsize=1)
def grammar() -> Language:
    return Language(tree_sitter_python.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(grammar())


def parse_bytes(data: bytes) -> Tree:
    """Tree-sitter's tree. It never fails: see `root_node.has_error`, and `syntax_error`."""
    return _parser().parse(data)


@contextmanager
def _quietly() -> Iterator[None]:
    """Other people's invalid escapes and `is 1` are theirs: parsing them warns nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def syntax_error(data: bytes) -> str | None:
    """Why the running Python would not take this file, in one line; None when it would.

    Tree-sitter's grammar lets wrong indentation and Python 2 pass. `symtable` is the cheapest public
    way to CPython's parser: it makes no Python objects of the syntax tree.
    """
    try:
        with _quietly():
            symtable.symtable(data, "<source>", "exec")  # type: ignore[arg-type]  # takes bytes, says str
    except _NOT_PYTHON as error:
        return _describe(error)
    return None


def _describe(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    return "too deeply nested" if isinstance(error, (RecursionError, MemoryError)) else str(error)


def parse_module(source: str | bytes) -> ast.Module | str:
    """The module's syntax tree, or why there is none."""
    try:
        with _quietly():
            return ast.parse(source)
    except _NOT_PYTHON as error:
        return _describe(error)


@dataclass(frozen=True, slots=True)
class Alone:
    """The statements of a text that stood at some indentation, parsed without its surroundings."""

    body: tuple[ast.stmt, ...]
    first_line: int  # line number of the text's first line in the tree


def parse_alone(source: str, indent: str, opening: str = "class _:") -> Alone | str:
    """Parses a text whose first line has lost its `indent`; a string says why it is no Python.

    `opening` is the block the text is put in when it was indented. The text is compiled too, since
    only that finds a `return` outside of a function or a `nonlocal` without a binding.
    """
    text = f"{opening}\n{indent}{source}\n" if indent else f"{source}\n"
    first_line = 2 if indent else 1
    try:
        with _quietly():
            tree = ast.parse(text)
            compile(tree, "<candidate>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"line {(error.lineno or first_line) - first_line + 1}: {error.msg}"
    except _NOT_PYTHON as error:
        return _describe(error)
    return _unwrap(tree, first_line) if indent else Alone(tuple(tree.body), 1)


def _unwrap(tree: ast.Module, first_line: int) -> Alone:
    block = tree.body[0]
    inner = tuple(getattr(block, "body", ()))
    # What came back to the margin stands after the block: it belongs to the text all the same.
    return Alone(inner + tuple(tree.body[1:]), first_line)
