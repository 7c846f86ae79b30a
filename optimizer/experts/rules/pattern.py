"""Patterns of Python code with holes: names in capitals stand for any expression.

A hole alone on a line stands for any number of statements. A hole that occurs twice must stand for
equal code. White space, comments and parentheses do not count.
"""

import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache

import libcst as cst

from optimizer.experts.rules.tree import Statement, Statements, block, statements

_HOLE = re.compile(r"[A-Z]+[0-9]?")

_LAYOUT = frozenset(
    {
        cst.SimpleWhitespace,
        cst.ParenthesizedWhitespace,
        cst.TrailingWhitespace,
        cst.EmptyLine,
        cst.Newline,
        cst.Comma,
        cst.Semicolon,
        cst.Colon,
        cst.Dot,
        cst.AssignEqual,
        cst.LeftParen,
        cst.RightParen,
        cst.LeftSquareBracket,
        cst.RightSquareBracket,
        cst.LeftCurlyBrace,
        cst.RightCurlyBrace,
        cst.MaybeSentinel,
    }
)

Hole = cst.CSTNode | tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What the holes of a pattern stand for."""

    holes: Mapping[str, Hole]
    builtins: frozenset[str]  # names of the pattern that must be the builtins

    def node(self, hole: str) -> cst.BaseExpression:
        """The expression in a hole."""
        found = self.holes[hole]
        assert isinstance(found, cst.BaseExpression)
        return found

    def name(self, hole: str) -> str:
        """The identifier in a hole; empty when something else is in it."""
        found = self.holes[hole]
        return found.value if isinstance(found, cst.Name) else ""

    def body(self, hole: str) -> tuple[Statement, ...]:
        """The statements in a hole."""
        found = self.holes[hole]
        assert isinstance(found, tuple)
        return found


def match_statements(pattern: str, nodes: Statements) -> Match | None:
    """Matches the pattern against exactly these statements."""
    holes: dict[str, Hole] = {}
    return Match(holes, names_of(pattern)) if _block(_tree(pattern), tuple(nodes), holes) else None


def match_expression(pattern: str, node: cst.CSTNode) -> Match | None:
    """Matches the pattern, one expression, against a node."""
    holes: dict[str, Hole] = {}
    tree = _expression_tree(pattern)
    return Match(holes, names_of(pattern)) if _node(tree, node, holes) else None


def length(pattern: str) -> int:
    """How many statements the pattern takes."""
    return len(_tree(pattern))


def same(one: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Equal code, whatever its layout."""
    return _compare(one, other, None)


@cache
def names_of(pattern: str) -> frozenset[str]:
    """The builtins that a pattern names."""
    words = re.findall(r"(?<![\w.])[a-z]+(?!\w)(?!=[^=])", pattern)
    return frozenset(word for word in words if hasattr(builtins, word))


def _tree(pattern: str) -> tuple[Statement, ...]:
    return statements(pattern)


@cache
def _expression_tree(pattern: str) -> cst.BaseExpression:
    return cst.parse_expression(pattern)


def _hole_of(node: cst.CSTNode) -> str:
    return node.value if isinstance(node, cst.Name) and _HOLE.fullmatch(node.value) else ""


def _block_hole(statement: Statement) -> str:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Name() as name)]):
            return _hole_of(name)
        case _:
            return ""


def _block(pattern: tuple[Statement, ...], nodes: tuple[Statement, ...], holes: dict[str, Hole]) -> bool:
    for index, statement in enumerate(pattern):
        if hole := _block_hole(statement):
            rest = pattern[index + 1 :]
            end = len(nodes) - len(rest)
            if end < index:
                return False
            holes[hole] = nodes[index:end]
            return all(_node(p, n, holes) for p, n in zip(rest, nodes[end:], strict=True))
        if index >= len(nodes) or not _node(statement, nodes[index], holes):
            return False
    return len(pattern) == len(nodes)


def _node(pattern: cst.CSTNode, node: cst.CSTNode, holes: dict[str, Hole]) -> bool:
    if hole := _hole_of(pattern):
        if not isinstance(node, cst.BaseExpression):
            return False
        known = holes.setdefault(hole, node)
        return isinstance(known, cst.CSTNode) and same(known, node)
    return _compare(pattern, node, holes)


def _compare(pattern: cst.CSTNode, node: cst.CSTNode, holes: dict[str, Hole] | None) -> bool:
    if isinstance(pattern, cst.BaseSuite):
        return _suites(pattern, node, holes)
    if isinstance(pattern, cst.Assign) and isinstance(node, cst.AnnAssign) and holes is not None:
        return _annotated(pattern, node, holes)
    if type(pattern) is not type(node):
        return False
    return all(_values(getattr(pattern, name), getattr(node, name), holes) for name in _fields(type(node)))


@cache
def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """Names of the fields that may hold more than layout."""
    names = (field.name for field in fields(kind))
    return tuple(name for name in names if not name.startswith("whitespace") and name not in ("lpar", "rpar"))


def _annotated(pattern: cst.Assign, node: cst.AnnAssign, holes: dict[str, Hole]) -> bool:
    """An annotation changes nothing of an assignment."""
    if len(pattern.targets) != 1 or node.value is None:
        return False
    target = pattern.targets[0].target
    return _node(target, node.target, holes) and _node(pattern.value, node.value, holes)


def _suites(pattern: cst.BaseSuite, node: cst.CSTNode, holes: dict[str, Hole] | None) -> bool:
    ours, theirs = block(pattern), block(node)
    if ours is None or theirs is None:
        return False
    if holes is not None:
        return _block(ours, theirs, holes)
    return len(ours) == len(theirs) and all(map(same, ours, theirs))


def _values(pattern: object, value: object, holes: dict[str, Hole] | None) -> bool:
    if type(pattern) in _LAYOUT or type(value) in _LAYOUT:
        return True
    if isinstance(pattern, cst.CSTNode):
        if not isinstance(value, cst.CSTNode):
            return False
        return _compare(pattern, value, None) if holes is None else _node(pattern, value, holes)
    if isinstance(pattern, Sequence) and not isinstance(pattern, str):
        return isinstance(value, Sequence) and _sequences(pattern, value, holes)
    return pattern == value


def _sequences(pattern: Sequence[object], value: Sequence[object], holes: dict[str, Hole] | None) -> bool:
    ours = [item for item in pattern if type(item) not in _LAYOUT]
    theirs = [item for item in value if type(item) not in _LAYOUT]
    return len(ours) == len(theirs) and all(
        _values(one, other, holes) for one, other in zip(ours, theirs, strict=True)
    )
