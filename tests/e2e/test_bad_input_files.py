"""Files that are no Python, or hardly: they are named and skipped, and the rest is scanned."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.gitrepo import git, make_repository
from tests.support.hostile import FASTER, GOOD
from tests.support.scanned import Scanned, left_over, scan, write_candidates
from tests.support.untouched import State, state

MANY = ", ".join(f"p{number}: int = {number}" for number in range(200))
RUNNING = GOOD.lstrip("\n")
PLAIN = "def {}(n: int) -> int:\n    return {}\n"
GERMAN = "\n\ndef {}(n: int) -> str:\n    return 'größe' * n\n"
BLOCKS = "".join(f"{' ' * depth}if n:\n" for depth in range(1, 91))
FILES = {
    "top.py": RUNNING,
    "src/shop/__init__.py": "",
    "src/shop/orders.py": f"from shop.prices import ONE\n{GOOD}",
    "src/shop/prices.py": "ONE = 1\n",
    "loose/helpers.py": f"import loose\n{GOOD}",
    "mit leer/größe.py": RUNNING,
    "syntax.py": "def broken(:\n    return 1\n",
    "python2.py": "def old(n):\n    print n\n    exec 'n = 1'\n    return n\n",
    "many.py": f"def many({MANY}) -> int:\n    return p0 + p199\n",
    "nested.py": PLAIN.format("nested", f"{'(' * 90}n{')' * 90}"),
    "blocks.py": f"def blocks(n: int) -> int:\n{BLOCKS}{' ' * 92}n = 1\n return n\n",
    "deeper.py": f"VALUE = {'[' * 30000}{']' * 30000}\n{PLAIN.format('deeper', 'n')}",
    "operators.py": PLAIN.format("operators", " + ".join(["n"] * 20000)),
    "empty.py": "",
    "tests/test_top.py": "from top import running\n\n\ndef test_it():\n    assert running([1]) == [1]\n",
}
RAW = {
    "binary.py": b"\x7fELF\x02\x01\x01" + random.Random(1).randbytes(5000),
    "zeros.py": b"def zeros(n: int) -> int:\n    return n\0\n",
    "latin.py": GERMAN.format("latin").encode("latin-1"),
    "declared.py": b"# -*- coding: latin-1 -*-\n" + GERMAN.format("declared").encode("latin-1"),
    "unknown.py": b"# -*- coding: klingon -*-\n" + PLAIN.format("unknown", "n").encode(),
    "marked.py": b"\xef\xbb\xbf" + RUNNING.encode(),
    "dos.py": RUNNING.replace("\n", "\r\n").encode(),
    "large.py": PLAIN.format("large", "n").encode() + b"# filler\n" * 200_000,
    "data.bin": bytes(100_000_000),
}
SKIPPED = ("binary.py", "zeros.py", "latin.py", "declared.py", "unknown.py", "large.py", "deeper.py",
           "operators.py", "syntax.py", "python2.py")  # fmt: skip
GOOD_ONES = (
    "top.py", "src/shop/orders.py", "loose/helpers.py", "mit leer/größe.py", "marked.py", "dos.py"
)  # fmt: skip


def make_odd_repository(root: Path) -> Path:
    files = {name: text.encode() for name, text in FILES.items()} | RAW
    make_repository(root, files)
    (root / "outside.py").symlink_to("/etc/passwd")
    (root / "outside").symlink_to("/root")
    (root / "loop.py").symlink_to("loop.py")
    (root / "alias.py").symlink_to("top.py")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "links")
    return root


def chosen() -> dict[str, str]:
    found = {f"{path}::running": FASTER for path in GOOD_ONES}
    found["many.py::many"] = f"def many({MANY}) -> int:\n    return p0 + p198\n"
    found["nested.py::nested"] = PLAIN.format("nested", "n + 1")
    found["blocks.py::blocks"] = PLAIN.format("blocks", "n - 1")
    return found


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_odd_repository(tmp_path_factory.mktemp("files") / "ein Laden, größer")


@pytest.fixture(scope="module")
def before(repository: Path) -> State:
    return state(repository)


@pytest.fixture(scope="module")
def scanned(repository: Path, before: State) -> Iterator[Scanned]:
    folder = repository.parent
    yield scan(folder, repository, *write_candidates(folder / "candidates.jsonl", chosen()))


def test_the_job_comes_to_its_end(scanned: Scanned) -> None:
    assert scanned.done.returncode == 0, scanned.done.stderr
    assert "Traceback" not in scanned.done.stderr
    assert scanned.job["state"] == "done"


@pytest.mark.parametrize("path", SKIPPED)
def test_a_file_that_cannot_be_read_is_skipped_with_a_reason(path: str, scanned: Scanned) -> None:
    assert any(note.startswith(f"skipped {path}: ") for note in scanned.notes), scanned.notes


@pytest.mark.parametrize("path", GOOD_ONES)
def test_a_function_in_an_odd_place_is_made_faster(path: str, scanned: Scanned) -> None:
    functions = [patch["function"] for patch in scanned.job["patches"]]
    assert f"{path}::running" in functions, scanned.data("rejected")


def test_only_the_function_changes_in_a_file_with_another_encoding_of_lines(scanned: Scanned) -> None:
    branch = next(p["branch"] for p in scanned.job["patches"] if p["function"] == "dos.py::running")
    text = git(scanned.repository, "show", f"{branch}:dos.py")
    assert text.count("\r\n") == text.count("\n")


@pytest.mark.parametrize("function", ["many", "nested", "blocks"])
def test_a_function_of_an_odd_shape_is_run_and_its_wrong_variant_refused(
    function: str, scanned: Scanned
) -> None:
    assert scanned.refused[function] == "different-result"


def test_links_are_not_followed(scanned: Scanned) -> None:
    paths = {patch["function"].partition("::")[0] for patch in scanned.job["patches"]}
    assert paths.isdisjoint({"alias.py", "outside.py", "loop.py"})


def test_nothing_of_the_users_is_touched(scanned: Scanned, before: State) -> None:
    assert state(scanned.repository) == before
    assert left_over(scanned.home, scanned.scratch) == []
