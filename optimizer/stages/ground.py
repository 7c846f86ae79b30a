"""What a search for counterexamples to candidates of one function starts from: how its calls are made, and
calls that are known to work."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import LoadError, RunnerDiedError, RunnerTimeoutError
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.collect import plan_for
from optimizer.stages.observe import OutcomeKind
from optimizer.stages.verify import Expected
from optimizer.workloads.calls import Base, base_of, values_of
from optimizer.workloads.corpus import Trial
from optimizer.workloads.fitting import fits
from optimizer.workloads.generated import Plan, fill
from optimizer.workloads.plain import size_of_call
from optimizer.workloads.shapes import Anything

_LARGEST = 2_000  # elements of an input whose arguments are looked at
_LARGEST_SEED = 60  # small ones are made, sent and run in a third of the time, and show as much
_SEEDS, _DRAWN = 30, 24
_BATCH = 200
_LIMIT = 100_000  # bytes of one input's arguments


@dataclass(frozen=True, slots=True)
class Ground:
    plan: Plan
    bases: Mapping[str, Base] = field(repr=False)  # by id of the input
    seeds: tuple[Trial, ...] = field(repr=False)

    @property
    def telling(self) -> bool:
        """Whether annotations or recorded calls say of every parameter what it takes."""
        known = self.plan.annotated | self.plan.observed | self.plan.optional
        return all(name in known for name, _ in self.plan.shapes if not name.startswith("init:"))


def ground(arena: Arena, expected: Expected, seed: int) -> Ground | None:
    """None where nothing can be said of the function's arguments.

    The workload's own inputs are pickles, which are not loaded out here; the original's sandbox says what
    they are. It is believed in this: a wrong word makes for other inputs, never for another verdict."""
    small = [item for item in expected.inputs if item.size <= _LARGEST]
    try:
        bases = dict(_bases(arena, small))
    except (LoadError, RunnerDiedError, RunnerTimeoutError):
        return None
    given = [bases[item.id] for item in small if item.id in bases and not item.note]
    plan = plan_for(arena.function, given, arena.source.decode("utf-8", "replace"), seed)
    if plan is None or not (bases or plan.can_start_fresh):
        return None
    return Ground(plan, bases, (*_working(plan, small, bases, expected), *_drawn(plan, given)))


def _bases(arena: Arena, items: Sequence[Input]) -> Iterator[tuple[str, Base]]:
    with closing(arena.original(TIMING_SEED).fork(arena.function.qualname)) as session:
        for start in range(0, len(items), _BATCH):
            batch = items[start : start + _BATCH]
            ids = [item.id for item in batch]
            session.ask("load", [item.payload for item in batch], ids=ids)
            _, trees = session.ask("arguments", ids=ids, limit=_LIMIT)
            for item, tree in zip(batch, trees, strict=False):
                base = base_of(item.payload, tree) if tree else None
                if base is not None:
                    yield item.id, base


def _working(
    plan: Plan, items: Sequence[Input], bases: Mapping[str, Base], expected: Expected
) -> list[Trial]:
    """Inputs on which the original returns and whose values are of the expected types; of all sizes."""
    shapes = dict(plan.shapes)
    found = []
    for item in sorted(items, key=lambda one: (one.size, one.id)):
        returns = expected.outcomes[item.id].kind is OutcomeKind.RETURNED
        if item.id in bases and returns:
            values = values_of(plan.target, bases[item.id])
            if all(fits(shapes.get(name, Anything()), value) for name, value in values.items()):
                found.append(Trial(values, bases[item.id], "of the workload"))
    small = [one for one in found if size_of_call(one.values.values()) <= _LARGEST_SEED] or found[:5]
    return small[:: max(1, -(-len(small) // _SEEDS))]


def _drawn(plan: Plan, given: Sequence[Base]) -> list[Trial]:
    ordered = sorted(fill(plan, 2 * _DRAWN), key=lambda values: size_of_call(values.values()))
    filled = [values for values in ordered if size_of_call(values.values()) <= _LARGEST_SEED] or ordered[:5]
    filled = filled[:: max(1, -(-len(filled) // _DRAWN))]
    if plan.can_start_fresh:
        return [Trial(values, None, "drawn") for values in filled if values]
    return [
        Trial({**values_of(plan.target, base), **values}, base, "drawn")
        for values, base in zip(filled, itertools.cycle(given), strict=False)
    ]
