"""Which held-out inputs stand in for the first calls, how results leave, and what the figures must show."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from optimizer.bench.protocol import Protocol
from optimizer.domain.evidence import Sample, Side
from optimizer.domain.workloads import Input
from optimizer.languages.runners import canonical
from optimizer.stages import accounting, unseen
from optimizer.stages.observe import Outcome, OutcomeKind
from optimizer.stages.verify import Expected
from tests.support.arena import an_input

SHARED = [1]
encode: Callable[..., bytes] = canonical.encode


def expected(inputs: list[Input], nanoseconds: int = 100_000) -> Expected:
    outcome = Outcome(OutcomeKind.RETURNED, nanoseconds=nanoseconds)
    return Expected(tuple(inputs), {item.id: outcome for item in inputs}, 0)


def inputs(size: int, count: int, held_out: bool) -> list[Input]:
    return [an_input(size, number, held_out, held_out=held_out, size=size) for number in range(count)]


def test_held_out_inputs_of_about_the_same_size_are_shared_out_among_launches() -> None:
    visible, held_out, far = inputs(100, 4, False), inputs(150, 12, True), inputs(1000, 4, True)
    (found,) = unseen.batches(expected([*visible, *held_out, *far]), [visible], lambda _: True, Protocol())
    assert sorted(len(batch) for batch in found) == [6, 6]
    assert {item.id for batch in found for item in batch} == {item.id for item in held_out}


def test_edge_cases_are_taken_only_where_there_is_nothing_else() -> None:
    visible, edge = inputs(10, 2, False), [replace(one, note="edge: empty") for one in inputs(10, 3, True)]
    ordinary = inputs(12, 2, True)
    (mixed,) = unseen.batches(expected([*visible, *edge, *ordinary]), [visible], lambda _: True, Protocol())
    (alone,) = unseen.batches(expected([*visible, *edge]), [visible], lambda _: True, Protocol())
    assert {item.id for batch in mixed for item in batch} == {item.id for item in ordinary}
    assert sum(map(len, alone)) == 3


def test_a_workload_without_held_out_inputs_has_none() -> None:
    visible = inputs(10, 4, False)
    assert unseen.batches(expected(visible), [visible], lambda _: True, Protocol()) == [()]


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ([1, "a", {"b": (2.5, None, b"c", 1j)}], "marshal"),
        ({1, 2}, "canonical"),
        ([frozenset()], "canonical"),
        ([SHARED, SHARED], "canonical"),
        (ValueError("object"), "canonical"),
    ],
)
def test_only_plain_values_are_handed_over_by_marshal(value: object, form: str) -> None:
    result = encode(value)
    outcome = Outcome(OutcomeKind.RETURNED, result=result)
    assert unseen.hand_over([outcome], mutates=False) == form
    changed = Outcome(OutcomeKind.RETURNED, arguments=result, result=b"N")
    assert unseen.hand_over([changed], mutates=True) == form


def test_an_iterator_is_plain_if_what_it_yields_is() -> None:
    data = encode(iter([1, 2]))
    assert unseen.hand_over([Outcome(OutcomeKind.RETURNED, result=data, iterator=True)], False) == "marshal"
    assert unseen.hand_over([Outcome(OutcomeKind.RETURNED, result=data)], False) == "canonical"


def test_results_that_are_too_many_are_not_handed_over() -> None:
    assert unseen.hand_over([Outcome(OutcomeKind.RETURNED, result=bytes(20_000_000))], False) == ""


def samples(cold: float, warm: float, original: int = 100_000, null: int = 10_000) -> list[Sample]:
    """Three launches of ten calls; `cold` and `warm`: how many times faster the candidate is."""
    found = []
    for launch in range(3):
        for is_cold, ratio in ((True, cold), (False, warm)):
            net = {Side.ORIGINAL: original, Side.CANDIDATE: round(original / ratio), Side.NULL: 0}
            for side, cost in net.items():
                total = 10 * (cost + null) + 100 * launch
                found.append(Sample(launch, 0, 0, side, 10, total, total, cold=is_cold))
    return found


@pytest.mark.parametrize(
    ("cold", "warm", "agrees"), [(2.0, 2.0, True), (1.5, 2.0, True), (1.0, 2.0, False), (1.0, 1.1, False)]
)
def test_calls_on_unseen_inputs_have_to_show_half_of_the_saving(
    cold: float, warm: float, agrees: bool
) -> None:
    assert unseen.agrees(samples(cold, warm), [3]) is agrees


def test_where_handing_over_takes_longer_than_the_calls_nothing_can_be_told() -> None:
    assert unseen.agrees(samples(1.0, 2.0, original=1_000), [3])


def test_a_size_without_inputs_of_its_own_is_not_asked() -> None:
    assert unseen.agrees(samples(1.0, 2.0), [0])


def launch(extra: int, saved: int) -> accounting.Launch:
    outside = {Side.ORIGINAL: 10_000_000, Side.CANDIDATE: 10_000_000 + extra}
    inside = {Side.ORIGINAL: 40_000_000, Side.CANDIDATE: 40_000_000 - saved}
    return accounting.Launch(outside, inside)


@pytest.mark.parametrize(
    ("extra", "saved", "agrees"),
    [(0, 20_000_000, True), (5_000_000, 20_000_000, True), (20_000_000, 20_000_000, False)],
)
def test_work_may_not_move_out_of_the_timed_batches(extra: int, saved: int, agrees: bool) -> None:
    books = [launch(extra, saved), launch(extra, saved), launch(90_000_000, saved)]  # one disturbed
    assert accounting.agrees(books) is agrees
