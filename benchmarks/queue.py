"""What the queue costs: a job through it over the same job in one process, and how it grows.

    python -m benchmarks.queue [--pairs 2] [--seconds 0.5] [--workers 1,2,4,8,16,32]

Targets: the wall time of the bundled example through a fleet with one worker of each kind at most 1.15 times
that in one process; with sandboxes that only sleep, 32 processes at least 0.8 of 32 times as fast as one;
10,000 functions queued in at most 15 s. The time in the queue is reported.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy

from benchmarks.support import finish
from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Repository, Submission
from optimizer.domain.settings import Settings
from optimizer.domain.work import NewItem, Plan, Queue, WorkItem
from optimizer.domain.workloads import Workload
from optimizer.testing import postgres, redis
from optimizer.testing.fleet import COMPOSE, PROGRAM, environment, read_compose, services
from optimizer.testing.services import Service, Supervisor
from workers.fleet import Fleet, open_fleet
from workers.subjects import Subject

_MOST = 1.15
_LINEAR = 0.8
_QUEUED = 15.0  # seconds
_MOVED = sqlalchemy.text(
    "UPDATE work SET queue = 'evaluate', queued_at = clock_timestamp() WHERE job_id = :job"
)


@dataclass(frozen=True, slots=True)
class Servers:
    fleet: Fleet
    variables: Mapping[str, str]
    folder: Path


@contextlib.contextmanager
def _servers(folder: Path) -> Iterator[Servers]:
    with postgres.throwaway() as url, redis.throwaway() as broker:
        home = folder / "home"
        home.mkdir()
        variables = environment(home, url, redis.url_of(broker))
        for command in read_compose().once:
            subprocess.run(command, env=variables, cwd=COMPOSE.parent, check=True, stdout=subprocess.DEVNULL)
        fleet = open_fleet(Settings(home=str(home), database_url=url, broker_url=redis.url_of(broker)))
        with contextlib.closing(fleet):
            yield Servers(fleet, variables, folder)


def _overhead(servers: Servers, pairs: int) -> list[float]:
    """Ratio of each pair, queue over one process; which goes first changes from pair to pair."""
    known = services(read_compose(), servers.folder, servers.variables)
    alone = {name: value for name, value in servers.variables.items() if not name.startswith("OPTIMIZER_")}
    alone["OPTIMIZER_HOME"] = str(servers.folder / "alone")
    ratios = []
    with Supervisor([one for one in known if one.name != "api"]):
        for number in range(pairs):
            # A repository of its own for each run: of one that was scanned before little is left to do.
            runs = [("alone", alone, ()), ("queue", servers.variables, ("--wait",))]
            order = runs if number % 2 else runs[::-1]
            seconds = {
                name: _submitted(_example(servers.folder / f"{name}-{number}"), variables, words)
                for name, variables, words in order
            }
            print(f"through the queue {seconds['queue']:.1f} s, alone {seconds['alone']:.1f} s", flush=True)
            ratios.append(seconds["queue"] / seconds["alone"])
    return ratios


def _example(folder: Path) -> Path:
    """The bundled one, as a repository in the folder."""
    prepare = [sys.executable, str(COMPOSE.parent / "examples" / "prepare.py"), "warehouse", str(folder)]
    subprocess.run(prepare, check=True, stdout=subprocess.DEVNULL)
    return folder


def _submitted(example: Path, variables: Mapping[str, str], words: tuple[str, ...]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [*PROGRAM, "submit", str(example), "--expert", "rules", "--quiet", *words],
        env=dict(variables), cwd=COMPOSE.parent, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return time.perf_counter() - began


def _queued(fleet: Fleet, count: int, name: str) -> tuple[list[WorkItem], float]:
    """So many functions of a job, waiting in `evaluate`; and the seconds that a scan takes to queue them."""
    where = Repository(f"https://example.org/{name}.git", name)
    _, scan = fleet.work.submit(Submission(where.url), where)
    claim = fleet.work.claim(scan.id, Queue.SCAN, 600.0)
    assert claim is not None
    items = tuple(NewItem(f"a.py::f{n}", _subject(n)) for n in range(count))
    began = time.perf_counter()
    planned = fleet.work.plan(claim, Plan((), items, b""))
    assert planned is not None
    fleet.broker.send(planned)
    seconds = time.perf_counter() - began
    return list(planned), seconds


def _subject(number: int) -> bytes:
    source = f"def f{number}(values):\n    return sum(values)\n"
    function = Function(
        "a.py", f"f{number}", Span(0, len(source)), 1, 2, FunctionKind.FUNCTION, False, source, str(number)
    )
    return Subject(ProposalRequest(function, source), Workload(())).packed()


def _growth(servers: Servers, seconds: float, workers: list[int]) -> dict[int, float]:
    """Functions a second by number of processes, each of which sleeps so long over one."""
    return {count: _rate(servers, seconds, count, 12 * count) for count in workers}


@contextlib.contextmanager
def _stand_in(servers: Servers, seconds: float, processes: int) -> Iterator[None]:
    words = [sys.executable, "-m", "benchmarks.queue_worker", str(seconds), str(processes)]
    log = servers.folder / f"stand-in-{processes}.log"
    worker = Service("stand-in", words, log, servers.variables, COMPOSE.parent)
    worker.start()
    try:
        yield
    finally:
        worker.kill()


def _rate(servers: Servers, seconds: float, processes: int, count: int) -> float:
    with _stand_in(servers, seconds, processes):
        _run_through(servers.fleet, processes, f"warm-{processes}")  # every process is there by then
        began = time.perf_counter()
        _run_through(servers.fleet, count, f"growth-{processes}")
        return count / (time.perf_counter() - began)


def _run_through(fleet: Fleet, count: int, name: str) -> list[float]:
    """Puts functions into `evaluate` at once, and waits for all their results. How long each had waited."""
    items = _in_evaluate(fleet, count, name)
    fleet.broker.send(items)
    return _waited(fleet, items[0].job_id, count)


def _in_evaluate(fleet: Fleet, count: int, name: str) -> list[WorkItem]:
    planned, _ = _queued(fleet, count, name)
    with fleet.sessions.writing() as session:
        session.execute(_MOVED, {"job": planned[0].job_id})
    return [WorkItem(i.id, i.job_id, Queue.EVALUATE, i.label, 0, 0, i.queued_at) for i in planned]


def _waited(fleet: Fleet, job_id: int, count: int) -> list[float]:
    query = sqlalchemy.text("SELECT detail FROM functions WHERE job_id = :job")
    while True:
        with fleet.sessions.reading() as session:
            found = [float(detail) for (detail,) in session.execute(query, {"job": job_id})]
        if len(found) == count:
            return found
        time.sleep(0.05)


def _latency(servers: Servers, count: int) -> list[float]:
    """Seconds in the queue of functions that come one at a time to a worker that has nothing else to do."""
    with _stand_in(servers, 0.0, 1):
        _run_through(servers.fleet, 1, "latency-warm")
        return [_run_through(servers.fleet, 1, f"latency-{n}")[0] for n in range(count)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--workers", default="1,2,4,8,16,32")
    wanted = parser.parse_args()
    workers = [int(word) for word in wanted.workers.split(",")]
    os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="optimizer-queue-") as name:
        Path(name).chmod(0o755)
        with _servers(Path(name)) as servers:
            _, queued = _queued(servers.fleet, 10_000, "many")
            servers.fleet.work.cancel(1)
            print(f"10,000 functions queued in {queued:.1f} s", flush=True)
            waits = sorted(_latency(servers, 100))
            rates = _growth(servers, wanted.seconds, workers)
            print({count: round(rate, 2) for count, rate in rates.items()}, flush=True)
            ratios = _overhead(servers, wanted.pairs)
    _finish(queued, waits, rates, ratios)


def _finish(queued: float, waits: list[float], rates: dict[int, float], ratios: list[float]) -> None:
    smallest, largest = min(rates), max(rates)
    linear = rates[largest] / rates[smallest] / (largest / smallest)
    ratio = statistics.median(ratios)
    finish(
        round(ratio, 3),
        f"<= {_MOST}; {largest} processes >= {_LINEAR} of linear; 10,000 queued in <= {_QUEUED:.0f} s",
        ratio <= _MOST and linear >= _LINEAR and queued <= _QUEUED,
        ratios=[round(one, 3) for one in ratios],
        share_of_linear=round(linear, 3),
        functions_a_second={str(count): round(rate, 2) for count, rate in rates.items()},
        queued_10000_seconds=round(queued, 2),
        queue_p50_ms=round(1000 * waits[len(waits) // 2], 1),
        queue_p99_ms=round(1000 * waits[int(len(waits) * 0.99)], 1),
    )


if __name__ == "__main__":
    main()
