"""What a function is made of, counted by how deep it stands in loops: what its time depends on most."""

import ast
from collections import Counter

_LOOPS = (ast.For, ast.While, ast.AsyncFor, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEEPEST = 4  # deeper ones count as this

Structure = Counter[str]


def structure(code: str) -> Structure:
    """Counts such as `Call:sorted@1`: a call of sorted in one loop. Raises SyntaxError."""
    tree = ast.parse(code)
    found: Structure = Counter()
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        found[f"{_name(node, own)}@{min(depth, _DEEPEST)}"] += 1
        inside = depth + isinstance(node, _LOOPS)
        pending += [(child, inside) for child in ast.iter_child_nodes(node)]
        found["depth"] = max(found["depth"], depth)
    return found


def _name(node: ast.AST, own: set[str]) -> str:
    """Calls by whom they call, operations by their sign, all else by its kind."""
    kind = type(node).__name__
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if name in own:
            return "Call:itself"
        case ast.Call(func=ast.Name(id=name)):
            return f"Call:{name}"
        case ast.Call(func=ast.Attribute(attr=name)):
            return f"Call:.{name}"
        case ast.BinOp(op=sign) | ast.AugAssign(op=sign) | ast.UnaryOp(op=sign):
            return f"{kind}:{type(sign).__name__}"
        case ast.Compare(ops=[sign, *_]):
            return f"{kind}:{type(sign).__name__}"
        case _:
            return kind
