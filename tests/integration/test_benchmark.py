"""Functions through the referee, in real sandboxes. What is asserted is what it decides, never how long
anything took: differences are large enough for a busy machine."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision, Evaluation, Reason, Side, VerdictKind
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Stage
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Workload
from optimizer.languages.python import PYTHON
from optimizer.stages.evaluate import Referee
from optimizer.stages.judge import Panel, make_referee
from tests.support.arena import an_input, arena

PATIENT = Protocol(max_launches=24)  # a busy machine needs more of them for the same decision
Guard = Callable[[Function, Candidate, str], Decision | None]
SLOW = """\
def squares(xs):
    total = 0
    for _ in range(6):
        for x in xs:
            total += x * x
    return total
"""
FAST = """\
def squares(xs):
    total = 0
    for x in xs:
        total += x * x
    return 6 * total
"""


def nobody(function: Function, candidate: Candidate, source: str) -> Decision | None:
    """A guard that lets everything pass, so that what is behind it can be seen at work."""
    return None


def numbers(sizes: Sequence[int] = (200, 200, 200, 800, 800, 800)) -> tuple[Input, ...]:
    """Half of them held out."""
    return tuple(
        an_input([size * 7 + number + offset for offset in range(size)], held_out=bool(number % 2), size=size)
        for number, size in enumerate([size for size in sizes for _ in range(2)])
    )


def judged(
    folder: Path,
    original: str,
    candidate: str,
    inputs: tuple[Input, ...] | None = None,
    guard: Guard = nobody,
    settings: Settings | None = None,
) -> Evaluation:
    with arena(folder, original) as opened:
        panel = Panel([], guard, settings or Settings(), PATIENT)
        referee = make_referee(opened, Workload(numbers() if inputs is None else inputs), panel)
        assert isinstance(referee, Referee), referee
        return referee.evaluate(Candidate(candidate.rstrip("\n"), Provenance("test", "text", "1")))


def judged_in_peace(folder: Path, original: str, candidate: str, inputs: tuple[Input, ...]) -> Evaluation:
    """Asked again, twice at most, when the answer is one that other programs on the core bring about."""
    disturbed = (Reason.UNDECIDED, Reason.COLD_DISAGREES, Reason.CPU_DISAGREES, Reason.NOT_REPEATED)
    for _ in range(3):
        evaluation = judged(folder, original, candidate, inputs)
        if evaluation.decision.reason not in disturbed:
            break
    return evaluation


def stopped(folder: Path, original: str, inputs: tuple[Input, ...], settings: Settings) -> Decision:
    """Where a function ends that cannot be judged."""
    with arena(folder, original) as opened:
        decision = make_referee(opened, Workload(inputs), Panel([], nobody, settings, PATIENT))
        assert isinstance(decision, Decision)
        return decision


def test_identical_code_is_not_accepted(tmp_path: Path) -> None:
    evaluation = judged(tmp_path, SLOW, SLOW)
    assert evaluation.decision.reason in (Reason.NOT_FASTER, Reason.UNDECIDED)


def test_a_function_that_is_several_times_faster_is_accepted(tmp_path: Path) -> None:
    evaluation = judged_in_peace(tmp_path, SLOW, FAST, numbers())
    assert evaluation.decision == replace(evaluation.decision, stage=Stage.DECIDE, reason=Reason.ACCEPTED)
    assert evaluation.second is not None
    assert evaluation.second.wall.low > 1
    assert evaluation.memory is not None
    assert [row.elements for row in evaluation.second.rows] == [200, 800]


def test_the_raw_samples_of_every_launch_are_kept(tmp_path: Path) -> None:
    first = judged(tmp_path, SLOW, FAST).first
    assert first is not None
    launches = {sample.launch for sample in first.samples}
    warm = [sample for sample in first.samples if not sample.cold and sample.side is not Side.NULL]
    assert len(launches) == first.launches >= PATIENT.min_launches
    pairs = Counter((sample.launch, sample.size) for sample in warm if sample.side is Side.ORIGINAL)
    assert pairs == Counter((sample.launch, sample.size) for sample in warm if sample.side is Side.CANDIDATE)
    assert len(pairs) == first.launches * len(first.rows)
    assert min(pairs.values()) >= PATIENT.min_pairs
    assert max(pairs.values()) <= PATIENT.pairs_per_class(len(first.rows))
    assert {sample.side for sample in first.samples if sample.cold} == set(Side)
    assert all(sample.wall_ns > 0 and sample.calls > 0 for sample in first.samples)


def test_a_slower_function_is_refused(tmp_path: Path) -> None:
    evaluation = judged(tmp_path, FAST, SLOW)
    assert (evaluation.decision.stage, evaluation.decision.reason) == (Stage.BENCHMARK, Reason.NOT_FASTER)


def test_a_gain_below_the_gate_is_refused(tmp_path: Path) -> None:
    evaluation = judged(tmp_path, SLOW, FAST, settings=Settings(gate=50.0))
    assert evaluation.decision.reason is Reason.NOT_FASTER


def test_a_function_that_is_faster_on_small_inputs_and_slower_on_large_ones_is_refused(
    tmp_path: Path,
) -> None:
    original = "def f(xs):\n    return sorted(sorted(sorted(sorted(xs))))\n"
    candidate = """\
