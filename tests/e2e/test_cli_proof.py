"""A patch's evidence as a file, and what another machine makes of it: no database of ours, another clone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.support import bundles
from tests.support.cli import PROGRAM, environment, program
from tests.support.gitrepo import commit_files, git, make_repository
from tests.support.orders import ORDERS, SETTINGS, candidates, orders

ELSEWHERE = {"OPTIMIZER_PYTHON": sys.executable}  # whether to install is up to the bundle


class Proven:
    """A repository that was submitted on one machine, and another machine with a clone and the bundle."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, folder / "home"
        self.repository = orders(folder / "shop")
        chosen = (*candidates(folder), "--function", "plan", "--proofs", str(folder / "proofs"))
        self.submitted = program(self.home, "submit", str(self.repository), *chosen, more=SETTINGS)
        self.file = folder / "plan.proof.jsonl.gz"
        self.written = self.here("patch", "proof", "1", "--output", str(self.file))
        self.elsewhere = folder / "elsewhere"
        self.clone = folder / "clones" / "shop"
        git(folder, "clone", "--quiet", str(self.repository), str(self.clone))

    def here(self, *arguments: str) -> CompletedProcess[str]:
        return program(self.home, *arguments, more=SETTINGS, directory=self.folder)

    def verify(self, *arguments: str) -> CompletedProcess[str]:
        return program(self.elsewhere, "verify", *arguments, more=ELSEWHERE)

    def changed(self, change: Any) -> Path:
        """A bundle with another content, and the hash that fits."""
        head, content = bundles.unpacked(self.file.read_bytes())
        change(content)
        path = self.folder / "changed.proof.jsonl.gz"
        path.write_bytes(bundles.packed(head, content))
        return path


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proven]:
    yield Proven(tmp_path_factory.mktemp("proven"))


def refused(done: CompletedProcess[str], code: int, *parts: str) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("optimizer: error: ")
    assert [part for part in parts if part not in last] == [], last
    assert "Traceback" not in done.stderr


def test_a_bundle_is_written_and_not_overwritten(proven: Proven) -> None:
    assert proven.written.returncode == 0, proven.written.stderr
    size = proven.file.stat().st_size
    assert proven.written.stdout == f"{proven.file}: {size:,} bytes\n"
    refused(
        proven.here("patch", "proof", "1", "--output", str(proven.file)), 2, "is there already", "--force"
    )
    again = proven.here("patch", "proof", "1", "--output", str(proven.file), "--force", "--json")
    assert json.loads(again.stdout) == {"patch": 1, "file": str(proven.file), "bytes": size}
    refused(proven.here("patch", "proof", "1", "--output", "nowhere/x"), 2, "nowhere/x cannot be written")
    refused(proven.here("patch", "proof", "7"), 7, "There is no patch 7")


def test_the_same_bytes_go_to_a_file_named_like_the_branch_to_stdout_and_with_submit(proven: Proven) -> None:
    patch = json.loads(proven.here("patches", "--json").stdout)[0]
    name = f"{patch['branch'].removeprefix('optimizer/')}.proof.jsonl.gz"
    done = proven.here("patch", "proof", patch["branch"])
    assert done.stdout.startswith(f"{name}: ")
    piped = subprocess.run(
        [*PROGRAM, "patch", "proof", "1", "--output", "-"],
        env=environment(proven.home, **SETTINGS), capture_output=True, check=True,
    )  # fmt: skip
    written = proven.file.read_bytes()
    assert (proven.folder / name).read_bytes() == piped.stdout == written
    assert [path.name for path in (proven.folder / "proofs").iterdir()] == [name]
    assert (proven.folder / "proofs" / name).read_bytes() == written


def test_a_bundle_holds_what_the_measurement_was_taken_with(proven: Proven) -> None:
    _, content = bundles.unpacked(proven.file.read_bytes())
    where = content["patch"]["surroundings"]
    assert where["python"] == ".".join(map(str, sys.version_info[:3]))
    assert dict(where["packages"])["pytest"] == pytest.__version__
    assert where["kernel"].endswith(os.uname().release)
    assert len(content["environment_hash"]) == 64


