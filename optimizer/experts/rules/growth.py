"""Texts that grow at their end."""

from dataclasses import dataclass

import libcst as cst

from optimizer.experts.rules.pattern import match_statements
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.tree import Statement


@dataclass(frozen=True, slots=True)
class Added:
    name: str  # of the text
    value: cst.BaseExpression  # what is put at its end: a text, too
    copies: bool  # written so that the text is copied each time


def added(scene: Scene, statement: Statement) -> Added | None:
    """What a statement adds to a variable's text, where all of it is certain to be text."""
    grown = match_statements("TEXT += MORE", [statement])
    if grown is not None:
        return _made(scene, grown.name("TEXT"), [grown.node("MORE")], copies=False)
    assigned = match_statements("TEXT = VALUE", [statement])
    if assigned is None or not assigned.name("TEXT"):
        return None
    name, value = assigned.name("TEXT"), assigned.node("VALUE")
    if isinstance(value, cst.FormattedString):
        return _formatted(scene, name, value)
    parts: list[cst.BaseExpression] = []
    while isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
        parts.insert(0, value.right)
        value = value.left
    own = isinstance(value, cst.Name) and value.value == name
    return _made(scene, name, parts, copies=len(parts) > 1) if own and parts else None


def _made(scene: Scene, name: str, parts: list[cst.BaseExpression], copies: bool) -> Added | None:
    effects = scene.effects(*parts)
    if not name or name in effects.reads | effects.binds or effects.suspends:
        return None
    if any(scene.type_of(each) != "str" for each in parts):
        return None
    value = parts[0]
    for each in parts[1:]:
        value = cst.BinaryOperation(value, cst.Add(), each)
    return Added(name, value, copies)


def _formatted(scene: Scene, name: str, value: cst.FormattedString) -> Added | None:
    """`f"{text}..."`, for which the text is copied."""
    match value.parts:
        case [
            cst.FormattedStringExpression(
                expression=cst.Name(value=first), conversion=None, format_spec=None, equal=None
            ),
            *rest,
        ] if first == name and rest and scene.env.get(name, "") == "str":
            more = _simple(value.with_changes(parts=rest))
        case _:
            return None
    effects = scene.effects(more)
    if name in effects.reads | effects.binds or effects.suspends:
        return None
    return Added(name, more, copies=True)


def _simple(value: cst.FormattedString) -> cst.BaseExpression:
    """A plain literal where nothing is formatted any more."""
    if any(isinstance(each, cst.FormattedStringExpression) for each in value.parts):
        return value
    prefix = value.start.lower().replace("f", "")
    text = "".join(each.value for each in value.parts if isinstance(each, cst.FormattedStringText))
    quote = value.end
    braces = text.replace("{{", "{").replace("}}", "}")
    return cst.parse_expression(f"{prefix.rstrip(quote)}{quote}{braces}{quote}")