def f(xs):
    if len(xs) > 500:
        for _ in range(30):
            sorted(xs)
    return sorted(xs)
"""
    inputs = tuple(
        an_input(list(range(size + number, number, -1)), held_out=bool(number % 2), size=size)
        for size in (20, 60, 800)
        for number in range(6)
    )
    evaluation = judged(tmp_path, original, candidate, inputs)
    assert evaluation.decision.reason in (Reason.SLOWER_SIZE, Reason.NOT_FASTER)


def test_a_result_that_differs_on_a_held_out_input_alone_is_found(tmp_path: Path) -> None:
    held_out = an_input([13, 13], held_out=True)
    candidate = FAST.replace("return 6", "return (7 if xs == [13, 13] else 6)")
    evaluation = judged(tmp_path, SLOW, candidate, (*numbers(), held_out))
    assert (evaluation.decision.stage, evaluation.decision.reason) == (Stage.VERIFY, Reason.DIFFERENT_RESULT)
    assert evaluation.verdict is not None
    assert evaluation.verdict.counterexample is not None
    assert evaluation.verdict.counterexample.input_id == held_out.id
    assert evaluation.verdict.counterexample.expected != evaluation.verdict.counterexample.actual


def test_a_function_that_is_right_when_checked_and_wrong_when_timed_is_found(tmp_path: Path) -> None:
    source = f"_TICKS = iter(range(10**9))\n\n\n{SLOW}"
    candidate = FAST.replace("return 6", "return (0 if next(_TICKS) > 100 else 6)")
    evaluation = judged(tmp_path, source, candidate)
    assert evaluation.verdict is not None
    assert evaluation.verdict.kind is VerdictKind.EQUIVALENT
    assert evaluation.decision.reason is Reason.WRONG_WHILE_TIMED


def test_results_kept_between_calls_are_refused_before_anything_runs(tmp_path: Path) -> None:
    candidate = """\
def squares(xs, _kept={}):
    key = tuple(xs)
    if key not in _kept:
        _kept[key] = 6 * sum(x * x for x in xs)
    return _kept[key]
"""
    evaluation = judged(tmp_path, SLOW, candidate, guard=PYTHON.guard)
    assert (evaluation.decision.stage, evaluation.first) == (Stage.GUARD, None)


def test_results_kept_between_calls_are_seen_in_the_state_when_the_guard_is_blind(tmp_path: Path) -> None:
    source = "_KEPT = {}\n\n\n" + SLOW
    candidate = """\
def squares(xs):
    key = tuple(xs)
    if key not in _KEPT:
        _KEPT[key] = 6 * sum(x * x for x in xs)
    return _KEPT[key]
"""
    evaluation = judged(tmp_path, source, candidate)
    assert evaluation.decision.reason is Reason.DIFFERENT_STATE


def test_results_kept_where_nobody_looks_give_no_gain_on_first_calls(tmp_path: Path) -> None:
    hidden = "import functools\n\n_keep = functools.lru_cache\n\n\n"
    work = "sum(x * x for _ in range(60) for x in xs)"
    source = f"{hidden}@_keep\ndef _work(xs):\n    return {work}\n\n\n"
    original = f"def squares(xs):\n    return {work}\n"
    candidate = "def squares(xs):\n    return _work(tuple(xs))\n"
    with arena(tmp_path, source + original) as opened:
        functions = PYTHON.extract("subject.py", opened.source)
        assert isinstance(functions, tuple)
        opened.function = next(one for one in functions if one.qualname == "squares")
        panel = Panel([], nobody, Settings(), PATIENT)
        referee = make_referee(opened, Workload(numbers()), panel)
        assert isinstance(referee, Referee)
        evaluation = referee.evaluate(Candidate(candidate.rstrip(), Provenance("test", "text", "1")))
    assert evaluation.decision.reason is Reason.COLD_DISAGREES


def test_what_a_process_makes_only_once_is_no_part_of_first_calls(tmp_path: Path) -> None:
    pattern = "|".join(f"[{letter}-z]{{2,{n}}}x" for n in range(3, 30) for letter in "abc")  # slow to compile
    head = f"import re\n\n_PATTERN = {pattern!r}\n\n\n"
    original = """\
def matching(words):
    return [word for word in words if re.compile(_PATTERN).match(word)]
"""
    candidate = """\
def matching(words):
    match = re.compile(_PATTERN).match
    return [word for word in words if match(word)]
