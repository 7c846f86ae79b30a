"""What may be spelt: known names and brackets that close, with the tokens of the model that is shipped."""

import pytest
import torch

from optimizer.experts.ecode import tokenizer
from optimizer.experts.ecode.checkpoint import SHIPPED
from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.grammar import grammar
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.spelling import Alphabet, Spelling, spelling

CODE = "def smallest(prices_now, dp2x):\n    chosen = sorted(prices_now)\n    return chosen[0]"


@pytest.fixture(scope="module")
def alphabet() -> Alphabet:
    learnt = tokenizer.load(SHIPPED)
    return Alphabet(Writer(learnt, EcodeConfig(vocab_size=len(learnt))))


def refused(rules: Spelling, text: str) -> str:
    """The text before the first token that may not be written, and that token; "" where all may be."""
    writer = rules.alphabet.writer
    tokens = writer.numbers(text)
    for at, token in enumerate(tokens):
        if not rules.allowed(tokens[:at])[token]:
            return f"{writer.text(tokens[:at])}|{writer.text([token])}".strip()
    return ""


@pytest.mark.parametrize(
    "text",
    [
        "\n    return min(prices_now)",
        "\n    seen = set(prices_now)\n    chosen = [x for x in seen if x not in dp2x]",
        "\n    return heapq.nsmallest(1, prices_now)[0]",
        "\n    return f\"{chosen}: \" + ', '.join(map(str, prices_now))",
        "\n    best = 1e9 + 0x1 - 1_000 + .5\n    dp2x[chosen-1] //= 10 if True else -2j",
        "\n    return sum(\n        x for x in prices_now\n    )",
        "\n    # chosen: sorted\n    return chosen",
    ],
)
def test_what_is_made_of_known_names_is_spelt(alphabet: Alphabet, text: str) -> None:
    assert refused(spelling(alphabet, Fields(CODE)), text) == ""


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("\n    return set0w", "0"),
        ("\n    return pricesnow", "now"),
        ("\n    return dp2y", "y"),
        ("\n    return sorted(prices_now]", "]"),
        ("\n    return prices_now)", ")"),
        ("\n    return qwzx", ""),
    ],
)
def test_unknown_names_and_strange_brackets_are_not(alphabet: Alphabet, text: str, wrong: str) -> None:
    found = refused(spelling(alphabet, Fields(CODE)), text)
    assert found
    assert found.endswith(wrong)


def test_names_of_the_context_are_known(alphabet: Alphabet) -> None:
    text = "\n    return LOOKUP_OF_PRICES[0]"
    assert refused(spelling(alphabet, Fields(CODE)), text)
    assert not refused(spelling(alphabet, Fields(CODE, context="LOOKUP_OF_PRICES = [")), text)


def test_a_function_with_lines_that_leave_brackets_open_is_free_in_that(alphabet: Alphabet) -> None:
    code = CODE.replace("sorted(prices_now)", "sorted(\n        prices_now\n    )")
    assert not refused(spelling(alphabet, Fields(code)), "\n        chosen)")


def test_an_edit_ends_only_behind_a_whole_name_with_all_brackets_closed(alphabet: Alphabet) -> None:
    writer = alphabet.writer
    rules = grammar(writer, torch.tensor([3]), torch.tensor([False]), [spelling(alphabet, Fields(CODE))])
    line = writer.first_line

    def may_end(text: str, without: int = 0) -> bool:
        tokens = writer.numbers(text)
        written = [*writer.prefix("python", 9), line + 1, *tokens[: len(tokens) - without]]
        return bool(rules.allowed(torch.tensor([written]), 1)[0, 0, line + 2])

    assert may_end("\n    chosen = min(prices_now)")
    assert not may_end("\n    chosen = min(prices_now")
    assert not may_end("\n    chosen = prices_now", without=1)


def test_rows_without_spelling_are_free_beside_others_with_it(alphabet: Alphabet) -> None:
    writer = alphabet.writer
    rules = grammar(
        writer, torch.tensor([3, 3]), torch.tensor([False] * 2), [None, spelling(alphabet, Fields(CODE))]
    )
    written = [*writer.prefix("python", 9), writer.first_line + 1, *writer.numbers("\n    return pric")]
    found = rules.allowed(torch.tensor([written, written]), 1)[:, 0].sum(-1)
    assert found[0] > found[1] > 0
