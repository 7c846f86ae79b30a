"""Which text may be written: names that are known, and brackets that close.

A small model finds the place, and misspells what stands there. So a word goes on only as a name that the
function or its context has, that Python has, or that new variables are often called. What opens in an edit is
closed in it, by its own kind of bracket, if every line that was read closes what it opens. Only the end of
what was written is looked at: nothing is kept between steps. V: vocabulary.
"""

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.imports import STATEMENTS
from optimizer.experts.ecode.inputs import Writer

_CLOSES = {")": "(", "]": "[", "}": "{"}
_UNBALANCED = "?"  # something was closed that was not open
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_WORD, _DIGIT = re.compile(r" ?[A-Za-z_]+"), re.compile(r" ?[0-9]")
_IN_NUMBERS = frozenset({"e", "j", "x", "_"})
_NEW = """a acc ans answer arr b best c cache chunk cnt col cols count counter counts cur curr current d dfs
diff dist dp dq end first flag found freq graph group groups h have head heap helper high i idx
index inner it item items j k kept key keys known l last left length level line lines lo lookup low
m mapping max_val maximum mid min_val minimum mp n name names neighbors new next_dp node nodes num
number numbers nums old out p pair pairs parent parts pos pre prefix prev q queue r rank res rest
result results right row rows s seen size slow sorted_nums stack start state step suffix sums t
table tail target temp text tmp tot total u used v val value values visited w window word words x xs
y z""".split()
_PREFIXES = "f r b u rb br rf fr".split()  # of strings
_ARGUMENTS = "key reverse default initial sep strict maxsplit repl fillvalue lo hi maxlen".split()
_TYPES = (str, bytes, list, tuple, dict, set, frozenset, int, float, complex)


def _python() -> Iterator[str]:
    yield from (
        *keyword.kwlist,
        *keyword.softkwlist,
        *dir(builtins),
        *STATEMENTS,
        *_NEW,
        *_PREFIXES,
        *_ARGUMENTS,
        "self",
        "cls",
    )
    yield from "appendleft popleft extendleft rotate most_common elements subtract move_to_end".split()
    for kind in _TYPES:
        yield from dir(kind)


@dataclass(slots=True)
class _Node:
    """Of the tree of names, as tokens."""

    ends: bool = False  # a name ends here
    next: dict[int, "_Node"] = field(default_factory=dict)
    allowed: Tensor | None = None


@dataclass(frozen=True)
class Alphabet:
    """What the tokens of a tokenizer are made of. Made once: the same for every function."""

    writer: Writer
    _known: dict[str, list[int]] = field(default_factory=dict)

    @cached_property
    def texts(self) -> list[str]:
        """Of each token; "" for those that are no text."""
        first = self.writer.first_text
        ids = range(first, len(self.writer.tokenizer))
        return [""] * first + [self.writer.text([one]) for one in ids]

    @cached_property
    def words(self) -> frozenset[int]:
        return frozenset(at for at, text in enumerate(self.texts) if _WORD.fullmatch(text))

    @cached_property
    def digits(self) -> frozenset[int]:
        return frozenset(at for at, text in enumerate(self.texts) if _DIGIT.fullmatch(text))

    @cached_property
    def joined(self) -> frozenset[int]:
        """Those that go on with what stands before them."""
        return frozenset(at for at in self.spelt if self.texts[at][0] != " ")

    @cached_property
    def spelt(self) -> frozenset[int]:
        return self.words | self.digits

    @cached_property
    def signs(self) -> Tensor:
        """(V,): whatever is neither a word nor a digit."""
        found = torch.ones(self.writer.config.vocab_size, dtype=torch.bool)
        found[sorted(self.spelt)] = False
        return found

    @cached_property
    def brackets(self) -> dict[str, list[int]]:
        """Tokens by the brackets in them."""
        found: dict[str, list[int]] = {}
        for at, text in enumerate(self.texts):
            found.setdefault(_brackets(text), []).append(at)
        return found

    @cached_property
    def of_token(self) -> list[str]:
        return [_brackets(text) for text in self.texts]

    @cached_property
    def python(self) -> frozenset[str]:
        return frozenset(_python())

    def tokens(self, text: str) -> list[int]:
        """Remembered for what every function may use."""
        if text.lstrip() not in self.python:
            return self.writer.numbers(text)
        if text not in self._known:
            self._known[text] = self.writer.numbers(text)
        return self._known[text]


