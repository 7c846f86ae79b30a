"""One version of a function with everything that the guard's rules ask for."""

import ast
from dataclasses import dataclass

from optimizer.domain.evidence import Reason
from optimizer.languages.python import policy
from optimizer.languages.python.facts import Kind, ModuleFacts
from optimizer.languages.python.imports import bindings
from optimizer.languages.python.roots import Root
from optimizer.languages.python.scopes import FunctionNode, Scopes, scopes


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the guard has an opinion on. What the original does has the same key."""

    key: tuple[str, ...]
    reason: Reason
    text: str
    line: int  # in the tree


@dataclass(frozen=True, slots=True)
class Subject:
    """One version of a function with all that the rules ask for."""

    node: FunctionNode
    nodes: tuple[ast.AST, ...]  # of the body: the signature is compared elsewhere
    name: str  # how the module knows it; "" for a method
    facts: ModuleFacts
    scopes: Scopes
    parents: dict[ast.AST, ast.AST]
    imported: dict[str, frozenset[str]]  # name -> dotted origins, in the module with the candidate's
    imported_inside: dict[str, frozenset[str]]  # the same, by statements in the function
    present: frozenset[str]  # top-level packages that the module imports already

    def origins(self, name: ast.Name) -> frozenset[str]:
        """What an imported name stands for; nothing for other names."""
        known = self.imported if name in self.scopes.outer else self.imported_inside
        return known.get(name.id, frozenset())

    def from_outside(self, name: ast.Name) -> bool:
        return name in self.scopes.outer or name.id in self.imported_inside

    def dotted(self, node: ast.expr) -> str:
        """The dotted name an expression stands for, through imports; "" if it is none."""
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name):
            return ""
        if origins := self.origins(node):
            return min(origins)
        free = node in self.scopes.outer and node.id not in self.facts.kinds
        return node.id if free and policy.is_builtin(node.id) else ""

    def root(self, name: ast.Name) -> Root | None:
        """Where an object from outside the function comes from (see `roots`)."""
        if origins := self.origins(name):
            allowed = all(policy.is_stateless(origin) for origin in origins)
            return ("module" if allowed else "data", name.id)
        kinds = self.facts.kinds.get(name.id)
        if kinds == frozenset({Kind.CONSTANT}):
            return None
        changeable = Kind.DATA in kinds if kinds else not policy.is_builtin(name.id)
        return ("data" if changeable else "thing", name.id)


def subject(node: FunctionNode, name: str, facts: ModuleFacts, extra: dict[str, frozenset[str]]) -> Subject:
    """`extra`: names with their origins that the candidate's own imports bind."""
    nodes = tuple(item for statement in node.body for item in ast.walk(statement))
    return Subject(
        node=node,
        nodes=nodes,
        name=name,
        facts=facts,
        scopes=scopes(node),
        parents={child: parent for parent in (node, *nodes) for child in ast.iter_child_nodes(parent)},
        imported={**facts.origins, **extra},
        imported_inside=_inside(nodes),
        present=frozenset(origin.split(".")[0] for value in facts.origins.values() for origin in value),
    )


def _inside(nodes: tuple[ast.AST, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for item in bindings(node):
                found[item.name] = found.get(item.name, frozenset()) | {item.origin}
    return found
