"""Writing: the same alone and among others, ahead and step by step; and what is kept of it."""

from typing import Any

import pytest
import torch

from optimizer.experts.ecode import tokenizer as tokenizers
from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.copying import Memory
from optimizer.experts.ecode.decoding import guessed, rewrite, unchanged
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.filtering import usable
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration
from optimizer.experts.ecode.spelling import Alphabet

CODES = [
    f"def f{n}(xs):\n    total = {n}\n    for x in xs:\n        total += x\n    return total"
    for n in range(6)
]
ITEMS = [Fields(code=code, title=code[4:6], input="xs" * n) for n, code in enumerate(CODES)]


@pytest.fixture(scope="module")
def writer() -> Writer:
    tokenizer = tokenizers.train(CODES, 400)
    shapes: dict[str, Any] = {
        "vocab_size": len(tokenizer), "d_model": 32, "d_field": 16, "d_ff": 48, "d_expert": 24,
        "num_layers": 1, "num_decoder_layers": 2, "num_field_layers": 1, "num_integration_layers": 1,
    }  # fmt: skip
    return Writer(tokenizer, EcodeConfig(**shapes))


@pytest.fixture(scope="module")
def model(writer: Writer) -> EcodeForConditionalGeneration:
    torch.manual_seed(0)
    made: Any = EcodeForConditionalGeneration(writer.config)
    with torch.no_grad():
        made.lm_head.weight[writer.config.eos_token_id] += 0.1  # it comes to an end now and then
        made.copy_head.share.bias.fill_(1.0)
    return made.eval()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def alphabet(writer: Writer) -> Alphabet:
    return Alphabet(writer)


def how(**more: Any) -> Sampling:
    settings = {"samples": 3, "beams": False, "most_tokens": 40, "temperature": 1.0, "top_p": 1.0}
    return Sampling(**(settings | more))


def test_guessing_ahead_changes_nothing(model: Any, alphabet: Alphabet) -> None:
    step_by_step = rewrite(model, alphabet, ITEMS, how(ahead=0))
    assert sum(map(len, step_by_step)) > 3
    for ahead in (1, 6):
        found = rewrite(model, alphabet, ITEMS, how(ahead=ahead))
        assert [[d.text for d in row] for row in found] == [[d.text for d in row] for row in step_by_step]
        for row, other in zip(found, step_by_step, strict=True):
            assert [d.log_chance for d in row] == pytest.approx([d.log_chance for d in other], abs=1e-3)


@pytest.mark.parametrize("beams", [False, True])
def test_a_function_is_written_the_same_alone_and_among_others(
    model: Any, alphabet: Alphabet, beams: bool
) -> None:
    together = rewrite(model, alphabet, ITEMS, how(most_rows=12, beams=beams))
    for item, expected in zip(ITEMS, together, strict=True):
        (alone,) = rewrite(model, alphabet, [item], how(most_rows=3, beams=beams))
        assert [draft.text for draft in alone] == [draft.text for draft in expected]


def test_the_one_beam_is_the_likeliest_sample(model: Any, alphabet: Alphabet) -> None:
    beams, samples = (rewrite(model, alphabet, ITEMS, how(samples=1, beams=beams)) for beams in (True, False))
    assert [[d.text for d in row] for row in beams] == [[d.text for d in row] for row in samples]


def test_a_plain_decoder_writes_the_same_alone_and_among_others(writer: Writer, alphabet: Alphabet) -> None:
    torch.manual_seed(0)
    shapes = writer.config.to_dict() | {"plain": True, "copies": False, "num_experts": 1}
    plain: Any = EcodeForConditionalGeneration(EcodeConfig(**shapes))
    plain.eval()  # of the seven beginnings that are allowed one is the end
    together = rewrite(plain, alphabet, ITEMS, how(samples=8, most_rows=32, beams=True))
    assert all(together)
    for item, expected in zip(ITEMS, together, strict=True):
        (alone,) = rewrite(plain, alphabet, [item], how(samples=8, most_rows=8, beams=True))
        assert [draft.text for draft in alone] == [draft.text for draft in expected]


