"""Guesses what an unannotated parameter takes: from its default, from how the body uses it, from its name.

Wrong guesses cost little: inputs on which the original raises are inputs too, just poor ones.
"""

import ast
from collections import Counter
from collections.abc import Iterator

from optimizer.workloads import shapes
from optimizer.workloads.shapes import Anything, Choice, Constants, Series, Shape
from optimizer.workloads.signatures import Definition, Parameter

_INTS = Series("list", shapes.Ints())
_WORDS = Series("list", shapes.Texts(high=6))
_ROWS = Series("list", _INTS, high=6)
_TABLE = shapes.Mapping("dict", shapes.Texts(high=4), Choice((shapes.Ints(), shapes.Texts(high=6))))
_GRAPH = shapes.Mapping(
    "dict",
    Constants(("a", "b", "c", "d", "e")),
    Series("list", Constants(("a", "b", "c", "d", "e")), high=4),
    high=5,
)
_KINDS: dict[str, Shape] = {
    "int": shapes.Ints(0, 30),
    "float": shapes.Floats(),
    "str": shapes.Texts(),
    "bytes": shapes.Binary(),
    "list": Choice((_INTS, _WORDS)),
    "rows": _ROWS,
    "dict": _TABLE,
    "set": Series("set", shapes.Ints()),
    "series": Choice((_INTS, shapes.Texts(), _WORDS)),
}
_METHODS = {
    "list": "append extend insert remove pop sort reverse index copy clear",
    "str": "lower upper split strip lstrip rstrip join startswith endswith replace find isdigit isalpha "
    "isalnum isupper islower isspace title capitalize encode format splitlines partition rfind zfill "
    "casefold swapcase translate rjust ljust center",
    "dict": "items keys values get setdefault popitem",
    "set": "add union discard difference intersection issubset issuperset symmetric_difference",
    "bytes": "decode hex",
}
_KIND_OF_METHOD = {name: kind for kind, names in _METHODS.items() for name in names.split()}
_NUMERIC = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.BitAnd, ast.LShift, ast.RShift)
_INT_CALLS = frozenset({"range", "bin", "hex", "oct", "chr", "divmod", "abs", "pow", "gcd"})
_FLOAT_CALLS = frozenset({"sqrt", "log", "exp", "sin", "cos", "tan", "floor", "ceil", "isclose", "float"})
_SERIES_CALLS = frozenset(
    {"len", "sorted", "enumerate", "reversed", "sum", "max", "min", "zip", "set", "list"}
)
_NAMES: dict[str, str] = {
    **dict.fromkeys(
        "n k m i j x y a b num number count size length index limit target start end low high left right "
        "total amount capacity depth year month day base exponent width height times step position".split(),
        "int",
    ),
    **dict.fromkeys(
        "s t st text string word name pattern line char prefix suffix sentence message key letter chars "
        "s1 s2 str1 str2 word1 word2 text1 text2 substring haystack needle expression".split(),
        "str",
    ),
    **dict.fromkeys(
        "nums arr array items lst li seq numbers values data l elements collection sequence iterable a_list "
        "coins weights prices heights stack queue arr1 arr2 nums1 nums2 list1 list2".split(),
        "list",
    ),
    **dict.fromkeys("matrix grid board mat intervals points edges rows mat1 mat2 image".split(), "rows"),
    **dict.fromkeys("d dic dictionary mapping table counts options params config".split(), "dict"),
    **dict.fromkeys("words strings lines strs names tokens dict_words word_list".split(), "words"),
    **dict.fromkeys("graph adj adjacency tree".split(), "graph"),
}
_KINDS |= {"words": _WORDS, "graph": _GRAPH}
_WIDEST = 5
_KINDS |= {
    f"tuples of {width}": Choice(
        (
            Series("list", shapes.Record((shapes.Ints(),) * width), high=8),
            Series("list", shapes.Record((shapes.Texts(high=4), *[shapes.Ints()] * (width - 1))), high=8),
        )
    )
    for width in range(2, _WIDEST + 1)
}


