"""The reverse of patterns: code with holes (names in capitals) that are filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import libcst as cst

from optimizer.experts.rules.tree import Statement, statements

Filling = cst.BaseExpression | Sequence[Statement] | str

_MARK = cst.LeftParen()  # parentheses put here for safety, removed again where they are needless

_ATOMS = (
    cst.Name,
    cst.Attribute,
    cst.Call,
    cst.Subscript,
    cst.BaseString,
    cst.BaseNumber,
    cst.List,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
)
# Parents and fields in which an expression stands between delimiters of its own.
_DELIMITED: Mapping[type[cst.CSTNode], frozenset[str]] = {
    cst.Arg: frozenset({"value"}),
    cst.Assign: frozenset({"value"}),
    cst.AssignTarget: frozenset({"target"}),
    cst.AnnAssign: frozenset({"value"}),
    cst.AugAssign: frozenset({"value"}),
    cst.Return: frozenset({"value"}),
    cst.Expr: frozenset({"value"}),
    cst.Index: frozenset({"value"}),
    cst.If: frozenset({"test"}),
    cst.While: frozenset({"test"}),
    cst.For: frozenset({"target", "iter"}),
    cst.CompFor: frozenset({"target", "iter"}),
    cst.CompIf: frozenset({"test"}),
    cst.ListComp: frozenset({"elt"}),
    cst.SetComp: frozenset({"elt"}),
    cst.GeneratorExp: frozenset({"elt"}),
    cst.Element: frozenset({"value"}),
    cst.Slice: frozenset({"lower", "upper", "step"}),
}
# In a comprehension these would run into the words that follow.
_LOOSE_IN_COMPREHENSION = (cst.IfExp, cst.Lambda)
_TARGETS = (cst.For, cst.CompFor, cst.AssignTarget)


def fill(text: str, **holes: Filling) -> tuple[Statement, ...]:
    """The statements of a template; a hole alone on a line takes statements."""
    module = cst.Module(statements(text)).visit(_Filler(holes))
    return tuple(module.body)


def fill_expression(text: str, **holes: Filling) -> cst.BaseExpression:
    """The expression of a template."""
    match fill(text, **holes):
        case (cst.SimpleStatementLine(body=[cst.Expr(value=value)]),):
            return value
        case _:
            raise ValueError(f"not one expression: {text}")


def atom(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression that can stand anywhere: in parentheses if it needs them."""
    if node.lpar or isinstance(node, _ATOMS):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


class _Filler(cst.CSTTransformer):
    def __init__(self, holes: Mapping[str, Filling]) -> None:
        super().__init__()
        self._holes = holes

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:  # noqa: ARG002, N802  # LibCST's signature
        filling = self._holes.get(updated_node.value)
        if isinstance(filling, str):
            return cst.Name(filling)
        if not isinstance(filling, cst.BaseExpression):
            return updated_node
        if filling.lpar or isinstance(filling, _ATOMS):
            return filling
        return filling.with_changes(lpar=[_MARK], rpar=[cst.RightParen()])

    def leave_SimpleStatementLine(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.SimpleStatementLine,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.SimpleStatementLine,
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement]:
        match updated_node.body:
            case [cst.Expr(value=cst.Name(value=name))] if name in self._holes:
                filling = self._holes[name]
                if isinstance(filling, Sequence) and not isinstance(filling, str):
                    return cst.FlattenSentinel(filling)
        return updated_node

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> object:  # type: ignore[override]  # flattens too
        node = super().on_leave(original_node, updated_node)
        if isinstance(node, cst.CSTNode) and type(node) in _DELIMITED:
            return _without_needless(node)
        return node


def _without_needless(node: cst.CSTNode) -> cst.CSTNode:
    allowed = _DELIMITED[type(node)]
    for field in fields(node):
        value = getattr(node, field.name)
        if field.name in allowed and isinstance(value, cst.BaseExpression) and _marked(value):
            loose = isinstance(value, cst.Tuple | cst.NamedExpr | cst.Yield | cst.GeneratorExp)
            if isinstance(node, cst.CompFor | cst.CompIf):
                loose = loose or isinstance(value, _LOOSE_IN_COMPREHENSION)
            if not loose or (isinstance(value, cst.Tuple) and _is_target(node, field.name)):
                node = node.with_changes(**{field.name: value.with_changes(lpar=[], rpar=[])})
    return node


def _marked(value: cst.BaseExpression) -> bool:
    return bool(value.lpar) and value.lpar[0] is _MARK


def _is_target(node: cst.CSTNode, field: str) -> bool:
    return isinstance(node, _TARGETS) and field == "target"
