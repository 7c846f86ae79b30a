"""Times a candidate against the original: paired, interleaved, by launches, on the parent's clock."""

import contextlib
import functools
import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from optimizer import canonical
from optimizer.bench import sequential, statistics
from optimizer.bench.protocol import Protocol
from optimizer.domain.evidence import Measurement, Reason, Sample, Side, SizeRow
from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import Session, Zygote
from optimizer.stages import accounting, unseen
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.observe import ENCODING_LIMIT
from optimizer.stages.sizes import MOST_ROUNDS, SizeClass

_SIDES = (Side.ORIGINAL, Side.CANDIDATE)


class WrongWhileTimedError(Exception):
    """The timed calls did not return what the original's returned."""


def calibrate(arena: Arena, classes: Sequence[SizeClass], protocol: Protocol) -> tuple[SizeClass, ...]:
    """Sets the rounds of each class so that a sample of the original takes about the aimed time."""
    with closing(arena.original(TIMING_SEED).fork(arena.function.qualname)) as session:
        return tuple(_calibrated(session, group, protocol) for group in classes)


def _calibrated(session: Session, group: SizeClass, protocol: Protocol) -> SizeClass:
    """By the parent's clock: what the sandbox says of a first call is several times too long."""
    _load(session, group)
    for _ in range(3):
        session.ask("prepare", **_fields(group))
        wall = min(session.clock("go")[0] for _ in range(2 - group.fresh))  # one may be disturbed
        rounds = max(1, min(MOST_ROUNDS, round(group.rounds * protocol.sample_ns / wall)))
        if rounds <= group.rounds:
            break
        group = replace(group, rounds=min(rounds, 8 * group.rounds))
    return replace(group, rounds=min(rounds, group.rounds))


def _load(session: Session, group: SizeClass) -> None:
    ids = [item.id for item in group.inputs]
    session.ask("load", [item.payload for item in group.inputs], ids=ids)


def _fields(group: SizeClass) -> dict[str, Any]:
    ids = [item.id for item in group.inputs]
    return {"ids": ids, "rounds": group.rounds, "fresh": group.fresh, "consume": group.consume}


def measure(
    arena: Arena, zygote: Zygote, classes: Sequence[SizeClass], gate: float, seed: int, protocol: Protocol
) -> Measurement:
    """Launches pairs of fresh processes until the question is decided or the cap is reached.

    Raises WrongWhileTimedError, RunnerDiedError, RunnerTimeoutError.
    """
    began = time.monotonic()
    rng = random.Random(seed)
    samples: list[Sample] = []
    launches: list[sequential.Summary] = []
    books: list[accounting.Launch] = []
    zygotes = {Side.ORIGINAL: arena.original(TIMING_SEED), Side.CANDIDATE: zygote}
    sizes = range(len(classes))
    for launch in range(protocol.max_launches):
        before = accounting.read(zygotes)
        taken = launch_once(arena, zygote, classes, launch, rng, gate, protocol)
        books.append(accounting.closed(zygotes, before, taken))
        samples += taken
        launches.append(sequential.summary(taken, launch, sizes))
        reason = sequential.conclude(sequential.evidence(launches), gate, protocol)
        if reason is not None:
            break
    seen, cold = sequential.evidence(launches), statistics.total_ratios(samples, sizes, cold=True)
    if reason is Reason.ACCEPTED:
        reason = _confirmed(samples, classes, books)
    return Measurement(
        wall=statistics.interval(seen.wall.ratios, protocol.level),
        cpu=statistics.interval(seen.cpu.ratios, protocol.level),
        cold=statistics.interval(cold, protocol.level),
        rows=tuple(_row(samples, size, classes[size], protocol) for size in sizes),
        launches=launch + 1,
        seconds=time.monotonic() - began,
        reason=reason or Reason.UNDECIDED,
        samples=tuple(samples),
        false_accept=protocol.false_accept,
    )


def _confirmed(
    samples: Sequence[Sample],
    classes: Sequence[SizeClass],
    books: Sequence[accounting.Launch],
) -> Reason:
    """What calls on unseen inputs, first calls and the books say of a gain that repeated calls show."""
    sizes = range(len(classes))
    if not unseen.agrees(samples, [len(group.unseen) for group in classes]):
        return Reason.COLD_DISAGREES
    if not statistics.cold_agrees(samples, sizes):
        return Reason.COLD_DISAGREES
    return Reason.ACCEPTED if accounting.agrees(books) else Reason.WORK_ELSEWHERE


def _row(samples: Sequence[Sample], size: int, group: SizeClass, protocol: Protocol) -> SizeRow:
    label = f"{group.elements:,} element" + ("s" if group.elements != 1 else "")
    original, candidate = (statistics.typical_ns(samples, size, side) for side in _SIDES)
    ratio = statistics.interval(statistics.launch_ratios(samples, [size]), protocol.level)
    return SizeRow(label, group.elements, original, candidate, ratio)


