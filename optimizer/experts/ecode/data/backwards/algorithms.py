"""Kinds that give up an algorithm: binary search, kept results, running sums, early ends of a search."""

import ast

import libcst as cst

from optimizer.experts.ecode.data.backwards.kind import Kind, at_function, at_statements
from optimizer.experts.ecode.data.backwards.names import (
    mentions,
    names_in,
    parts,
    starts_empty,
)
from optimizer.experts.ecode.data.backwards.substitute import substituted
from optimizer.experts.rules.effects import bound_names, root
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.scene import Scene, identifiers
from optimizer.experts.rules.sites import Change, Place
from optimizer.experts.rules.template import fill
from optimizer.experts.rules.tree import Statements, block, code

_MIDDLES = ("(L + R) // 2", "(L + R) >> 1", "L + (R - L) // 2", "L + ((R - L) >> 1)")
# The loop, the walk for it, and where the right end is afterwards: at the left one, or where it was if that
# was left of it, as in an empty list.
_SEARCHES = (
    (
        "while L < R:\n    M = MIDDLE\n    if C:\n        R = M\n    else:\n        L = M + 1",
        "while L < R and not C:\n    L += 1",
        "R = min(L, R)",
    ),
    (
        "while L < R:\n    M = MIDDLE\n    if C:\n        L = M + 1\n    else:\n        R = M",
        "while L < R and C:\n    L += 1",
        "R = min(L, R)",
    ),
    (
        "while L <= R:\n    M = MIDDLE\n    if C:\n        R = M - 1\n    else:\n        L = M + 1",
        "while L <= R and not C:\n    L += 1",
        "R = min(L - 1, R)",
    ),
    (
        "while L <= R:\n    M = MIDDLE\n    if C:\n        L = M + 1\n    else:\n        R = M - 1",
        "while L <= R and C:\n    L += 1",
        "R = min(L - 1, R)",
    ),
)
_CACHES = (
    "lru_cache(None)",
    "lru_cache(maxsize=None)",
    "lru_cache",
    "lru_cache()",
    "cache",
)


def _linear_search(scene: Scene, place: Place) -> Change | None:
    """The answer is looked for from the left end on, one step after the other."""
    for form, walk, after in _SEARCHES:
        found = scene.match(form, place.take(1))
        if found is None or not _halves(scene, place, found):
            continue
        left, right, middle = found.name("L"), found.name("R"), found.name("M")
        test = (
            cst.Name(left)
            if found.name("C") == middle
            else substituted(found.node("C"), middle, cst.Name(left))
        )
        new = fill(walk, L=left, R=right, C=test)
        inside = len(place.above) > 1  # of another statement: what comes after that one is not in sight
        needed = inside or mentions(place.after, right)
        return Change((*new, *fill(after, L=left, R=right)) if needed else new)
    return None


def _halves(scene: Scene, place: Place, found: Match) -> bool:
    """Whether the middle is the middle, the test only asks, and nothing asks for the middle later."""
    left, right, middle = (found.name(hole) for hole in "LRM")
    test = found.node("C")
    if not left or not right or not middle or len({left, right, middle}) < 3:
        return False
    half = any(
        (match := scene.match_expression(form, found.node("MIDDLE")))
        and match.name("L") == left
        and match.name("R") == right
        for form in _MIDDLES
    )
    # A test that looks at the ends compares them, and is no question about the middle alone.
    alone = {left, right}.isdisjoint(names_in(test)) and middle in names_in(test)
    return (
        half
        and alone
        and _asks(scene, test)
        and not _neighbours(test, middle)
        and mentions(place.block, middle) == mentions(place.take(1), middle)
    )


def _neighbours(test: cst.BaseExpression, middle: str) -> bool:
    """Whether items are compared with each other: such a test may hold here and there, and the search ends
    at any place where it does."""
    return any(
        _looks_up(each.left, middle)
        and any(_looks_up(other.comparator, middle) for other in each.comparisons)
        for each in parts(test)
        if isinstance(each, cst.Comparison)
    )


def _looks_up(node: cst.CSTNode, name: str) -> bool:
    return any(isinstance(each, cst.Subscript) and mentions(each, name) for each in parts(node))


def _asks(scene: Scene, test: cst.BaseExpression) -> bool:
    """No side effect: pure, or calls of functions nested here that bind nothing outside."""
    if scene.pure(test):
        return True
    called = any(
        isinstance(each, cst.Call) and isinstance(each.func, cst.Name) and each.func.value in scene.bound
        for each in parts(test)
    )
    return called and not scene.outside and not isinstance(test, cst.Await)


