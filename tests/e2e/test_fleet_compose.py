"""The commands that docker-compose.yml names, as processes on this machine, against a real Postgres and a
real Redis: what they do together, and what becomes of it when they are killed."""

import json
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.fault_jobs import LABELS, FaultJob, make_job
from benchmarks.fault_kinds import Stage, inject, kinds
from benchmarks.faults import NOISE, found, running, submit, wait_for_the_end
from optimizer.domain.jobs import JobState
from optimizer.testing.fleet import COMPOSE, PROGRAM, read_compose
from tests.support.gitrepo import git


@dataclass(frozen=True)
class Up:
    stage: Stage
    variables: Mapping[str, str]
    folder: Path

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*PROGRAM, *arguments], env=dict(self.variables), cwd=COMPOSE.parent, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=600,
        )  # fmt: skip

    def job(self, number: int) -> FaultJob:
        return make_job(self.folder / "repositories", number)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("fleet")
    for path in (folder, *folder.parents[:2]):
        path.chmod(0o755)  # the sandbox's own uid reads the repositories
    with running(folder, seed=1) as (stage, variables):
        yield Up(stage, variables, folder)


def test_the_file_names_every_service_of_a_fleet() -> None:
    commands = read_compose()
    assert [command[-2:] for command in commands.once] == [["db", "upgrade"]]
    assert set(commands.lasting) == {"scheduler", "worker-scan", "worker-gpu", "worker-bench", "api"}


def test_a_submitted_job_is_done_by_the_fleet_and_followed_to_its_end(up: Up) -> None:
    job = up.job(2)
    done = up.run("submit", *job.arguments, "--wait", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["job"]["state"] == "done"
    (patch,) = report["patches"]
    assert patch["function"] == "prices.py::plan"
    assert git(job.repository, "rev-parse", patch["branch"]) == patch["commit"]
    assert "judge: 3 functions" in done.stderr
    again = up.run("submit", *job.arguments, "--wait")
    assert "nothing changed since job" in again.stdout, again.stderr


def test_the_fleet_says_how_it_does(up: Up) -> None:
    healthy = up.run("health")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    status = json.loads(up.run("status", "--json").stdout)
    queues = {name for worker in status["workers"] for name in worker["queues"]}
    assert queues == {"scan", "propose", "evaluate", "publish"}
    command = up.stage.services["worker-bench"].command
    port = command[command.index("--metrics-port") + 1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    assert 'optimizer_stage_seconds_count{stage="evaluate"}' in text


def test_no_fault_loses_a_function_or_makes_a_patch_twice(up: Up) -> None:
    """One of each kind while jobs run; `python -m benchmarks.faults` does it at length."""
    before = found(up.stage, up.variables)
    jobs = [up.job(number) for number in (1, 3)]
    submit(jobs, up.variables)
    for name in kinds(up.stage.small_disk):
        inject(up.stage, name)
    wait_for_the_end(up.stage, 400.0)
    after = found(up.stage, up.variables)
    assert set(after.states) == {JobState.DONE.value}
    assert after.functions - before.functions == len(jobs) * len(LABELS)
    assert (after.lost - before.lost, after.twice, after.set_aside) == (0, 0, ())
    for name in (f"{job.repository.name} prices.py::plan" for job in jobs):
        assert name in after.ends.accepted or after.ends.refused[name] in NOISE
    assert up.stage.counts.keys() == set(kinds(up.stage.small_disk))


def test_each_service_ends_in_good_order_when_it_is_told_to(up: Up) -> None:
    for service in up.stage.services.services:
        up.stage.services.hold(service.name)
        assert service.stop() in (0, 130), f"{service.name}: {service.said()}"
