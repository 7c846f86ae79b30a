"""The search for a counterexample, in real sandboxes: candidates that are right on the whole workload."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import FoundBy, Reason, Verdict, VerdictKind
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input
from optimizer.languages.python import PYTHON
from optimizer.stages.collect import build_workload
from optimizer.stages.evaluate import Referee
from optimizer.stages.verify import Expected, original_outcomes
from tests.support.arena import an_input, arena


def referee_verdicts(
    folder: Path,
    original: str,
    candidates: Sequence[str],
    inputs: Sequence[Input],
    settings: Settings | None = None,
) -> list[Verdict]:
    """One for each; nothing is timed. Times are given freely: a busy machine must not end a search."""
    settings = settings or Settings(search_seconds=30.0)
    with arena(folder, original) as opened:
        opened.core = None  # it need not wait for those that measure
        expected = original_outcomes(opened, inputs, settings.call_seconds, 20.0)
        assert isinstance(expected, Expected), expected
        referee = Referee(opened, expected, (), lambda *_: None, settings, Protocol())
        found = []
        for source in candidates:
            candidate = Candidate(source.rstrip("\n"), Provenance("test", "text", "1"))
            verdict = referee.verdict(candidate)
            assert verdict.kind is VerdictKind.EQUIVALENT, verdict
            found.append(referee.searched(candidate, verdict))
        return found


@dataclass(frozen=True)
class Planted:
    """A difference that the inputs do not show."""

    name: str
    original: str
    candidate: str
    calls: tuple[tuple[object, ...], ...]
    expected: object = None  # the smallest arguments, where it is plain what they are


def lists(*sizes: int) -> tuple[tuple[object, ...], ...]:
    return tuple(([(7 * number + size) % 11 for number in range(size)],) for size in sizes)


TOTAL = "def f(xs: list[int]) -> int:\n    t = 0\n    for x in xs:\n        t += x\n    return t\n"
PLANTED = [
    Planted(
        "elements beyond a threshold",
        TOTAL,
        "def f(xs: list[int]) -> int:\n    return sum(xs[:64])\n",
        lists(0, 1, 5, 20, 40),
        ([0] * 64 + [1],),
    ),
    Planted(
        "one element more than the workload has",
        TOTAL,
        "def f(xs: list[int]) -> int:\n    return sum(xs) if len(xs) < 7 else sum(xs) + 1\n",
        lists(0, 1, 3, 5, 6),
        ([0] * 7,),
    ),
    Planted(
        "a rare branch",
        "def f(a: int, b: int) -> int:\n    return a + b\n",
        "def f(a: int, b: int) -> int:\n    if a > 900:\n        if b == a - 5:\n            return 0\n"
        "    return a + b\n",
        tuple((number, number + 3) for number in range(8)),
    ),
    Planted(
        "equal arguments",
        "def f(a: list[int], b: list[int]) -> int:\n    return len([x for x in a if x in b])\n",
        "def f(a: list[int], b: list[int]) -> int:\n    if len(a) > 2 and a == b:\n        return 1\n"
        "    return len([x for x in a if x in b])\n",
        tuple(([number, 2, 3], [3, number, 5, 1]) for number in range(6)),
        ([0, 0, 0], [0, 0, 0]),
    ),
    Planted(
        "a magic number",
        "def f(n: int) -> int:\n    return n * 2\n",
        "def f(n: int) -> int:\n    if n == 12345:\n        return 1\n    return n * 2\n",
        tuple((number,) for number in range(8)),
        (12345,),
    ),
    Planted(
        "a magic beginning",
        "def f(s: str) -> str:\n    return s.upper()\n",
        "def f(s: str) -> str:\n    return s if s.startswith('zz') else s.upper()\n",
        tuple(("abcdef"[:number],) for number in range(7)),
        ("zz",),
    ),
    Planted(
        "a key among the keys",
        "def f(d: dict[str, int]) -> int:\n    return len(d)\n",
        "def f(d: dict[str, int]) -> int:\n    return 0 if 'refund' in d else len(d)\n",
        tuple(({"abc"[at]: at for at in range(number % 4)}, ) for number in range(4)),
        ({"refund": 0},),
    ),
    Planted(
        "the type of one element",
        "def f(xs: list[int]) -> list[int]:\n    return [x for x in xs]\n",
        "def f(xs: list[int]) -> list[int]:\n    return [int(x) for x in xs]\n",
        lists(0, 1, 3, 5, 6),
        ([False],),
    ),
    Planted(
        "the sign of zero",
        "def f(x: float) -> float:\n    return x\n",
        "def f(x: float) -> float:\n    return x + 0.0\n",
        tuple((number + 0.5,) for number in range(6)),
        (-0.0,),
    ),
    Planted(
        "the order of ties",
        "def f(xs: list[tuple[int, str]]) -> list[tuple[int, str]]:\n"
        "    return sorted(xs, key=lambda x: x[0])\n",
        "def f(xs: list[tuple[int, str]]) -> list[tuple[int, str]]:\n    return sorted(xs)\n",
        tuple(([(at, "abcdef"[at]) for at in range(number)],) for number in range(6)),
    ),
    Planted(
        "the argument is changed when it is long",
        "def f(xs: list[int]) -> list[int]:\n    return sorted(xs)\n",
        "def f(xs: list[int]) -> list[int]:\n    if len(xs) > 30:\n        xs.sort()\n"
        "        return list(xs)\n    return sorted(xs)\n",
        lists(0, 1, 5, 9, 12),
    ),
    Planted(
        "a generator that ends early",
        "def f(xs: list[int]):\n    for x in xs:\n        yield x\n",
        "def f(xs: list[int]):\n    for x in xs[:40]:\n        yield x\n",
        lists(0, 1, 5, 9, 12),
        ([0] * 41,),
    ),
    Planted(
        "a coroutine that knows a word",
        "async def f(s: str) -> int:\n    return len(s)\n",
        "async def f(s: str) -> int:\n    return 0 if s == 'xyzzy' else len(s)\n",
        tuple(("abcdef"[:number],) for number in range(7)),
        ("xyzzy",),
    ),
]  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED, ids=[planted.name for planted in PLANTED])
def test_what_the_workload_does_not_show_is_found_and_made_small(tmp_path: Path, planted: Planted) -> None:
    inputs = [an_input(*call) for call in planted.calls]
    (verdict,) = referee_verdicts(tmp_path, planted.original, [planted.candidate], inputs)
    assert verdict.kind is VerdictKind.DIFFERENT
    example = verdict.counterexample
    assert example is not None
    assert example.found_by is FoundBy.SEARCH
    assert example.payload
    if planted.expected is not None:
        assert ast.literal_eval(f"({example.input_text},)") == planted.expected


def test_a_method_on_a_fresh_instance_is_searched_without_recorded_calls(tmp_path: Path) -> None:
    source = """\
        class Basket:
            def __init__(self, rate: int) -> None:
                self.rate = rate

            def total(self, prices: list[int]) -> int:
                return sum(prices) * self.rate
        """
    candidate = (
        "def total(self, prices: list[int]) -> int:\n"
        "        return sum(prices) * self.rate if self.rate != 77 else 0"
    )
    with arena(tmp_path, source) as opened:
        opened.core = None
        functions = PYTHON.extract("subject.py", opened.source)
        assert isinstance(functions, tuple)
        opened.function = next(one for one in functions if one.name == "total")
        settings = Settings(search_seconds=30.0)
        workload = build_workload(opened.function, (), settings, module_source=opened.source.decode())
        expected = original_outcomes(opened, workload.inputs, settings.call_seconds, 20.0)
        assert isinstance(expected, Expected), expected
        referee = Referee(opened, expected, (), lambda *_: None, settings, Protocol())
        made = Candidate(candidate, Provenance("test", "text", "1"))
        verdict = referee.searched(made, referee.verdict(made))
    assert verdict.kind is VerdictKind.DIFFERENT
    assert verdict.counterexample is not None
    assert verdict.counterexample.input_text == "Basket(77), [1]"


def test_an_equivalent_candidate_stays_equivalent_and_the_contract_says_what_was_searched(
    tmp_path: Path,
) -> None:
    candidate = "def f(xs: list[int]) -> int:\n    return sum(x for x in xs)\n"
    inputs = [an_input(*call) for call in lists(0, 1, 5, 9)]
    (verdict,) = referee_verdicts(tmp_path, TOTAL, [candidate], inputs)
    assert verdict.kind is VerdictKind.EQUIVALENT
    assert verdict.contract.searched >= 300
    assert (verdict.contract.original_branches, verdict.contract.candidate_branches) == (2, 2)


def test_the_same_search_finds_the_same(tmp_path: Path) -> None:
    wrong = PLANTED[2]
    right = "def f(a: int, b: int) -> int:\n    return b + a if a > 3 else a + b\n"
    inputs = [an_input(*call) for call in wrong.calls]
    found = referee_verdicts(tmp_path, wrong.original, [wrong.candidate, right] * 2, inputs)
    assert found[0].kind is VerdictKind.DIFFERENT
    assert found[:2] == found[2:]


def test_without_a_budget_nothing_is_searched(tmp_path: Path) -> None:
    wrong = PLANTED[0]
    inputs = [an_input(*call) for call in wrong.calls]
    (verdict,) = referee_verdicts(
        tmp_path, wrong.original, [wrong.candidate], inputs, Settings(search_seconds=0.0)
    )
    assert (verdict.kind, verdict.contract.searched) == (VerdictKind.EQUIVALENT, 0)


def test_a_candidate_that_hangs_or_dies_beyond_the_workload_is_found_out(tmp_path: Path) -> None:
    inputs = [an_input(*call) for call in lists(0, 1, 5, 9)]
    hanging = "def f(xs: list[int]) -> int:\n    while len(xs) > 30:\n        pass\n    return sum(xs)\n"
    dying = (
        "def f(xs: list[int]) -> int:\n    if len(xs) > 30:\n        import os\n        os._exit(1)\n"
        "    return sum(xs)\n"
    )
    found = referee_verdicts(tmp_path, TOTAL, [hanging, dying], inputs)
    assert [one.reason for one in found] == [Reason.HANG, Reason.CRASH]


def test_inputs_on_which_the_original_hangs_are_no_counterexamples(tmp_path: Path) -> None:
    original = "def f(n: int) -> int:\n    while n == 1777:\n        pass\n    return n + 1\n"
    candidate = "def f(n: int) -> int:\n    return 1 + n\n"
    inputs = [an_input(number) for number in range(6)]
    (verdict,) = referee_verdicts(tmp_path, original, [candidate], inputs)
    assert verdict.kind is VerdictKind.EQUIVALENT


def test_nothing_is_tried_that_an_annotation_rules_out(tmp_path: Path) -> None:
    original = "def f(xs: list[int]) -> int:\n    return len(xs)\n"
    candidate = (
        "def f(xs: list[int]) -> int:\n"
        "    if type(xs) is not list or any(not isinstance(x, int) for x in xs):\n"
        "        return -1\n    return len(xs)\n"
    )
    inputs = [an_input(*call) for call in lists(0, 1, 5, 9)]
    (verdict,) = referee_verdicts(tmp_path, original, [candidate], inputs)
    assert verdict.kind is VerdictKind.EQUIVALENT


def test_a_counterexample_of_the_workload_is_shrunk_too(tmp_path: Path) -> None:
    inputs = [an_input(*call) for call in lists(0, 1, 5, 9)]
    with arena(tmp_path, TOTAL) as opened:
        opened.core = None
        settings = Settings(search_seconds=30.0)
        expected = original_outcomes(opened, inputs, settings.call_seconds, 20.0)
        assert isinstance(expected, Expected), expected
        referee = Referee(opened, expected, (), lambda *_: None, settings, Protocol())
        source = "def f(xs: list[int]) -> int:\n    return sum(xs[:3])"
        verdict = referee.verdict(Candidate(source, Provenance("test", "text", "1")))
    example = verdict.counterexample
    assert example is not None
    assert (example.input_text, example.found_by) == ("[0, 0, 0, 1]", FoundBy.WORKLOAD)
    assert example.first_text == inputs[2].text
