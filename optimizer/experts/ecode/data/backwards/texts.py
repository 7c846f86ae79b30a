"""Kinds that make texts, keys and numbers in a slower way."""

import libcst as cst

from optimizer.experts.ecode.data.backwards.conditions import constant
from optimizer.experts.ecode.data.backwards.expressions import Swap, at_expressions, swapped
from optimizer.experts.ecode.data.backwards.kind import Kind
from optimizer.experts.ecode.data.backwards.names import bindings, names_in
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.template import fill_expression
from optimizer.experts.rules.tree import code, expression

_KEYED = ("sorted", "min", "max", "sort")
_OUTER_QUOTES = ('"', "'")


def _parts(node: cst.BaseExpression) -> list[str | cst.BaseExpression] | None:
    """Texts and values of an f-string that only inserts values; None for all others."""
    if (
        not isinstance(node, cst.FormattedString)
        or node.start[-1] not in _OUTER_QUOTES
        or len(node.start) != 2
    ):
        return None
    found: list[str | cst.BaseExpression] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            if any(each in part.value for each in "{}\\"):
                return None
            found.append(part.value)
        elif isinstance(part, cst.FormattedStringExpression):
            if part.format_spec is not None or part.conversion is not None or part.equal is not None:
                return None
            if isinstance(part.expression, cst.Tuple):  # without its braces it would be several arguments
                return None
            found.append(part.expression)
        else:
            return None
    return found if any(isinstance(part, cst.BaseExpression) for part in found) else None


def _string_sum(scene: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
    parts = _parts(node)
    if parts is None or not isinstance(node, cst.FormattedString) or not scene.is_builtin("str"):
        return None
    quote = node.start[-1]
    terms = [
        cst.SimpleString(f"{quote}{part}{quote}") if isinstance(part, str) else _as_text(part)
        for part in parts
    ]
    joined = terms[0]
    for term in terms[1:]:
        joined = cst.BinaryOperation(joined, cst.Add(), term)
    return joined


def _as_text(value: cst.BaseExpression) -> cst.BaseExpression:
    return cst.Call(cst.Name("str"), [cst.Arg(value.with_changes(lpar=[], rpar=[]))])


def _format_call(_scene: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
    parts = _parts(node)
    if parts is None or not isinstance(node, cst.FormattedString):
        return None
    quote = node.start[-1]
    text = "".join(part if isinstance(part, str) else "{}" for part in parts)
    values = [cst.Arg(part) for part in parts if isinstance(part, cst.BaseExpression)]
    return cst.Call(cst.Attribute(cst.SimpleString(f"{quote}{text}{quote}"), cst.Name("format")), values)


def _key_lambda(scene: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """`key=len` as a lambda that calls it."""
    if not isinstance(node, cst.Call) or code(node.func).rpartition(".")[2] not in _KEYED:
        return None
    args = list(node.args)
    for at, arg in enumerate(args):
        keyed = arg.keyword is not None and arg.keyword.value == "key"
        if keyed and _a_function(scene, arg.value):
            item = scene.temporary("item", "element", "entry")
            called = fill_expression("F(T)", F=arg.value, T=item)
            args[at] = arg.with_changes(value=_lambda(item, called))
            return node.with_changes(args=args)
    return None


def _a_function(scene: Scene, key: cst.BaseExpression) -> bool:
    """Whether the key can be called: a parameter or a variable may be None, which is no key at all."""
    if isinstance(key, cst.Name):
        return key.value != "None" and not bindings(scene, key.value)
    return isinstance(key, cst.Attribute) and scene.pure(key)


def _key_item(scene: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """`itemgetter(1)` as a lambda that takes the item."""
    for module in ("operator.", ""):
        for getter, slow in (("itemgetter(N)", "T[N]"), ("attrgetter(N)", "")):
            found = scene.match_expression(module + getter, node)
            if found is None:
                continue
            if not constant("N")(scene, found):
                return None  # a lambda would ask for it at each call, and may find another value
            item = scene.temporary("item", "element", "entry")
            if slow:
                return _lambda(item, fill_expression(slow, T=item, N=found.node("N")))
            name = code(found.node("N"))[1:-1]
            return _lambda(item, expression(f"{item}.{name}")) if name.isidentifier() else None
    return None


def _lambda(item: str, body: cst.BaseExpression) -> cst.Lambda:
    return cst.Lambda(cst.Parameters([cst.Param(cst.Name(item))]), body)


def _number_from_text(scene: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """A number in hexadecimal or binary is read out of a text."""
    if not isinstance(node, cst.Integer) or not scene.is_builtin("int"):
        return None
    text = node.value.lower().replace("_", "")
    for prefix, base in (("0x", 16), ("0b", 2)):
        if text.startswith(prefix):
            return expression(f'int("{text[2:]}", {base})')
    return None


def _comprehension_of_values(scene: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """`[0] * n` rows as nested comprehensions with a variable of their own."""
    found = scene.match_expression("[[C] * M for T in range(N)]", node)
    if (
        found is None
        or not isinstance(found.node("C"), cst.Integer)
        or found.name("T") in names_in(found.node("M"))
    ):
        return None
    column = scene.temporary("j", "column", "at")
    holes = {hole: found.node(hole) for hole in ("C", "M", "T", "N")}
    return fill_expression("[[C for J in range(M)] for T in range(N)]", J=column, **holes)


TEXTS = (
    Kind("string-sum", "string-sum", ('f"', "f'"), at_expressions(_string_sum)),
    Kind("format-call", "format-call", ('f"', "f'"), at_expressions(_format_call)),
    Kind("key-lambda-call", "key-lambda-call", ("key=", "key ="), at_expressions(_key_lambda)),
    Kind("key-lambda-item", "key-lambda-item", ("getter(",), at_expressions(_key_item)),
    Kind(
        "constant-from-text",
        "constant-from-text",
        ("0x", "0X", "0b", "0B"),
        at_expressions(_number_from_text),
    ),
    Kind(
        "table-by-comprehension", "list-of-constants", ("]*", "] *"), at_expressions(_comprehension_of_values)
    ),
    Kind(
        "reduce-lambda",
        "reduce-lambda",
        ("operator.",),
        swapped(
            *(
                Swap(f"{reduce}(operator.{name}, {rest})", f"{reduce}(lambda a, b: a {sign} b, {rest})")
                for reduce in ("functools.reduce", "reduce")
                for name, sign in (("xor", "^"), ("mul", "*"), ("add", "+"), ("or_", "|"), ("and_", "&"))
                for rest in ("X", "X, Y")
            )
        ),
    ),
    Kind(
        "alphabet-by-code",
        "alphabet-by-code",
        ("ascii_lowercase", "ascii_uppercase"),
        swapped(
            Swap(
                "string.ascii_lowercase", '"".join([chr(INDEX) for INDEX in range(ord("a"), ord("z") + 1)])'
            ),
            Swap(
                "string.ascii_uppercase", '"".join([chr(INDEX) for INDEX in range(ord("A"), ord("Z") + 1)])'
            ),
        ),
    ),
)
