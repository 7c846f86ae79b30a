"""One version of a function with everything that the guard's rules ask for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer.domain.evidence import Reason
from optimizer.languages.python import policy
from optimizer.languages.python.facts import Kind, ModuleFacts
from optimizer.languages.python.imports import Binding, bindings
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
    imported: dict[str, frozenset[str]]  # name -> dotted origins, of module, function and candidate
    present: frozenset[str]  # top-level packages that the module imports already

    def dotted(self, node: ast.expr) -> str:
        """The dotted name an expression stands for, through imports; "" if it is none."""
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value)
            return f"{base}.{node.attr}" if base else ""
        if not isinstance(node, ast.Name):
            return ""
        if node.id in self.imported:
            return min(self.imported[node.id])
        free = node in self.scopes.outer and node.id not in self.facts.kinds
        return node.id if free and policy.is_builtin(node.id) else ""

    def root(self, name: ast.Name) -> Root | None:
        """Where an object from outside the function comes from (see `roots`)."""
        origins = self.imported.get(name.id)
        if origins:
            allowed = all(policy.is_stateless(origin) for origin in origins)
            return ("module" if allowed else "data", name.id)
        kinds = self.facts.kinds.get(name.id)
        if kinds == frozenset({Kind.CONSTANT}):
            return None
        changeable = Kind.DATA in kinds if kinds else not policy.is_builtin(name.id)
        return ("data" if changeable else "thing", name.id)


def subject(node: FunctionNode, name: str, facts: ModuleFacts, extra: dict[str, str]) -> Subject:
    """`extra`: names with their origins that the candidate's own imports bind."""
    nodes = tuple(item for statement in node.body for item in ast.walk(statement))
    imported = {key: set(origins) for key, origins in facts.origins.items()}
    local = [(found.name, found.origin) for item in nodes for found in _local_imports(item)]
    for key, origin in [*extra.items(), *local]:
        imported.setdefault(key, set()).add(origin)
    found = scopes(node)
    shadowed = found.local - {key for key, _ in local}
    return Subject(
        node=node,
        nodes=nodes,
        name=name,
        facts=facts,
        scopes=found,
        parents={child: parent for parent in (node, *nodes) for child in ast.iter_child_nodes(parent)},
        imported={key: frozenset(value) for key, value in imported.items() if key not in shadowed},
        present=frozenset(origin.split(".")[0] for value in facts.origins.values() for origin in value),
    )


def _local_imports(node: ast.AST) -> Iterator[Binding]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from bindings(node)
