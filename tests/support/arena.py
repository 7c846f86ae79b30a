"""A function given as text, in real sandboxes."""

import contextlib
import hashlib
import os
import pickle
import textwrap
from collections.abc import Iterator
from pathlib import Path

from optimizer.domain.isolation import Bind, Command, Limits
from optimizer.domain.workloads import Input, Origin
from optimizer.languages.python import PYTHON
from optimizer.sandbox import bubblewrap
from optimizer.sandbox.runner import Target, Zygote, start_zygote
from optimizer.stages.arena import Arena
from tests.support.inside import interpreter

LIMITS = Limits(wall_seconds=20.0, cpu_seconds=60, memory_mb=512)


def target(folder: Path) -> Target:
    """The module `subject` of the folder."""
    python = interpreter()
    binds = (*python.binds(), Bind(folder, "/repo"))
    return Target(python.base, binds, "subject", ("/repo",), (), "/repo")


def write_subject(folder: Path, source: str) -> bytes:
    """Readable by the sandbox's own uid, whatever our umask is. Returns what is in the file."""
    text = textwrap.dedent(source).encode()
    folder.chmod(0o755)
    file = folder / "subject.py"
    file.write_bytes(text)
    file.chmod(0o644)
    return text


@contextlib.contextmanager
def zygote(folder: Path, source: str, limits: Limits = LIMITS) -> Iterator[Zygote]:
    write_subject(folder, source)
    with contextlib.closing(
        start_zygote(bubblewrap.detect(), target(folder), Command((), limits=limits), 0)
    ) as started:
        yield started


@contextlib.contextmanager
def arena(folder: Path, source: str, limits: Limits = LIMITS) -> Iterator[Arena]:
    """For the first function of the module; timed on the last core, if there are several."""
    text = write_subject(folder, source)
    functions = PYTHON.extract("subject.py", text)
    assert isinstance(functions, tuple)
    cores = sorted(os.sched_getaffinity(0))
    core = cores[-1] if len(cores) > 1 else None
    opened = Arena(
        bubblewrap.detect(),
        target(folder),
        functions[0],
        text,
        "/repo/subject.py",
        limits,
        core,
        PYTHON.splice,
    )
    with contextlib.closing(opened):
        yield opened


def payload(*args: object, **kwargs: object) -> bytes:
    return pickle.dumps(("call", args, kwargs), 5)


def an_input(*args: object, held_out: bool = False, size: int = 1) -> Input:
    data = payload(*args)
    key = hashlib.sha256(data).hexdigest()[:16]
    return Input(key, data, Origin.GENERATED, held_out, size, repr(args)[:200])
