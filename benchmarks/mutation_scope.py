"""What mutation operators are shown, and what they give."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

# An expression for an expression; any number of statements for a statement.
Replacement = ast.expr | ast.arg | list[ast.stmt]


@dataclass(frozen=True, slots=True)
class Scope:
    """What an operator may know of the function around the node."""

    alike: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> names of the same type
    result: ast.Return | None = None  # the function's last statement


Operator = Callable[[ast.AST, Scope], Iterator[Replacement]]


def is_call(node: ast.AST, *names: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    return name in names
