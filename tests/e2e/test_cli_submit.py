"""`submit` and `verify` on real repositories, in the real sandbox."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.support.cli import program
from tests.support.gitrepo import commit_files, git, make_repository
from tests.support.orders import FASTER, SETTINGS, candidates, orders


class Submitted:
    """A repository that was submitted once, and what that printed."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.repository = orders(folder / "shop")
        self.chosen = candidates(folder)
        (self.repository / "orders.py").write_text("the user is in the middle of something")
        (self.repository / "new.txt").write_text("untracked")
        self.before = self.state()
        self.first = self.run("submit", str(self.repository), *self.chosen)

    def run(self, *arguments: str) -> CompletedProcess[str]:
        return program(self.home, *arguments, more=SETTINGS)

    def data(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def state(self) -> tuple[str, ...]:
        """What must stay as it is: files, index and HEAD."""
        parts = ("status", "--porcelain"), ("rev-parse", "HEAD"), ("diff",), ("symbolic-ref", "HEAD")
        return tuple(git(self.repository, *part) for part in parts)


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Submitted]:
    yield Submitted(tmp_path_factory.mktemp("submitted"))


def test_a_real_speed_up_becomes_a_branch_with_one_commit(submitted: Submitted) -> None:
    first = submitted.first
    assert first.returncode == 0, first.stderr
    (patch,) = submitted.data("patches")
    assert (patch["function"], patch["state"]) == ("orders.py::plan", "open")
    assert patch["low"] > 1 and patch["speedup"] > 1.05
    assert patch["branch"] in first.stdout
    commits = git(submitted.repository, "log", "--format=%H", f"main..{patch['branch']}").split()
    assert commits == [patch["commit"]]
    changed = git(submitted.repository, "diff", "--name-only", f"main..{patch['branch']}")
    assert changed == "orders.py"
    assert FASTER in git(submitted.repository, "show", f"{patch['branch']}:orders.py")


def test_the_users_files_index_and_head_are_left_alone(submitted: Submitted) -> None:
    assert submitted.state() == submitted.before


def test_the_result_says_where_the_rest_stopped(submitted: Submitted) -> None:
    out = submitted.first.stdout
    assert "1 function made faster" in out
    assert re.search(r"^function +decide +accepted +1$", out, re.MULTILINE), out
    assert re.search(r"^candidate +verify +different-result +1$", out, re.MULTILINE), out


def test_progress_goes_to_stderr_as_plain_lines(submitted: Submitted) -> None:
    lines = submitted.first.stderr.splitlines()
    assert lines[0].startswith("checkout: ")
    assert "extract" in lines
    assert any(
        re.fullmatch(r"accepted orders\.py::plan: [\d.]+x \([\d.]+ to [\d.]+\)", line) for line in lines
    )
    assert "\x1b" not in submitted.first.stderr
    assert "\r" not in submitted.first.stderr


def test_an_unchanged_repository_says_so_and_starts_nothing(submitted: Submitted) -> None:
    again = submitted.run("submit", str(submitted.repository), *submitted.chosen)
    assert again.returncode == 0
    assert "nothing changed since job 1" in again.stdout
    assert again.stderr.splitlines()[:-1] == [f"checkout: {submitted.repository}"]
    assert len(submitted.data("jobs")) == 1


