"""The fleet as a discrete-event model: queues, workers that may die, one database and one broker.

A database is a number of processors that serve transactions in the order in which they come, and a disk that
writes their log in turn; a broker is one thread. A worker takes one item after the other, the oldest first;
one that proposes takes several. What a worker held when it died waits until its lease is over and the
scheduler looks, and is done again by another.
"""

import random
from collections.abc import Sequence

import simpy

from benchmarks.simulation_costs import Costs, Trial
from benchmarks.simulation_parts import (
    QUEUES,
    Bins,
    Item,
    Job,
    Line,
    Night,
    Place,
    Servants,
    Shape,
    Steps,
    Visits,
    draw_job,
)

_TICK = 0.2  # seconds between two that workers say they are alive, all together
_ASIDE = "set-aside"


class Fleet:
    """One night of it: `run` once, then read what it noted."""

    def __init__(self, costs: Costs, shape: Shape, night: Night, seed: int = 1) -> None:
        self.costs, self.shape, self.night = costs, shape, night
        self.random, self.visits = random.Random(seed), Visits(costs)
        self.clock = simpy.Environment()
        self.shared = Servants(self.clock, costs, shape)
        self.lines = {
            name: Line(simpy.Store(self.clock), count)
            for name, count in zip(QUEUES, shape.workers, strict=True)
        }
        self.jobs: list[Job] = []
        self.items: list[Item] = []  # functions, however they ended
        self.ended, self.scheduling, self.deaths = Bins(), Bins(), 0
        self.cold, self.opened = 0, 0  # environments made, targets opened
        self._lost: list[tuple[float, str, Item]] = []
        self._open = night.repositories
        self._over = self.clock.event()

    def run(self) -> float:
        """Until the last job ends; the seconds that took."""
        for number in range(self.night.repositories):
            self.clock.process(self._submitted(number))
        for name, line in self.lines.items():
            machines = [set[int]() for _ in range(0, line.workers, self.shape.together)]
            for number in range(line.workers):
                known = machines[number // self.shape.together]
                self.clock.process(self._worker(name, line, known))
        self.clock.process(self._scheduler())
        self.clock.process(self._reports())
        self.clock.run(until=self._over)
        return float(self.clock.now)

    def _submitted(self, number: int) -> Steps:
        job = draw_job(number, self.costs, self.night, self.random)
        self.jobs.append(job)
        yield self.clock.timeout(self.random.random() * self.night.window)
        yield from self.shared.visit(self.visits.submit)
        yield from self._send("scan", [Item(job, None)])

    def _send(self, name: str, items: Sequence[Item]) -> Steps:
        yield from self.shared.tell(len(items))
        line, now = self.lines[name], self.clock.now
        line.change(now, len(items))
        for item in items:
            item.queued = now
            line.store.put(item)

    def _worker(self, name: str, line: Line, known: set[int]) -> Steps:
        place = Place(self._death(), known)
        while True:
            items = yield from self._next(name, line)
            line.change(self.clock.now, -len(items))
            line.waits += [self.clock.now - item.queued for item in items]
            place = yield from self._alive(place)  # it may have died while there was nothing to do
            begun = self.clock.now
            yield from self._handled(name, items, place)
            line.busy.spread(begun, self.clock.now - begun)
            place = yield from self._alive(place)

    def _alive(self, place: Place) -> Steps:
        """The same machine, with another worker where the last one died."""
        if self.clock.now < place.dies:
            return place
        self.deaths += 1
        yield self.clock.timeout(max(0.0, place.dies + self.shape.restart - self.clock.now))
        return Place(self._death(), place.known)

    def _death(self) -> float:
        if self.shape.lifetime == float("inf"):
            return self.shape.lifetime
        return float(self.clock.now) + self.random.expovariate(1 / self.shape.lifetime)

    def _next(self, name: str, line: Line) -> Steps:
        """The oldest item; of those to be proposed for as many as fit, or come in time."""
        items = [(yield line.store.get())]
        if name == "propose":
            most = self.shape.batch_size
            if len(line.store.items) < most - 1:
                yield self.clock.timeout(self.shape.batch_seconds)
            while line.store.items and len(items) < most:
                items.append((yield line.store.get()))
        return items

    def _handled(self, name: str, items: list[Item], place: Place) -> Steps:
        yield from self.shared.hear(len(items))
        for _ in items:
            yield from self.shared.visit(self.visits.begin[name])
        alive = [item for item in items if item.deaths <= self.shape.max_deaths]
        for item in items:
            if item.deaths > self.shape.max_deaths:
                yield from self._set_aside(item)
        if (yield from self._held(name, alive, place)):
            for item in alive:
                yield from self._settled(name, item)

    def _held(self, name: str, items: Sequence[Item], place: Place) -> Steps:
        """Works, and says so each third of a lease. False when the worker died; its items are lost then."""
        left, beat = (yield from self._needed(name, items, place)), self.shape.lease / 3
        while left > 0:
            step = min(left, beat)
            if self.clock.now + step > place.dies:
                self._lost += [(self.clock.now + self.shape.lease, name, item) for item in items]
                yield self.clock.timeout(max(0.0, place.dies - self.clock.now))
                return False
            yield self.clock.timeout(step)
            left -= step
            if left > 0:
                yield from self.shared.visit(self.visits.extend.times(len(items)))
        return True

    def _needed(self, name: str, items: Sequence[Item], place: Place) -> Steps:
        """Seconds of work."""
        if name == "scan":
            return sum(self._scanning(item.job, place) for item in items)
        if name == "propose":
            return sum(_trial(item).rounds[item.round].propose for item in items)
        seconds = 0.0
        for item in items:
            seconds += yield from self._opening(item.job, place)
            trial = _trial(item)
            seconds += (trial.publish if name == "publish" else trial.rounds[item.round].evaluate) or 0.0
        return seconds

    def _scanning(self, job: Job, place: Place) -> float:
        if not job.functions:
            return job.scan.checkout_cached
        seconds = self._made(job, place) + job.functions * job.scan.reading
        worth = [*job.trials, *job.known]
        if not worth:
            return seconds
        return seconds + job.scan.tests + job.scan.compile + sum(trial.workload for trial in worth)

    def _made(self, job: Job, place: Place) -> float:
        """Working tree and environment: from nothing where this machine never had them."""
        scan, cold = job.scan, job.number not in place.known
        place.known.add(job.number)
        made = cold and not (self.shape.shared_environments and job.left)
        self.cold += made
        tree = scan.checkout_cold if cold else scan.checkout_cached
        return tree + (scan.environment_cold if made else scan.environment_cached)

    def _opening(self, job: Job, place: Place) -> Steps:
        if job.number in place.open:
            place.open.move_to_end(job.number)
            return 0.0
        while len(place.open) >= self.shape.open_targets:
            place.open.popitem(last=False)
        place.open[job.number] = None
        self.opened += 1
        yield from self.shared.visit(self.visits.facts)
        return self._made(job, place) + job.scan.reopen

    def _settled(self, name: str, item: Item) -> Steps:
        """What becomes of an item whose work is done."""
        if name == "scan":
            yield from self._planned(item.job)
        elif name == "publish":
            yield from self._finished(item, _trial(item).reason)
        elif name == "propose" and _trial(item).rounds[item.round].evaluate is not None:
            yield from self._advanced("evaluate", item)
        else:
            yield from self._after_round(name, item)

    def _after_round(self, name: str, item: Item) -> Steps:
        trial = _trial(item)
        item.round += 1
        if name == "evaluate" and item.round < len(trial.rounds):
            yield from self._advanced("propose", item)
        elif trial.publish is not None:
            yield from self._advanced("publish", item)
        else:
            yield from self._finished(item, trial.reason)

    def _advanced(self, to: str, item: Item) -> Steps:
        item.deaths = 0
        yield from self.shared.visit(self.visits.advance)
        yield from self._send(to, [item])

    def _planned(self, job: Job) -> Steps:
        if not job.functions:
            yield from self.shared.visit(self.visits.unchanged)
            self._close()
            return
        yield from self.shared.visit(self.visits.planned(job))
        items = [Item(job, trial) for trial in job.trials]
        job.left = len(items)
        self.items += items
        if items:
            yield from self._send("propose", items)
        else:
            self._close()

    def _finished(self, item: Item, how: str) -> Steps:
        yield from self.shared.visit(self.visits.finished(self.random))
        if item.ended:
            raise RuntimeError("a function ended twice")
        item.ended = how
        self.ended.add(self.clock.now)
        item.job.left -= 1
        if not item.job.left:
            self._close()

    def _set_aside(self, item: Item) -> Steps:
        """A function over which too many died. A scan like that ends its job."""
        if item.trial is None:
            yield from self.shared.visit(self.visits.unchanged)
            item.job.failed = True
            self._close()
        else:
            yield from self._finished(item, _ASIDE)

    def _close(self) -> None:
        self._open -= 1
        if not self._open:
            self._over.succeed()

    def _scheduler(self) -> Steps:
        """Frees what the dead held, and looks after what waits."""
        while True:
            yield self.clock.timeout(self.shape.reconcile)
            began = self.clock.now
            waiting = sum(len(line.store.items) for line in self.lines.values())
            yield from self.shared.visit(self.visits.asked(waiting))
            due = [one for one in self._lost if one[0] <= began]
            self._lost = [one for one in self._lost if one[0] > began]
            for _, name, item in due:
                item.deaths += 1
                yield from self._send(name, [item])
            self.scheduling.spread(began, self.clock.now - began)

    def _reports(self) -> Steps:
        """Each worker says that it is alive, three times a lease."""
        asked = self.visits.report.times(sum(self.shape.workers) * 3 * _TICK / self.shape.lease)
        while True:
            yield self.clock.timeout(_TICK)
            yield from self.shared.visit(asked)


def _trial(item: Item) -> Trial:
    assert item.trial is not None
    return item.trial
