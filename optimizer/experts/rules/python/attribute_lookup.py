"""`self.x` read again and again in a loop that cannot change it."""

import ast
from collections import Counter
from functools import lru_cache

import libcst as cst

from optimizer.domain.functions import FunctionKind
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement


def _find(scene: Scene, place: Place) -> Change | None:
    loop = place.block[place.index]
    if not isinstance(loop, cst.For | cst.While) or place.loops or not _method(scene):
        return None
    owner = scene.tree.args.args[0].arg
    effects = scene.effects(loop)
    if effects.unknown_calls or effects.suspends or owner in effects.binds or _passed(loop, owner):
        return None
    read = _Attributes(owner)
    loop.visit(read)
    certain = _certain(scene.request.module_source, scene.request.function.qualname)
    names = [name for name, times in read.read.items() if _worth(read, name, times) and name in certain]
    if not names:
        return None
    lines: list[Statement] = []
    changed: cst.CSTNode = loop.with_changes(leading_lines=[])
    for name in names:
        local = scene.temporary(name.strip("_"), f"own_{name.strip('_')}")
        lines += fill(f"LOCAL = {owner}.{name}", LOCAL=local)
        changed = changed.visit(_Renamed(owner, name, local))  # type: ignore[assignment]  # a loop stays one
    return Change((*lines, cst.ensure_type(changed, type(loop))))


def _method(scene: Scene) -> bool:
    """A plain method, whose first parameter is the object."""
    tree = scene.tree
    return (
        scene.request.function.kind is FunctionKind.METHOD
        and bool(tree.args.args)
        and not tree.decorator_list
    )


def _worth(read: "_Attributes", name: str, times: int) -> bool:
    return name not in read.stored and (times > 1 or name in read.deep)


def _passed(loop: cst.CSTNode, owner: str) -> bool:
    """Whether the object itself, not an attribute of it, is used."""
    for child in loop.children:
        if isinstance(child, cst.Name) and child.value == owner and not isinstance(loop, cst.Attribute):
            return True
        if _passed(child, owner):
            return True
    return False


class _Attributes(cst.CSTVisitor):
    def __init__(self, owner: str) -> None:
        super().__init__()
        self._owner, self._depth = owner, 0
        self.read: Counter[str] = Counter()
        self.deep: set[str] = set()  # read in an inner loop
        self.stored: set[str] = set()  # given another value, or called

    def visit_For(self, node: cst.For) -> None:  # noqa: N802, ARG002  # LibCST's signature
        self._depth += 1

    def leave_For(self, original_node: cst.For) -> None:  # noqa: N802, ARG002  # LibCST's signature
        self._depth -= 1

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: N802  # LibCST's name
        if name := _own(node, self._owner):
            self.read[name] += 1
            if self._depth > 1:
                self.deep.add(name)

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802  # LibCST's name
        self.stored.add(_own(node.func, self._owner))

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802  # LibCST's name
        self._exclude(node.target)

    def visit_AnnAssign(self, node: cst.AnnAssign) -> None:  # noqa: N802  # LibCST's name
        self._exclude(node.target)

    def visit_AugAssign(self, node: cst.AugAssign) -> None:  # noqa: N802  # LibCST's name
        self._exclude(node.target)

    def visit_Del(self, node: cst.Del) -> None:  # noqa: N802  # LibCST's name
        self._exclude(node.target)

    def _exclude(self, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.Attribute):
            self.stored.add(node.attr.value)  # of whatever object: it may be the same one
        if isinstance(node, cst.Tuple):
            for element in node.elements:
                self._exclude(element.value)


def _own(node: cst.CSTNode, owner: str) -> str:
    match node:
        case cst.Attribute(value=cst.Name(value=base), attr=cst.Name(value=name)) if base == owner:
            return name
        case _:
            return ""


@lru_cache(maxsize=256)
def _certain(source: str, qualname: str) -> frozenset[str]:
    """Attributes that every object of the method's class has: plain ones that `__init__` always sets."""
    path = qualname.split(".")[:-1]
    body: list[ast.stmt] = ast.parse(source).body
    found: ast.ClassDef | None = None
    for part in path:
        found = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == part), None)
        body = found.body if found else []
    if found is None or qualname.endswith(".__init__"):
        return frozenset()
    methods = {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}
    if not methods.keys().isdisjoint({"__getattr__", "__getattribute__"}) or "__init__" not in methods:
        return frozenset()
    return frozenset(_assigned(methods["__init__"]) - methods.keys())


def _assigned(method: ast.FunctionDef) -> set[str]:
    owner = method.args.args[0].arg if method.args.args else ""
    names: set[str] = set()
    for statement in method.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        for target in targets:
            match target:
                case ast.Attribute(value=ast.Name(id=base), attr=name) if base == owner:
                    names.add(name)
                case _:
                    continue
        if any(isinstance(node, ast.Return) for node in ast.walk(statement)):
            break
    return names


class _Renamed(cst.CSTTransformer):
    def __init__(self, owner: str, name: str, local: str) -> None:
        super().__init__()
        self._owner, self._name, self._local = owner, name, local

    def leave_Attribute(  # noqa: N802  # LibCST's name
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return cst.Name(self._local) if _own(original_node, self._owner) == self._name else updated_node


RULE = Rule(
    name="attribute-lookup",
    summary="reads the attribute once before the loop instead of in every round",
    before="""\
class Chart:
    def __init__(self, rows, width):
        self.rows = rows
        self.width = width

    def total(self):
        found = 0
        for i in range(len(self.rows)):
            for j in range(self.width):
                found += self.rows[i][j]
        return found
""",
    after="""\
class Chart:
    def __init__(self, rows, width):
        self.rows = rows
        self.width = width

    def total(self):
        found = 0
        rows = self.rows
        width = self.width
        for i in range(len(rows)):
            for j in range(width):
                found += rows[i][j]
        return found
""",
    rewrite=in_statements(_find),
)
