"""Time against size, and instructions, in real sandboxes. Nothing here asserts how long anything takes: what
is told apart differs by a power of the size."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Instructions, Scaling
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Workload
from optimizer.stages import instructions
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.evaluate import Referee
from optimizer.stages.instructions import NotCountedError, count_instructions
from optimizer.stages.judge import Panel, make_referee
from optimizer.stages.observe import Outcome, OutcomeKind
from optimizer.stages.scaling import chosen, sweep
from optimizer.stages.verify import Expected, original_outcomes
from tests.support.arena import an_input, arena

QUADRATIC = """\
def repeated(xs):
    return [x for x in xs if xs.count(x) > 1]
"""
LINEAR = """\
def repeated(xs):
    counts = {}
    for x in xs:
        counts[x] = counts.get(x, 0) + 1
    return [x for x in xs if counts[x] > 1]"""


def candidate(source: str) -> Candidate:
    return Candidate(source, Provenance("test", "text", "1"))


def numbers(sizes: tuple[int, ...]) -> tuple[Input, ...]:
    return tuple(an_input([7 * at % (2 * size) for at in range(size)], size=size) for size in sizes)


def observed(opened: Arena, inputs: tuple[Input, ...]) -> Expected:
    expected = original_outcomes(opened, inputs, 2.0, 20.0)
    assert isinstance(expected, Expected), expected
    return expected


def swept(folder: Path, original: str, changed: str, inputs: tuple[Input, ...]) -> Scaling:
    with arena(folder, original) as opened:
        expected = observed(opened, inputs)
        with opened.candidate(candidate(changed), TIMING_SEED) as zygote:
            found = sweep(opened, zygote, expected, 0)
    assert found is not None
    return found


def test_the_exponents_of_a_quadratic_original_and_a_linear_candidate_exclude_each_other(
    tmp_path: Path,
) -> None:
    sizes = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
    found = swept(tmp_path, QUADRATIC, LINEAR, numbers(sizes))
    assert [point.elements for point in found.points] == list(sizes)
    assert found.original is not None
    assert found.candidate is not None
    assert found.original.low > found.candidate.high
    assert found.original.low > 1.5


def test_functions_that_change_their_arguments_and_iterators_are_swept_too(tmp_path: Path) -> None:
    original = "def drained(xs):\n    while xs:\n        yield xs.pop(0) + sum(range(50))\n"
    changed = "def drained(xs):\n    while xs:\n        yield xs.pop(0) + 1225"
    found = swept(tmp_path, original, changed, numbers((4, 16, 64, 256)))
    # Every call had its own arguments: what is drained already takes no longer when it was large.
    smallest, *_, largest = found.points
    assert largest.original_ns > 4 * smallest.original_ns
    assert largest.candidate_ns > 4 * smallest.candidate_ns


def test_a_candidate_that_prepares_a_lot_is_slower_on_small_inputs(tmp_path: Path) -> None:
    changed = "def repeated(xs):\n    sum(range(3000))\n" + LINEAR.partition("\n")[2]
    found = swept(tmp_path, QUADRATIC, changed, numbers((2, 8, 32, 128, 512, 2048)))
    assert found.crossover is not None
    assert 8 < found.crossover < 2048


def outcome(kind: OutcomeKind = OutcomeKind.RETURNED, nanoseconds: int = 1000) -> Outcome:
    return Outcome(kind, nanoseconds=nanoseconds)


def expected_of(*parts: tuple[Input, Outcome]) -> Expected:
    return Expected(tuple(item for item, _ in parts), {item.id: one for item, one in parts}, 0)


def test_neither_what_is_held_out_nor_what_raises_or_takes_long_is_timed() -> None:
    good = an_input("good", size=3)
    expected = expected_of(
        (good, outcome()),
        (an_input("held out", size=9, held_out=True), outcome()),
        (an_input("raises", size=27), outcome(OutcomeKind.RAISED)),
        (an_input("long", size=81), outcome(nanoseconds=300_000_000)),
        (an_input("empty", size=0), outcome()),
    )
    assert chosen(expected) == [good]
    assert chosen(expected_of()) == []


def test_at_most_twelve_inputs_from_the_smallest_to_the_largest_are_timed() -> None:
    expected = expected_of(
        *((an_input(size, size=size), outcome(nanoseconds=size)) for size in range(1, 800))
    )
    sizes = [item.size for item in chosen(expected)]
    assert len(sizes) == 12
    assert sizes == sorted(sizes)
    assert sizes[0] < 3
    assert sizes[-1] > 400
    steps = [math.log(after / before) for before, after in itertools.pairwise(sizes)]
    assert max(steps) < 3 * math.log(800) / 11


def test_of_one_size_the_input_that_takes_a_typical_time_is_timed() -> None:
    times = (10, 900, 1000, 1100, 90_000)
    made = [(an_input(time, size=50), outcome(nanoseconds=time)) for time in times]
    assert chosen(expected_of(*made)) == [made[2][0]]


def test_what_the_time_does_not_allow_is_left_out_the_longest_first() -> None:
    sizes = (1, 3, 30, 90, 180, 240)
    made = [(an_input(size, size=size), outcome(nanoseconds=size * 10**6)) for size in sizes]
    left = [item.size for item in chosen(expected_of(*made))]
    assert left[:3] == [1, 3, 30]
    assert 240 not in left


def test_the_count_of_identical_code_is_the_same(tmp_path: Path) -> None:
    item = numbers((100,))[0]
    with arena(tmp_path, QUADRATIC) as opened:
        found = count_instructions(opened, candidate(QUADRATIC.rstrip()), item, outcome(nanoseconds=50_000))
    assert found.candidate == pytest.approx(found.original, rel=0.01)  # start-up and import cancel
    assert 10_000 < found.original < 10_000_000


def test_a_candidate_that_cannot_be_counted_is_no_error_of_ours(tmp_path: Path) -> None:
    with arena(tmp_path, QUADRATIC) as opened, pytest.raises(NotCountedError, match="exit code 4"):
        raising = candidate("def repeated(xs):\n    raise ValueError")
        count_instructions(opened, raising, numbers((9,))[0], outcome())


def test_a_call_that_is_too_long_for_callgrind_is_not_begun(tmp_path: Path) -> None:
    with arena(tmp_path, QUADRATIC) as opened, pytest.raises(NotCountedError, match="too long"):
        count_instructions(opened, candidate(LINEAR), numbers((9,))[0], outcome(nanoseconds=10**9))


def judged(folder: Path, settings: Settings, told: Callable[[str], None]) -> Instructions | None:
    """Of an accepted candidate; a busy machine is asked again."""
    with arena(folder, QUADRATIC) as opened:
        panel = Panel([], lambda _f, _c, _s: None, settings, Protocol(max_launches=24), note=told)
        referee = make_referee(opened, Workload(numbers((20, 30, 40, 50, 60, 70, 80, 90))), panel)
        assert isinstance(referee, Referee), referee
        for _ in range(3):
            evaluation = referee.evaluate(candidate(LINEAR))
            if evaluation.decision.accepted:
                break
    assert evaluation.decision.accepted, evaluation.decision
    assert evaluation.scaling is not None
    assert len(evaluation.scaling.points) == 8
    return evaluation.instructions


def about_instructions(notes: list[str]) -> list[str]:
    """A busy machine may have others."""
    return [note for note in notes if "instructions" in note]


def test_instructions_of_an_accepted_candidate_are_counted_with_callgrind(tmp_path: Path) -> None:
    notes: list[str] = []
    found = judged(tmp_path, Settings(callgrind=True), notes.append)
    assert about_instructions(notes) == []
    assert found is not None
    assert found.original > 2 * found.candidate


def test_without_valgrind_there_is_a_note_and_no_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instructions, "valgrind", lambda: None)
    notes: list[str] = []
    assert judged(tmp_path, Settings(), notes.append) is None
    assert about_instructions(notes) == []  # nobody asked
    assert judged(tmp_path, Settings(callgrind=True), notes.append) is None
    assert about_instructions(notes) == [
        "subject.py::repeated: instructions not counted: valgrind is not installed: apt-get install valgrind"
    ]
