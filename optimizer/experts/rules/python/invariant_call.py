"""A call in a loop that gives the same in every round."""

import libcst as cst

from optimizer.experts.rules.pattern import same
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement
from optimizer.experts.rules.types import element, hashable, head

# Methods of texts that cannot fail, and what to call their results.
_TEXT_METHODS = {
    "lower": "lowered",
    "upper": "capitals",
    "casefold": "folded",
    "strip": "stripped",
}


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]
    finder = _Repeated(scene)
    statement.visit(finder)
    calls: list[tuple[cst.Call, str]] = []
    for call, name in finder.found:
        known = any(same(call, other) for other, _ in calls)
        if not known and not any(scene.may_change(each, statement) for each in scene.effects(call).reads):
            calls.append((call, name))
    if not calls or isinstance(statement, cst.FunctionDef | cst.ClassDef):
        return None
    lines: list[Statement] = []
    changed: cst.CSTNode = statement.with_changes(leading_lines=[])
    for call, name in calls:
        local = scene.temporary(*name.split())
        lines += fill("LOCAL = CALL", LOCAL=local, CALL=call)
        changed = changed.visit(_Replaced(call, local))  # type: ignore[assignment]  # a statement stays one
    return Change((*lines, cst.ensure_type(changed, type(statement))))


class _Repeated(cst.CSTVisitor):
    """Calls of the kinds above in the parts of loops and comprehensions that run again and again."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene, self._depth = scene, 0
        self.found: list[tuple[cst.Call, str]] = []

    def visit_For(self, node: cst.For) -> bool:  # noqa: N802  # LibCST's name
        node.iter.visit(self)
        self._again(node.body)
        return False

    def visit_While(self, node: cst.While) -> bool:  # noqa: N802  # LibCST's name
        self._again(node.test, node.body)
        return False

    def visit_ListComp(self, node: cst.ListComp) -> bool:  # noqa: N802  # LibCST's name
        return self._comprehension(node, node.for_in)

    def visit_SetComp(self, node: cst.SetComp) -> bool:  # noqa: N802  # LibCST's name
        return self._comprehension(node, node.for_in)

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> bool:  # noqa: N802  # LibCST's name
        return self._comprehension(node, node.for_in)

    def _comprehension(self, node: cst.BaseSimpleComp, clause: cst.CompFor) -> bool:
        clause.iter.visit(self)
        inner = [clause.inner_for_in] if clause.inner_for_in else []
        self._again(node.elt, *clause.ifs, *inner)
        return False

    def _again(self, *nodes: cst.CSTNode) -> None:
        self._depth += 1
        for node in nodes:
            node.visit(self)
        self._depth -= 1

    def visit_Lambda(self, node: cst.Lambda) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802, ARG002  # LibCST's signature
        return False

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802  # LibCST's name
        name = _text_call(self._scene, node)
        if self._depth and name:
            self.found.append((node, name))

    def visit_ComparisonTarget(self, node: cst.ComparisonTarget) -> None:  # noqa: N802  # LibCST's name
        """A container that only answers `in` may be made once: nobody gets hold of it."""
        if self._depth and isinstance(node.operator, cst.In | cst.NotIn):
            name = _container_call(self._scene, node.comparator)
            if name and isinstance(node.comparator, cst.Call):
                self.found.append((node.comparator, name))


def _text_call(scene: Scene, node: cst.Call) -> str:
    match node:
        case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value=method)), args=[]):
            text = isinstance(value, cst.Name) and scene.type_of(value) == "str"
            return _TEXT_METHODS.get(method, "") if text else ""
        case _:
            return ""


def _container_call(scene: Scene, node: cst.BaseExpression) -> str:
    match node:
        case cst.Call(
            func=cst.Name(value="set" | "sorted" as made),
            args=[cst.Arg(value=cst.Name(value=name), keyword=None, star="")],
        ) if scene.is_builtin(made):
            kind = scene.env.get(name, "")
            plain = head(kind) in ("list", "str", "tuple") and hashable(element(kind))
            return f"{name}_{made} distinct_{name}" if plain else ""
        case _:
            return ""


class _Replaced(cst.CSTTransformer):
    def __init__(self, call: cst.Call, local: str) -> None:
        super().__init__()
        self._call, self._local = call, local

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:  # noqa: N802  # LibCST's name
        return cst.Name(self._local) if same(original_node, self._call) else updated_node


RULE = Rule(
    name="invariant-call",
    summary="makes a call once before the loop that gives the same in every round",
    before="""\
def has_every_letter(text: str, alphabet: str) -> bool:
    for letter in alphabet:
        if letter not in text.lower():
            return False
    return True
""",
    after="""\
def has_every_letter(text: str, alphabet: str) -> bool:
    lowered = text.lower()
    for letter in alphabet:
        if letter not in lowered:
            return False
    return True
""",
    rewrite=in_statements(_find),
)