def _brackets(text: str) -> str:
    return "".join(sign for sign in text if sign in "()[]{}")


@dataclass
class Spelling:
    """Of one function. `allowed` is asked within an edit, behind the token of the line where it begins."""

    alphabet: Alphabet
    names: _Node
    balanced: bool
    _closing: dict[str, Tensor] = field(default_factory=dict)

    def allowed(self, text: Sequence[int]) -> Tensor:
        """(V,): what may come behind these tokens of the edit's text; the token of a line ends it."""
        found = self._spelt(text)
        if not self.balanced:
            return found
        return found & self._closed(self._open(text))

    def _spelt(self, text: Sequence[int]) -> Tensor:
        """A word is gone on with, or ended where it is a name; behind a number comes no name."""
        alphabet, start = self.alphabet, len(text)
        while start and text[start - 1] in alphabet.joined:
            start -= 1
        if start and text[start - 1] in alphabet.spelt:
            start -= 1
        if start == len(text):
            return self._behind(self.names, joined=True)
        if text[start] in alphabet.digits:
            return self._number
        node: _Node | None = self.names
        for token in text[start:]:
            node = node.next.get(token) if node else None
        return self._number if node is None else self._behind(node, joined=False)

    def _behind(self, node: _Node, *, joined: bool) -> Tensor:
        if node.allowed is None:
            found = torch.zeros_like(self.alphabet.signs)
            if joined or node.ends:
                found |= self.alphabet.signs
                apart = self.alphabet.digits | self.names.next.keys()
                found[[one for one in apart if joined or one not in self.alphabet.joined]] = True
            found[list(node.next)] = True
            node.allowed = found
        return node.allowed

    @cached_property
    def _number(self) -> Tensor:
        found = self.alphabet.signs.clone()
        apart = [one for one in self.names.next if one not in self.alphabet.joined]
        inside = [one for one in self.alphabet.words if self.alphabet.texts[one] in _IN_NUMBERS]
        found[[*apart, *inside, *self.alphabet.digits]] = True
        return found

    def _open(self, text: Sequence[int]) -> str:
        """The brackets that are open at the end."""
        found = ""
        for token in text:
            found = _after(found, self.alphabet.of_token[token])
        return found

    def _closed(self, opened: str) -> Tensor:
        if opened not in self._closing:
            found = torch.zeros_like(self.alphabet.signs)
            for brackets, tokens in self.alphabet.brackets.items():
                found[tokens] = _after(opened, brackets) != _UNBALANCED
            if opened:
                found[: self.alphabet.writer.first_text] = False
            self._closing[opened] = found
        return self._closing[opened]


def _after(opened: str, brackets: str) -> str:
    """What is open behind these."""
    for sign in brackets:
        if opened == _UNBALANCED:
            break
        if sign in "([{":
            opened += sign
        else:
            opened = opened[:-1] if opened.endswith(_CLOSES[sign]) else _UNBALANCED
    return opened


def spelling(alphabet: Alphabet, read: Fields) -> Spelling:
    """For what was read: its names, those of its context, and all that Python has."""
    known = {*alphabet.python, *_NAME.findall(read.code), *_NAME.findall(read.context)}
    balanced = all(_after("", _brackets(line)) == "" for line in read.code.split("\n"))
    return Spelling(alphabet, _tree(alphabet, known), balanced)


def _tree(alphabet: Alphabet, names: Iterable[str]) -> _Node:
    """As they are written behind a blank, and behind a sign."""
    root = _Node()
    for name in names:
        for text in (name, f" {name}"):
            node = root
            for token in alphabet.tokens(text):
                node = node.next.setdefault(token, _Node())
            node.ends = True
    return root