def _trial_division(scene: Scene, place: Place) -> Change | None:
    """Divisors are looked for up to the number itself."""
    for end in ("math.isqrt(N)", "isqrt(N)", "int(N ** 0.5)", "int(math.sqrt(N))", "int(sqrt(N))"):
        form = f"for I in range(A, {end} + 1):\n    if N % I == 0:\n        return VALUE\nBODY"
        found = scene.match(form, place.block[place.index :])
        if found is None or not found.name("N") or not found.name("I") or code(found.node("A")) != "2":
            continue
        if found.name("I") in names_in(found.node("VALUE")) or mentions(found.body("BODY"), found.name("I")):
            return None
        new = "for I in range(2, N):\n    if N % I == 0:\n        return VALUE"
        return Change(fill(new, I=found.name("I"), N=found.name("N"), VALUE=found.node("VALUE")))
    return None


def _forgotten_cache(
    scene: Scene, function: cst.FunctionDef
) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    """Functions nested in this one keep no results."""
    if scene.outside or "cache_clear" in code(function) or "cache_info" in code(function):
        return None
    if any(each.decorator_list and _leaves_traces(each) for each in _nested(scene)):
        return None
    forgetting = _Forgetting()
    changed = function.with_changes(body=function.body.visit(forgetting))
    return (changed, ()) if forgetting.found else None


def _nested(scene: Scene) -> list[ast.FunctionDef]:
    inner = (node for node in ast.walk(scene.tree) if isinstance(node, ast.FunctionDef))
    return [node for node in inner if node is not scene.tree]


def _leaves_traces(function: ast.FunctionDef, *besides: str) -> bool:
    """Whether calls do more than give a result: what was kept saved them from doing so again."""
    nodes = list(ast.walk(function))
    given = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own = (set(bound_names(nodes)) - given) | set(besides)
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Call(func=func)) if isinstance(func, ast.Name) or root(func) not in own:
                return True
            case ast.Subscript() | ast.Attribute() if not isinstance(node.ctx, ast.Load):
                if root(node) not in own:
                    return True
            case _:
                continue
    return False


class _Forgetting(cst.CSTTransformer):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def leave_FunctionDef(  # noqa: N802  # LibCST's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        kept = [each for each in original_node.decorators if not _caches(each)]
        if len(kept) == len(original_node.decorators) or kept:
            return updated_node
        self.found = True
        lines = original_node.decorators[0].leading_lines or original_node.leading_lines
        return updated_node.with_changes(decorators=[], leading_lines=lines)


def _caches(decorator: cst.Decorator) -> bool:
    return code(decorator.decorator).removeprefix("functools.") in _CACHES


def _no_memo(scene: Scene, function: cst.FunctionDef) -> tuple[cst.FunctionDef, tuple[str, ...]] | None:
    """Results that a nested function kept in a dict are worked out again."""
    for name in sorted(scene.bound - scene.parameters - scene.outside):
        if starts_empty(scene, name, "{}", "dict()") and not _marks(scene, name):
            memo = _Memo(scene, name)
            changed = function.visit(memo)
            if memo.used == 4 and memo.used + 1 == scene.count(name) and isinstance(changed, cst.FunctionDef):
                return changed.visit(_Start(name)), ()  # type: ignore[return-value]  # a function stays one
    return None


def _marks(scene: Scene, name: str) -> bool:
    """Whether a function that uses the dict leaves traces beside it."""
    return any(_leaves_traces(each, name) for each in _nested(scene) if name in identifiers(each))


class _Memo(cst.CSTTransformer):
    """Takes out the test for a kept result, and the keeping of it."""

    def __init__(self, scene: Scene, name: str) -> None:
        super().__init__()
        self._scene, self._name = scene, name
        self.used = 0  # mentions of the dict that are gone

    def leave_IndentedBlock(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.IndentedBlock,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.IndentedBlock,
    ) -> cst.IndentedBlock:
        body: Statements = block(updated_node) or ()
        found = self._scene.match(
            "if K in MEMO:\n    return MEMO[K]\nBODY\nMEMO[K] = VALUE\nreturn MEMO[K]", body
        )
        if found is not None and found.name("MEMO") == self._name:
            self.used += 4
            new = fill("BODY\nreturn VALUE", BODY=found.body("BODY"), VALUE=found.node("VALUE"))
            return updated_node.with_changes(body=list(new))
        return updated_node


class _Start(cst.CSTTransformer):
    """Takes out the assignment that made the dict."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def leave_SimpleStatementLine(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.SimpleStatementLine,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.SimpleStatementLine,
    ) -> cst.SimpleStatementLine | cst.RemovalSentinel:
        match updated_node.body:
            case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])] | [
                cst.AnnAssign(target=cst.Name(value=name))
            ] if name == self._name:
                return cst.RemoveFromParent()
            case _:
                return updated_node


ALGORITHMS = (
    Kind("linear-search", "", ("while ",), at_statements(_linear_search)),
    Kind("trial-division", "trial-division", ("sqrt(", "** 0.5", "**0.5"), at_statements(_trial_division)),
    Kind("forgotten-cache", "overlapping-recursion", ("cache",), at_function(_forgotten_cache)),
    Kind("memo-removed", "overlapping-recursion", ("{}", "dict()"), at_function(_no_memo)),
)
