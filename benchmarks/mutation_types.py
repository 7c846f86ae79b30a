"""Which variables of a function have the same type, as far as its text tells."""

import ast
from collections.abc import Iterator

_OF_INTS = frozenset({"len", "int", "ord", "sum", "abs", "round", "bisect_left", "bisect_right", "bisect"})
_MADE_BY = {"list": "list", "sorted": "list", "dict": "dict", "set": "set", "str": "str", "deque": "deque"}
_MADE_BY |= {"defaultdict": "dict", "Counter": "dict", "float": "float", "bool": "bool"}
_LITERALS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.JoinedStr: "str",
    ast.Compare: "bool",
    ast.Tuple: "tuple",
}


def names_alike(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, tuple[str, ...]]:
    """For each name the others of its type, sorted."""
    kinds: dict[str, str] = {}
    for name, kind in _kinds(node):
        kinds.setdefault(name, kind)
    return {
        name: tuple(sorted(other for other in kinds if kinds[other] == kind and other != name))
        for name, kind in kinds.items()
    }


def _kinds(node: ast.AST) -> Iterator[tuple[str, str]]:
    for item in ast.walk(node):
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _parameters(item)
        elif isinstance(item, ast.Assign):
            for target in item.targets:
                yield from _assigned(target, item.value)
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            yield item.target.id, ast.unparse(item.annotation).lower()
        elif isinstance(item, ast.For | ast.comprehension):
            yield from _looped(item.target, item.iter)


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    """Those of an inner function without annotations count as alike: dfs(row, column)."""
    for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        if arg.annotation is not None:
            yield arg.arg, ast.unparse(arg.annotation).lower()
        elif arg.arg not in ("self", "cls"):
            yield arg.arg, f"given to {node.name}"


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(target, ast.Name):
        kind = _kind(value)
        if kind:
            yield target.id, kind
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for part, one in zip(target.elts, value.elts, strict=False):
            yield from _assigned(part, one)


def _looped(target: ast.expr, iterated: ast.expr) -> Iterator[tuple[str, str]]:
    called = _called(iterated)
    if called == "range" and isinstance(target, ast.Name):
        yield target.id, "int"
    elif called == "enumerate" and isinstance(target, ast.Tuple) and isinstance(target.elts[0], ast.Name):
        yield target.elts[0].id, "int"


def _kind(value: ast.expr) -> str:
    if isinstance(value, ast.Constant) and value.value is not None:
        return type(value.value).__name__
    if isinstance(value, ast.UnaryOp):
        return "bool" if isinstance(value.op, ast.Not) else _kind(value.operand)
    if isinstance(value, ast.BinOp):
        return _kind(value.left) or _kind(value.right)
    called = _called(value)
    return _LITERALS.get(type(value), "int" if called in _OF_INTS else _MADE_BY.get(called, ""))


def _called(value: ast.expr) -> str:
    if not isinstance(value, ast.Call):
        return ""
    return value.func.id if isinstance(value.func, ast.Name) else getattr(value.func, "attr", "")
