"""Annotations, as written in the source, to shapes. Nothing is imported or evaluated."""

import ast
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field

from optimizer.workloads import shapes
from optimizer.workloads.shapes import Anything, Choice, Constants, Opaque, Record, Series, Shape

_SERIES = {
    "list": "list",
    "List": "list",
    "Sequence": "list",
    "MutableSequence": "list",
    "Collection": "list",
    "Container": "list",
    "Sized": "list",
    "Reversible": "list",
    "Iterable": "list",
    "Iterator": "iterator",
    "Generator": "iterator",
    "set": "set",
    "Set": "set",
    "MutableSet": "set",
    "AbstractSet": "set",
    "frozenset": "frozenset",
    "FrozenSet": "frozenset",
    "deque": "deque",
    "Deque": "deque",
}
_MAPPINGS = {
    "dict": "dict",
    "Dict": "dict",
    "Mapping": "dict",
    "MutableMapping": "dict",
    "OrderedDict": "OrderedDict",
    "Counter": "Counter",
    "defaultdict": "defaultdict",
    "DefaultDict": "defaultdict",
}
_ATOMS: dict[str, Shape] = {
    "int": shapes.Ints(),
    "Integral": shapes.Ints(),
    "SupportsInt": shapes.Ints(),
    "SupportsIndex": shapes.Ints(),
    "float": Choice((shapes.Floats(), shapes.Ints())),  # PEP 484: an int will do
    "SupportsFloat": Choice((shapes.Floats(), shapes.Ints())),
    "Number": Choice((shapes.Ints(), shapes.Floats())),
    "Real": Choice((shapes.Ints(), shapes.Floats())),
    "complex": Choice((Constants((1j, 0j, complex(-1.5, 2.0))), shapes.Floats())),
    "str": shapes.Texts(),
    "Text": shapes.Texts(),
    "AnyStr": shapes.Texts(),
    "bytes": shapes.Binary(),
    "ByteString": shapes.Binary(),
    "bool": shapes.BOOL,
    "None": shapes.NONE,
    "NoneType": shapes.NONE,
    "Any": Anything(),
    "object": Anything(),
    "Hashable": Choice((shapes.Ints(), shapes.Texts())),
}
_WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"})
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Names:
    """What the module says of the names in its annotations."""

    aliases: AbstractMapping[str, ast.expr] = field(default_factory=dict)
    variables: frozenset[str] = frozenset()  # type variables


def module_names(source: str) -> Names:
    """Aliases and type variables assigned at the top of a module; none when it does not parse."""
    aliases: dict[str, ast.expr] = {}
    variables: set[str] = set()
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return Names()
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, value = statement.targets[0].id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, value = statement.target.id, statement.value or statement.annotation
        else:
            continue
        if isinstance(value, ast.Call) and _name(value.func) in ("TypeVar", "ParamSpec"):
            variables.add(name)
        else:
            aliases[name] = value
    return Names(aliases, frozenset(variables))


def shape_of_annotation(node: ast.expr | None, names: Names, depth: int = 0) -> Shape | None:
    """None where there is no annotation, or one that says nothing; Opaque for classes."""
    if node is None or depth > _DEPTH:
        return None
    if isinstance(node, ast.Constant):
        return _constant(node, names, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right], names, depth)
    if isinstance(node, ast.Subscript):
        return _subscript(node, names, depth)
    name = _name(node)
    if name in names.variables or (len(name) == 1 and name.isupper()):
        return Choice((shapes.Ints(), shapes.Texts()))
    if name in _ATOMS:
        return _ATOMS[name]
    if name in names.aliases:
        return shape_of_annotation(names.aliases[name], names, depth + 1)
    return _bare(name)


def _constant(node: ast.Constant, names: Names, depth: int) -> Shape | None:
    if node.value is None:
        return shapes.NONE
    if not isinstance(node.value, str):
        return None
    try:
        return shape_of_annotation(ast.parse(node.value, mode="eval").body, names, depth + 1)
    except (SyntaxError, ValueError):
        return None


def _series(name: str, item: Shape) -> Shape:
    """What asks for an iterable may get one that can be gone through only once."""
    kinds = ("list", "iterator", "tuple") if name == "Iterable" else (_SERIES[name],)
    series = tuple(Series(kind, item) for kind in kinds)
    return series[0] if len(series) == 1 else Choice(series)


def _bare(name: str) -> Shape | None:
    if name in _SERIES:
        return _series(name, Choice((shapes.Ints(), shapes.Texts())))
    if name in ("tuple", "Tuple"):
        return Series("tuple", Choice((shapes.Ints(), shapes.Texts())))
    if name in _MAPPINGS:
        return shapes.Mapping(_MAPPINGS[name], shapes.Texts(high=4), Choice((shapes.Ints(), shapes.Texts())))
    if name in ("Callable", "Optional", "Union"):
        return Opaque(name) if name == "Callable" else None
    return Opaque(name)


def _subscript(node: ast.Subscript, names: Names, depth: int) -> Shape | None:
    name = _name(node.value)
    inner = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name in _WRAPPERS:
        return shape_of_annotation(inner[0], names, depth + 1)
    if name == "Optional":
        return _union([*inner, ast.Constant(None)], names, depth)
    if name == "Union":
        return _union(inner, names, depth)
    if name == "Literal":
        return Constants(tuple(item.value for item in inner if isinstance(item, ast.Constant)))
    if name in ("tuple", "Tuple"):
        return _tuple(inner, names, depth)
    if name in _SERIES:
        return _series(name, _item(inner[0], names, depth))
    if name in _MAPPINGS:
        value = _item(inner[1], names, depth) if len(inner) > 1 else shapes.Ints()
        return shapes.Mapping(_MAPPINGS[name], _item(inner[0], names, depth), value)
    return Opaque(name)


def _item(node: ast.expr, names: Names, depth: int) -> Shape:
    return shape_of_annotation(node, names, depth + 1) or Anything()


def _tuple(inner: list[ast.expr], names: Names, depth: int) -> Shape:
    if len(inner) == 2 and isinstance(inner[1], ast.Constant) and inner[1].value is ...:
        return Series("tuple", _item(inner[0], names, depth))
    return Record(tuple(_item(item, names, depth) for item in inner))


def _union(options: list[ast.expr], names: Names, depth: int) -> Shape | None:
    found = [shape_of_annotation(option, names, depth + 1) for option in options]
    known = [shape for shape in found if shape is not None]
    return shapes.merged(known) if known else None


def _name(node: ast.expr) -> str:
    """The last part of a dotted name: `typing.List` and `List` say the same."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
