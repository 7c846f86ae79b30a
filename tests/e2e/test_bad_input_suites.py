"""Test suites that fail, hang, crash or are not there: the scan goes on with what is left."""

from pathlib import Path

from tests.support.gitrepo import make_repository
from tests.support.hostile import FASTER, GOOD
from tests.support.scanned import Scanned, left_over, scan, write_candidates
from tests.support.untouched import our_branches, processes_of, state

RUNNING = GOOD.lstrip("\n")
SECOND = RUNNING.replace("def running", "def again")
PLAIN = "def other(n: int) -> int:\n    return n\n\n\n"
PASSES = "\n\ndef test_passes():\n    assert top.running([1, 2]) == [1, 3]\n"


def scanned(
    folder: Path, files: dict[str, str], chosen: dict[str, str] | None = None, **more: str
) -> Scanned:
    """Checks what holds for every scan: it ends well, leaves nothing, and touches nothing."""
    content = {"top.py": RUNNING, **files}
    repository = make_repository(folder / "shop", {name: text.encode() for name, text in content.items()})
    before = state(repository)
    candidates = write_candidates(folder / "candidates.jsonl", chosen or {"top.py::running": FASTER})
    found = scan(folder, repository, *candidates, **more)
    assert found.done.returncode == 0, found.done.stderr
    assert "Traceback" not in found.done.stderr
    assert state(repository) == before
    assert left_over(found.home, found.scratch) == []
    assert processes_of(found.home) == []
    return found


def made_faster(found: Scanned) -> list[str]:
    functions = [patch["function"] for patch in found.job["patches"]]
    assert len(our_branches(found.repository)) == len(functions)
    return functions


DREADFUL = """\
import ctypes, os, sys, top


def test_fails():
    assert top.running([1]) == [2]


def test_dies():
    os._exit(1)


def test_segfaults():
    ctypes.string_at(0)


def test_talks():
    for _ in range(100):
        sys.__stderr__.write("x" * 1_000_000)


def test_fills_the_disk():
    with open("filler", "wb") as file:
        for _ in range(1000):
            file.write(bytes(1_000_000))
"""


def test_tests_that_fail_before_may_fail_on_the_branch(tmp_path: Path) -> None:
    odd = "import nothing_of_that_name\n\n\ndef test_odd():\n    pass\n"
    found = scanned(tmp_path, {"test_top.py": DREADFUL + PASSES, "test_odd.py": odd})
    assert made_faster(found) == ["top.py::running"]
    (note,) = [note for note in found.notes if "not pass" in note]
    assert note.startswith("5 tests do not pass before anything is changed")
    assert any("ended early while test_top.py::test_dies ran" in note for note in found.notes)


def test_a_test_that_hangs_is_stopped_and_left_out(tmp_path: Path) -> None:
    tests = "import time, top\n\n\ndef test_hangs():\n    time.sleep(1000)\n" + PASSES
    found = scanned(tmp_path, {"test_top.py": tests}, OPTIMIZER_TEST_SECONDS="12")
    assert made_faster(found) == ["top.py::running"]
    assert any("stopped after 12 s while test_top.py::test_hangs ran" in note for note in found.notes)


def test_without_tests_inputs_are_made_from_annotations(tmp_path: Path) -> None:
    found = scanned(tmp_path, {})
    assert made_faster(found) == ["top.py::running"]
    assert "pytest found no tests" in found.notes
    assert "recorded" not in found.job["patches"][0]["text"]


def test_a_conftest_that_crashes_is_as_good_as_no_tests(tmp_path: Path) -> None:
    files = {"conftest.py": "import os\nos._exit(9)\n", "test_top.py": "import top\n" + PASSES}
    found = scanned(tmp_path, files)
    assert made_faster(found) == ["top.py::running"]
    assert any("the test process ended early" in note for note in found.notes)


def test_modules_that_cannot_be_imported_are_set_aside(tmp_path: Path) -> None:
    endings = {"raises": "raise RuntimeError('no')", "exits": "raise SystemExit(1)", "dies": "os._exit(1)",
               "hangs": "time.sleep(1000)", "needs": "import nothing_of_that_name"}  # fmt: skip
    files = {
        f"{name}.py": f"import os, time\n{RUNNING.replace('running', name)}\n\n{ending}\n"
        for name, ending in endings.items()
    }
    files["hangs.py"] = PLAIN + files["hangs.py"]
    chosen = {f"{name}.py::{name}": FASTER.replace("running", name) for name in endings}
    chosen |= {"top.py::running": FASTER, "hangs.py::other": PLAIN.replace("return n", "return +n")}
    found = scanned(tmp_path, files, chosen, OPTIMIZER_TEST_SECONDS="15")
    assert made_faster(found) == ["top.py::running"]
    assert {found.decisions[name] for name in (*endings, "other")} == {"not-callable"}
