"""What came of a simulated night, in figures; and how many workers of each kind a load asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.simulation_costs import Costs
from benchmarks.simulation_model import Fleet
from benchmarks.simulation_parts import Bins, Night, Shape

FULL = 0.8  # of a resource's time: from there on queues grow quickly
_MEGA, _GIGA = 1e6, 1e9
_COMPARED = (
    "workers: scan, propose, evaluate, publish",
    "environments made a function",
    "machine hours a patch",
    "busy: evaluate",
    "busy: database",
    "transactions a second: mean, peak",
)
_PILOT = 20  # repositories, at least


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rates are means over the time in which the middle of all functions ended: neither start nor tail."""

    workers: int
    shape: Shape
    repositories: int
    functions: int  # judged
    accepted: int
    makespan: float  # seconds
    sustained_hour: float  # functions
    utilisation: Mapping[str, float]
    waits: Mapping[str, tuple[float, float]]  # in each queue: median and 99th hundredth, seconds
    transactions: tuple[float, float]  # a second: mean, and in the busiest minute
    written: tuple[float, float]  # bytes likewise
    messages: tuple[float, float]
    stored: float  # bytes of log in all
    connections: tuple[float, float]  # to the database, to the broker
    deaths: int
    opened: float  # targets for each function
    cold: float  # environments made for each function

    @property
    def whole_hour(self) -> float:
        """Functions, over the whole night."""
        return 3600 * self.functions / self.makespan

    @property
    def hours_a_patch(self) -> float:
        """Of machines, over the whole night."""
        return self.workers * self.makespan / 3600 / max(1, self.accepted)


def outcome_of(fleet: Fleet, makespan: float) -> Outcome:
    begin, end = _middle(fleet.ended)
    shared, shape = fleet.shared, fleet.shape

    def rates(bins: Bins) -> tuple[float, float]:
        return bins.rate(begin, end), bins.peak()

    count = len(fleet.items)
    return Outcome(
        workers=sum(shape.workers),
        shape=shape,
        repositories=fleet.night.repositories,
        functions=count,
        accepted=sum(item.ended == "accepted" for item in fleet.items),
        makespan=makespan,
        sustained_hour=3600 * fleet.ended.rate(begin, end),
        utilisation=_utilisation(fleet, begin, end),
        waits={name: _waits(line.waits) for name, line in fleet.lines.items()},
        transactions=rates(shared.transactions),
        written=rates(shared.written),
        messages=rates(shared.messages),
        stored=shared.written.total(),
        connections=_connections(fleet),
        deaths=fleet.deaths,
        opened=fleet.opened / max(1, count),
        cold=fleet.cold / max(1, count),
    )


def _connections(fleet: Fleet) -> tuple[float, float]:
    workers, costs = sum(fleet.shape.workers), fleet.costs
    return workers * costs.connections, workers * costs.broker_connections


def _middle(ended: Bins) -> tuple[float, float]:
    """From when a tenth of the functions had ended until eight of ten had."""
    minutes = sorted(ended.by_minute) or [0]
    counts = np.cumsum([ended.by_minute[minute] for minute in minutes])
    first, last = (minutes[int(np.searchsorted(counts, share * counts[-1]))] for share in (0.1, 0.8))
    return 60.0 * first, 60.0 * max(last, first + 1)


def _utilisation(fleet: Fleet, begin: float, end: float) -> dict[str, float]:
    shared = fleet.shared
    found = {name: line.busy.rate(begin, end) / line.workers for name, line in fleet.lines.items()}
    found["database"] = shared.database.busy.rate(begin, end) / shared.database.count
    found["disk"] = shared.disk.busy.rate(begin, end)
    found["broker"] = shared.broker.busy.rate(begin, end) * (1 - shared.polling) + shared.polling
    found["scheduler"] = fleet.scheduling.rate(begin, end)
    return found


def _waits(waits: Sequence[float]) -> tuple[float, float]:
    if not waits:
        return 0.0, 0.0
    middle, late = np.percentile(waits, [50, 99])
    return float(middle), float(late)


