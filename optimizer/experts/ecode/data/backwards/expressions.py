"""Expressions that take the place of others: rows of patterns and templates."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode.data.backwards.kind import Rewriter, fresh_holes, some
from optimizer.experts.rules.pattern import Match
from optimizer.experts.rules.rule import Rewrite
from optimizer.experts.rules.scene import Scene, scene
from optimizer.experts.rules.sites import in_function
from optimizer.experts.rules.template import atom, fill_expression
from optimizer.experts.rules.tree import code

ExpressionRule = Callable[[Scene, cst.BaseExpression], cst.BaseExpression | None]
Condition = Callable[[Scene, Match], bool]

# Where an expression stands between delimiters of its own.
_DELIMITED = (
    cst.Assign,
    cst.AnnAssign,
    cst.AugAssign,
    cst.Return,
    cst.Expr,
    cst.Arg,
    cst.If,
    cst.While,
    cst.For,
    cst.Index,
    cst.Element,
)
_LOOSE = (cst.Tuple, cst.NamedExpr, cst.Yield, cst.GeneratorExp)
# They mean something else in another scope or order, or their text is not code.
_DELICATE = (cst.NamedExpr, cst.Yield, cst.Await, cst.FormattedString)
_UNTOUCHED = (cst.Annotation, cst.Decorator, cst.Parameters, cst.AssignTarget, cst.Del, cst.MatchPattern)


@dataclass(frozen=True, slots=True)
class Swap:
    """A fast expression and one of the slow ones for it."""

    fast: str  # a pattern
    slow: str  # a template
    where: Condition | None = None


def at_expressions(find: ExpressionRule) -> Rewriter:
    """Rewrites some of the expressions that `find` has another form for; the outer one of two."""

    def rewrite(request: ProposalRequest, rng: random.Random) -> Rewrite | None:
        seen = scene(request)
        if seen is None:
            return None
        sites = some(list(_sites(seen, find)), rng)
        if not sites:
            return None
        changed = _replaced(seen.parsed.function, dict(sites))
        return next(in_function(lambda _seen, _function: (changed, ()))(request), None)

    return rewrite


def swapped(*swaps: Swap) -> Rewriter:
    """Rewrites expressions by patterns; where several match, the first counts."""

    def find(seen: Scene, node: cst.BaseExpression) -> cst.BaseExpression | None:
        for swap in swaps:
            found = seen.match_expression(swap.fast, node)
            if found is not None and not delicate(node) and (swap.where is None or swap.where(seen, found)):
                return filled(seen, swap.slow, found)
        return None

    return at_expressions(find)


def swapped_any(*groups: Sequence[Swap]) -> Rewriter:
    """As `swapped`, with one of the groups, by chance."""
    rewriters = [swapped(*group) for group in groups]

    def rewrite(request: ProposalRequest, rng: random.Random) -> Rewrite | None:
        return rng.choice(rewriters)(request, rng)

    return rewrite


def filled(seen: Scene, template: str, found: Match) -> cst.BaseExpression:
    """The template with what the pattern found, and fresh names."""
    holes = {hole: node for hole, node in found.holes.items() if isinstance(node, cst.BaseExpression)}
    new = fill_expression(template, **holes, **fresh_holes(seen, template, found))
    bare = new.visit(_BareLambdas()) if "lambda" in template else new
    assert isinstance(bare, cst.BaseExpression)
    return bare


def delicate(node: cst.CSTNode) -> bool:
    """Whether code binds, suspends or formats inside, or has a remark that would be lost."""
    if isinstance(node, (*_DELICATE, cst.Comment)):
        return True
    return any(delicate(child) for child in node.children)


def _sites(seen: Scene, find: ExpressionRule) -> Iterator[tuple[int, cst.BaseExpression]]:
    """Expressions to replace by the identity of the old node."""
    sites = _expressions(seen.parsed.function.body)
    at = 0
    while at < len(sites):
        site = sites[at]
        new = find(seen, site.node)
        if new is not None:
            yield id(site.node), _fitted(new, site.node, site.parent)
        at = site.end if new is not None else at + 1


@dataclass(slots=True)
class _Site:
    node: cst.BaseExpression
    parent: cst.CSTNode
    end: int  # where in the list what is not inside of it goes on


@lru_cache(maxsize=4)  # every kind looks at the same function in turn
def _expressions(body: cst.BaseSuite) -> list[_Site]:
    """The expressions of a function's body, outer ones first, without those that may not be replaced."""
    found: list[_Site] = []
    _collect(body, found)
    return found


def _collect(node: cst.CSTNode, found: list[_Site]) -> None:
    for child in node.children:
        if isinstance(child, _UNTOUCHED) or child is getattr(node, "target", None):
            continue
        if isinstance(child, cst.BaseExpression):
            site = _Site(child, node, 0)
            found.append(site)
            if not isinstance(child, cst.FormattedString | cst.ConcatenatedString):  # its parts stay strings
                _collect(child, found)
            site.end = len(found)
        else:
            _collect(child, found)


def _fitted(new: cst.BaseExpression, old: cst.CSTNode, parent: cst.CSTNode) -> cst.BaseExpression:
    """With parentheses where the new expression would not hold together without them."""
    lpar: Sequence[cst.LeftParen] = getattr(old, "lpar", ())
    if lpar and not new.lpar:
        return new.with_changes(lpar=lpar, rpar=getattr(old, "rpar", ()))
    if isinstance(parent, _DELIMITED) and not isinstance(new, _LOOSE):
        return new
    loose = isinstance(parent, cst.BooleanOperation | cst.UnaryOperation) and _is_not(parent)
    return new if loose and isinstance(new, cst.Comparison) else atom(new)


def _is_not(parent: cst.CSTNode) -> bool:
    return not isinstance(parent, cst.UnaryOperation) or isinstance(parent.operator, cst.Not)


class _BareLambdas(cst.CSTTransformer):
    """Takes off the parentheses that a template puts around a lambda's body."""

    def leave_Lambda(self, original_node: cst.Lambda, updated_node: cst.Lambda) -> cst.Lambda:  # noqa: ARG002, N802  # LibCST's signature
        if isinstance(updated_node.body, _LOOSE) or "\n" in code(updated_node.body):
            return updated_node
        return updated_node.with_changes(body=updated_node.body.with_changes(lpar=[], rpar=[]))


class _Replacer(cst.CSTTransformer):
    def __init__(self, new: dict[int, cst.BaseExpression]) -> None:
        super().__init__()
        self._new = new

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> object:  # type: ignore[override]  # flattens too
        return self._new.get(id(original_node)) or super().on_leave(original_node, updated_node)


def _replaced(function: cst.FunctionDef, new: dict[int, cst.BaseExpression]) -> cst.FunctionDef:
    changed = function.visit(_Replacer(new))
    assert isinstance(changed, cst.FunctionDef)
    return changed
