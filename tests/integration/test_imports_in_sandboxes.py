"""What an import compiles is kept for the next sandbox; what it costs is held against a candidate."""

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.languages.python import PYTHON
from optimizer.sandbox import bubblewrap
from optimizer.stages.accounting import imports_agree
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.compiled import Compiled, compiled_modules
from tests.support.arena import an_input, arena

SOURCE = """
import xml.dom.minidom


def answer(n: int) -> int:
    return n + 1
"""
POISON = """
import os
for name in os.listdir("/pycache/runners"):
    for change in (os.unlink, lambda path: open(path, "ab")):
        try:
            change(f"/pycache/runners/{name}")
        except OSError:
            continue
        open("/pycache/done", "w")
open("/pycache/tried", "w")
"""
OTHER = "def answer(n: int) -> int:\n    return n + 2\n"


@contextlib.contextmanager
def judged(folder: Path, source: str = SOURCE) -> Iterator[tuple[Arena, Compiled]]:
    """An arena as a job opens it, with compiled modules."""
    with arena(folder, source) as opened, compiled_modules(bubblewrap.detect()) as compiled:
        opened.target = compiled.used_by(opened.target, opened.inside)
        yield opened, compiled


def candidate(source: str) -> Candidate:
    return Candidate(source, Provenance("attack", "text", "1"))


def answers(opened: Arena, changed: Candidate | None = None) -> bytes:
    call = an_input(1).payload
    with contextlib.ExitStack() as stack:
        if changed:
            zygote = stack.enter_context(opened.candidate(changed, TIMING_SEED))
        else:
            zygote = opened.original(TIMING_SEED)
        session = stack.enter_context(contextlib.closing(zygote.fork("answer")))
        session.ask("load", [call], ids=["one"])
        _, blobs = session.ask("call", id="one", limit=10_000, probe=False)
        return blobs[0]


def compiled_names(compiled: Compiled) -> set[str]:
    return {path.name.partition(".")[0] for path in compiled.folder.rglob("*.pyc")}


def test_runners_the_library_and_the_module_are_compiled_once(tmp_path: Path) -> None:
    with judged(tmp_path) as (_, compiled):
        assert {"session", "frames", "subject", "minidom", "typing"} <= compiled_names(compiled)


def test_another_file_of_the_same_size_and_date_is_not_taken_for_the_original(tmp_path: Path) -> None:
    with judged(tmp_path) as (opened, _):
        file = tmp_path / "subject.py"
        before = file.stat()
        file.write_bytes(PYTHON.splice(opened.source, opened.function, candidate(OTHER)))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert file.stat().st_size == before.st_size
        assert answers(opened) == answers(opened, candidate(OTHER))


def test_code_of_the_repository_cannot_replace_a_compiled_runner(tmp_path: Path) -> None:
    with judged(tmp_path, POISON + SOURCE) as (_, compiled):
        assert "session" in compiled_names(compiled)
        assert (compiled.folder / "tried").exists()
        assert not (compiled.folder / "done").exists()


@pytest.mark.parametrize("ends", ["raise ValueError", "import os; os._exit(3)", "def broken(:"])
def test_a_module_that_cannot_be_imported_is_said_so_by_who_judges_it(tmp_path: Path, ends: str) -> None:
    with judged(tmp_path) as (opened, compiled):
        (tmp_path / "broken.py").write_text(f"{ends}\n")
        compiled.used_by(dataclasses.replace(opened.target, module="broken"), "/repo/broken.py")
        assert answers(opened)


@pytest.mark.parametrize(("rounds", "agrees"), [(1, True), (40_000_000, False)])
def test_work_may_not_move_to_the_import(tmp_path: Path, rounds: int, agrees: bool) -> None:
    late = f"def answer(n: int, _table=sum(range({rounds}))) -> int:\n    return n + 1\n"
    with judged(tmp_path) as (opened, _), opened.candidate(candidate(late), TIMING_SEED) as zygote:
        assert imports_agree(opened, candidate(late), zygote.import_ns) is agrees


def test_one_disturbed_start_is_not_held_against_a_candidate(tmp_path: Path) -> None:
    with judged(tmp_path) as (opened, _):
        assert imports_agree(opened, candidate(OTHER), 10_000_000_000)
