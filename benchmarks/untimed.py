"""The referee without its clock: whether a candidate behaves the same, and which part says so."""

import contextlib
import os
import site
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.mutant_pairs import Subject
from optimizer.bench.protocol import Protocol
from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision, Verdict, VerdictKind
from optimizer.domain.isolation import Bind, Limits
from optimizer.domain.settings import Settings
from optimizer.languages.python import PYTHON
from optimizer.languages.python.parameters import parameters
from optimizer.sandbox import bubblewrap
from optimizer.sandbox.runner import Target
from optimizer.stages.arena import Arena
from optimizer.stages.collect import build_workload
from optimizer.stages.evaluate import Referee
from optimizer.stages.verify import original_outcomes

_WORKLOAD_SECONDS = 20.0  # for one run of the original, as in a job


@contextlib.contextmanager
def referee(subject: Subject, settings: Settings) -> Iterator[Referee | Decision]:
    """On the workload that a job would make of the subject's calls, on no reserved core. A Decision says why
    the original cannot be judged."""
    with tempfile.TemporaryDirectory() as name, contextlib.closing(_arena(Path(name), subject)) as arena:
        workload = build_workload(subject.function, subject.calls, settings, module_source=subject.module)
        expected = original_outcomes(arena, workload.inputs, settings.call_seconds, _WORKLOAD_SECONDS)
        if isinstance(expected, Decision):
            yield expected
        else:
            yield Referee(arena, expected, (), lambda _f, _c, _m: None, settings, Protocol())


def verdict(judge: Referee, candidate: Candidate) -> tuple[str, Verdict]:
    """Which part of the referee has the last word, "workload" or "search", and the word."""
    found = judge.verdict(candidate)
    if found.kind is not VerdictKind.EQUIVALENT:
        return "workload", found
    return "search", judge.searched(candidate, found)


def shown(found: Verdict) -> str:
    example = found.counterexample
    if example is None:
        return str(found.reason or "")
    return f"{found.reason} on {example.input_text[:120]}: {example.expected[:60]} / {example.actual[:60]}"


def _arena(folder: Path, subject: Subject) -> Arena:
    folder.chmod(0o755)
    file = folder / "subject.py"
    source = subject.module.encode("utf-8", "surrogatepass")
    file.write_bytes(source)
    file.chmod(0o644)
    prefix, packages = sys.base_prefix, site.getsitepackages()[0]
    target = Target(
        python=os.path.realpath(sys._base_executable),  # type: ignore[attr-defined]  # not a venv's
        binds=(Bind(Path(prefix), prefix), Bind(Path(packages), packages), Bind(folder, "/repo")),
        module="subject",
        path=("/repo",),
        sites=(packages,),
        directory="/repo",
    )
    return Arena(
        launcher=bubblewrap.detect(),
        target=target,
        function=subject.function,
        source=source,
        inside="/repo/subject.py",
        limits=Limits(),
        core=None,
        splice=PYTHON.splice,
        parameters=parameters(subject.function),
    )
