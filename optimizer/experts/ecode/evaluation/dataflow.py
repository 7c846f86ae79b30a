"""Which variables' values a piece of code makes of which, in the four languages.

A variable is a name that the code itself binds: a parameter, a target of an assignment, of a loop, of a
declaration. One name is one variable, whatever block binds it. A write to a part, `a[i] = x`, is a write to
`a` from `x` and `i`. What a function's body reads does not flow to the variable that the function is kept in.
Order does not count: an edge says that some definition of one reads the other, not when.
"""

from collections import Counter
from collections.abc import Iterator
from enum import Enum, auto

from tree_sitter import Node

from optimizer.experts.ecode.evaluation import syntax
from optimizer.experts.ecode.evaluation.grammars import GRAMMARS, Grammar

Edge = tuple[int | None, int]  # (what is defined, what is read for it); None: read for anything else


class _Role(Enum):
    READ = auto()
    WRITE = auto()
    UPDATE = auto()  # read and written


_Name = tuple[str, _Role, tuple[str, ...]]  # the last: what is defined with it


def edges(code: str, language: str) -> Counter[Edge]:
    """Variables are numbered as they first appear, so that names do not matter. Raises KeyError for a
    language that is none of the four."""
    names = list(_names(syntax.root(code, language), GRAMMARS[language]))
    bound = {text for text, role, _ in names if role is not _Role.READ}
    ordered = dict.fromkeys(text for text, _, _ in names if text in bound)
    numbers = {text: number for number, text in enumerate(ordered)}
    return Counter(
        (owner, numbers[text])
        for text, role, owners in names
        if text in bound and role is not _Role.WRITE
        for owner in (dict.fromkeys(numbers[one] for one in owners) or (None,))
    )


def _names(root: Node, grammar: Grammar) -> Iterator[_Name]:
    """Every name of the code in its order, labels left out."""
    waiting: list[tuple[Node, _Role, tuple[str, ...]]] = [(root, _Role.READ, ())]
    while waiting:
        node, role, owners = waiting.pop()
        if node.type in grammar.names:
            yield _text(node), role, owners
        inside = () if node.type in grammar.functions else owners
        parts = _children(node, role, grammar)
        more = tuple(name for child, part, flows in parts if flows for name in _written(child, part, grammar))
        waiting.extend(
            (child, part, inside + more if flows else inside) for child, part, flows in parts[::-1]
        )


def _written(node: Node, role: _Role, grammar: Grammar) -> Iterator[str]:
    """The names that are bound by a target."""
    if role is _Role.READ:
        return
    waiting = [(node, role)]
    while waiting:
        one, part = waiting.pop()
        if one.type in grammar.names:
            yield _text(one)
        children = _children(one, part, grammar)
        waiting.extend((child, below) for child, below, _ in children[::-1] if below is not _Role.READ)


def _children(node: Node, role: _Role, grammar: Grammar) -> list[tuple[Node, _Role, bool]]:
    """What to look at below, what happens to it there, and whether it takes part in the node's definition."""
    if node.type in grammar.skipped:
        return []
    fields = [(child, node.field_name_for_child(at) or "") for at, child in enumerate(node.children)]
    fields = [(child, name) for child, name in fields if (node.type, name) not in grammar.labels]
    definition = grammar.definitions.get(node.type)
    if definition is not None:
        updates = definition.updates or _has_operator(node)
        flows = updates or any(name in definition.sources for _, name in fields)
        target = _Role.UPDATE if updates else _Role.WRITE
        return [
            (child, target if name in definition.targets else _Role.READ, flows and name in definition.fields)
            for child, name in fields
        ]
    if node.type in grammar.calls:
        return [(child, _Role.READ, False) for child, _ in fields]
    whole = grammar.parts.get(node.type)
    return [(child, role if whole in (None, name) else _Role.READ, False) for child, name in fields]


def _has_operator(node: Node) -> bool:
    """Whether it is `+=` or its like; the `of` of a loop is an operator too."""
    operator = node.child_by_field_name("operator")
    return operator is not None and len(operator.type) > 1 and operator.type.endswith("=")


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "surrogatepass")
