"""Which subscripts can be shown to be inside their list: those may be evaluated earlier than written.

The proof knows lists made by comprehensions over `range`, or by `[x] * n`, that never change their
length, and indices that come from a `range` whose ends are written in the same terms.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from optimizer.experts.rules.effects import bound_names
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import Place
from optimizer.experts.rules.tree import bare, code

_RESIZING = frozenset("append insert extend pop remove clear sort reverse".split())


@dataclass(frozen=True, slots=True)
class Linear:
    """`text + constant`; the text is empty for a plain number."""

    text: str
    constant: int

    def plus(self, number: int) -> "Linear":
        return Linear(self.text, self.constant + number)


@dataclass(frozen=True, slots=True)
class Ends:
    """The smallest value of a loop's variable, and one more than its largest."""

    low: Linear
    high: Linear


def chain(node: cst.BaseExpression) -> tuple[str, list[cst.BaseExpression]]:
    """("m", [i, j]) of `m[i][j]`; ("", []) for anything else."""
    indices: list[cst.BaseExpression] = []
    while isinstance(node, cst.Subscript):
        match node.slice:
            case [cst.SubscriptElement(slice=cst.Index(value=index, star=None | cst.MaybeSentinel.DEFAULT))]:
                indices.insert(0, index)
            case _:
                return "", []
        node = node.value
    return (node.value, indices) if isinstance(node, cst.Name) else ("", [])


def inside(scene: Scene, place: Place, name: str, indices: Sequence[cst.BaseExpression]) -> bool:
    """Whether `name[i][j]...` cannot raise at this place."""
    lengths = _lengths(scene, name)
    if lengths is None and len(indices) == 1:
        lengths = [Linear(f"len({name})", 0)] if _keeps_length(scene, name) else None
    if lengths is None or len(indices) > len(lengths):
        return False
    return all(_fits(scene, place, i, length) for i, length in zip(indices, lengths, strict=False))


def length_is(scene: Scene, name: str, stop: cst.BaseExpression) -> bool:
    """Whether an expression is the length of a list that this function made."""
    lengths = _lengths(scene, name)
    form = linear(scene, ast.parse(bare(stop), mode="eval").body)
    if form is not None and form == Linear(f"len({name})", 0):
        return True
    return lengths is not None and form == lengths[0]


def _fits(scene: Scene, place: Place, index: cst.BaseExpression, length: Linear) -> bool:
    form = linear(scene, ast.parse(bare(index), mode="eval").body)
    if form is None:
        return False
    if not form.text:  # a number is inside of what is at least that long
        return not length.text and -length.constant <= form.constant < length.constant
    ends = _ends(scene, place, form.text)
    if ends is None:
        return False
    low, high = ends.low.plus(form.constant), ends.high.plus(form.constant)
    return (
        not low.text and low.constant >= 0 and high.text == length.text and high.constant <= length.constant
    )


def _ends(scene: Scene, place: Place, variable: str) -> Ends | None:
    """The range of a variable that only loops around the place bind."""
    loops = [loop for loop in place.loops if code(loop_target(loop)) == variable]
    if len(loops) != 1 or not isinstance(loops[0], cst.For) or variable in scene.body_effects(loops[0]).binds:
        return None
    return _range_ends(scene, loops[0])


def loop_target(loop: cst.For | cst.While) -> cst.BaseExpression:
    """What a `for` binds; for a `while`, which binds nothing, its test."""
    return loop.target if isinstance(loop, cst.For) else loop.test


def _range_ends(scene: Scene, loop: cst.For) -> Ends | None:
    if not scene.is_builtin("range"):
        return None
    node = ast.parse(bare(loop.iter), mode="eval").body
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[stop], keywords=[]):
            return _made(Linear("", 0), linear(scene, stop))
        case ast.Call(func=ast.Name(id="range"), args=[start, stop], keywords=[]):
            return _made(linear(scene, start), linear(scene, stop))
        case ast.Call(
            func=ast.Name(id="range"),
            args=[start, stop, ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))],
            keywords=[],
        ):
            first, last = linear(scene, start), linear(scene, stop)
            return _made(last.plus(1) if last else None, first.plus(1) if first else None)
        case _:
            return None


def _made(low: Linear | None, high: Linear | None) -> Ends | None:
    return Ends(low, high) if low is not None and high is not None else None


def linear(scene: Scene, node: ast.expr) -> Linear | None:
    """An expression as text plus a number, where its value stays the same all through the function."""
    match node:
        case ast.Constant(value=int() as value):
            return Linear("", int(value))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return Linear("", -value)
        case ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=int() as value)):
            form = linear(scene, left)
            return form.plus(value) if form else None
        case ast.BinOp(left=ast.Constant(value=int() as value), op=ast.Add(), right=right):
            form = linear(scene, right)
            return form.plus(value) if form else None
        case ast.BinOp(left=left, op=ast.Sub(), right=ast.Constant(value=int() as value)):
            form = linear(scene, left)
            return form.plus(-value) if form else None
        case ast.Name(id=name):
            return _named(scene, name)
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]) if scene.is_builtin("len"):
            return Linear(f"len({name})", 0) if _keeps_length(scene, name) else None
        case _:
            return None


