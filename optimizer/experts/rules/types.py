"""What annotations and initial values say about the types of a function's variables.

A type is written as an annotation would be: "list[int]". "" is an unknown type. A name has one type
for the whole function: where its bindings disagree, the type is unknown.
"""

import ast
from collections.abc import Container, Mapping
from contextlib import suppress

UNKNOWN = ""
LATER = "?"  # depends on a binding that has not been looked at yet

_SAME = {"int", "str", "float", "bool", "bytes", "list", "dict", "set", "tuple", "frozenset", "range"}
_ALIASES = {
    "List": "list",
    "Dict": "dict",
    "Set": "set",
    "Tuple": "tuple",
    "FrozenSet": "frozenset",
    "Deque": "deque",
    "deque": "deque",
    "Sequence": "sequence",
    "Iterable": "iterable",
    "Collection": "iterable",
    "Iterator": "iterator",
}
_ITERABLES = {"list", "set", "frozenset", "sequence", "iterable", "iterator", "deque", "dict"}
SCALARS = {"int", "str", "float", "bool", "bytes"}

_CALLS = {
    "len": "int",
    "int": "int",
    "ord": "int",
    "hash": "int",
    "str": "str",
    "chr": "str",
    "repr": "str",
    "bin": "str",
    "hex": "str",
    "input": "str",
    "float": "float",
    "bool": "bool",
    "isinstance": "bool",
    "callable": "bool",
    "range": "range",
}
_STR_METHODS = {
    **dict.fromkeys(("find", "rfind", "index", "rindex", "count"), "int"),
    **dict.fromkeys(("split", "rsplit", "splitlines"), "list[str]"),
    **dict.fromkeys(
        ("isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "startswith", "endswith"), "bool"
    ),
    **dict.fromkeys(
        ("lower", "upper", "strip", "lstrip", "rstrip", "replace", "title", "capitalize", "swapcase", "join",
         "format", "zfill", "center", "ljust", "rjust", "casefold", "translate"),
        "str",
    ),
}  # fmt: skip  # one name a line would be two pages


def head(kind: str) -> str:
    """ "list" of "list[int]"."""
    return kind.partition("[")[0]


def concrete(kind: str) -> str:
    """The head of a built-in type; empty for what may be, or may share parts with, another type's object."""
    return head(kind) if head(kind) in _SAME | {"deque"} else UNKNOWN


def arguments(kind: str) -> list[str]:
    """["str", "int"] of "dict[str, int]"."""
    inner = kind.partition("[")[2][:-1]
    found, depth, start = [], 0, 0
    for index, char in enumerate(inner):
        depth += (char == "[") - (char == "]")
        if char == "," and depth == 0:
            found.append(inner[start:index].strip())
            start = index + 1
    return [*found, inner[start:].strip()] if inner else []


def element(kind: str) -> str:
    """The type of what iteration over a value gives."""
    if kind in ("str", LATER):
        return kind
    if kind in ("range", "bytes"):
        return "int"
    of = arguments(kind)
    if head(kind) in _ITERABLES and of:
        return of[0]
    if head(kind) == "tuple" and of:
        return of[0] if set(of[1:]) <= {"...", of[0]} else UNKNOWN
    return UNKNOWN


def item(kind: str) -> str:
    """The type of what a subscript gives."""
    if head(kind) == "dict":
        of = arguments(kind)
        return of[1] if len(of) == 2 else UNKNOWN
    return element(kind) if head(kind) in {"list", "tuple", "str", "sequence", "range", LATER} else UNKNOWN


def hashable(kind: str) -> bool:
    """Whether every value of the type can be put into a set."""
    if head(kind) in ("tuple", "frozenset"):
        of = [each for each in arguments(kind) if each != "..."]
        return bool(of) and all(map(hashable, of))
    return kind in SCALARS


def join(one: str, other: str) -> str:
    if LATER in (one, other):
        return other if one == LATER else one
    if one == other:
        return one
    if {one, other} == {"bool", "int"}:
        return "int"
    if head(one) == head(other) and head(one) in ("list", "set", "deque", "dict"):
        # An empty display says nothing about the elements: the other one does.
        return one if other == head(one) else other if one == head(one) else head(one) + "[]"
    return UNKNOWN


def annotation(node: ast.expr | None, records: Container[str] = frozenset()) -> str:
    """The type that an annotation names; unknown for unions and anything else unusual.

    `records` are names of classes that are types by themselves (see `records.py`).
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        with suppress(SyntaxError):
            return annotation(ast.parse(node.value, mode="eval").body, records)
    if isinstance(node, ast.Name) and node.id in records:
        return node.id
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    if name:
        return name if name in _SAME else _ALIASES.get(name, UNKNOWN)
    if not isinstance(node, ast.Subscript):
        return UNKNOWN
    base = annotation(node.value)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    of = [_part(each, records) for each in inner]
    return f"{base}[{', '.join(of)}]" if base and "object" not in of else base


def _part(node: ast.expr, records: Container[str]) -> str:
    ellipsis = isinstance(node, ast.Constant) and node.value is Ellipsis
    return "..." if ellipsis else annotation(node, records) or "object"


def infer(node: ast.expr, env: Mapping[str, str]) -> str:  # noqa: PLR0912  # one answer a kind of expression
    """The type of an expression."""
    match node:
        case ast.Constant(value=value):
            return type(value).__name__ if type(value).__name__ in SCALARS else UNKNOWN
        case ast.JoinedStr():
            return "str"
        case ast.Name(id=name):
            return env.get(name, UNKNOWN)
        case ast.List() | ast.Set() | ast.Tuple() | ast.Dict():
            return _display(node, env)
        case ast.ListComp(elt=elt) | ast.SetComp(elt=elt):
            return of_type("list" if isinstance(node, ast.ListComp) else "set", infer(elt, env))
        case ast.DictComp(key=key, value=value):
            return of_type("dict", infer(key, env), infer(value, env))
        case ast.BinOp():
            return binary(node.op, infer(node.left, env), infer(node.right, env))
        case ast.UnaryOp(op=ast.Not()):
            return "bool"
        case ast.UnaryOp(operand=operand):
            kind = infer(operand, env)
            return "int" if kind == "bool" else kind if kind in ("int", "float", LATER) else UNKNOWN
        case ast.BoolOp(values=values):
            return _joined([infer(value, env) for value in values])
        case ast.IfExp(body=body, orelse=orelse):
            return join(infer(body, env), infer(orelse, env))
        case ast.Compare():
            return _comparison(node, env)
        case ast.Attribute(value=value, attr=attr):
            owner = infer(value, env)  # a record's fields are in the environment: "Task.minutes"
            return owner if owner == LATER else env.get(f"{owner}.{attr}", UNKNOWN)
        case ast.Subscript(value=value, slice=ast.Slice()):
            return infer(value, env)
        case ast.Subscript(value=value):
            return item(infer(value, env))
        case ast.Call():
            return _call(node, env)
        case _:
            return UNKNOWN


def of_type(base: str, *inner: str) -> str:
    """ "list[int]" of "list" and "int"; "list[]" where the elements are not known."""
    if LATER in inner:
        return LATER
    return f"{base}[{', '.join(inner)}]" if all(inner) else f"{base}[]"


def _joined(kinds: list[str]) -> str:
    result = LATER
    for kind in kinds:
        if kind == UNKNOWN:
            return UNKNOWN
        result = join(result, kind)
        if result == UNKNOWN:
            return UNKNOWN
    return result


def _display(node: ast.expr, env: Mapping[str, str]) -> str:
    match node:
        case ast.Tuple(elts=elts) if elts and not any(isinstance(each, ast.Starred) for each in elts):
            return of_type("tuple", *(infer(each, env) for each in elts))
        case ast.List(elts=elts) | ast.Set(elts=elts):
            base = "list" if isinstance(node, ast.List) else "set"
            return of_type(base, _joined([infer(each, env) for each in elts])) if elts else base
        case ast.Dict(keys=keys, values=values):
            if not keys:
                return "dict"
            known = [infer(key, env) if key else UNKNOWN for key in keys]
            return of_type("dict", _joined(known), _joined([infer(value, env) for value in values]))
        case _:
            return "tuple"


def binary(op: ast.operator, left: str, right: str) -> str:  # a table of types
    """The type of an arithmetic operation."""
    if LATER in (left, right):
        return LATER
    kinds = {left, right}
    if kinds <= {"int", "bool"}:
        whole = not isinstance(op, ast.Div | ast.Pow | ast.MatMult)
        return "int" if whole else "float" if isinstance(op, ast.Div) else UNKNOWN
    if kinds <= {"int", "bool", "float"}:
        return UNKNOWN if isinstance(op, ast.Pow) else "float"
    if isinstance(op, ast.Mod) and left == "str":
        return "str"
    if isinstance(op, ast.Mult) and "int" in kinds:
        other = right if left == "int" else left
        return other if head(other) in ("str", "list", "tuple") else UNKNOWN
    if isinstance(op, ast.Add) and head(left) == head(right) and head(left) in ("str", "list"):
        return join(left, right)
    if isinstance(op, ast.BitOr) and head(left) == head(right) == "set":
        return join(left, right)
    return UNKNOWN


def _comparison(node: ast.Compare, env: Mapping[str, str]) -> str:
    if all(isinstance(op, ast.In | ast.NotIn | ast.Is | ast.IsNot) for op in node.ops):
        return "bool"
    known = [infer(each, env) for each in (node.left, *node.comparators)]
    return "bool" if all(head(kind) in (*SCALARS, "list", "tuple", LATER) for kind in known) else UNKNOWN


def _call(node: ast.Call, env: Mapping[str, str]) -> str:  # one answer a callable
    first = infer(node.args[0], env) if node.args else UNKNOWN
    match node.func:
        case ast.Name(id="sorted" | "list" | "set" | "frozenset" | "deque" | "iter" | "reversed" as name):
            base = {"sorted": "list", "iter": "iterator", "reversed": "iterator"}.get(name, name)
            return of_type(base, element(first)) if node.args else base
        case ast.Name(id="dict") if not node.args and not node.keywords:
            return "dict"
        case ast.Name(id="min" | "max") if len(node.args) == 1:
            return element(first)
        case ast.Name(id="min" | "max"):
            return _joined([infer(each, env) for each in node.args])
        case ast.Name(id="sum") if len(node.args) == 1 and element(first) in ("int", "bool"):
            return "int"
        case ast.Name(id="abs"):
            return first if first in ("int", "float") else UNKNOWN
        case ast.Name(id=name):
            return _CALLS.get(name, UNKNOWN)
        case ast.Attribute(value=value, attr=attr):
            return _method(infer(value, env), attr)
        case _:
            return UNKNOWN


def _method(receiver: str, attr: str) -> str:
    if receiver == LATER:
        return LATER
    if receiver == "str":
        return _STR_METHODS.get(attr, UNKNOWN)
    if attr == "copy" and head(receiver) in ("list", "dict", "set"):
        return receiver
    if head(receiver) == "dict" and attr in ("keys", "values") and (of := arguments(receiver)):
        return f"iterable[{of[0] if attr == 'keys' else of[-1]}]"
    if attr in ("pop", "popleft") and head(receiver) in ("list", "deque"):
        return element(receiver.replace("deque", "list"))
    return "int" if attr in ("index", "count", "bit_length") and receiver else UNKNOWN
