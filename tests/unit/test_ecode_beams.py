"""Beam search: the likeliest writings, each once, over a chain whose chances are known."""

import itertools
import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from optimizer.experts.ecode.beams import search
from optimizer.experts.ecode.copying import Memory
from optimizer.experts.ecode.drafts import Sampling

PAD, START, END, A, B = range(5)
# The likeliest first step, A, has no likely way on: greedy writing misses the best.
CHAIN = {
    START: {A: 0.6, B: 0.4},
    A: {A: 0.3, B: 0.3, END: 0.4},
    B: {A: 0.05, B: 0.05, END: 0.9},
}


class Chain:
    """Stands for a model: what comes next hangs on the last token alone."""

    config = SimpleNamespace(eos_token_id=END, pad_token_id=PAD)

    def __init__(self, chain: Mapping[int, Mapping[int, float]]) -> None:
        self.logits = torch.full((5, 5), -torch.inf)
        for last, chances in chain.items():
            for token, chance in chances.items():
                self.logits[last, token] = math.log(chance)
        self.logits[[PAD, END], PAD] = 0.0

    def __call__(self, decoder_input_ids: Tensor, **_: object) -> SimpleNamespace:
        return SimpleNamespace(logits=self.logits[decoder_input_ids])


class Anything:
    """Rules that allow every token, or all but some."""

    def __init__(self, *refused: int) -> None:
        self.refused = list(refused)

    def of(self, _: Tensor) -> "Anything":
        return self

    def allowed(self, written: Tensor, last: int) -> Tensor:
        found = torch.ones(len(written), last, 5, dtype=torch.bool)
        found[:, :, self.refused] = False
        return found


def found(k: int, functions: int = 1, most: int = 8, rules: Any = None, chain: Any = CHAIN) -> list[Any]:
    model: Any = Chain(chain)
    memory = Memory(
        torch.zeros(functions, 1, 1), torch.ones(functions, 1, dtype=torch.bool), torch.zeros(functions, 1)
    )
    allowed: Any = rules or Anything()
    prefix = torch.full((functions, 1), START)
    ids, chances = search(model, memory, prefix, Sampling(samples=k, most_tokens=most), allowed)
    texts = [[token for token in row if token != PAD] for row in ids[:, 1:].tolist()]
    rows = list(zip(texts, chances.tolist(), strict=True))
    return [rows[start : start + k] for start in range(0, len(rows), k)]


def all_writings(longest: int) -> list[tuple[list[int], float]]:
    """Every one that ends, the likeliest first."""
    rows = []
    for length in range(longest):
        for text in itertools.product((A, B), repeat=length):
            chance = 1.0
            for last, token in itertools.pairwise((START, *text, END)):
                chance *= CHAIN[last].get(token, 0.0)
            if chance:
                rows.append(([*text, END], math.log(chance)))
    return sorted(rows, key=lambda row: -row[1])


def test_what_is_likeliest_as_a_whole_comes_first_where_step_by_step_it_is_missed() -> None:
    assert found(1)[0][0][0] == [A, END]
    assert found(2)[0][0][0] == [B, END]


def test_the_likeliest_writings_are_found_each_once_with_their_chances() -> None:
    (rows,) = found(4)
    expected = all_writings(7)[:4]
    assert [text for text, _ in rows] == [text for text, _ in expected]
    assert [chance for _, chance in rows] == pytest.approx([chance for _, chance in expected])


def test_each_of_several_functions_gets_its_own() -> None:
    (alone,) = found(3)
    assert found(3, functions=2) == [alone, alone]


def test_what_the_rules_refuse_is_not_written() -> None:
    (rows,) = found(3, rules=Anything(B))
    assert all(B not in text for text, _ in rows)
    assert rows[0][0] == [A, END]


def test_where_there_are_fewer_writings_than_asked_for_the_rest_has_no_chance() -> None:
    (rows,) = found(3, chain={START: {A: 1.0}, A: {END: 1.0}})
    assert rows[0] == ([A, END], 0.0)
    assert [chance for _, chance in rows[1:]] == [-math.inf, -math.inf]


def test_what_comes_to_no_end_stops_where_it_has_to() -> None:
    (rows,) = found(2, most=3, chain={START: {A: 1.0}, A: {A: 0.5, B: 0.5}, B: {B: 1.0}})
    assert all(len(text) == 3 and END not in text for text, _ in rows)
