"""Syntax trees in the four languages."""

import ast
from collections.abc import Callable, Iterator
from functools import cache

import tree_sitter_cpp
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_python
from tree_sitter import Language, Node, Parser

_GRAMMARS: dict[str, Callable[[], object]] = {
    "python": tree_sitter_python.language,
    "cpp": tree_sitter_cpp.language,
    "java": tree_sitter_java.language,
    "javascript": tree_sitter_javascript.language,
}
_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})


def root(code: str, language: str) -> Node:
    """Also of what does not parse: `has_error` says so, and what could be read is in it. Raises KeyError for
    a language that is none of the four."""
    return _parser(language).parse(code.encode("utf-8", "surrogatepass")).root_node


def parses(code: str, language: str) -> bool:
    """Whether it is a program, or a part of one, with something in it. For Python its own parser says so."""
    if language == "python":
        try:
            return bool(ast.parse(code).body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    top = root(code, language)
    return not top.has_error and any(child.type not in _COMMENTS for child in top.named_children)


def nodes(top: Node) -> Iterator[Node]:
    """All below and with `top`, in the order of their beginnings. Comments and docstrings are left out, and
    what was only put in to go on parsing."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if not (node.is_missing or node.type in _COMMENTS or _is_docstring(node)):
            yield node
            waiting.extend(reversed(node.children))


def _is_docstring(node: Node) -> bool:
    """A statement of nothing but a text; JavaScript's "use strict" is one too, and as little is lost."""
    return node.type == "expression_statement" and [child.type for child in node.named_children] == ["string"]


@cache
def _parser(language: str) -> Parser:
    return Parser(Language(_GRAMMARS[language]()))
