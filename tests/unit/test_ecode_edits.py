"""Edits: from a function and its rewriting to what changes, and back; and what is no edit."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from optimizer.experts.ecode import tokenizer as tokenizers
from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.edits import Edit, applied, between
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.grammar import Grammar, grammar
from optimizer.experts.ecode.inputs import Writer

SLOW = "def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n\n    return out"
FAST = "def f(xs):\n    out = [x for x in xs]\n\n    return out"
TEXTS = st.lists(st.sampled_from(["", "a = 1", "    b", "\tc", "é = 'x'", "return b"]), max_size=12).map(
    "\n".join
)


@pytest.fixture(scope="module")
def writer() -> Writer:
    tokenizer = tokenizers.train([SLOW, FAST], 420)
    return Writer(tokenizer, EcodeConfig(vocab_size=len(tokenizer)))


@given(TEXTS, TEXTS)
def test_the_edits_between_two_texts_make_the_one_of_the_other(code: str, target: str) -> None:
    found = list(between(code, target))
    assert applied(code, found) == target
    assert bool(found) == (code != target)


@given(TEXTS, TEXTS)
def test_what_is_written_is_read_as_what_was_meant(writer: Writer, code: str, target: str) -> None:
    assert writer.rewritten(code, writer.edits(code, target)) == target


def test_only_the_lines_that_change_are_written(writer: Writer) -> None:
    assert list(between(SLOW, FAST)) == [Edit(1, 4, ("    out = [x for x in xs]",))]
    numbers = writer.edits(SLOW, FAST)
    assert numbers[0] - writer.first_line == 1 and numbers[-1] - writer.first_line == 4
    assert writer.text(numbers) == "\n    out = [x for x in xs]"
    assert writer.edits(SLOW, SLOW) == []


def test_each_line_that_is_read_has_its_name(writer: Writer) -> None:
    names = [
        number - writer.first_line for number in writer.code(Fields(code=SLOW, context="import os\nx = 1"))
    ]
    assert [name for name in names if 0 <= name < 90] == [0, 1, 2, 3, 4, 5, 6]


def test_a_function_of_too_many_lines_does_not_fit() -> None:
    tokenizer = tokenizers.train([SLOW], 420)
    writer = Writer(tokenizer, EcodeConfig(vocab_size=len(tokenizer), max_length_code=100_000))
    assert writer.fits(Fields(code="def f():" + "\n    x" * 95))
    assert not writer.fits(Fields(code="def f():" + "\n    x" * 96))


@pytest.mark.parametrize(
    ("edits", "made"),
    [
        ([], "a\nb"),
        ([Edit(2, 2, ("c",))], "a\nb\nc"),
        ([Edit(0, 1, ())], "b"),
        ([Edit(0, 2, ())], ""),
        ([Edit(1, 3, ())], None),
        ([Edit(1, 0, ())], None),
        ([Edit(1, 2, ("c",)), Edit(0, 1, ())], None),
    ],
)
def test_edits_of_lines_that_are_not_there_make_nothing(edits: list[Edit], made: str | None) -> None:
    assert applied("a\nb", edits) == made


def test_what_has_not_the_form_of_edits_is_none(writer: Writer) -> None:
    line, text = writer.first_line, writer.numbers("\n    x")
    assert writer.rewritten(SLOW, [line + 1, *text, line + 2]) is not None
    for wrong in (text, [line], [line + 1, *text], [line + 2, *text, line + 1], [line, line + 1, *text]):
        assert writer.rewritten(SLOW, wrong) is None
    assert writer.rewritten(SLOW, [line + 1, *writer.numbers("x"), line + 2]) is None
    assert writer.rewritten(SLOW, [line + 90, line + 91]) is None


def allowed(rules: Grammar, written: list[int]) -> set[int]:
    (found,) = rules.allowed(torch.tensor([written]), 1)[0]
    return set(torch.where(found)[0].tolist())


def test_what_may_be_written_next_are_edits_in_order(writer: Writer) -> None:
    rules = grammar(writer, torch.tensor([6]), torch.tensor([False]))
    end: Any = writer.config.eos_token_id
    line, text = writer.first_line, set(range(writer.first_text, len(writer.tokenizer)))
    start = writer.prefix("python", 9)
    assert allowed(rules, start) == {end, *range(line, line + 7)}
    assert allowed(rules, [*start, line + 4]) == {line + 5, line + 6, *writer.breaks}
    (new_line,) = writer.numbers("\n    ")
    assert allowed(rules, [*start, line + 4, new_line]) == {line + 4, line + 5, line + 6, *text}
    assert allowed(rules, [*start, line + 4, new_line, line + 5]) == {end, line + 5, line + 6}


def test_who_has_to_change_something_may_not_end_before(writer: Writer) -> None:
    rules = grammar(writer, torch.tensor([6]), torch.tensor([True]))
    end, line = writer.config.eos_token_id, writer.first_line
    (new_line,) = writer.numbers("\n    ")
    assert end not in allowed(rules, writer.prefix("python", 9))
    assert end in allowed(rules, [*writer.prefix("python", 9), line + 4, new_line, line + 5])


def test_several_places_are_looked_at_at_once_as_one_by_one(writer: Writer) -> None:
    rules = grammar(writer, torch.tensor([6]), torch.tensor([False]))
    (new_line,) = writer.numbers("\n    ")
    line = writer.first_line
    written = [*writer.prefix("python", 9), line + 2, new_line, new_line, line + 3, line + 4, line + 5]
    found = rules.allowed(torch.tensor([written]), 6)[0]
    for place in range(6):
        (alone,) = rules.allowed(torch.tensor([written[: len(written) - 5 + place]]), 1)[0]
        assert torch.equal(found[place], alone)
