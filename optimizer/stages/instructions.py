"""A second witness of an accepted candidate: how many instructions a call executes, counted by callgrind.

Counts hardly depend on the machine's load, and repeat to within a few dozen instructions. They are no
part of the decision: an instruction may take long, and instructions saved are not always time saved.
valgrind runs a program 50 to 80 times slower, so all of it has limits, and no answer is an answer too.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Instructions
from optimizer.domain.isolation import Bind, Command
from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import INSIDE, RUNNERS
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.observe import Outcome

SLOWDOWN = 80  # of a program under valgrind, at most
_WARM = 2  # calls that both runs make
_MOST_CALLS = 8  # that only the second one makes
_COUNTED_NS = 20_000_000  # aimed bare time of these
_SECONDS = 60.0  # for one of the four runs
_MEMORY = 2  # times the sandbox's usual limit: valgrind keeps a copy of all code, and more
_COLLECTED = re.compile(rb"^==\d+== Collected : (\d+)", re.MULTILINE)


class NotCountedError(Exception):
    """No count could be had; the text says why."""


@dataclass(frozen=True, slots=True)
class _Calls:
    """What is called, and how often."""

    input: Input
    counted: int
    fresh: bool
    consume: bool


def valgrind() -> str | None:
    """The program's path; None where it is not installed."""
    return shutil.which("valgrind")


def count_instructions(arena: Arena, candidate: Candidate, item: Input, outcome: Outcome) -> Instructions:
    """Of one call on the input, both sides; `outcome` is the original's. Raises NotCountedError."""
    program = valgrind()
    if program is None:
        raise NotCountedError("valgrind is not installed: apt-get install valgrind")
    if outcome.nanoseconds * (_WARM + 1) * SLOWDOWN > _SECONDS * 1e9:
        raise NotCountedError("one call takes too long to be counted")
    counted = min(_MOST_CALLS, max(1, _COUNTED_NS // outcome.nanoseconds))
    calls = _Calls(item, counted, outcome.mutates or outcome.iterator, outcome.iterator)
    with _changed(arena, candidate) as overlay:
        after = _of_a_call(program, arena, calls, (overlay,))  # first: if one of them fails, it is this
        before = _of_a_call(program, arena, calls, ())
    return Instructions(before, after)


@contextmanager
def _changed(arena: Arena, candidate: Candidate) -> Iterator[Bind]:
    """The candidate's version of the file, to lie over the original's."""
    with tempfile.NamedTemporaryFile(suffix=".py") as file:
        file.write(arena.splice(arena.source, arena.function, candidate))
        file.flush()
        Path(file.name).chmod(0o644)
        yield Bind(Path(file.name), arena.inside)


def _of_a_call(program: str, arena: Arena, calls: _Calls, overlay: tuple[Bind, ...]) -> int:
    """Two runs, the second with more calls: what start-up and import cost cancels."""
    few = _total(program, arena, calls, _WARM, overlay)
    many = _total(program, arena, calls, _WARM + calls.counted, overlay)
    if many <= few:
        raise NotCountedError("more calls did not take more instructions")
    return round((many - few) / calls.counted)


def _total(program: str, arena: Arena, calls: _Calls, number: int, overlay: tuple[Bind, ...]) -> int:
    """Instructions of a whole process that makes so many calls."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as log:
        stdin.write(_request(arena, calls, number))
        stdin.seek(0)
        command = _command(program, arena, log.fileno(), overlay)
        running = arena.launcher.start(command, stdin=stdin.fileno(), pass_fds=(log.fileno(),))
        with closing(running):
            try:
                code = running.process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                raise NotCountedError(f"callgrind took longer than {_SECONDS:.0f} s") from None
        log.seek(0)
        found = _COLLECTED.findall(log.read())
    if code or not found:
        raise NotCountedError(f"callgrind ended with exit code {code}")
    return int(found[-1])


def _request(arena: Arena, calls: _Calls, number: int) -> bytes:
    target = arena.target
    header = {
        "module": target.module,
        "path": target.path,
        "sites": target.sites,
        "directory": target.directory,
        "qualname": arena.function.qualname,
        "calls": number,
        "copies": _WARM + calls.counted,
        "fresh": calls.fresh,
        "consume": calls.consume,
    }
    return json.dumps(header).encode() + b"\n" + calls.input.payload


def _command(program: str, arena: Arena, log: int, overlay: tuple[Bind, ...]) -> Command:
    """The log goes to a descriptor that valgrind keeps out of the program's reach."""
    target = arena.target
    environment = {
        "PYTHONHASHSEED": str(TIMING_SEED),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
    }
    if target.pycache:
        environment["PYTHONPYCACHEPREFIX"] = target.pycache
    tool = (program, "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-fd={log}")
    return Command(
        argv=(*tool, target.python, "-S", "-s", f"{INSIDE}/count.py"),
        binds=(*target.binds, Bind(RUNNERS, INSIDE), *overlay),
        environment=tuple(environment.items()),
        limits=replace(arena.limits, memory_mb=_MEMORY * arena.limits.memory_mb),
        core=arena.core,
    )
