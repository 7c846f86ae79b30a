"""An expression in the place of a variable."""

from typing import TypeVar

import libcst as cst

_Node = TypeVar("_Node", bound=cst.CSTNode)


def substituted(node: _Node, name: str, value: cst.BaseExpression) -> _Node:
    """The code with the value wherever it reads the variable; attributes and keywords of that name stay."""
    changed = node.visit(_Substituting(name, value))
    assert isinstance(changed, type(node))
    return changed


class _Substituting(cst.CSTTransformer):
    def __init__(self, name: str, value: cst.BaseExpression) -> None:
        super().__init__()
        self._name, self._value = name, value

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.Attribute:  # noqa: N802  # LibCST's name
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:  # noqa: N802  # LibCST's name
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:  # noqa: ARG002, N802  # LibCST's signature
        return self._value.deep_clone() if updated_node.value == self._name else updated_node
