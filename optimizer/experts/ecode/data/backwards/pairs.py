"""Slow versions of a function: after one kind, or after several."""

import ast
import random
from collections.abc import Iterator

import libcst as cst

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode.data.backwards.kind import Kind, request_of
from optimizer.experts.ecode.data.backwards.table import KINDS

_DEPTHS = (1, 1, 2, 2, 3)  # how many kinds a version gets, by chance


def slowed(
    code: str, module: str, rng: random.Random, most: int = 4
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Slow versions of one function at the left margin, each once, with the names of their kinds; none of
    code that does not parse."""
    request = request_of(code, module)
    seen = {request.function.source}  # without the line end that the code may have
    for kind in rng.sample(KINDS, len(KINDS)):
        if len(seen) > most:
            break
        slow, kinds = _composed(request, kind, rng)
        if slow not in seen:
            seen.add(slow)
            yield slow, kinds


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
