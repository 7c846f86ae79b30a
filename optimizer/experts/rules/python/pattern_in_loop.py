"""A regular expression with a constant pattern that is compiled, or looked up, in every round."""

import ast
import re
import warnings

import libcst as cst

from optimizer.experts.rules.modules import is_module
from optimizer.experts.rules.repeated import again, replaced
from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Change, Place, in_statements
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statement, code

# For each function, how many arguments it needs: the flags may come after one more than that.
_FUNCTIONS = {
    **dict.fromkeys(("match", "fullmatch", "search", "findall", "finditer"), (2, 2)),
    "split": (2, 3),
    **dict.fromkeys(("sub", "subn"), (3, 4)),
}


def _find(scene: Scene, place: Place) -> Change | None:
    statement = place.block[place.index]
    if not is_module(scene, "re") or "re." not in code(statement):
        return None
    if isinstance(statement, cst.For | cst.While):
        moved = _moved(scene, statement)
        if moved is not None:
            return moved
    return _compiled(scene, statement)


def _moved(scene: Scene, loop: cst.For | cst.While) -> Change | None:
    """`P = re.compile(...)` in the body goes in front of the loop."""
    finder = _Assignments(scene, loop)
    changed = loop.with_changes(leading_lines=[]).visit(finder)
    lines = [line for line, _ in finder.found]
    if not lines:
        return None
    return Change((*lines, cst.ensure_type(changed, type(loop))))


class _Assignments(cst.CSTTransformer):
    """Takes the assignments out of blocks that run in every round."""

    def __init__(self, scene: Scene, loop: cst.For | cst.While) -> None:
        super().__init__()
        self._scene = scene
        self._inside = _mentions(code(loop))
        self._bodies = {id(body) for body in _bodies(loop)}
        self.found: list[tuple[Statement, str]] = []

    def leave_IndentedBlock(  # noqa: N802  # LibCST's name
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        if id(original_node) not in self._bodies:
            return updated_node
        kept: list[cst.BaseStatement] = []
        seen: set[str] = set()
        for old, new in zip(original_node.body, updated_node.body, strict=True):
            name = self._pattern(old)
            if name and name not in seen and len(original_node.body) > 1:
                line = cst.ensure_type(old, cst.SimpleStatementLine)
                self.found.append((line.with_changes(leading_lines=[]), name))
            else:
                kept.append(new)
            seen.update(_mentions(code(old)))
        return updated_node.with_changes(body=kept)

    def _pattern(self, statement: cst.CSTNode) -> str:
        match statement:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as call
                    )
                ]
            ):
                own = self._scene.local(name) and self._inside.count(name) == self._scene.count(name)
                once = _stores(self._scene.tree, name) == 1
                return name if own and once and _constant_pattern(code(call)) else ""
            case _:
                return ""


def _bodies(loop: cst.CSTNode) -> list[cst.BaseSuite]:
    """The bodies of a loop and of the loops that stand directly in it."""
    if not isinstance(loop, cst.For | cst.While):
        return []
    inner = [body for statement in loop.body.body for body in _bodies(statement)]
    return [loop.body, *inner]


def _stores(tree: ast.AST, name: str) -> int:
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name)
    return sum(not isinstance(node.ctx, ast.Load) for node in names)


def _mentions(text: str) -> list[str]:
    tree = ast.parse(_dedented(text))
    return [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]


def _dedented(text: str) -> str:
    return text.lstrip("\r\n")


def _compiled(scene: Scene, statement: Statement) -> Change | None:
    """Calls of the module's functions become calls of a compiled pattern's methods."""
    names: dict[str, str] = {}
    lines: list[Statement] = []
    changed: cst.CSTNode = statement.with_changes(leading_lines=[])
    for call in again(scene, statement, lambda node, _around: _split(node) is not None):
        made = _split(call)
        if made is None or not isinstance(call, cst.Call):
            continue
        compiled, method, rest = made
        if compiled not in names:
            names[compiled] = scene.fresh("pattern", "expression")
            lines += fill(f"{names[compiled]} = {compiled}")
        method_of = cst.Attribute(cst.Name(names[compiled]), cst.Name(method))
        changed = replaced(changed, call, call.with_changes(func=method_of, args=rest))
    return Change((*lines, cst.ensure_type(changed, type(statement)))) if lines else None


def _split(node: cst.BaseExpression) -> tuple[str, str, list[cst.Arg]] | None:
    """`re.sub("a", x, y, flags=re.I)`: the compilation, the method, and what is left of the arguments."""
    match node:
        case cst.Call(func=cst.Attribute(value=cst.Name(value="re"), attr=cst.Name(value=method)), args=args):
            needed, last = _FUNCTIONS.get(method, (99, 99))
        case _:
            return None
    plain = [each for each in args if each.keyword is None and not each.star]
    named = {each.keyword.value: each for each in args if each.keyword is not None}
    allowed = {"flags", "maxsplit"} if method == "split" else {"flags", "count"}
    if len(plain) + len(named) != len(args) or not needed <= len(plain) <= last or set(named) - allowed:
        return None
    if method not in ("split", "sub", "subn") and "count" in named:
        return None
    flags = f", {code(named['flags'].value)}" if "flags" in named else ""
    compiled = f"re.compile({code(plain[0].value)}{flags})"
    rest = [each for each in args[1:] if each is not named.get("flags")]
    if not _constant_pattern(compiled):
        return None
    return compiled, method, [*rest[:-1], rest[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]


def _constant_pattern(text: str) -> bool:
    """Whether `re.compile(...)` has nothing but a valid pattern and flags that are written out."""
    match ast.parse(text.strip(), mode="eval").body:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="re"), attr="compile"),
            args=[ast.Constant(value=str() | bytes() as pattern), *flags],
            keywords=[],
        ) if len(flags) < 2:
            values = [_flags(each) for each in flags]
        case _:
            return False
    if None in values:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern, *[each for each in values if each is not None])
    except (re.error, ValueError, OverflowError, RecursionError, Warning):
        return False
    return True


def _flags(node: ast.expr) -> int | None:
    match node:
        case ast.Attribute(value=ast.Name(id="re"), attr=name):
            found = getattr(re, name, None)
            return int(found) if isinstance(found, re.RegexFlag) and name != "DEBUG" else None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            one, other = _flags(left), _flags(right)
            return None if one is None or other is None else one | other
        case _:
            return None


RULE = Rule(
    name="pattern-in-loop",
    summary="compiles the pattern once before the loop instead of asking for it in every round",
    before="""\
import re

def numbers_in(lines: list[str]) -> list[str]:
    found = []
    for line in lines:
        pattern = re.compile(r"[0-9]+")
        found += pattern.findall(line)
    return found
""",
    after="""\
import re

def numbers_in(lines: list[str]) -> list[str]:
    found = []
    pattern = re.compile(r"[0-9]+")
    for line in lines:
        found += pattern.findall(line)
    return found
""",
    rewrite=in_statements(_find),
)