def test_json_is_the_only_thing_on_stdout_and_quiet_leaves_stderr_empty(submitted: Submitted) -> None:
    done = submitted.run("submit", str(submitted.repository), *submitted.chosen, "--json", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    data = json.loads(done.stdout)
    assert (data["unchanged"], data["job"]["id"], len(data["patches"])) == (True, 1, 1)


def test_impact_is_in_the_result_and_cold_code_can_be_hidden(submitted: Submitted) -> None:
    found = re.search(r"orders\.py::plan +(?:[\d.]+ % +)?[\d.]+x", submitted.first.stdout)
    assert found, submitted.first.stdout
    again = submitted.run("submit", str(submitted.repository), *submitted.chosen, "--min-impact", "100%")
    assert again.returncode == 0
    assert "orders.py::plan" not in again.stdout
    assert again.stderr.splitlines()[-1].startswith("1 hidden by --min-impact: 1 ")


def test_growth_with_size_is_in_the_text_and_can_be_drawn(submitted: Submitted) -> None:
    shown = submitted.run("patch", "show", "1").stdout
    drawn = submitted.run("patch", "plot", "1").stdout
    assert "In a sweep over sizes it is slower at none of them." in shown
    assert "Time of one call against size (o before, x after; both axes logarithmic):" in shown
    assert drawn.split("\n\n", 1)[1] in shown
    assert len(submitted.data("patch", "plot", "1")["points"]) > 3


def test_working_trees_are_gone_afterwards(submitted: Submitted) -> None:
    assert [path for path in (submitted.home / "worktrees").iterdir() if path.is_dir()] == []


def test_the_diff_of_a_patch_applies(submitted: Submitted, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--branch", "main", str(submitted.repository), "copy")
    diff = submitted.run("patch", "diff", "1").stdout.encode()
    git(tmp_path / "copy", "apply", stdin=diff)
    assert FASTER in (tmp_path / "copy" / "orders.py").read_text()


def test_a_patch_is_pushed_to_where_the_repository_came_from(submitted: Submitted, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "upstream.git")
    git(submitted.repository, "remote", "add", "team", str(tmp_path / "upstream.git"))
    refused = submitted.run("patch", "push", "1")
    assert refused.returncode == 3
    assert "no remote 'origin'" in refused.stderr
    (patch,) = submitted.data("patches")
    done = submitted.run("patch", "push", patch["branch"], "--remote", "team")
    assert (done.returncode, done.stdout) == (0, f"pushed {patch['branch']} to {tmp_path}/upstream.git\n")
    assert git(tmp_path / "upstream.git", "rev-parse", patch["branch"]) == patch["commit"]


def test_verify_runs_the_evidence_again(submitted: Submitted) -> None:
    done = submitted.run("verify", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(r"patch 1: reproduced\n +claimed +[\d.]+x .*\n +here +[\d.]+x ", done.stdout)


def test_evidence_that_does_not_hold_here_is_one(submitted: Submitted) -> None:
    """Nothing is a thousand times faster here."""
    done = submitted.run("verify", "1", "--set", "gate=100000", "--json", "--quiet")
    data = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (1, "")
    assert (data["reproduced"], data["claimed"]["low"] > 1) == (False, True)
    assert data["reason"] not in ("", "accepted")


def test_a_dry_run_stores_nothing_and_makes_no_branch(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", orders(tmp_path / "shop")
    chosen = (*candidates(tmp_path), "--function", "plan", "--dry-run", "--json")
    done = program(home, "submit", str(repository), *chosen, more=SETTINGS)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert [won["function"] for won in data["accepted"]] == ["orders.py::plan"]
    assert (data["accepted"][0]["source"], data["patches"], data["job"]["id"]) == (FASTER.rstrip(), [], None)
    assert git(repository, "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert not (home / "optimizer.db").exists()


def test_a_changed_repository_is_scanned_again(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", orders(tmp_path / "shop")
    scan = ("submit", str(repository), "--json", "--include", "nothing/*")
    assert json.loads(program(home, *scan, more=SETTINGS).stdout)["job"]["id"] == 1
    commit_files(repository, {"README": b"more"})
    second = json.loads(program(home, *scan, more=SETTINGS).stdout)
    assert (second["job"]["id"], second["unchanged"]) == (2, False)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("https://me:hunter2@127.0.0.1:1/team/shop.git", "https://127.0.0.1:1/team/shop.git"),
        ("nowhere", "nowhere"),
        ("ext::sh -c true", "remote helpers"),
    ],
)
def test_a_wrong_source_is_one_line_and_three(source: str, complaint: str, tmp_path: Path) -> None:
    done = program(tmp_path / "home", "submit", source)
    last = done.stderr.splitlines()[-1]
    assert (done.returncode, done.stdout) == (3, "")
    assert last.startswith("optimizer: error: ")
    assert complaint in last
    assert "hunter2" not in done.stderr


def test_a_missing_ref_is_one_line_and_three(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "shop", {"a.py": b"x = 1\n"})
    done = program(tmp_path / "home", "submit", str(repository), "--ref", "mian", "--quiet")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "main" in done.stderr


def test_a_setting_that_nobody_knows_stops_before_anything_runs(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "shop", {".optimizer.toml": b"bugdet-seconds = 3"})
    done = program(tmp_path / "home", "submit", str(repository), "--quiet")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'bugdet-seconds'" in done.stderr
    assert "'budget_seconds'" in done.stderr


def test_a_machine_without_a_sandbox_is_five(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    git_program = next(path for folder in os.get_exec_path() if (path := Path(folder, "git")).exists())
    (tmp_path / "bin" / "git").symlink_to(git_program)
    repository = make_repository(tmp_path / "shop", {"a.py": b"x = 1\n"})
    more = {"PATH": str(tmp_path / "bin")}
    done = program(tmp_path / "home", "submit", str(repository), "--quiet", more=more)
    assert (done.returncode, done.stdout) == (5, "")
    assert "apt-get install bubblewrap" in done.stderr
