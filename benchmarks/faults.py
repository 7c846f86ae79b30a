"""Random faults over jobs in a fleet: is anything lost, or done twice?

    python -m benchmarks.faults [--jobs 20] [--faults 200] [--seed 1]

Queues small repositories whose outcome is known, starts what docker-compose.yml names against a Postgres and
a Redis of its own, and kills, cuts, fills and turns back what it can until so many faults were done.
Targets: every job ends as done, every function has one result, no function two patches, and the accepted
patches are those of the same jobs run in one process each: what one side refused and the other accepted was
refused for its timing, in at most one of ten jobs.
"""

import argparse
import contextlib
import functools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy

from benchmarks.fault_jobs import LABELS, QUICK, FaultJob, make_job
from benchmarks.fault_kinds import Stage, inject, kinds
from benchmarks.support import finish
from optimizer.domain.errors import DatabaseError
from optimizer.domain.evidence import Reason
from optimizer.domain.jobs import FINAL, Job, JobState
from optimizer.domain.settings import Settings
from optimizer.testing import postgres, redis
from optimizer.testing.clock import make_clock
from optimizer.testing.fleet import COMPOSE, PROGRAM, environment, read_compose, services
from optimizer.testing.proxy import Wire
from optimizer.testing.services import Supervisor
from workers.fleet import open_fleet