def staffing(costs: Costs, night: Night, workers: int, shape: Shape, seed: int = 1) -> tuple[int, ...]:
    """As many of each kind as its share of the work, one at least; those that judge get what is left.

    How much work that is, a short night says, with workers by a first guess: what opening targets takes
    depends on how many machines there are.
    """
    pilot = replace(night, repositories=max(_PILOT, night.repositories // 5))
    judges = max(1, round(0.7 * workers))
    others = max(1, round(0.1 * workers))
    fleet = Fleet(costs, replace(shape, workers=(others, others, judges, others)), pilot, seed)
    fleet.run()
    load = {name: line.busy.total() for name, line in fleet.lines.items()}
    shares = {name: max(1, round(workers * seconds / sum(load.values()))) for name, seconds in load.items()}
    left = workers - sum(count for name, count in shares.items() if name != "evaluate")
    return tuple((shares | {"evaluate": max(1, left)}).values())


def knees(largest: Outcome) -> dict[str, float]:
    """At how many workers each shared resource is full, were the load for each worker the same."""
    shared = ("database", "disk", "broker", "scheduler")
    return {name: largest.workers * FULL / largest.utilisation[name] for name in shared}


def table(found: Sequence[Outcome], heads: Sequence[str]) -> str:
    """Markdown: a column for each."""
    columns = [_column(one) for one in found]
    return _markdown(["", *heads], [[name, *(one[name] for one in columns)] for name in columns[0]])


def comparison(found: Mapping[str, Outcome]) -> str:
    """Markdown: a row for each, beside the first."""
    base = next(iter(found.values())).sustained_hour
    heads = ["", "functions an hour", "beside the first", *_COMPARED]
    rows = [
        [
            name,
            f"{one.sustained_hour:,.0f}",
            f"{one.sustained_hour / base:.2f}",
            *map(_column(one).get, _COMPARED),
        ]
        for name, one in found.items()
    ]
    return _markdown(heads, rows)


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _column(one: Outcome) -> dict[str, str]:
    full = [name for name, share in one.utilisation.items() if share > FULL]
    head = {
        "workers: scan, propose, evaluate, publish": ", ".join(map(str, one.shape.workers)),
        "repositories": f"{one.repositories:,}",
        "functions judged": f"{one.functions:,}",
        "makespan": f"{one.makespan / 3600:.2f} h",
        "functions an hour, sustained": f"{one.sustained_hour:,.0f}",
        "the same for each worker": f"{one.sustained_hour / one.workers:.1f}",
        "accepted patches": f"{one.accepted:,}",
        "machine hours a patch": f"{one.hours_a_patch:.3f}",
        "targets opened a function": f"{one.opened:.2f}",
        "environments made a function": f"{one.cold:.2f}",
    }
    busy = {f"busy: {name}": f"{share:.1%}" for name, share in one.utilisation.items()}
    waits = {
        f"wait in {name}: p50, p99": f"{low:,.1f} s, {high:,.1f} s" for name, (low, high) in one.waits.items()
    }
    return (
        head
        | busy
        | waits
        | {
            "transactions a second: mean, peak": _pair(one.transactions, 1, ".1f"),
            "log written, MB/s: mean, peak": _pair(one.written, _MEGA, ".2f"),
            "log written in all": f"{one.stored / _GIGA:.1f} GB",
            "messages a second: mean, peak": _pair(one.messages, 1, ".1f"),
            "connections: database, broker": _pair(one.connections, 1, ".0f"),
            "workers that died": f"{one.deaths:,}",
            f"over {FULL:.0%}": ", ".join(full) or "nothing",
        }
    )


def _pair(values: tuple[float, float], unit: float, form: str) -> str:
    return ", ".join(format(value / unit, f",{form}") for value in values)


def draw(found: Sequence[Outcome], full: Mapping[str, float], path: Path) -> None:
    """Throughput against size, beside a straight line; and how busy each shared part is."""
    import matplotlib as mpl  # noqa: PLC0415 - most runs draw nothing

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "scaling"  # the same picture gives the same file
    from matplotlib import pyplot as plt  # noqa: PLC0415

    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    sizes = [one.workers for one in found]
    left.loglog(sizes, [one.sustained_hour for one in found], "o-", label="simulated")
    first = found[0].sustained_hour / found[0].workers
    left.loglog(sizes, [first * size for size in sizes], ":", color="grey", label="in proportion")
    left.set(xlabel="workers", ylabel="functions an hour")
    left.legend()
    for name in ("evaluate", *full):
        right.semilogx(sizes, [one.utilisation[name] for one in found], "o-", label=name)
    right.axhline(FULL, color="grey", linestyle=":")
    right.set(xlabel="workers", ylabel="busy", ylim=(0, 1.05))
    right.legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None})
