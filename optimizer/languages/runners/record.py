"""Runs a repository's tests or doctests and says what happened. Runs inside the sandbox; standard
library only, but for pytest, which is the target's own.

    python record.py SPEC.json

SPEC: mode ("baseline": outcomes and a profile; "record": the calls of watched functions; "doctest": the
same while doctests run), out (file the events go to), roots (folders for sys.path), watch ([path, first
line, name] each), pytest (arguments), skip (tests or modules not to run), modules (dotted names) and
module_seconds. Events are JSON lines, written as they happen: when the tests take the process down, what
was known until then stays known. optimizer/workloads/events.py reads them, and trusts none.
"""

from __future__ import annotations

import base64
import doctest
import importlib
import importlib.util
import json
import os
import signal
import sys
import time
import types
from collections.abc import Callable
from typing import Any

_PLUGIN_ARGUMENTS = {  # plugins that get in the way, where the target's environment has them
    "pytest_cov": ["--no-cov"],
    "xdist": ["-n", "0"],
    "pytest_randomly": ["-p", "no:randomly"],
    "pytest_benchmark": ["--benchmark-disable"],
}
PROFILE_SECONDS = 1.0  # between two profiles written

Write = Callable[[dict[str, Any]], None]


def load_beside(name: str) -> types.ModuleType:
    """A module of this folder, under a name that no module of the target can have."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location("_optimizer_" + name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_writer(path: str) -> Write:
    """Bound early: tests may patch os and json. Children of the tests write nothing."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    write, dumps, getpid, encode = os.write, json.dumps, os.getpid, base64.b64encode
    parent = getpid()

    def put(event: dict[str, Any]) -> None:
        if getpid() != parent:
            return
        plain = {key: encode(v).decode() if isinstance(v, bytes) else v for key, v in event.items()}
        try:
            write(fd, dumps(plain).encode("ascii", "replace") + b"\n")
        except OSError:
            return  # full: what is there is what is known

    return put


class Plugin:
    """The pytest hooks. `recorder` and `sampler`: one of them or none."""

    def __init__(self, write: Write, skip: list[str], recorder: Any, sampler: Any) -> None:
        self.write = write
        self.skip = frozenset(skip)
        self.recorder = recorder
        self.sampler = sampler
        self.outcomes: dict[str, str] = {}
        self.clock = time.monotonic
        self.began = self.profiled = self.clock()

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.write({"e": "outcome", "id": report.nodeid, "o": "collection-error"})

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        left = [item for item in items if item.nodeid in self.skip]
        if left:
            items[:] = [item for item in items if item.nodeid not in self.skip]
            config.hook.pytest_deselected(items=left)

    def pytest_collection_finish(self, session: Any) -> None:
        self.write({"e": "collected", "n": len(session.items)})
        self.write({"e": "path", "p": list(map(str, sys.path))})
        if self.sampler:
            self.sampler.start()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.write({"e": "start", "id": nodeid, "at": self.clock() - self.began})
        if self.recorder:
            self.recorder.next_test()

    def pytest_runtest_logreport(self, report: Any) -> None:
        known = self.outcomes.get(report.nodeid, "passed")
        self.outcomes[report.nodeid] = outcome(report, known)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.write({"e": "outcome", "id": nodeid, "o": self.outcomes.pop(nodeid, "unknown")})
        if self.sampler and self.clock() > self.profiled + PROFILE_SECONDS:
            self.profiled = self.clock()
            self.write(self.sampler.event())

    def pytest_sessionfinish(self) -> None:
        if self.sampler:
            self.sampler.stop()
            self.write(self.sampler.event())
        if self.recorder:
            self.recorder.stop()


def outcome(report: Any, known: str) -> str:
    """One word for the three reports (set up, call, tear down) of a test."""
    expected = hasattr(report, "wasxfail")
    if report.failed:
        return "failed" if report.when == "call" else "error"
    if report.skipped:
        return "xfailed" if expected else "skipped"
    return "xpassed" if expected and report.when == "call" else known


def run_pytest(spec: dict[str, Any], write: Write, recorder: Any, sampler: Any) -> int:
    try:
        import pytest  # the target may have none
    except ImportError:
        write({"e": "note", "t": "pytest is not installed in the target's environment"})
        return 3
    # The target's settings come first, ours last: the last one counts.
    arguments = ["-p", "no:cacheprovider", "--rootdir", spec["root"], *spec["pytest"]]
    for module, extra in _PLUGIN_ARGUMENTS.items():
        if importlib.util.find_spec(module) is not None:
            arguments += extra
    arguments += ["--continue-on-collection-errors", "--maxfail=0", "--tb=short", "-q"]
    return int(pytest.main(arguments, plugins=[Plugin(write, spec["skip"], recorder, sampler)]))


class _TimeUpError(KeyboardInterrupt):
    """Doctest catches everything else."""


def _time_up(_signal: int, _frame: Any) -> None:
    raise _TimeUpError


def run_doctests(spec: dict[str, Any], write: Write, recorder: Any) -> int:
    began = time.monotonic()
    signal.signal(signal.SIGALRM, _time_up)
    for name in spec["modules"]:
        if name in spec["skip"]:
            continue
        write({"e": "start", "id": name, "at": time.monotonic() - began})
        signal.setitimer(signal.ITIMER_REAL, spec["module_seconds"])
        try:
            result = _doctest(name, recorder)
        except _TimeUpError:
            result = "time-up"
        except BaseException as error:
            result = "import-failed"
            write({"e": "note", "t": f"{name} cannot be imported: {type(error).__name__}: {error}"[:300]})
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            recorder.stop()
        write({"e": "outcome", "id": name, "o": result})
    return 0


def _doctest(name: str, recorder: Any) -> str:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    failed = 0
    for test in doctest.DocTestFinder().find(module):
        if test.examples:
            recorder.next_test()
            failed += runner.run(test, out=lambda _text: None).failed
            recorder.stop()
    return "failed" if failed else "passed"


def _run(spec: dict[str, Any], write: Write) -> int:
    if spec["mode"] == "baseline":
        return run_pytest(spec, write, None, load_beside("sampling").Sampler(spec["watch"]))
    encode = load_beside("canonical").encode
    recorder = load_beside("recorder").Recorder(spec["watch"], load_beside("arguments"), encode, write)
    try:
        if spec["mode"] == "record":
            return run_pytest(spec, write, recorder, None)
        return run_doctests(spec, write, recorder)
    finally:
        recorder.stop()
        write({"e": "path", "p": list(map(str, sys.path))})
        for seen in recorder.all:
            write({"e": "seen", "f": seen.index, "n": sum(seen.calls), "skipped": seen.skipped})


def main(path: str) -> None:
    """Ends the process itself: threads that the tests left behind must not keep it alive."""
    with open(path, encoding="utf-8") as file:
        spec = json.load(file)
    sys.path[0:1] = spec["roots"]
    sys.argv = ["pytest"]
    write = make_writer(spec["out"])
    code = 70
    try:
        code = _run(spec, write)
    except BaseException as error:
        write({"e": "note", "t": f"the test run ended early: {type(error).__name__}: {error}"[:300]})
    write({"e": "exit", "code": code})
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