def guess(parameter: Parameter, node: Definition) -> Shape:
    """A shape to begin with; Anything where nothing speaks for one."""
    default = _default(parameter)
    if default is not None:
        return default
    votes = Counter(_votes(parameter.name, node))
    named = _NAMES.get(parameter.name.lower().strip("_"))
    if named:
        votes[named] += 1
    if not votes:
        return Anything()
    kind = max(votes, key=lambda item: (votes[item], item))
    if kind == "series" and named and named != "int":
        kind = named
    if kind == "list" and (named in ("rows", "words") or votes["rows"]):
        kind = named if named in ("rows", "words") else "rows"
    return _KINDS[kind]


def _default(parameter: Parameter) -> Shape | None:
    try:
        value = ast.literal_eval(parameter.default) if parameter.default else None
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    if value is None:
        return None
    shape = shapes.shape_of(value)
    if isinstance(shape, Series | shapes.Mapping) and not value:
        return {"list": _KINDS["list"], "dict": _TABLE, "tuple": Series("tuple", shapes.Ints())}.get(
            shape.kind, Series(shape.kind, shapes.Ints())
        )
    return shapes.widened(shapes.widened(shape))


def _votes(name: str, node: Definition) -> Iterator[str]:
    for item in ast.walk(node):
        if isinstance(item, ast.Call):
            yield from _call_votes(name, item)
        elif isinstance(item, ast.BinOp | ast.AugAssign):
            yield from _arithmetic_votes(name, item)
        elif isinstance(item, ast.Compare):
            yield from _comparison_votes(name, item)
        elif isinstance(item, ast.For | ast.comprehension) and _is(item.iter, name):
            yield from _iteration_votes(item.target)
        elif isinstance(item, ast.Subscript):
            yield from _subscript_votes(name, item)


def _iteration_votes(target: ast.expr) -> Iterator[str]:
    """`for low, high in pairs`: the items are tuples of that many."""
    if isinstance(target, ast.Tuple) and 2 <= len(target.elts) <= _WIDEST:
        yield from [f"tuples of {len(target.elts)}"] * 3
    else:
        yield "series"


def _call_votes(name: str, call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Attribute) and _is(function.value, name) and function.attr in _KIND_OF_METHOD:
        yield from [_KIND_OF_METHOD[function.attr]] * 3
    called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if called == "isinstance" and len(call.args) == 2 and _is(call.args[0], name):
        if isinstance(call.args[1], ast.Name) and call.args[1].id in _KINDS:
            yield from [call.args[1].id] * 2
    elif any(_is(argument, name) for argument in call.args):
        if called in _INT_CALLS:
            yield from ["int"] * 2
        elif called in _FLOAT_CALLS:
            yield "float"
        elif called in ("max", "min") and len(call.args) > 1:
            yield "int"
        elif called in _SERIES_CALLS:
            yield "series"


def _arithmetic_votes(name: str, item: ast.BinOp | ast.AugAssign) -> Iterator[str]:
    left, right = (item.left, item.right) if isinstance(item, ast.BinOp) else (item.target, item.value)
    if not (_is(left, name) or _is(right, name)):
        return
    other = right if _is(left, name) else left
    number = isinstance(other, ast.Constant) and isinstance(other.value, int | float)
    formatted = (
        isinstance(item.op, ast.Mod) and isinstance(left, ast.Constant) and isinstance(left.value, str)
    )
    if formatted:
        return
    if number or isinstance(item.op, _NUMERIC):
        yield "int"
    if isinstance(other, ast.Constant) and isinstance(other.value, str):
        yield "str"


def _comparison_votes(name: str, item: ast.Compare) -> Iterator[str]:
    sides = [item.left, *item.comparators]
    if any(isinstance(op, ast.In | ast.NotIn) for op in item.ops):
        if _is(sides[-1], name):
            yield "series"
        return
    if any(_is(side, name) for side in sides):
        for side in sides:
            if isinstance(side, ast.Constant) and type(side.value) in (int, float, str):
                yield type(side.value).__name__


def _subscript_votes(name: str, item: ast.Subscript) -> Iterator[str]:
    if isinstance(item.value, ast.Subscript) and _is(item.value.value, name):
        yield from ["rows"] * 2
    elif _is(item.value, name):
        if isinstance(item.slice, ast.Constant) and isinstance(item.slice.value, str):
            yield from ["dict"] * 2
        elif isinstance(item.ctx, ast.Store | ast.Del):
            yield "list"
        else:
            yield "series"


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