"""
    inputs = tuple(
        an_input([f"{number + word}" for word in range(30)], held_out=bool(number % 2), size=30)
        for number in range(12)
    )
    evaluation = judged_in_peace(tmp_path, head + original, candidate, inputs)
    assert evaluation.decision.reason is Reason.ACCEPTED


def test_a_gain_bought_with_memory_is_refused(tmp_path: Path) -> None:
    original = SLOW.replace("range(6)", "range(200)")
    candidate = FAST.replace("6 *", "200 *").replace("total = 0", "room = bytearray(200_000)\n    total = 0")
    evaluation = judged_in_peace(tmp_path, original, candidate, numbers((50, 50, 50)))
    assert (evaluation.decision.stage, evaluation.decision.reason) == (Stage.DECIDE, Reason.MEMORY)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return nowhere", Reason.DIFFERENT_EXCEPTION),
        ("while True: pass", Reason.HANG),
        ("import os; os._exit(0)", Reason.CRASH),
        ("print(xs); return 6 * sum(x * x for x in xs)", Reason.DIFFERENT_OUTPUT),
        ("xs.sort(reverse=True); return 6 * sum(x * x for x in xs)", Reason.DIFFERENT_ARGUMENTS),
        ("open('/tmp/x', 'w').close(); return 6 * sum(x * x for x in xs)", Reason.DIFFERENT_EFFECTS),
        ("return 6.0 * sum(x * x for x in xs)", Reason.DIFFERENT_RESULT),
        ("return (6 * sum(x * x for x in xs)", Reason.LOAD_FAILED),
    ],
)
def test_what_differs_is_refused_with_the_reason(tmp_path: Path, body: str, reason: Reason) -> None:
    evaluation = judged(tmp_path, SLOW, f"def squares(xs):\n    {body}\n")
    assert (evaluation.decision.stage, evaluation.decision.reason) == (Stage.VERIFY, reason)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import random; return random.SystemRandom().random()", Reason.NONDETERMINISTIC),
        ("return list({str(x) for x in xs})", Reason.NONDETERMINISTIC),
        ("raise ValueError('always')", Reason.ORIGINAL_FAILS),
        ("return lambda: xs", Reason.OPAQUE),
        ("while True: pass", Reason.ORIGINAL_FAILS),
        ("import os; os._exit(0)", Reason.ORIGINAL_FAILS),
    ],
)
def test_an_original_that_cannot_be_judged_is_set_aside_with_the_reason(
    tmp_path: Path, body: str, reason: Reason
) -> None:
    settings = Settings(call_seconds=0.2)
    decision = stopped(tmp_path, f"def f(xs):\n    {body}\n", numbers(), settings)
    assert (decision.stage, decision.reason) == (Stage.COLLECT, reason)


def test_an_original_that_hangs_more_often_than_it_returns_proves_too_little(tmp_path: Path) -> None:
    original = "def f(xs):\n    while len(xs) > 200: pass\n    return xs[0]\n"
    inputs = numbers((200, 200, 200, 800, 800, 800, 800))
    decision = stopped(tmp_path, original, inputs, Settings(call_seconds=0.2))
    assert decision.reason is Reason.ORIGINAL_FAILS
    assert decision.detail == "returns on 6 of 14 inputs, hangs or ends its process on 8"


def test_a_module_that_cannot_be_imported_is_not_callable(tmp_path: Path) -> None:
    decision = stopped(tmp_path, "import nowhere\n\n\ndef f(xs):\n    return xs\n", numbers(), Settings())
    assert decision.reason is Reason.NOT_CALLABLE


def test_a_deep_recursion_may_become_an_answer_but_not_an_endless_loop(tmp_path: Path) -> None:
    original = "def depth(n):\n    return 0 if n <= 0 else 1 + depth(n - 1)\n"
    inputs = tuple(an_input(n, held_out=bool(n % 2)) for n in (*range(20, 60), 50_000))
    loop = "def depth(n):\n    found = 0\n    while n > 0:\n        n, found = n - 1, found + 1\n"
    answers = judged_in_peace(tmp_path, original, loop + "    return found\n", inputs)
    hangs = "def depth(n):\n    while n > 40_000: pass\n    return max(n, 0)\n"
    assert answers.decision.reason is Reason.ACCEPTED
    assert answers.verdict is not None
    assert answers.verdict.contract.resource == 1
    assert judged(tmp_path, original, hangs, inputs).decision.reason is Reason.HANG


def test_a_tolerance_that_was_asked_for_holds_while_it_is_timed(tmp_path: Path) -> None:
    original = "def f(xs):\n    total = 0.0\n    for x in xs:\n        total += x * 0.1\n    return total\n"
    candidate = "def f(xs):\n    return sum(xs) * 0.1\n"
    exact = judged(tmp_path, original, candidate)
    assert exact.decision.reason is Reason.DIFFERENT_RESULT
    for _ in range(3):  # other programs on the core may disturb one
        near = judged(tmp_path, original, candidate, settings=Settings(float_tolerance=1e-9))
        if near.decision.accepted:
            break
    assert near.decision.reason is Reason.ACCEPTED


def test_a_generator_that_uses_up_its_arguments_gets_new_ones_for_every_timed_call(tmp_path: Path) -> None:
    original = "def f(xs):\n    while xs:\n        yield xs.pop()\n"
    with arena(tmp_path, original) as opened:
        referee = make_referee(opened, Workload(numbers()), Panel([], nobody, Settings(), PATIENT))
        assert isinstance(referee, Referee), referee
        assert all(group.fresh and group.consume for group in referee.classes)
        assert max(group.rounds for group in referee.classes) < 1000  # not exhausted ones, called at once