def test_another_machine_reproduces_it_without_a_database(proven: Proven) -> None:
    done = proven.verify(str(proven.file), "--repository", str(proven.clone), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    data = json.loads(done.stdout)
    assert (data["reproduced"], data["patch"], data["bundle"]) == (True, None, str(proven.file))
    assert data["claimed"]["low"] > 1
    assert data["found"]["low"] > 1
    assert (data["contradictions"], data["environment_differences"]) == ([], [])
    assert isinstance(data["overlap"], bool)
    assert list(proven.elsewhere.glob("*.db*")) == []
    assert git(proven.clone, "for-each-ref", "refs/heads", "--format=%(refname)") == "refs/heads/main"


def test_a_claim_changed_by_hand_hash_and_all_is_told(proven: Proven) -> None:
    """Behaviour and gain are there still; but not what was claimed, nor the packages, nor the diff."""

    def change(content: Any) -> None:
        wall = content["evaluation"]["second"]["wall"]
        wall |= {"estimate": 1000.0, "low": 990.0, "high": 1010.0}
        content["patch"]["diff"] = content["patch"]["diff"].replace("total", "sum")
        content["patch"]["surroundings"]["packages"][0][1] = "0.0.1"

    done = proven.verify(str(proven.changed(change)), "--repository", str(proven.clone))
    assert done.returncode == 1, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0].endswith(": not reproduced: the bundle contradicts itself")
    assert lines[1].startswith("claimed 1000.00x (99% interval 990.00 to 1010.00)")
    assert lines[2].endswith("which does not overlap")
    assert lines[3] == "contradicts the environment's hash was not made from the packages listed"
    assert lines[4].startswith("contradicts second measurement: it says speed-up 1000.000x")
    assert lines[5] == "contradicts the diff is not of the change that was judged"
    assert "0.0.1 there," in lines[6]


def test_a_candidate_exchanged_for_a_wrong_one_is_not_reproduced(proven: Proven) -> None:
    def change(content: Any) -> None:
        candidate = content["evaluation"]["candidate"]
        candidate["source"] = candidate["source"].replace("total * month", "total + month")

    done = proven.verify(str(proven.changed(change)), "--repository", str(proven.clone), "--json")
    data = json.loads(done.stdout)
    assert (done.returncode, data["reproduced"], data["reason"]) == (1, False, "different-result")
    assert (data["found"], data["overlap"]) == (None, None)
    assert any("is not this change with this text" in text for text in data["contradictions"])


def test_a_candidate_that_is_no_code_is_not_reproduced(proven: Proven) -> None:
    source = "def plan(prices):\n    return '\udc80'"
    odd = proven.changed(lambda content: content["evaluation"]["candidate"].update(source=source))
    done = proven.verify(str(odd), "--repository", str(proven.clone), "--quiet")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"{odd}: not reproduced: syntax")


def test_a_damaged_bundle_is_eight(proven: Proven) -> None:
    path = proven.folder / "damaged"
    path.write_bytes(proven.file.read_bytes()[:-9])
    refused(proven.verify(str(path)), 8, f"{path} is damaged")
    path.write_text("not a bundle at all")
    refused(proven.verify(str(path)), 8, f"{path} is not a proof bundle")
    assert not (proven.elsewhere / "optimizer.db").exists()


def test_a_bundle_that_is_not_there_is_seven(proven: Proven) -> None:
    refused(proven.verify("gone.proof.jsonl.gz"), 7, "There is no file gone.proof.jsonl.gz")


def test_a_repository_without_the_base_commit_is_three(proven: Proven, tmp_path: Path) -> None:
    """The same project with another history, in which the function was changed."""
    other = make_repository(tmp_path / "shop", {"orders.py": ORDERS.replace(b"0", b"1")})
    done = proven.verify(str(proven.file), "--repository", str(other), "--quiet")
    refused(done, 3, "name a repository that has the patch's base commit with --repository")
    assert done.stderr.count("\n") == 1


def test_without_a_repository_the_bundles_own_address_counts(proven: Proven, tmp_path: Path) -> None:
    moved = proven.changed(lambda content: content["repository"].update(url=str(tmp_path / "gone")))
    refused(proven.verify(str(moved), "--quiet"), 3, f"{tmp_path}/gone: no such directory", "--repository")


def test_a_commit_in_which_the_function_is_another_is_eight(proven: Proven, tmp_path: Path) -> None:
    shutil.copytree(proven.clone, tmp_path / "shop")
    commit = commit_files(tmp_path / "shop", {"orders.py": ORDERS.replace(b"total = 0", b"total = 1")})
    later = proven.changed(lambda content: content["patch"].update(base_commit=commit))
    done = proven.verify(str(later), "--repository", str(tmp_path / "shop"), "--quiet")
    refused(done, 8, "orders.py::plan is not what the bundle was made from", commit[:12])
    commit = commit_files(tmp_path / "shop", {"orders.py": b"# moved\n"})
    later = proven.changed(lambda content: content["patch"].update(base_commit=commit))
    done = proven.verify(str(later), "--repository", str(tmp_path / "shop"), "--quiet")
    refused(done, 8, "there is no orders.py::plan in", commit[:12])


def test_settings_that_weaken_the_judge_are_refused(proven: Proven) -> None:
    weak = proven.changed(lambda content: content["judging"].update(gate=0.5))
    refused(proven.verify(str(weak)), 8, "gate has to be at least 1.03")


def test_a_dry_run_has_no_proofs(tmp_path: Path) -> None:
    done = program(tmp_path / "home", "submit", ".", "--dry-run", "--proofs", "x")
    assert done.returncode == 2
    assert "--proofs" in done.stderr
