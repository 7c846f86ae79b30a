"""What the user is told when a run is stopped; test_resume_stages.py has every stage, and kills."""

import json
import os
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.support.cli import PROGRAM, environment, program
from tests.support.gitrepo import git
from tests.support.orders import SETTINGS, candidates, orders

# As on a terminal, whatever started these tests: a shell's background jobs ignore the signal.
STARTER = ("env", "--default-signal=INT", *PROGRAM)
UNDISTURBED = Counter({("function", "accepted"): 1, ("function", "none-accepted"): 1,
                       ("candidate", "accepted"): 1, ("candidate", "different-result"): 1})  # fmt: skip


def stopped_at(sign: str, number: signal.Signals, home: Path, *arguments: str) -> tuple[int, list[str]]:
    """Starts the program, sends it and its children the signal when a line of progress begins with the
    sign, and returns the exit code and all lines."""
    lines: list[str] = []
    with subprocess.Popen(
        [*STARTER, *arguments],
        env=environment(home, **SETTINGS),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith(sign) and not any(earlier.startswith(sign) for earlier in lines):
                os.killpg(process.pid, number)
            lines.append(line.rstrip("\n"))
    return process.returncode, lines


def ends_like_an_undisturbed_run(home: Path, repository: Path, chosen: tuple[str, ...]) -> None:
    resumed = program(home, "submit", str(repository), *chosen, "--resume", "--json", more=SETTINGS)
    assert resumed.returncode == 0, resumed.stderr
    data = json.loads(resumed.stdout)
    found = Counter({(row["unit"], row["reason"]): row["count"] for row in data["funnel"]})
    assert found == UNDISTURBED
    assert (data["job"]["id"], data["job"]["state"]) == (1, "done")
    (patch,) = data["patches"]
    branches = git(repository, "for-each-ref", "--format=%(refname:short) %(objectname)").splitlines()
    assert f"{patch['branch']} {patch['commit']}" in branches
    assert len(branches) == 2
    again = program(home, "submit", str(repository), *chosen, more=SETTINGS)
    assert "nothing changed since job 1" in again.stdout


@pytest.mark.parametrize(("sign", "number"), [("test: ", signal.SIGTERM), ("accepted ", signal.SIGHUP)])
def test_an_interrupted_job_goes_on_where_it_was(sign: str, number: signal.Signals, tmp_path: Path) -> None:
    home, repository, chosen = tmp_path / "home", orders(tmp_path / "shop"), candidates(tmp_path)
    code, lines = stopped_at(sign, number, home, "submit", str(repository), *chosen)
    assert code == 130, lines
    again = f"optimizer submit {repository} {' '.join(chosen)} --resume"
    assert lines[-1] == f"optimizer: job 1 interrupted: go on with: {again}"
    (job,) = json.loads(program(home, "jobs", "--json").stdout)
    assert job["state"] == "interrupted"
    ends_like_an_undisturbed_run(home, repository, chosen)


def test_nothing_can_be_resumed_before_anything_began(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", orders(tmp_path / "shop")
    refused = program(home, "submit", str(repository), "--resume", "--quiet", more=SETTINGS)
    assert (refused.returncode, refused.stdout) == (7, "")
    assert "start one without --resume" in refused.stderr


def test_an_interruption_before_the_job_leaves_none(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", orders(tmp_path / "shop")
    code, lines = stopped_at("checkout: ", signal.SIGINT, home, "submit", str(repository))
    assert code == 130, lines
    assert "Traceback" not in "\n".join(lines)
    assert "interrupted" in lines[-1]


def test_a_dry_run_that_is_interrupted_leaves_nothing_to_go_on_with(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", orders(tmp_path / "shop")
    code, lines = stopped_at(
        "test: ", signal.SIGINT, home, "submit", str(repository), "--dry-run", *candidates(tmp_path)
    )
    assert (code, lines[-1]) == (130, "optimizer: interrupted: a dry run keeps nothing")


def test_a_job_that_is_cancelled_by_another_process_ends_before_its_next_function(tmp_path: Path) -> None:
    home, repository, chosen = tmp_path / "home", orders(tmp_path / "shop"), candidates(tmp_path)
    with subprocess.Popen(
        [*PROGRAM, "submit", str(repository), *chosen],
        env=environment(home, **SETTINGS),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line.rstrip("\n"))
            if line.startswith("test: "):
                process.send_signal(signal.SIGSTOP)  # else the function might end first
                assert program(home, "cancel", "1").returncode == 0
                process.send_signal(signal.SIGCONT)
    assert (process.returncode, lines[-1]) == (130, "optimizer: job 1 was cancelled")
    (job,) = json.loads(program(home, "jobs", "--json").stdout)
    assert job["state"] == "cancelled"
    shown = json.loads(program(home, "job", "show", "1", "--json").stdout)
    assert shown["patches"] == []
