"""A fleet of 10, 100 and 1,000 workers, simulated from measured costs: what it does in an hour, what is full.

    python -m benchmarks.simulate                    # the table, and the figure of the JSON line
    python -m benchmarks.simulate --figure docs/scaling.svg
    python -m benchmarks.simulate --nightly          # few repositories changed, and little in them
    python -m benchmarks.simulate --what-if          # one thing changed at a time, at the largest size

The costs are those of benchmarks/stage_costs.json; the model is in simulation_model.py. The load grows with
the fleet: so many repositories a worker. The figure is how much of a hundredfold fleet arrives as throughput:
functions an hour of the largest fleet over those of the smallest, over how many times as large it is.
Target: at least 0.9, since a machine of ten that does nothing would be noticed by whoever pays for them.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.simulation_costs import RECORD, Costs, read_costs
from benchmarks.simulation_model import Fleet
from benchmarks.simulation_parts import Night, Shape
from benchmarks.simulation_report import Outcome, comparison, draw, knees, outcome_of, staffing, table
from benchmarks.support import finish

_TARGET = 0.9
_ENOUGH = 500  # repositories
_LIFETIME = 24 * 3600.0  # of a worker: a machine that is taken away once a day


def run(costs: Costs, workers: int, night: Night, base: Shape, seed: int) -> Outcome:
    """One night of a fleet with as many of each kind as its load asks for."""
    shape = replace(base, workers=staffing(costs, night, workers, base))
    fleet = Fleet(costs, shape, night, seed)
    began = time.perf_counter()
    makespan = fleet.run()
    print(f"# {workers} workers: simulated in {time.perf_counter() - began:.0f} s", flush=True)
    return outcome_of(fleet, makespan)


def _night(options: argparse.Namespace, workers: int) -> Night:
    repositories = workers * options.repositories
    if options.nightly:
        return Night(repositories * 4, changed_repositories=0.3, changed_functions=0.05)
    return Night(repositories)


def _changes(base: Shape) -> dict[str, Shape]:
    return {
        "as it is": base,
        "environments shared by all machines": replace(base, shared_environments=True),
        "16 workers a machine": replace(base, together=16),
        "16 targets open instead of 4": replace(base, open_targets=16),
        "a worker dies every hour": replace(base, lifetime=3600.0),
        "no worker dies": replace(base, lifetime=float("inf")),
        "a database of 8 cores": replace(base, database_cores=8),
        "leases of 20 s": replace(base, lease=20.0),
    }


def _nights(costs: Costs, options: argparse.Namespace, base: Shape, size: int) -> list[Outcome]:
    """Several for a small fleet, whose repositories would otherwise be too few to be like the others'."""
    night = _night(options, size)
    seeds = range(options.seed, options.seed + max(1, min(10, _ENOUGH // night.repositories)))
    return [run(costs, size, night, base, seed) for seed in seeds]


def _what_if(costs: Costs, options: argparse.Namespace, base: Shape) -> None:
    size = options.sizes[-1]
    changes = _changes(base).items()
    print(
        comparison(
            {name: run(costs, size, _night(options, size), one, options.seed) for name, one in changes}
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--repositories", type=int, default=5, help="for each worker")
    parser.add_argument("--database-cores", type=int, default=2)
    parser.add_argument("--nightly", action="store_true")
    parser.add_argument("--shared-environments", action="store_true")
    parser.add_argument("--what-if", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--costs", type=Path, default=RECORD)
    parser.add_argument("--figure", type=Path, help="SVG to draw")
    options = parser.parse_args()
    costs = read_costs(options.costs)
    base = Shape(
        (),
        database_cores=options.database_cores,
        shared_environments=options.shared_environments,
        lifetime=_LIFETIME,
    )
    if options.what_if:
        _what_if(costs, options, base)
        return
    nights = [_nights(costs, options, base, size) for size in options.sizes]
    found = [several[0] for several in nights]
    print(table(found, [f"{one.workers:,} workers" for one in found]))
    full = knees(found[-1])
    for name, workers in full.items():
        print(f"{name}: 80 % at about {workers:,.0f} workers")
    if options.figure:
        draw(found, full, options.figure)
    _conclude(nights, full)


def _conclude(nights: Sequence[Sequence[Outcome]], full: dict[str, float]) -> None:
    rates = [statistics.mean(one.sustained_hour for one in several) for several in nights]
    larger = nights[-1][0].workers / nights[0][0].workers
    efficiency = rates[-1] / rates[0] / larger
    first = min(full, key=lambda name: full[name])
    finish(
        round(efficiency, 3),
        f">= {_TARGET}",
        efficiency >= _TARGET,
        functions_an_hour=[round(rate) for rate in rates],
        first_shared_to_be_full=first,
        at_workers=round(full[first]),
    )


if __name__ == "__main__":
    main()
