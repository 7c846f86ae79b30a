"""What the model of the fleet is made of: its shape, what comes in, and servers that are waited for."""

import heapq
import math
import random
from collections import OrderedDict, defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.simulation_costs import Costs, Scan, Transaction, Trial

BIN = 60.0  # seconds over which rates are taken
QUEUES = ("scan", "propose", "evaluate", "publish")
_EVENTS = 8  # lines that a scan adds to its job's log
Steps = Generator[Any, Any, Any]  # of a process of SimPy


@dataclass(frozen=True, slots=True)
class Shape:
    """A fleet."""

    workers: tuple[int, ...]  # of each kind, in the order of QUEUES
    database_cores: int = 2
    disk_bytes: float = 100e6  # of log a second
    lease: float = 60.0
    reconcile: float = 5.0  # seconds between two looks of the scheduler
    batch_size: int = 16
    batch_seconds: float = 0.2
    open_targets: int = 4  # that a worker keeps
    together: int = 1  # workers of a kind on one machine, which make an environment once
    shared_environments: bool = False  # made once for all machines, instead of on each
    lifetime: float = math.inf  # mean seconds until a worker dies
    restart: float = 60.0
    max_deaths: int = 3


@dataclass(frozen=True, slots=True)
class Night:
    """What comes in."""

    repositories: int
    window: float = 900.0  # seconds over which their schedules are spread
    changed_repositories: float = 1.0
    changed_functions: float = 1.0  # of those worth running in a repository that changed
    largest: int = 5_000  # functions: who has more is scanned part by part


@dataclass(slots=True)
class Job:
    number: int
    scan: Scan
    functions: int  # all of them; 0: nothing in the repository changed
    trials: Sequence[Trial]  # of those that are worth running and changed
    known: Sequence[Trial]  # of those that are worth running and were tried before
    left: int = 0
    failed: bool = False  # too many died over its scan


@dataclass(slots=True)
class Item:
    job: Job
    trial: Trial | None  # None: the scan
    round: int = 0
    deaths: int = 0
    queued: float = 0.0
    ended: str = ""


def draw_job(number: int, costs: Costs, night: Night, rng: random.Random) -> Job:
    mean, deviation = costs.log_functions
    functions = min(night.largest, max(1, round(math.exp(rng.gauss(mean, deviation)))))
    scan = rng.choice(costs.scans)
    if rng.random() >= night.changed_repositories:
        return Job(number, scan, 0, (), ())
    worth = _binomial(rng, functions, scan.worth / scan.functions)
    trials = rng.choices(costs.trials, k=worth)
    changed = _binomial(rng, worth, night.changed_functions)
    return Job(number, scan, functions, trials[:changed], trials[changed:])


def _binomial(rng: random.Random, count: int, chance: float) -> int:
    if chance >= 1:
        return count
    return sum(rng.random() < chance for _ in range(count))


@dataclass(slots=True)
class Bins:
    """Amounts by the minute in which they fell."""

    by_minute: dict[int, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, at: float, amount: float = 1.0) -> None:
        self.by_minute[int(at / BIN)] += amount

    def spread(self, begin: float, seconds: float) -> None:
        end = begin + seconds
        while begin < end:
            minute = int(begin / BIN)
            border = min(end, (minute + 1) * BIN)
            self.by_minute[minute] += border - begin
            begin = border if border > begin else end

    def total(self) -> float:
        return sum(self.by_minute.values())

    def rate(self, begin: float, end: float) -> float:
        """A second, over the whole minutes between the two."""
        first, last = math.ceil(begin / BIN), math.floor(end / BIN)
        if last <= first:
            first, last = int(begin / BIN), math.ceil(end / BIN)
        return sum(self.by_minute.get(minute, 0.0) for minute in range(first, last)) / ((last - first) * BIN)

    def peak(self) -> float:
        return max(self.by_minute.values(), default=0.0) / BIN


