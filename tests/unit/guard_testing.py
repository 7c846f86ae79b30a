"""How the guard's tests put their questions."""

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Unparsed
from optimizer.languages.python.extract import extract
from optimizer.languages.python.guard import guard

BY = Provenance("file", "test", "1")

MODULE = '''\
"""Doc."""
import functools
import os
from functools import lru_cache
from itertools import chain
import numpy as np
from .helpers import SETTINGS

LIMIT = 100
PAIR = (1, "a")
TABLE = {}
NAMES = ["a"]


class Base:
    registry = {}


@lru_cache(maxsize=None)
def slow(n):
    return n


def helper(x):
    return x


def f(xs, k=0):
    """Doc of f."""
    out = []
    for x in xs:
        out.append(x * LIMIT)
    return out
'''


def judge(module: str, qualname: str, source: str, *imports: str) -> Decision | None:
    found = extract("m.py", module.encode())
    assert not isinstance(found, Unparsed), found.reason
    (function,) = (item for item in found if item.qualname == qualname)
    return guard(function, Candidate(source, BY, imports), module)


def body(lines: str, *imports: str) -> Decision | None:
    """Judges f with another body."""
    text = "\n".join(f"    {line}" if line else "" for line in lines.split("\n"))
    return judge(MODULE, "f", f"def f(xs, k=0):\n{text}", *imports)


def reason(decision: Decision | None) -> Reason | None:
    return decision.reason if decision else None
