"""What the benchmark scripts share: a referee over a function given as text, and the closing line."""

import contextlib
import functools
import hashlib
import json
import os
import pickle
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from optimizer.bench.protocol import Protocol
from optimizer.bootstrap import timing_core
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision
from optimizer.domain.isolation import Bind, Limits
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Origin
from optimizer.languages.python import PYTHON
from optimizer.sandbox import bubblewrap
from optimizer.sandbox.runner import Launcher, Target
from optimizer.stages.arena import Arena
from optimizer.stages.benchmark import calibrate
from optimizer.stages.evaluate import Guard, Referee
from optimizer.stages.sizes import size_classes
from optimizer.stages.verify import original_outcomes


def finish(figure: object, target: object, passed: bool, **more: Any) -> None:
    """Ends a script: one JSON line, exit status 1 when the figure falls short."""
    print(json.dumps({"figure": figure, "target": target, "pass": passed, **more}))
    sys.exit(0 if passed else 1)


def an_input(args: tuple[object, ...], held_out: bool = False) -> Input:
    payload = pickle.dumps(("call", args, {}), 5)
    size = sum(len(arg) if isinstance(arg, list | str | dict) else 1 for arg in args)
    return Input(
        hashlib.sha256(payload).hexdigest()[:16], payload, Origin.GENERATED, held_out, size, repr(args)[:200]
    )


def int_lists(rng: random.Random, sizes: Sequence[int], each: int = 8, span: int = 1000) -> list[Input]:
    """Lists of random whole numbers, every second one held out."""
    return [
        an_input(([rng.randrange(span) for _ in range(size)],), number % 2 == 1)
        for size in sizes
        for number in range(2 * each)
    ]


def candidate(source: str, imports: tuple[str, ...] = ()) -> Candidate:
    return Candidate(source, Provenance("benchmark", "text", "1"), imports)


@functools.cache
def core() -> int | None:
    """For timing. Asked once: afterwards this process is off that core, and another would be the last."""
    return timing_core()


@contextlib.contextmanager
def busy(where: str) -> Iterator[None]:
    """An endless loop beside what is measured: on the "other" core, on the "timing" core, or "none"."""
    if where == "none":
        yield
        return
    timing = core()
    ours = min(os.sched_getaffinity(0))
    pin = str(timing if where == "timing" and timing is not None else ours)
    process = subprocess.Popen(["taskset", "-c", pin, sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def referee(
    source: str,
    inputs: Sequence[Input],
    guard: Guard = lambda _function, _candidate, _module: None,
    launcher: Launcher | None = None,
    protocol: Protocol | None = None,
    settings: Settings | None = None,
) -> Iterator[Referee]:
    """A referee for the one function of a module; identical candidates pass unless `guard` says no."""
    protocol = protocol or Protocol()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "subject.py").write_text(source)
        (folder / "subject.py").chmod(0o644)
        arena = _arena(folder, source.encode(), launcher or bubblewrap.detect(), core())
        with contextlib.closing(arena):
            expected = original_outcomes(arena, inputs, 2.0, 60.0)
            if isinstance(expected, Decision):
                raise SystemExit(f"the benchmark's own function is not usable: {expected}")
            classes = calibrate(arena, size_classes(expected, protocol), protocol)
            yield Referee(arena, expected, classes, guard, settings or Settings(), protocol)


def _arena(folder: Path, source: bytes, launcher: Launcher, core: int | None) -> Arena:
    functions = PYTHON.extract("subject.py", source)
    assert isinstance(functions, tuple)
    python = Path(os.path.realpath(sys._base_executable))  # type: ignore[attr-defined]  # not a venv's
    prefix = Path(sys.base_prefix)
    target = Target(
        python=str(python),
        binds=(Bind(prefix, str(prefix)), Bind(folder, "/repo")),
        module="subject",
        path=("/repo",),
        sites=(),
        directory="/repo",
    )
    return Arena(launcher, target, functions[0], source, "/repo/subject.py", Limits(), core, PYTHON.splice)


def progress(done: int, total: int, text: Callable[[], str] = str) -> None:
    if done % 25 == 0 or done == total:
        print(f"{done}/{total} {text()}", file=sys.stderr, flush=True)
