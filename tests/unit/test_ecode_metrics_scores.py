"""What outcomes come to: best of k, speed-ups, intervals; and which outcome a judgement of the referee is."""

import itertools
import json
import math
import pickle
from pathlib import Path
from statistics import mean

import pytest

from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.errors import ConfigError
from optimizer.domain.evidence import (
    Counterexample,
    Decision,
    Evaluation,
    Interval,
    Measurement,
    Reason,
    Verdict,
    VerdictKind,
)
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Workload
from optimizer.experts.ecode.evaluation.baselines import copy_input, of_expert
from optimizer.experts.ecode.evaluation.judging import Problem, outcome
from optimizer.experts.ecode.evaluation.problems import read_problems
from optimizer.experts.ecode.evaluation.scores import Estimate, Outcome, Tried, best_of, score
from optimizer.experts.ecode.evaluation.table import table
from optimizer.languages.python import PYTHON

WRONG = Outcome(correct=False, ratio=None)
TWICE = Outcome(correct=True, ratio=2.0, accepted=True)
SLOWER = Outcome(correct=True, ratio=0.5)
CANDIDATE = Candidate("def f(): pass", Provenance("test", "text", "1"))
SAME_RESULT = Verdict(VerdictKind.EQUIVALENT)
MODULE = "import math\n\n\ndef f(xs):\n    return sum(xs)\n"


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_best_of_k_samples_is_the_mean_over_all_ways_to_draw_them(k: int) -> None:
    values = [1.0, 3.0, 2.0, 2.0, 7.0]
    assert best_of(values, k) == pytest.approx(mean(map(max, itertools.combinations(values, k))))


def test_best_of_k_of_yes_and_no_is_pass_at_k() -> None:
    assert best_of([1, 0, 1, 0], 2) == pytest.approx(1 - 1 / 6)


def test_best_of_more_than_there_are_is_the_best_of_all() -> None:
    assert best_of([1.0, 3.0], 8) == 3.0


def test_of_proposals_in_an_order_the_first_k_count() -> None:
    assert best_of([1.0, 2.0, 3.0], 2, ordered=True) == 2.0
    assert best_of([1.0, 2.0, 3.0], 2) == pytest.approx(8 / 3)


@pytest.mark.parametrize(
    ("one", "speed_up"),
    [(WRONG, 1.0), (TWICE, 2.0), (SLOWER, 1.0), (Outcome(True, None), 1.0), (Outcome(False, 3.0), 1.0)],
)
def test_what_is_wrong_slower_or_not_timed_counts_as_the_original(one: Outcome, speed_up: float) -> None:
    assert one.speed_up == speed_up


def test_scores_are_means_over_problems() -> None:
    found = score([Tried("a", (TWICE,)), Tried("b", (WRONG,)), Tried("c", (SLOWER,)), Tried("d", ())], 1)
    assert found.problems == 4
    assert found.correct.value == pytest.approx(2 / 4)
    assert found.optimised.value == pytest.approx(1 / 4)
    assert found.accepted.value == pytest.approx(1 / 4)
    assert found.speed_up.value == pytest.approx(5 / 4)
    assert found.geometric.value == pytest.approx(2 ** (1 / 4))
    assert found.reduction.value == pytest.approx(0.5 / 4)


@pytest.mark.parametrize(("ratio", "optimised"), [(1.09, 0.0), (1.1, 1.0)])
def test_optimised_is_a_tenth_faster(ratio: float, optimised: float) -> None:
    assert score([Tried("a", (Outcome(True, ratio),))], 1).optimised.value == optimised


def test_best_of_one_and_of_two_differ_over_the_same_samples() -> None:
    tried = [Tried("a", (TWICE, WRONG, WRONG))]
    assert score(tried, 1).speed_up.value == pytest.approx(4 / 3)
    assert score(tried, 2).speed_up.value == pytest.approx(1 + 2 / 3)
    assert score(tried, 2).reduction.value == pytest.approx(0.5 * 2 / 3)
    assert score(tried, 2).geometric.value == pytest.approx(math.exp(math.log(2) * 2 / 3))


