"""The names of a function's parameters."""

import ast
import re

from optimizer.domain.functions import Function
from optimizer.languages.python.parsing import parse_alone

_HEAD = re.compile(r"^([ \t]*)(?:@|def\b|async\b)", re.MULTILINE)


def parameters(function: Function) -> tuple[str, ...]:
    """In the order in which positional arguments fill them; `*args` last. Empty if it does not parse."""
    _, _, rest = function.source.partition("\n")
    head = _HEAD.search(rest) if function.source.startswith("@") else None
    alone = parse_alone(function.source, head.group(1) if head else "")
    node = alone.body[0] if not isinstance(alone, str) else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return (*names, *([f"*{node.args.vararg.arg}"] if node.args.vararg else []))