def _named(scene: Scene, name: str) -> Linear | None:
    values = _values(scene, name)
    if name in scene.parameters or len(values) != 1:
        stable = name in scene.parameters and not values and _bindings(scene, name) == 1
        return Linear(name, 0) if stable or _only_looped(scene, name) else None
    if _bindings(scene, name) != 1:
        return None
    form = linear(scene, values[0]) if values[0] is not None else None
    return form if form is not None else Linear(name, 0)


def _only_looped(scene: Scene, name: str) -> bool:
    loops = [node for node in ast.walk(scene.tree) if isinstance(node, ast.For | ast.comprehension)]
    targets = sum(1 for node in loops if isinstance(node.target, ast.Name) and node.target.id == name)
    return targets > 0 and targets == _bindings(scene, name)


def _bindings(scene: Scene, name: str) -> int:
    return sum(1 for each in bound_names(ast.walk(scene.tree)) if each == name)


def _values(scene: Scene, name: str) -> list[ast.expr | None]:
    """The right-hand sides of the name's assignments; None for one that says nothing."""
    found: list[ast.expr | None] = []
    for node in ast.walk(scene.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                found.append(value)
            case ast.AnnAssign(target=ast.Name(id=target), value=value) if target == name:
                found.append(value)
            case ast.Assign(targets=[ast.Tuple(elts=ours)], value=ast.Tuple(elts=theirs)):
                pairs = zip(ours, theirs, strict=False)
                found.extend(v for t, v in pairs if isinstance(t, ast.Name) and t.id == name)
            case ast.AugAssign(target=ast.Name(id=target)) if target == name:
                found.extend((None, None))
            case _:
                continue
    return found


def _keeps_length(scene: Scene, name: str) -> bool:
    """Whether the name stands for one object all through, whose length nothing here changes."""
    once = _bindings(scene, name) == 1 or _replaced_first(scene, name)
    return once and name not in scene.outside and not _resized(scene, name)


def _replaced_first(scene: Scene, name: str) -> bool:
    """Whether the only binding is that of a parameter to its copy, before anything else is done with it."""
    body = scene.tree.body
    start = 1 if ast.get_docstring(scene.tree) is not None else 0
    match body[start : start + 1]:
        case [ast.Assign(targets=[ast.Name(id=target)], value=ast.Subscript() | ast.Call())] if (
            target == name
        ):
            return name in scene.parameters and _bindings(scene, name) == 2
        case _:
            return False


def _resized(scene: Scene, name: str) -> bool:
    for node in ast.walk(scene.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=attr)) if owner == name:
                if attr in _RESIZING:
                    return True
            case ast.Delete(targets=targets):
                if any(isinstance(each, ast.Subscript) for each in targets):
                    return True
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Slice(), ctx=ast.Store()) if owner == name:
                return True
            case _:
                continue
    return _handed_on(scene, name)


def _handed_on(scene: Scene, name: str) -> bool:
    """Whether another name or an unknown function gets the object itself."""
    allowed = {"len", "range", "enumerate", "sum", "min", "max", "sorted", "list", "tuple", "print", "zip"}
    for node in ast.walk(scene.tree):
        match node:
            case ast.Call(func=ast.Name(id=callee), args=args) if callee not in allowed:
                if any(isinstance(each, ast.Name) and each.id == name for each in args):
                    return True
            case ast.Assign(value=ast.Name(id=value)) if value == name:
                return True
            case _:
                continue
    return False


def _lengths(scene: Scene, name: str) -> list[Linear] | None:
    """The lengths of a local list of lists, dimension by dimension."""
    values = _values(scene, name)
    if len(values) != 1 or values[0] is None or not _keeps_length(scene, name) or not scene.local(name):
        return None
    found: list[Linear] = []
    node: ast.expr | None = values[0]
    while node is not None:
        length, node = _dimension(scene, node)
        if length is None:
            break
        found.append(length)
    return found[: _rows_kept(scene, name)] or None


def _dimension(scene: Scene, node: ast.expr) -> tuple[Linear | None, ast.expr | None]:
    match node:
        case ast.ListComp(
            elt=elt,
            generators=[ast.comprehension(iter=ast.Call(func=ast.Name(id="range"), args=[n]), ifs=[])],
        ):
            return linear(scene, n), elt
        case ast.BinOp(left=ast.List(elts=[elt]), op=ast.Mult(), right=n):
            return linear(scene, n), elt
        case _:
            return None, None


def _rows_kept(scene: Scene, name: str) -> int:
    """How many dimensions stay what they were: stores at `name[i]` may put in a shorter row."""
    depths = [9]
    for node in ast.walk(scene.tree):
        match node:
            case ast.Subscript(ctx=ast.Store() | ast.Del(), slice=index):
                owner, depth = _depth(node)
                whole = not isinstance(index, ast.Slice)
            case ast.Call(func=ast.Attribute(value=ast.Subscript() as row, attr=attr)) if attr in _RESIZING:
                owner, depth = _depth(row)
                whole = True
            case _:
                continue
        if owner == name:
            depths.append(depth if whole else depth - 1)
    if any(_resized(scene, other) for other in scene.standing_for(name)):
        return 0
    return min(depths)


def _depth(node: ast.expr) -> tuple[str, int]:
    depth = 0
    while isinstance(node, ast.Subscript):
        depth, node = depth + 1, node.value
    return (node.id, depth) if isinstance(node, ast.Name) else ("", 0)