def test_one_group_has_no_interval() -> None:
    assert score([Tried("a", (TWICE,)), Tried("a", (WRONG,))], 1).correct == Estimate(0.5, None, None)


def test_problems_of_one_group_are_resampled_together() -> None:
    outcomes = [TWICE] * 50 + [WRONG] * 50
    apart = score([Tried(str(number), (one,)) for number, one in enumerate(outcomes)], 1).correct
    together = score([Tried(str(number // 50), (one,)) for number, one in enumerate(outcomes)], 1).correct
    assert apart.low is not None and apart.high is not None
    assert 0.35 < apart.low < 0.45 and 0.55 < apart.high < 0.65  # 0.5 +- 1.96 * 0.05
    assert (together.low, together.high) == (0.0, 1.0)


def test_intervals_come_out_the_same_again() -> None:
    tried = [Tried(str(number), (TWICE if number % 3 else WRONG,)) for number in range(20)]
    assert score(tried, 1) == score(tried, 1)


def test_the_interval_of_the_geometric_mean_holds_it() -> None:
    found = score(
        [Tried(str(number), (TWICE if number % 2 else WRONG,)) for number in range(20)], 1
    ).geometric
    assert found.low is not None and found.high is not None
    assert 1 < found.low < found.value < found.high < 2


@pytest.mark.parametrize(("tried", "k"), [([], 1), ([Tried("a", (TWICE,))], 0)])
def test_nothing_has_no_score(tried: list[Tried], k: int) -> None:
    with pytest.raises(ValueError, match="nothing to score"):
        score(tried, k)


def measured(ratio: float, reason: Reason = Reason.ACCEPTED) -> Measurement:
    interval = Interval(ratio, ratio, ratio)
    return Measurement(interval, interval, interval, (), 3, 0.1, reason)


def decided(reason: Reason, stage: Stage = Stage.BENCHMARK) -> Decision:
    return Decision(stage, reason)


def test_the_second_measurement_is_what_counts() -> None:
    found = Evaluation(CANDIDATE, decided(Reason.ACCEPTED), SAME_RESULT, measured(3.0), measured(2.0))
    assert outcome(found) == Outcome(correct=True, ratio=2.0, accepted=True)


def test_what_is_not_faster_is_correct_and_has_its_ratio() -> None:
    first = measured(0.8, Reason.NOT_FASTER)
    found = Evaluation(CANDIDATE, decided(Reason.NOT_FASTER), SAME_RESULT, first)
    assert outcome(found) == Outcome(correct=True, ratio=0.8)


@pytest.mark.parametrize("reason", [Reason.COLD_DISAGREES, Reason.WORK_ELSEWHERE, Reason.CPU_DISAGREES])
def test_a_gain_that_the_clock_was_tricked_into_is_none(reason: Reason) -> None:
    found = Evaluation(CANDIDATE, decided(reason), SAME_RESULT, measured(50.0, reason))
    assert outcome(found) == Outcome(correct=True, ratio=None)
    again = Evaluation(
        CANDIDATE, decided(Reason.NOT_REPEATED), SAME_RESULT, measured(50.0), measured(50.0, reason)
    )
    assert outcome(again).speed_up == 1.0


@pytest.mark.parametrize("reason", [Reason.WRONG_WHILE_TIMED, Reason.CRASH, Reason.HANG])
def test_what_fails_while_it_is_timed_is_wrong(reason: Reason) -> None:
    assert outcome(Evaluation(CANDIDATE, decided(reason), SAME_RESULT, measured(2.0))) == WRONG


def test_what_differs_or_is_refused_unseen_is_wrong() -> None:
    example = Counterexample("1", "[1]", "generated", "1", "2")
    verdict = Verdict(VerdictKind.DIFFERENT, Reason.DIFFERENT_RESULT, example)
    assert outcome(Evaluation(CANDIDATE, decided(Reason.DIFFERENT_RESULT, Stage.VERIFY), verdict)) == WRONG
    assert outcome(Evaluation(CANDIDATE, decided(Reason.CACHING, Stage.GUARD))) == WRONG


def test_a_copy_is_correct_and_as_fast() -> None:
    found = outcome(Evaluation(CANDIDATE, decided(Reason.SAME, Stage.GUARD)))
    assert found == Outcome(correct=True, ratio=1.0)


def problem() -> Problem:
    functions = PYTHON.extract("subject.py", MODULE.encode())
    assert isinstance(functions, tuple)
    return Problem("sum 1", "sum", MODULE, functions[0], Workload(()))


def test_copying_the_input_is_what_the_guard_knows_as_the_same() -> None:
    one = problem()
    (copied,) = copy_input(one, 8)
    refused = PYTHON.guard(one.function, copied, one.module)
    assert refused is not None
    assert refused.reason is Reason.SAME


class Counting:
    """Proposes without end."""

    name, version, languages = "counting", "1", frozenset({"python"})

    def propose(self, request: ProposalRequest) -> "itertools.chain[Candidate]":
        sources = (f"{request.function.source}  # {number}" for number in itertools.count())
        return itertools.chain(Candidate(source, Provenance("counting", "", "1")) for source in sources)


def test_an_expert_is_asked_for_its_first_proposals_only() -> None:
    found = of_expert(Counting())(problem(), 2)
    assert [one.source[-3:] for one in found] == ["# 0", "# 1"]


def row(calls: str) -> str:
    return f'{{"name": "one", "source": "def f(a=1): return a", "function": "f", "calls": [{calls!r}]}}'


def test_problems_are_read_with_their_calls(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(row("[1], ").replace("'", '"'))
    (found,) = read_problems(tmp_path / "rows.jsonl", Settings())
    assert (found.name, found.group, found.function.name) == ("one", "one", "f")
    assert "[1]" in {item.text for item in found.workload.inputs}


@pytest.mark.parametrize(
    ("method", "made"),
    [
        ("total", ("Cart", (3,), {"tax": 2}, ([1],), {})),
        ("known", ("Cart", None, {}, ([1],), {})),
        ("plain", ("Cart", None, {}, ([1],), {})),
    ],
)
def test_calls_of_a_method_are_on_an_instance_of_its_class(
    tmp_path: Path, method: str, made: tuple[object, ...]
) -> None:
    source = (
        "class Cart:\n"
        "    def __init__(self, price, tax): self.price = price\n"
        "    def total(self, xs): return xs\n"
        "    @classmethod\n    def known(cls, xs): return xs\n"
        "    @staticmethod\n    def plain(xs): return xs\n"
    )
    line = {"name": "m", "source": source, "function": f"Cart.{method}", "calls": ["[1]"], "init": "3, tax=2"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(line))
    (found,) = read_problems(tmp_path / "rows.jsonl", Settings())
    assert found.function.qualname == f"Cart.{method}"
    assert pickle.loads(found.workload.inputs[0].payload) == ("method", *made)
    assert len(found.workload.inputs) > 1, "and others are made like it"


@pytest.mark.parametrize("call", ["**{}", "*[1]", "a=1, a=2", "{[1]: 2}", "b", "1)(2", "1)", "1), f(2"])
def test_what_is_no_row_of_literals_is_named_with_its_line(tmp_path: Path, call: str) -> None:
    (tmp_path / "rows.jsonl").write_text("\n" + row(call).replace("'", '"'))
    with pytest.raises(ConfigError, match=r"rows\.jsonl:2: no problem"):
        list(read_problems(tmp_path / "rows.jsonl", Settings()))


def test_the_table_names_intervals_where_there_are_some() -> None:
    with_intervals = score([Tried("a", (TWICE,)), Tried("b", (TWICE,))], 1)
    text = table([("rules", with_intervals), ("copy", score([Tried("a", (WRONG,))], 1))])
    rules, copied = text.splitlines()[2:]
    assert rules.startswith("| rules | 1 | 2 | 100.0% [100.0%, 100.0%] |")
    assert "2.00x [2.00x, 2.00x]" in rules
    assert copied == "| copy | 1 | 1 | 0.0% | 0.0% | 0.0% | 1.00x | 1.00x | 0.0% |"
