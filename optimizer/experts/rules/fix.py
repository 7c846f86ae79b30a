"""Expands the `fix` of a YAML rule: holes, parentheses, indentation, new names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode, SgRoot

_HOLE = re.compile(r"\$\$\$([A-Z][A-Z0-9_]*)|\$([A-Z][A-Z0-9_]*)")

# How tightly an expression holds together; what is not listed is an atom.
_ATOM = 100
_RANKS = {
    "await": 95,
    "binary_operator": 50,
    "unary_operator": 50,
    "comparison_operator": 40,
    "not_operator": 38,
    "boolean_operator": 30,
    "conditional_expression": 20,
    "lambda": 10,
    "named_expression": 5,
    "yield": 0,
    "expression_list": 0,
}
# What stands next to a hole, and how tightly an expression must hold together there.
_LEFT = {
    re.compile(r"(^|[(\[{,:=]|\breturn|[\r\n])\s*$"): 10,
    re.compile(r"(\bif|\belse)\s$"): 30,
    re.compile(r"(\bnot)\s$"): 40,
    re.compile(r"(\bin|[<>]|[!=]=|\bis)\s$"): 50,
}
_RIGHT = {
    re.compile(r"^\s*($|[)\]},:\r\n]|for\b)"): 10,
    re.compile(r"^\s(if|else|and|or)\b"): 30,
    re.compile(r"^\s(in\b|not in\b|[<>]|[!=]=|is\b)"): 50,
}
# How tightly the parts of an expression must hold together; parts of others must be atoms.
_PARTS = {"not_operator": 38, "boolean_operator": 38, "conditional_expression": 30}
# Places that hold any expression together.
_ENCLOSED = {
    "argument_list",
    "assignment",
    "augmented_assignment",
    "dictionary_comprehension",
    "expression_statement",
    "generator_expression",
    "keyword_argument",
    "list",
    "list_comprehension",
    "pair",
    "parenthesized_expression",
    "return_statement",
    "set",
    "set_comprehension",
    "tuple",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text around a match is laid out."""

    text: str  # the whole text that was searched
    unit: str  # one step of indentation


def holes(fix: str) -> tuple[str, ...]:
    """The names of the single holes of a fix."""
    return tuple(dict.fromkeys(name for _, name in _HOLE.findall(fix) if name))


def expand(fix: str, match: SgNode, layout: Layout, texts: Mapping[str, str]) -> str | None:
    """The text that takes the place of a match; None where there is no room for it.

    `texts` are for holes that the match itself does not fill.
    """
    if "\n" in fix and not _alone_on_its_lines(match, layout.text):
        return None
    # The template is laid out before it is filled: lines inside of what fills a hole stay as they are.
    text = _filled(_indented(fix, match, layout), match, layout.text, texts)
    return text if "\n" in fix or not _too_loose(text, match) else f"({text})"


def _filled(fix: str, match: SgNode, whole: str, texts: Mapping[str, str]) -> str:
    parts: list[str] = []
    position = 0
    for hole in _HOLE.finditer(fix):
        parts.append(fix[position : hole.start()])
        around = fix[: hole.start()], fix[hole.end() :]
        several, single = hole.groups()
        parts.append(_several(match, several, whole) if several else _single(match, single, around, texts))
        position = hole.end()
    return "".join([*parts, fix[position:]])


def _several(match: SgNode, name: str, whole: str) -> str:
    nodes = match.get_multiple_matches(name)
    return whole[nodes[0].range().start.index : nodes[-1].range().end.index] if nodes else ""


def _single(match: SgNode, name: str, around: tuple[str, str], texts: Mapping[str, str]) -> str:
    if name in texts:
        return texts[name]
    transformed = match.get_transformed(name)
    if transformed is not None:
        return transformed
    node = match[name]
    text = node.text()
    several_lines = "\n" in text and _rank(node) < _ATOM
    return f"({text})" if several_lines or _rank(node) < _required(*around) else text


def _rank(node: SgNode) -> int:
    if node.kind() == "tuple" and not node.text().startswith("("):
        return 0
    return _RANKS.get(node.kind(), _ATOM)


def _required(before: str, after: str) -> int:
    left = next((rank for pattern, rank in _LEFT.items() if pattern.search(before)), _ATOM)
    right = next((rank for pattern, rank in _RIGHT.items() if pattern.search(after)), _ATOM)
    return max(left, right)


def _alone_on_its_lines(match: SgNode, whole: str) -> bool:
    """Whether nothing but a remark shares the lines of a match."""
    before = whole[: match.range().start.index].rpartition("\n")[2]
    after = whole[match.range().end.index :].partition("\n")[0].strip()
    return not before.strip() and (not after or after.startswith("#"))


def _indented(fix: str, match: SgNode, layout: Layout) -> str:
    """Further lines of the fix start where the match does."""
    before = layout.text[: match.range().start.index].rpartition("\n")[2]
    newline = "\r\n" if "\r\n" in layout.text else "\n"
    first, *others = fix.split("\n")
    return newline.join([first, *(before + _steps(line, layout.unit) for line in others)])


def _steps(line: str, unit: str) -> str:
    bare = line.lstrip(" ")
    return unit * ((len(line) - len(bare)) // 4) + bare


def _too_loose(text: str, match: SgNode) -> bool:
    """Whether the place of the match needs more than the new text holds together by itself."""
    parent = match.parent()
    if parent is None or parent.kind() in _ENCLOSED or _rank(match) == 0:
        return False
    root = SgRoot(text, "python").root()
    statement = root.child(0)
    node = statement.child(0) if statement and statement.kind() == "expression_statement" else None
    needed = _PARTS.get(parent.kind(), _ATOM)
    return node is not None and _rank(node) < min(_rank(match), needed)