_LEASE = 6.0  # seconds: what the dead held is others' after so long
_DISK = "600m"
# What a disturbed measurement can say of a candidate that is faster; anything else is no noise.
NOISE = {
    Reason.NOT_FASTER, Reason.SLOWER_SIZE, Reason.CPU_DISAGREES, Reason.COLD_DISAGREES, Reason.NOT_REPEATED,
    Reason.UNDECIDED, Reason.WORK_ELSEWHERE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ends:
    """What became of the candidates, by names like "shop-3 prices.py::plan"."""

    accepted: frozenset[str]
    refused: Mapping[str, str]  # reason


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the jobs."""

    states: Mapping[str, int]
    functions: int
    lost: int  # functions without a result
    twice: int  # functions of one job with two patches
    set_aside: tuple[str, ...]  # why
    errors: tuple[str, ...]  # of jobs
    ends: Ends


def run_embedded(jobs: Sequence[FaultJob], folder: Path) -> Ends:
    """The same jobs, each in one process."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("OPTIMIZER_")} | QUICK
    variables["OPTIMIZER_HOME"] = str(folder / "alone")
    names, accepted = {}, set()
    for job in jobs:
        done = _asked(variables, "submit", *job.arguments, "--quiet")
        names[done["job"]["id"]] = job.repository.name
        accepted |= {f"{job.repository.name} {patch['function']}" for patch in done["patches"]}
    return Ends(frozenset(accepted), refusals(variables, names))


def refusals(variables: Mapping[str, str], names: Mapping[int, str]) -> dict[str, str]:
    rows = _asked(variables, "rejected", "--limit", "1000000")
    return {f"{names[row['job']]} {row['function']}": row["reason"] for row in rows}


def _asked(variables: Mapping[str, str], *arguments: str) -> Any:
    done = subprocess.run(
        [*PROGRAM, *arguments, "--json"],
        env=dict(variables), cwd=COMPOSE.parent, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@contextlib.contextmanager
def running(
    folder: Path, seed: int, before_start: Callable[[Mapping[str, str]], None] = lambda _variables: None
) -> Iterator[tuple[Stage, Mapping[str, str]]]:
    """A whole fleet, and the variables with which commands speak to it; the wire lies between its workers
    and the broker."""
    with contextlib.ExitStack() as stack:
        url, server = stack.enter_context(postgres.restartable())
        broker = stack.enter_context(redis.throwaway())
        wire = stack.enter_context(Wire(("127.0.0.1", int(broker.command[2]))))
        home = folder / "home"
        small = stack.enter_context(_small_disk(home))
        variables = environment(
            home, url, f"redis://127.0.0.1:{wire.port}/0",
            **QUICK, OPTIMIZER_LEASE_SECONDS=str(_LEASE), OPTIMIZER_MAX_DEATHS="50",
        )  # fmt: skip
        commands = read_compose()
        for command in commands.once:
            subprocess.run(command, env=variables, cwd=COMPOSE.parent, check=True, stdout=subprocess.DEVNULL)
        clock = make_clock(folder)
        known = services(commands, folder, variables | clock.variables)
        before_start(variables)
        supervised = stack.enter_context(Supervisor(known))
        fleet = open_fleet(Settings(home=str(home), database_url=url, broker_url=redis.url_of(broker)))
        stack.callback(fleet.close)
        draw = random.Random(seed)
        yield Stage(fleet, supervised, server, broker, wire, clock, home, small, draw), variables


@contextlib.contextmanager
def _small_disk(home: Path) -> Iterator[bool]:
    """A disk of its own for the home, that can be filled without harm to others; only root can have one."""
    home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=755", "tmpfs", str(home)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(home)], check=False)


def submit(jobs: Sequence[FaultJob], variables: Mapping[str, str]) -> None:
    for job in jobs:
        subprocess.run(
            [*PROGRAM, "submit", *job.arguments, "--quiet"],
            env=dict(variables), cwd=COMPOSE.parent, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip


def disturb(stage: Stage, count: int, pause: tuple[float, float], names: Sequence[str]) -> None:
    """So many faults, at random times, as long as there are jobs that they could hurt."""
    while sum(stage.counts.values()) < count and not _all_ended(stage):
        time.sleep(stage.draw.uniform(*pause))
        inject(stage, stage.draw.choice(names))
        done = sum(stage.counts.values())
        if done % 10 == 0:
            print(f"{done} faults, {_ended(stage)} jobs ended", file=sys.stderr, flush=True)


def wait_for_the_end(stage: Stage, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not _all_ended(stage):
        time.sleep(0.5)


def _jobs(stage: Stage) -> Sequence[Job]:
    while True:
        try:
            return stage.fleet.store.jobs(10_000)
        except DatabaseError:
            time.sleep(0.2)


def _ended(stage: Stage) -> int:
    return sum(job.state in FINAL for job in _jobs(stage))


def _all_ended(stage: Stage) -> bool:
    return all(job.state in FINAL for job in _jobs(stage))


def found(stage: Stage, variables: Mapping[str, str]) -> Found:
    jobs = _jobs(stage)
    store = stage.fleet.store
    labels = {job.id: store.finished_labels(job.id) for job in jobs}
    patches = [patch for job in jobs for patch in store.patches(job.id)]
    names = {job.id: job.repository.name for job in jobs}
    made = Counter((patch.job_id, patch.function) for patch in patches)
    return Found(
        states=Counter(job.state.value for job in jobs),
        functions=sum(len(LABELS & labels[job.id]) for job in jobs),
        lost=sum(len(LABELS - labels[job.id]) for job in jobs),
        twice=sum(count > 1 for count in made.values()),
        set_aside=_set_aside(stage),
        errors=tuple(job.error for job in jobs if job.error),
        ends=Ends(
            frozenset(f"{names[patch.job_id]} {patch.function}" for patch in patches),
            refusals(variables, names),
        ),
    )


def otherwise(one: Ends, other: Ends) -> dict[str, str]:
    """What only one of them accepted, and why the other did not."""
    return {name: other.refused.get(name, "no decision") for name in sorted(one.accepted - other.accepted)}


def _set_aside(stage: Stage) -> tuple[str, ...]:
    query = sqlalchemy.text("SELECT stage, detail FROM functions WHERE reason = 'set-aside' ORDER BY id")
    with stage.fleet.sessions.reading() as session:
        return tuple(f"{where}: {detail}" for where, detail in session.execute(query))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="", help="names of faults, with ; between them; default: all")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="optimizer-faults-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        jobs = [make_job(folder / "repositories", number + 1) for number in range(wanted.jobs)]
        expected = run_embedded(jobs, folder)
        queued = functools.partial(submit, jobs)
        with running(folder, wanted.seed, queued) as (stage, variables):
            began = time.monotonic()
            names = wanted.kinds.split(";") if wanted.kinds else kinds(stage.small_disk)
            disturb(stage, wanted.faults, (0.0, 0.6), names)
            wait_for_the_end(stage, 900.0)
            seconds = time.monotonic() - began
            result = found(stage, variables)
            _report(stage, result, expected, wanted.jobs, wanted.faults, seconds)


def _report(stage: Stage, result: Found, alone: Ends, jobs: int, faults: int, seconds: float) -> None:
    for name, count in sorted(stage.counts.items()):
        print(f"{count:4}  {name}")
    for service in stage.services.services:
        print(f"{service.starts:4}  starts of {service.name}")
    done = sum(stage.counts.values())
    only_alone, only_in_fleet = otherwise(alone, result.ends), otherwise(result.ends, alone)
    reasons = [*only_alone.values(), *only_in_fleet.values()]
    passed = (
        result.states == {JobState.DONE.value: jobs}
        and done >= faults
        and (result.lost, result.twice, len(result.set_aside)) == (0, 0, 0)
        and set(reasons) <= NOISE
        and len(reasons) <= jobs // 10
    )
    finish(
        result.lost + result.twice,
        f"0 lost or twice and {jobs // 10} otherwise decided by timing, of {jobs} jobs under {faults} faults",
        passed,
        faults=done,
        jobs=dict(result.states),
        functions=result.functions,
        lost=result.lost,
        twice=result.twice,
        set_aside=result.set_aside,
        errors=result.errors,
        accepted=len(result.ends.accepted),
        accepted_alone=len(alone.accepted),
        only_alone=only_alone,
        only_in_fleet=only_in_fleet,
        seconds=round(seconds),
    )


if __name__ == "__main__":
    main()
