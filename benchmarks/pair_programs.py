"""Programs from standard input to standard output as functions `program(text) -> str`.

The program's statements are nested in the function; `input`, `print`, `sys.stdin` and `sys.stdout` read
from the text and write to what is returned; imports move to the top of the module; raised recursion
limits are left out. The data went through a converter from Python 2 that made `eval(input())` of
`input()`: that is taken back.
"""

import ast
import copy
import sys
from collections.abc import Sequence

from benchmarks import program_inputs
from benchmarks.pair_solutions import LeftOut, Spliced
from optimizer.canonical import decode
from optimizer.domain.workloads import Input, Origin, Workload
from optimizer.languages.runners.canonical import encode
from optimizer.workloads import payloads
from optimizer.workloads.recorded import RecordedCall

NAME = "program"
_MODULE = """\
import io
{imports}

def _line(stream):
    line = stream.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line.rstrip("\\n")


{function}
"""
_OPENING = """\
def program(text: str) -> str:
    _in, _out, _bytes = io.StringIO(text), io.StringIO(), io.BytesIO(text.encode())
    def input(_prompt=""):
        return _line(_in)
    def print(*values, sep=" ", end="\\n", file=None, flush=False):
        (file or _out).write(sep.join(map(str, values)) + end)
    try:
        pass
    except SystemExit:
        pass
    return _out.getvalue()
"""
_UNFIT = {
    "exec": "runs text as code",
    "eval": "runs text as code",
    "globals": "asks for its own variables",
    "locals": "asks for its own variables",
    "open": "opens files",
    "__file__": "opens files",
}
_THERE = frozenset({"numpy", *sys.stdlib_module_names}) - {"threading", "subprocess", "multiprocessing"}
_OLD_NUMPY = {f"np.{name}": name for name in ("int", "float", "bool", "object")}  # gone since 1.24
_MOST_SAMPLES = 40  # of the texts given for a problem


def spliced(original: str, candidate: str) -> Spliced | LeftOut:
    """The original as a module of one function, and the candidate's function."""
    before, after = (_wrapped(text) for text in (original, candidate))
    if isinstance(before, LeftOut):
        return before
    if isinstance(after, LeftOut):
        return after
    # A package that only one version uses is in both modules: importing one changes what can be observed.
    packages = [line for line in after[1] if _imported(line) not in sys.stdlib_module_names]
    imports = list(dict.fromkeys([*before[1], *packages]))
    module = _MODULE.format(imports="\n".join(imports), function=before[0])
    added = tuple(line for line in after[1] if line not in imports)
    return Spliced(module, NAME, after[0], added, ("text",), ("str",))


def _imported(line: str) -> str:
    return line.split()[1].split(".", maxsplit=1)[0]


def _wrapped(text: str) -> tuple[str, list[str]] | LeftOut:
    """(the function, lines of imports)"""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return LeftOut("written for Python 2")
    streams = _Streams()
    tree = streams.visit(tree)
    reason = _unfit(tree, streams.imports)
    if reason:
        return LeftOut(reason)
    function = ast.parse(_OPENING).body[0]
    assert isinstance(function, ast.FunctionDef)
    body = next(one for one in function.body if isinstance(one, ast.Try))
    body.body = [copy.deepcopy(one) for one in tree.body] or body.body
    found = ast.unparse(ast.fix_missing_locations(function))
    try:
        compile(found, "program", "exec")
    except SyntaxError as error:
        return LeftOut(f"cannot be nested in a function: {error.msg}")
    return found, sorted(set(streams.imports))


def _unfit(tree: ast.AST, imports: Sequence[str]) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _UNFIT:
            return _UNFIT[node.id]
    modules = [_imported(line) for line in imports]
    return next((f"needs the module {module}" for module in modules if module not in _THERE), "")


class _Streams(ast.NodeTransformer):
    """Standard streams become local ones, globals locals; imports are taken out and kept."""

    def __init__(self) -> None:
        self.imports: list[str] = []

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        self.imports += [ast.unparse(ast.Import([one])) for one in node.names]
        return ast.Pass()

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | list[ast.stmt]:
        if node.module != "sys":
            self.imports += [
                ast.unparse(ast.ImportFrom(node.module, [one], node.level)) for one in node.names
            ]
            return ast.Pass()
        names = [one for one in node.names if one.name != "setrecursionlimit"]
        copies = ast.parse("\n".join(f"{one.asname or one.name} = sys.{one.name}" for one in names))
        self.imports.append("import sys")
        return [self.visit(one) for one in copies.body] or [ast.Pass()]

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node) in _OLD_NUMPY:
            return ast.Name(node.attr, ast.Load())
        if ast.unparse(node) in ("sys.stdin", "sys.stdout"):
            return ast.Name("_in" if node.attr == "stdin" else "_out", ast.Load())
        if node.attr == "buffer" and ast.unparse(node.value) in ("_in", "stdin"):
            return ast.Name("_bytes", ast.Load())
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        text = ast.unparse(node)
        if text == "eval(input())":
            return node.args[0]
        if text == "open(0)":
            return ast.Name("_in", ast.Load())
        if ast.unparse(node.func) in ("exit", "quit"):
            self.imports.append("import sys")
            node.func = ast.parse("sys.exit", mode="eval").body
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        self.generic_visit(node)
        called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
        return ast.Pass() if called.endswith("setrecursionlimit") else node

    def visit_Global(self, node: ast.Global) -> ast.stmt:
        return ast.Nonlocal(node.names)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant("__main__") if node.id == "__name__" else node


def calls(problem: str, given: Sequence[str]) -> tuple[RecordedCall, ...] | LeftOut:
    """The texts given for the problem, some of them, and those that can be made for it."""
    ordered = sorted(set(given), key=lambda text: (len(text), text))
    step = max(1, -(-len(ordered) // _MOST_SAMPLES))
    texts = list(dict.fromkeys([*ordered[::step], *ordered[-1:], *program_inputs.texts(problem)]))
    if not texts:
        return LeftOut("no inputs are given for the problem")
    trees = [encode(((text,), {})) for text in texts]  # type: ignore[no-untyped-call]
    called = [payloads.call((text,), {}) for text in texts]
    return tuple(RecordedCall(*pair, Origin.IO_SAMPLE) for pair in zip(called, trees, strict=True))


def workload(calls: Sequence[RecordedCall]) -> Workload:
    """Every third text is held out; none is made up by changing one: the format would not survive."""
    found = []
    for number, call in enumerate(calls):
        text = str(decode(call.tree).children[0].children[0].value)
        key = payloads.payload_id(call.payload)
        shown = repr(text)[:2000]
        found.append(Input(key, call.payload, call.origin, number % 3 == 2, len(text.split()), shown))
    return Workload(tuple(found))