def test_no_more_rows_are_written_at_once_than_allowed(
    model: Any, alphabet: Alphabet, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = []
    forward = EcodeForConditionalGeneration.forward

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        rows.append(kwargs["decoder_input_ids"].shape[0])
        return forward(self, *args, **kwargs)

    monkeypatch.setattr(EcodeForConditionalGeneration, "forward", counted)
    rewrite(model, alphabet, ITEMS, how(most_rows=7))
    assert max(rows) == 6


def test_another_seed_gives_other_samples_and_the_same_first(model: Any, alphabet: Alphabet) -> None:
    settings = {"most_tokens": 60}
    one, other = (rewrite(model, alphabet, ITEMS, how(seed=seed, **settings)) for seed in (1, 100))
    assert [[d.text for d in row] for row in one] != [[d.text for d in row] for row in other]
    greedy = rewrite(model, alphabet, ITEMS, how(samples=1, **settings))
    for row, expected in zip(one, greedy, strict=True):
        assert not expected or row[0] == expected[0]


def test_the_chance_that_nothing_changes_is_that_of_ending_at_once(model: Any, writer: Writer) -> None:
    found = unchanged(model, writer, ITEMS, how(most_rows=4))
    end = writer.config.eos_token_id
    for item, chance in zip(ITEMS, found, strict=True):
        prefix = torch.tensor([writer.prefix("python", how().decile)])
        logits = model(**writer.read([item]), decoder_input_ids=prefix).logits[0, -1]
        may_begin = logits[[end, *range(writer.first_line, writer.first_line + 6)]]  # five lines, and behind
        assert chance == pytest.approx(may_begin.softmax(-1)[0].item(), rel=1e-3)


def test_what_follows_where_it_was_read_is_guessed() -> None:
    ids = torch.tensor([[9, 5, 6, 7, 8, 4], [1, 2, 3, 4, 5, 6]])
    memory = Memory(torch.zeros(2, 6, 1), torch.ones(2, 6, dtype=torch.bool), ids)
    found = guessed(torch.tensor([[1, 5, 6], [1, 3, 4]]), memory, 2)
    assert found.tolist() == [[7, 8], [5, 6]]
    assert guessed(torch.tensor([[1, 5, 5], [1, 4, 3]]), memory, 2).shape == (2, 0)


ORIGINAL = (
    "def f(xs: list[int]) -> int:\n    total = 0\n    for x in xs:\n        total += x\n    return total"
)


@pytest.mark.parametrize(
    "draft",
    [
        ORIGINAL,
        ORIGINAL.replace("total", "result"),
        ORIGINAL.replace("    total = 0", "    # nothing yet\n\n    total = 0"),
        "def f(xs: list[int]) -> int:\n    return sum(xs",
        "def g(xs: list[int]) -> int:\n    return sum(xs)",
        "def f(xs) -> int:\n    return sum(xs)",
        "def f(xs: list[int]):\n    return sum(xs)",
        "async def f(xs: list[int]) -> int:\n    return sum(xs)",
        "@cache\ndef f(xs: list[int]) -> int:\n    return sum(xs)",
        "import math\ndef f(xs: list[int]) -> int:\n    return sum(xs)",
        "",
    ],
)
def test_what_is_no_other_function_of_that_signature_is_dropped(draft: str) -> None:
    assert list(usable([draft], ORIGINAL)) == []


def test_what_is_left_comes_once_and_in_order() -> None:
    one = "def f(xs: list[int]) -> int:\n    return sum(xs)"
    two = "def f(xs: list[int]) -> int:\n    n = sum(xs)\n    return n"
    renamed = two.replace("n = ", "m = ").replace("return n", "return m")
    assert list(usable([two, one, renamed, one + "\n"], ORIGINAL)) == [two, one]


def test_names_that_are_not_local_count() -> None:
    one, two = (f"def f(xs: list[int]) -> int:\n    return {name}(xs)" for name in ("sum", "max"))
    assert list(usable([one, two], ORIGINAL)) == [one, two]
