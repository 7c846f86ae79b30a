"""How fast a function's time grows, from what people write: "O(n \\log n)", "O(nlogn)", "O(2 ^ {m + n})".

Every variable counts as the same large number; numbers that only multiply or are added count as one, and so
do their powers. That is enough to say which of two solutions of one problem grows faster, and to say nothing
where they look alike.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LARGE = math.log(1e18)  # of every variable
_SAME = 1.0  # logarithms closer than this are the same growth: n + m and n
_TOKEN = re.compile(
    r"\\?(log|ln|sqrt|max|min)(?![a-z])|\\?(cdot|times|left|right)|[A-Za-z]+|\d+|[-+*/^!(){}|,]"
)
_INSIDE = re.compile(r"O\s*\(")
_SKIPPED = ("cdot", "times", "left", "right")
_NAMES = ("log", "ln", "sqrt", "max", "min")


def growth(text: str | None) -> float | None:
    """The logarithm of the time at a large size. None: cannot be read.

    >>> growth("O(n * m)") == growth("O(n^2)") > growth("O(nlogn)") > growth("O(26 * n)") == growth("O(n)")
    True
    """
    inside = _bracketed(text or "")
    if inside is None or not inside.isascii():
        return None
    reader = _Reader(list(_tokens(inside)))
    try:
        found = reader.sum()
    except (ValueError, OverflowError, RecursionError):
        return None
    return found if reader.at == len(reader.tokens) else None


def compared(one: float | None, other: float | None) -> int | None:
    """-1: the first grows slower, 1: faster, 0: alike. None: not known."""
    if one is None or other is None:
        return None
    return 0 if abs(one - other) < _SAME else -1 if one < other else 1


def _bracketed(text: str) -> str | None:
    """What stands in the first O(...)."""
    start = _INSIDE.search(text)
    if start is None:
        return None
    depth = 1
    for at in range(start.end(), len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0:
            return text[start.end() : at]
    return None


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match:
            token = match.group().lstrip("\\")
            yield from () if token in _SKIPPED else _words(token)
        elif not text[at].isspace():
            yield "?"  # nothing expects it
        at = match.end() if match else at + 1


def _words(token: str) -> Iterator[str]:
    """`nlogn` is three words; any other row of letters is one variable."""
    for part in re.split(r"(log)", token) if "log" in token else (token,):
        if part:
            yield part


@dataclass(slots=True)
class _Reader:
    """Recursive descent; every method gives the logarithm of what it has read, or raises ValueError."""

    tokens: list[str]
    at: int = field(default=0)
    exact: bool = field(default=False)  # in an exponent: there numbers that only multiply count

    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def taken(self, *wanted: str) -> bool:
        found = self.next() in wanted
        self.at += found
        return found

    def sum(self) -> float:
        found = self.product()
        while self.next() in ("+", "-"):
            subtracted = self.taken("-")
            self.at += not subtracted
            more = self.product()
            found = found if subtracted else max(found, more)
        return found

    def product(self) -> float:
        found = self.power()
        while self.next() not in ("", "+", "-", ")", "}", "|", ","):
            divides = self.taken("/")
            self.taken("*")
            found += -self.power() if divides else self.power()
        return found

    def power(self) -> float:
        number = self.next().isdigit() and not self.exact
        base = self.atom()
        if self.taken("^"):
            number = number and self.next().isdigit()
            raised = base * math.exp(self.exponent())
            return 0.0 if number else raised
        if self.taken("!"):
            return math.exp(base) * max(base - 1, 0.0)
        return 0.0 if number else base  # a number that only multiplies

    def exponent(self) -> float:
        outer, self.exact = self.exact, True
        found = self.atom()
        self.exact = outer
        return found

    def atom(self) -> float:
        token = self.next()
        self.at += 1
        if token.isdigit():
            return math.log(max(int(token), 1))
        if token in ("(", "{", "|"):
            return self.closed({"(": ")", "{": "}", "|": "|"}[token])
        if token in _NAMES:
            return self.function(token)
        if token.isalpha() and not (len(token) > 1 and self.next() == "("):  # a function: who knows of what
            return _LARGE
        raise ValueError(token)

    def closed(self, end: str) -> float:
        found = self.sum()
        if not self.taken(end):
            raise ValueError(end)
        return found

    def function(self, name: str) -> float:
        if name in ("max", "min"):
            return self.several(name)
        if self.next().isdigit() and self.tokens[self.at + 1 : self.at + 2] == ["("]:
            self.at += 1  # the base of a logarithm
        inside = self.power()
        return inside / 2 if name == "sqrt" else math.log(max(inside, 1.0))

    def several(self, name: str) -> float:
        if not self.taken("(", "{"):
            raise ValueError(name)
        found = [self.sum()]
        while self.taken(","):
            found.append(self.sum())
        if not self.taken(")", "}"):
            raise ValueError(name)
        return max(found) if name == "max" else min(found)
