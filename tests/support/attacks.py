"""What attacks on the sandbox have in common: each tries something from inside and says how it went."""

import ast
import contextlib
import functools
import json
import os
import sys
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from optimizer.canonical import decode, show
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.isolation import Bind, Command, Finished, Limits
from optimizer.domain.settings import Settings
from optimizer.sandbox.bubblewrap import Bubblewrap, detect
from optimizer.stages.observe import Outcome, OutcomeKind, observe
from optimizer.workloads.recorded import Recording, record_calls
from tests.support.arena import an_input, zygote
from tests.support.inside import QUICK, program
from tests.support.wheels import make_wheel

# `tried` answers "done", or the name of the error; `syscall` and `libc` take numbers and pointers.
PRELUDE = """
import ctypes, errno, glob, json, os, socket, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def tried(action, *arguments, **options):
    try:
        action(*arguments, **options)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    return "done"
def called(name, *arguments):
    if getattr(libc, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)
def syscall(number, *arguments):
    called("syscall", number, *arguments)
def write(path, text="x"):
    with open(path, "w") as file:
        file.write(text)
def tell(value):
    print(json.dumps(value), flush=True)
READY = True  # a script that is indented by mistake is an error, not the end of a function that nobody calls
"""


@functools.cache
def sandbox() -> Bubblewrap:
    return detect()


def attack(
    script: str, *arguments: str, limits: Limits = QUICK, binds: tuple[Bind, ...] = (), network: bool = False
) -> Finished:
    """Runs the script inside, after PRELUDE."""
    text = PRELUDE + textwrap.dedent(script)
    return sandbox().run(replace(program(text, *arguments, limits=limits, binds=binds), network=network))


def told(finished: Finished) -> Any:
    """What the script told; it has to have come to its end."""
    assert finished.code == 0, finished.stderr.decode("utf-8", "replace")[-2000:]
    return json.loads(finished.stdout)


def outcome(folder: Path, source: str, *arguments: object, seconds: float = 10.0) -> Outcome:
    """One call of the function `attack` of the source, as a candidate's is made."""
    with zygote(folder, PRELUDE + textwrap.dedent(source)) as started:
        (found,) = observe(
            lambda: started.fork("attack"), [an_input(*arguments)], lambda _: seconds, probe=True
        ).values()
    return found


def returned(folder: Path, source: str, *arguments: object) -> Any:
    """What the function `attack` of the source returned: text, numbers and lists of them."""
    found = outcome(folder, source, *arguments)
    assert found.kind is OutcomeKind.RETURNED, found
    return json.loads(ast.literal_eval(show(decode(found.result), limit=100_000)))


def processes_with(mark: str) -> list[int]:
    """Of this machine, by a word of their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if mark.encode() in (folder / "cmdline").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def gone(mark: str) -> bool:
    """Whether they end within ten seconds."""
    end = time.monotonic() + 10
    while processes_with(mark) and time.monotonic() < end:
        time.sleep(0.02)
    return not processes_with(mark)


@dataclass(frozen=True)
class OurPython:
    """The interpreter that runs these tests: it has pytest."""

    python: str
    binds: tuple[Bind, ...]


def our_python() -> OurPython:
    folders = dict.fromkeys((Path(sys.prefix), Path(sys.base_prefix)))
    binds = tuple(Bind(path, str(path)) for path in folders if not path.is_relative_to("/usr"))
    return OurPython(sys.executable, binds)


SUBJECT = Function("subject.py", "subject", Span(0, 1), 1, 1, FunctionKind.FUNCTION, False, "", "0" * 64)
TESTED = {
    "subject.py": "def subject(value):\n    return value\n",
    "test_subject.py": "from subject import subject\ndef test_subject():\n    assert subject(7) == 7\n",
}


def write_tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


@dataclass(frozen=True)
class Narrow:
    """The real sandbox, with less room on the disk."""

    disk_mb: int

    @property
    def uid(self) -> int:
        return sandbox().uid

    def run(self, command: Command, stdin: bytes = b"") -> Finished:
        return sandbox().run(replace(command, limits=replace(command.limits, disk_mb=self.disk_mb)), stdin)


def recorded(root: Path, files: Mapping[str, str], disk_mb: int = 500) -> Recording:
    """The calls of `subject` that a repository's tests make, with the attack among its files."""
    worktree = write_tree(root, {**TESTED, **files})
    settings = Settings(test_seconds=30.0, memory_mb=512)
    return record_calls(Narrow(disk_mb), our_python(), worktree, [SUBJECT], settings, doctests=False)


def offer_wheels(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only packages there are: installing needs no network."""
    make_wheel(folder, "pytest", "8.0", ["pluggy"])
    for name in ("pluggy", "dep-a"):
        make_wheel(folder, name)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