def launch_once(
    arena: Arena,
    zygote: Zygote,
    classes: Sequence[SizeClass],
    launch: int,
    rng: random.Random,
    gate: float,
    protocol: Protocol,
) -> list[Sample]:
    """Three fresh processes take turns on one core."""
    name, shift = arena.function.qualname, rng.randrange(2000)
    with contextlib.ExitStack() as stack:
        closed_at_the_end = stack.enter_context
        sessions = {
            Side.ORIGINAL: closed_at_the_end(closing(arena.original(TIMING_SEED).fork(name, shift=shift))),
            Side.CANDIDATE: closed_at_the_end(closing(zygote.fork(name, shift=shift))),
            Side.NULL: closed_at_the_end(closing(arena.null())),
        }
        samples: list[Sample] = []
        most = protocol.pairs_per_class(len(classes))
        settled = functools.partial(sequential.settled, gate=gate, protocol=protocol)
        woken = _wake(sessions, classes)
        for size, group in enumerate(classes):
            samples += _cold(sessions, group, woken, launch, size, rng)
            samples += _warm(sessions, group, launch, size, rng, most, settled)
        return samples


def _wake(sessions: dict[Side, Session], classes: Sequence[SizeClass]) -> Input | None:
    """One call on an input that is then not among the first calls: what a process makes once (compiled
    patterns, late imports) is no part of them. None where there is no input to spare."""
    group = next((group for group in classes if len(group.inputs) > 1), None)
    if group is None:
        return None
    for session in sessions.values():
        session.clock("sealed", [group.inputs[-1].payload], consume=group.consume)
    return group.inputs[-1]


def _cold(
    sessions: dict[Side, Session],
    group: SizeClass,
    woken: Input | None,
    launch: int,
    size: int,
    rng: random.Random,
) -> list[Sample]:
    """First calls: each input once, arguments sent when the clock starts, results before it stops."""
    order = [*_SIDES, Side.NULL]
    rng.shuffle(order)
    seen = [item for item in group.inputs if item is not woken]
    items = group.unseen[launch] if launch < len(group.unseen) else seen
    blobs = [item.payload for item in items]
    fields: dict[str, Any] = {"consume": group.consume, "hand_over": group.hand_over}
    fields |= {"arguments": group.fresh, "limit": unseen.MOST_BYTES}
    sessions[Side.NULL].ask("rehearse", blobs, **fields)
    samples, returned = [], {}
    for side in order:
        wall, cpu, returned[side] = sessions[side].timed("sealed", blobs, **fields)
        samples.append(Sample(launch, size, 0, side, len(blobs), wall, cpu, cold=True))
    _compare(returned[Side.ORIGINAL], returned[Side.CANDIDATE], group)
    return samples


def _warm(
    sessions: dict[Side, Session],
    group: SizeClass,
    launch: int,
    size: int,
    rng: random.Random,
    most: int,
    settled: Callable[[Sequence[Sample], int, int], bool],
) -> list[Sample]:
    """Pairs of batches until they agree well enough, or there are enough of them."""
    for side in (*_SIDES, Side.NULL):
        _load(sessions[side], group)
        sessions[side].ask("prepare", **_fields(group))
        sessions[side].clock("go")
    samples: list[Sample] = []
    checked = rng.randrange(most)
    for pair in range(most):
        samples += _pair(sessions, group, launch, size, pair, rng)
        ended = settled(samples, launch, size) or pair == most - 1
        if (pair == checked or ended) and not group.consume:
            _check_outputs(sessions, group, rng.sample(range(len(group.inputs)), min(2, len(group.inputs))))
        if ended:
            break
    return samples


def _pair(
    sessions: dict[Side, Session], group: SizeClass, launch: int, size: int, pair: int, rng: random.Random
) -> list[Sample]:
    """One batch of each side in random order; of the function that does nothing in the first two."""
    order = [*_SIDES, Side.NULL] if pair < 2 else list(_SIDES)
    rng.shuffle(order)
    kept = rng.randrange(group.rounds)
    samples = []
    for side in order:
        if group.fresh or pair == 0:
            sessions[side].ask("prepare", **_fields(group))
        wall, cpu = sessions[side].clock("go", keep=kept)
        samples.append(Sample(launch, size, pair, side, group.calls, wall, cpu))
    return samples


def _check_outputs(sessions: dict[Side, Session], group: SizeClass, indexes: Sequence[int]) -> None:
    """What calls of a timed batch really returned, on both sides, compared here. Nobody inside knows
    beforehand of which batch and which calls that is asked."""
    answers = [sessions[side].ask("outputs", indexes=list(indexes), limit=ENCODING_LIMIT) for side in _SIDES]
    (original, expected), (_, actual) = answers
    if original.get("ok"):
        _compare(expected, actual, group)


def _compare(expected: Sequence[bytes], actual: Sequence[bytes], group: SizeClass) -> None:
    """Raises WrongWhileTimedError; also where what came back cannot be read."""
    try:
        if len(expected) == len(actual) and all(
            canonical.same(one, other, group.tolerance) for one, other in zip(expected, actual, strict=True)
        ):
            return
    except canonical.BadEncodingError as error:
        raise WrongWhileTimedError from error
    raise WrongWhileTimedError
