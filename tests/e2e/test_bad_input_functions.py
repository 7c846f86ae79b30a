"""Functions that hang, crash, eat the machine or lie: one scan survives all of them, and works."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.gitrepo import git, make_repository
from tests.support.hostile import HOSTILE, TESTS, variants
from tests.support.scanned import Scanned, left_over, scan, write_candidates
from tests.support.untouched import State, our_branches, processes_of, state


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With work in every place where git keeps some: a stash, the index, the files, a branch."""
    root = make_repository(
        tmp_path_factory.mktemp("hostile") / "shop",
        {"hostile.py": HOSTILE.encode(), "test_it.py": TESTS.encode()},
    )
    git(root, "branch", "mine")
    (root / "hostile.py").write_text("stashed = 1\n")
    git(root, "stash")
    (root / "staged.py").write_text("staged = 1\n")
    git(root, "add", "staged.py")
    (root / "hostile.py").write_text("def broken(:\n")
    (root / "untracked.py").write_text("untracked = 1\n")
    git(root, "checkout", "--quiet", "--detach")
    return root


@pytest.fixture(scope="module")
def before(repository: Path) -> State:
    return state(repository)


@pytest.fixture(scope="module")
def scanned(repository: Path, before: State) -> Iterator[Scanned]:
    folder = repository.parent
    yield scan(folder, repository, *write_candidates(folder / "candidates.jsonl", variants()))


def test_the_job_comes_to_its_end(scanned: Scanned) -> None:
    assert scanned.done.returncode == 0, scanned.done.stderr
    assert "Traceback" not in scanned.done.stderr
    assert scanned.job["state"] == "done"


def test_the_one_good_function_among_them_is_made_faster(scanned: Scanned) -> None:
    (patch,) = scanned.job["patches"]
    assert patch["function"] == "hostile.py::running"
    assert our_branches(scanned.repository) == {patch["branch"]: patch["commit"]}


@pytest.mark.parametrize(
    "function",
    ["hangs", "sleeps", "exits", "exits_at_once", "segfaults", "eats_memory", "eats_memory_at_once",
     "reads_stdin", "closes_everything", "asks_the_network", "writes_beside_itself", "recurses"],
)  # fmt: skip
def test_a_function_that_never_returns_is_set_aside(function: str, scanned: Scanned) -> None:
    assert scanned.decisions[function] == "original-fails"


@pytest.mark.parametrize("function", ["kills_its_parent", "bombs"])
def test_a_function_that_takes_its_sandbox_down_is_set_aside(function: str, scanned: Scanned) -> None:
    assert scanned.decisions[function] in ("not-callable", "original-fails")


@pytest.mark.parametrize("function", ["tells_the_time", "rolls_dice", "order_of_sets"])
def test_a_function_that_disagrees_with_itself_is_set_aside(function: str, scanned: Scanned) -> None:
    assert scanned.decisions[function] == "nondeterministic"


@pytest.mark.parametrize(
    "function", ["prints_megabytes", "starts_threads", "leaves_threads", "tells_addresses", "writes_files"]
)
def test_a_function_with_side_effects_is_judged_and_its_variant_refused(
    function: str, scanned: Scanned
) -> None:
    assert scanned.decisions[function] != "accepted"


def test_nothing_of_the_users_is_touched(scanned: Scanned, before: State) -> None:
    assert state(scanned.repository) == before


def test_no_process_and_no_temporary_file_is_left(scanned: Scanned) -> None:
    assert processes_of(scanned.home) == []
    assert left_over(scanned.home, scanned.scratch) == []


def test_nothing_was_written_outside_of_the_sandbox(scanned: Scanned) -> None:
    assert list(Path("/tmp").glob("written-*")) == []
