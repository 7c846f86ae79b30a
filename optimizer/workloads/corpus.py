"""The inputs that a search for a counterexample tries, one after the other, and what it learns from them.

Not a Hypothesis strategy with targets: the inputs start from recorded calls of which parts cannot be made
here, what they reach comes back in batches, and the order has to be the same for the same function and seed
whatever else Hypothesis has seen. Its draws are among the seeds (`generated.fill`).
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from optimizer.domain.workloads import Input
from optimizer.workloads.calls import Base, fresh, over
from optimizer.workloads.fitting import fits
from optimizer.workloads.generated import Plan
from optimizer.workloads.mined import Mined
from optimizer.workloads.mutations import mutate
from optimizer.workloads.planting import planted, random_value
from optimizer.workloads.relations import patterned, related, retyped
from optimizer.workloads.shapes import Anything

_SPANS = (1, 2, 2, 3, 3, 4, 5, 8, 13)  # elements of random values
_ANY = Anything()


@dataclass(frozen=True, slots=True)
class Trial:
    """Values by parameter (see `calls.Values`), over a recorded call or for a fresh one."""

    values: Mapping[str, object]
    base: Base | None = field(repr=False)
    how: str  # it came about, for people


def input_of(plan: Plan, trial: Trial) -> Input | None:
    """None where no call can be made of it."""
    note = f"search: {trial.how}"
    try:
        if trial.base is None:
            return fresh(plan.target, trial.values, True, note)
        usable = {name: value for name, value in trial.values.items() if not name.startswith(("init:", "**"))}
        return over(plan.target, trial.base, usable, True, note)
    except (TypeError, ValueError, RecursionError, OverflowError):
        return None  # not to be pickled, or not to be shown


@dataclass(slots=True)
class Corpus:
    """`seeds`: what is known to run; grows by trials that reached something new."""

    plan: Plan
    mined: Mined
    seeds: list[Trial]
    random: Random
    _news: list[Trial] = field(default_factory=list)

    def learn(self, trial: Trial) -> None:
        """It reached a branch that no other had reached."""
        self._news.append(trial)

    def trials(self) -> Iterator[Trial]:
        """Without end; what is most telling comes first."""
        if not self.seeds or not self._settable():
            return
        finite = [self._planted(), self._related(), self._patterned()]
        endless = [self._mutated(), self._random(), self._near_news(), self._combined()]
        yield from self._allowed(itertools.chain(self.seeds, _in_turn([*finite, *endless])))

    def _allowed(self, trials: Iterator[Trial]) -> Iterator[Trial]:
        shapes = dict(self.plan.shapes)
        known = {(name, id(value)) for seed in self.seeds for name, value in seed.values.items()}
        for trial in trials:
            changed = [one for one in trial.values.items() if (one[0], id(one[1])) not in known]
            if all(fits(shapes.get(name, _ANY), value) for name, value in changed):
                yield trial

    def _settable(self) -> list[str]:
        return [name for name, _ in self.plan.settable]

    def _planted(self) -> Iterator[Trial]:
        """Mined values in every parameter."""
        shapes = dict(self.plan.shapes)
        streams = []
        for number, name in enumerate(self._settable()):
            seed = self._seed_with(name, number)
            if seed is not None:
                made = planted(shapes[name], seed.values.get(name), self.mined, self.random)
                streams.append(self._changed(name, made, "mined"))
        yield from _in_turn(streams)

    def _seed_with(self, name: str, number: int) -> Trial | None:
        having = [seed for seed in self.seeds if name in seed.values]
        return having[number % len(having)] if having else self.seeds[0]

    def _changed(self, name: str, values: Iterator[object], how: str) -> Iterator[Trial]:
        for number, value in enumerate(values):
            seed = self.seeds[number % len(self.seeds)]
            yield Trial({**seed.values, name: value}, seed.base, how)

    def _related(self) -> Iterator[Trial]:
        """Every two arguments in every relation, over several seeds."""
        for seed in self.seeds[:12]:
            yield from self._relations_of(seed)

    def _patterned(self) -> Iterator[Trial]:
        for seed in self.seeds[:12]:
            for name, value in seed.values.items():
                for made in patterned(value, self.random):
                    yield Trial({**seed.values, name: made}, seed.base, "a pattern")

    def _random(self) -> Iterator[Trial]:
        settable = self.plan.settable
        while True:
            seed = self.random.choice(self.seeds)
            span = self.random.choice(_SPANS)
            values = {name: random_value(shape, self.random, span) for name, shape in settable}
            if seed.base is not None:
                values = {name: value for name, value in values.items() if name in seed.values}
            yield Trial({**seed.values, **values}, seed.base, "random")

    def _combined(self) -> Iterator[Trial]:
        """Mined values in all parameters at once, and relations on top."""
        shapes = dict(self.plan.settable)
        pools: dict[str, list[object]] = {}
        for name, shape in shapes.items():
            seed = self._seed_with(name, len(pools))
            value = seed.values.get(name) if seed else None
            pools[name] = list(itertools.islice(planted(shape, value, self.mined, self.random), 80))
        while True:
            seed = self.random.choice(self.seeds)
            values = {
                name: self.random.choice(pools[name]) if pools[name] else value
                for name, value in seed.values.items()
                if name in shapes
            }
            yield self._relate(Trial({**seed.values, **values}, seed.base, "mined, together"), 0.3)

    def _mutated(self) -> Iterator[Trial]:
        while True:
            parents = self._news if self._news and self.random.random() < 0.6 else self.seeds
            parent = self.random.choice(parents)
            if not parent.values:
                parent = self.random.choice(self.seeds)
            for _ in range(self.random.choice((1, 1, 2, 3))):
                parent = self._step(parent)
            yield parent

    def _near_news(self) -> Iterator[Trial]:
        """All around what reached a new branch, the latest first: behind a branch there is often another."""
        done = 0
        while True:
            fresh, done = self._news[done:], len(self._news)
            for trial in reversed(fresh):
                yield from itertools.islice(
                    _in_turn([self._relations_of(trial), *self._plants_of(trial)]), 80
                )
            if not fresh:
                yield from itertools.islice(self._mutated(), 8)

    def _relations_of(self, trial: Trial) -> Iterator[Trial]:
        for one, other in itertools.permutations(trial.values, 2):
            for value in self._beside(trial.values[one], trial.values[other]):
                yield Trial({**trial.values, other: value}, trial.base, "related arguments")

    def _plants_of(self, trial: Trial) -> list[Iterator[Trial]]:
        def planted_in(name: str) -> Iterator[Trial]:
            for value in self._plants(name, trial.values[name]):
                yield Trial({**trial.values, name: value}, trial.base, "mined")

        return [planted_in(name) for name in self._settable() if name in trial.values]

    def _beside(self, one: object, other: object) -> Iterator[object]:
        return related(one, other, self.random, self.mined.numbers[:8])

    def _step(self, trial: Trial) -> Trial:
        if not trial.values:
            return trial
        name = self.random.choice(sorted(trial.values))
        value = trial.values[name]
        other = self.random.choice([*self.seeds, *self._news])
        changes: list[Callable[[], object]] = [
            lambda: mutate(value, self.random),
            lambda: mutate(value, self.random),
            lambda: retyped(value, self.random),
            lambda: other.values.get(name, value),
            lambda: self._one_of(patterned(value, self.random), value),
            lambda: self._one_of(self._plants(name, value), value),
        ]
        changed = Trial({**trial.values, name: self.random.choice(changes)()}, trial.base, "changed")
        return self._relate(changed, 0.15)

    def _plants(self, name: str, value: object) -> Iterator[object]:
        shape = dict(self.plan.shapes).get(name, _ANY)
        return planted(shape, value, self.mined, self.random)

    def _one_of(self, values: Iterator[object], otherwise: object) -> object:
        some = list(itertools.islice(values, 25))
        return self.random.choice(some) if some else otherwise

    def _relate(self, trial: Trial, share: float) -> Trial:
        if len(trial.values) < 2 or self.random.random() > share:
            return trial
        one, other = self.random.sample(sorted(trial.values), 2)
        made = self._one_of(self._beside(trial.values[one], trial.values[other]), trial.values[other])
        return Trial({**trial.values, other: made}, trial.base, trial.how)


def _in_turn(streams: Sequence[Iterator[Trial]]) -> Iterator[Trial]:
    left = list(streams)
    while left:
        for stream in list(left):
            trial = next(stream, None)
            if trial is None:
                left.remove(stream)
            else:
                yield trial
