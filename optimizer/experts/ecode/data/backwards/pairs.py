"""Pairs of a slow and a fast version of the functions in a piece of source code."""

import ast
import random
import textwrap
from collections.abc import Iterator

import libcst as cst

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode.data.backwards.kind import Kind, request_of
from optimizer.experts.ecode.data.backwards.table import KINDS

MOST_KINDS = 3  # one after the other, in one pair
_DEPTHS = (1, 1, 2, 2, 3)  # how many kinds a pair gets, by chance
_MOST_LINES = 120  # of a function; longer ones are beyond the model

Pair = tuple[str, str, tuple[str, ...]]


def pairs_from(source: str, rng: random.Random, most: int = 4) -> Iterator[Pair]:
    """(slow, fast, names of the kinds) for each function and method; at most `most` pairs a function.

    Both texts start at the left margin. Code that does not parse gives nothing.
    """
    for code in functions_of(source):
        for slow, kinds in slowed(code, source, rng, most):
            yield slow, code, kinds


def slowed(
    code: str, module: str, rng: random.Random, most: int = 4
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Slow versions of one function at the left margin, each once, with the names of their kinds."""
    seen = {code}
    request = request_of(code, module)
    for kind in rng.sample(KINDS, len(KINDS)):
        if len(seen) > most:
            break
        slow, kinds = _composed(request, kind, rng)
        if slow not in seen:
            seen.add(slow)
            yield slow, kinds


def functions_of(source: str) -> Iterator[str]:
    """The text of each function of a module and each method, at the left margin."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = source.splitlines(keepends=True)
    for node in (
        inner for each in body for inner in (each.body if isinstance(each, ast.ClassDef) else [each])
    ):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            text = textwrap.dedent("".join(lines[first - 1 : node.end_lineno])).strip("\n")
            if text.count("\n") < _MOST_LINES and _alone(text):
                yield text


def _alone(text: str) -> bool:
    """Whether the lines are one function and nothing else."""
    try:
        return len(ast.parse(text).body) == 1
    except SyntaxError:
        return False


def _composed(request: ProposalRequest, first: Kind, rng: random.Random) -> tuple[str, tuple[str, ...]]:
    """The function after a kind and, by chance, up to two more; unchanged where the first does not fit."""
    source, kinds = request.function.source, list[str]()
    depth = rng.choice(_DEPTHS)
    for kind in (first, *rng.sample(KINDS, len(KINDS))):
        made = _slowed(kind, request, rng) if kind.name not in kinds else None
        if made is not None:
            kinds.append(kind.name)
            source, request = made, request.rewritten(made, ())
        if len(kinds) == depth or not kinds:
            break
    return source, tuple(kinds)


def _slowed(kind: Kind, request: ProposalRequest, rng: random.Random) -> str | None:
    """None as well where the code is too odd to parse or to rewrite."""
    try:
        made = kind.slowed(request, rng)
        if made is None:
            return None
        ast.parse(made.source)
    except (SyntaxError, ValueError, RecursionError, cst.ParserSyntaxError, cst.CSTValidationError):
        return None
    return made.source