class Servers:
    """Several that serve in the order of coming. Exact, and one event a customer instead of three."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.busy = Bins()
        self._free = [0.0] * count

    def wait(self, now: float, seconds: float) -> float:
        """Takes the first that is free, for so long; returns how long it has to be waited for."""
        start = max(now, heapq.heappop(self._free))
        heapq.heappush(self._free, start + seconds)
        self.busy.spread(start, seconds)
        return start - now


class Servants:
    """What all workers share: the database and the broker."""

    def __init__(self, clock: Any, costs: Costs, shape: Shape) -> None:
        self.clock, self.costs, self.disk_bytes = clock, costs, shape.disk_bytes
        self.database, self.disk, self.broker = Servers(shape.database_cores), Servers(1), Servers(1)
        self.transactions, self.written, self.messages = Bins(), Bins(), Bins()
        self.polling = min(0.95, sum(shape.workers) * costs.broker.idle)  # of the broker's time

    def visit(self, asked: Transaction) -> Steps:
        now, writing = self.clock.now, asked.wal / self.disk_bytes
        waited = max(self.database.wait(now, asked.cpu), self.disk.wait(now, writing))
        self.transactions.add(now, asked.count)
        self.written.add(now, asked.wal)
        yield self.clock.timeout(waited + max(asked.wall, asked.cpu, writing))

    def tell(self, messages: int) -> Steps:
        """The broker, of so many items."""
        seconds = self.costs.broker.send / (1 - self.polling)
        waited = self.broker.wait(self.clock.now, messages * seconds)
        self.messages.add(self.clock.now, messages)
        yield self.clock.timeout(waited + messages * (self.costs.broker.client + seconds))

    def hear(self, messages: int) -> Steps:
        """From the broker, and say later that it was done."""
        seconds = messages * self.costs.broker.deliver / (1 - self.polling)
        yield self.clock.timeout(self.broker.wait(self.clock.now, seconds) + seconds)


@dataclass(slots=True)
class Line:
    """A queue with its workers: how long it was over time, and how long each waited in it."""

    store: Any
    workers: int
    waits: list[float] = field(default_factory=list)
    area: float = 0.0  # items times seconds
    busy: Bins = field(default_factory=Bins)
    _length: int = 0
    _changed: float = 0.0

    def change(self, now: float, by: int) -> None:
        self.area += self._length * (now - self._changed)
        self._changed = now
        self._length += by


@dataclass(slots=True)
class Place:
    """What a worker has at hand."""

    dies: float
    known: set[int]  # repositories whose environment is on this machine
    open: "OrderedDict[int, None]" = field(default_factory=OrderedDict)  # targets, the longest unused first


class Visits:
    """What each stage asks of the database: as `workers/` does it, transaction by transaction."""

    def __init__(self, costs: Costs) -> None:
        self._database = costs.database
        one = costs.database.transactions
        job = one["job"] + one["submission"]
        held = one["claim"] + job
        self.submit, self.extend, self.advance = one["submit"], one["extend"], one["advance"]
        self.report, self.facts, self.close = one["report"], one["facts"], one["close_job"]
        self.begin = {
            "scan": held + one["finished_scan"],
            "propose": held + job + one["job"] + one["rejected"],
            "evaluate": held,
            "publish": held,
        }
        self.unchanged = one["add_event"] + one["close_job"]
        self.reconcile = one["free"] + one["close_jobs"] + (one["due"] + one["waiting"]).times(len(QUEUES))
        self._tried = one["tried"]
        reviewed = one["finished_labels"] + one["under_review"]
        self._scan = one["found"] + reviewed + one["add_event"].times(_EVENTS)

    def planned(self, job: Job) -> Transaction:
        known, items = self._database, len(job.trials)
        asked = self._scan + self._tried.times(items + len(job.known)) + known.transactions["plan"]
        size = sum(trial.subject_bytes for trial in job.trials)
        queued = known.plan_item.times(items) + known.plan_byte.times(size)
        return asked + queued + known.plan_settled.times(job.functions - items)

    def finished(self, rng: random.Random) -> Transaction:
        return self._database.draw_finish(rng) + self.close

    def asked(self, waiting: int) -> Transaction:
        """By the scheduler, which counts what waits."""
        known = self._database
        each = Transaction(known.waiting_cpu, 0.0, known.waiting_wall, 0.0)
        return self.reconcile + each.times(waiting)
