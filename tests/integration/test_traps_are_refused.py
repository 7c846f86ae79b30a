"""Every trap goes through the whole engine and must be refused for its right reason.

The traps are the modules of one repository, whose tests make the calls that a trap shows; honest
rewrites stand among them and must be found equivalent, so that refusing everything does not pass.
"""

import json
import sys

import pytest

from optimizer import vcs
from optimizer.bootstrap import timing_core
from optimizer.domain.evidence import Reason, VerdictKind
from optimizer.domain.settings import Settings
from optimizer.engine import Engine, Order
from optimizer.experts.file import FileExpert
from optimizer.languages.python import PYTHON
from optimizer.sandbox import bubblewrap
from optimizer.scan import scan
from optimizer.testing.memory_store import MemoryStore
from tests.support.gitrepo import make_repository
from tests.support.quiet import Kept
from tests.traps.catalogue import ALL
from tests.traps.honest import HONEST
from tests.traps.trap import Honest, Trap

_TEST = """
import {module}

def test_calls():
    for call in {calls!r}:
        try:
            eval(call, vars({module}))
        except Exception:
            pass
"""


def _module(number: int, kind: str) -> str:
    return f"{kind}_{number:03}"


def _files(kind: str, number: int, entry: Trap | Honest) -> dict[str, bytes]:
    module = _module(number, kind)
    calls = [*entry.calls, *(entry.probes if isinstance(entry, Honest) else ())]
    test = _TEST.format(module=module, calls=calls)
    return {
        f"{module}.py": entry.module.encode("utf-8", "surrogatepass"),
        f"tests/test_{module}.py": test.encode("utf-8", "surrogatepass"),
    }


def _candidate(kind: str, number: int, entry: Trap | Honest) -> dict[str, object]:
    path = f"{_module(number, kind)}.py"
    functions = PYTHON.extract(path, entry.module.encode("utf-8", "surrogatepass"))
    assert isinstance(functions, tuple)
    (label,) = [one.label for one in functions if one.source == entry.original]
    return {"function": label, "source": entry.candidate, "imports": list(entry.candidate_imports)}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    entries = [("trap", *one) for one in enumerate(ALL)] + [("honest", *one) for one in enumerate(HONEST)]
    files: dict[str, bytes] = {}
    for entry in entries:
        files |= _files(*entry)
    folder = make_repository(tmp_path_factory.mktemp("traps") / "repository", files)
    lines = [_candidate(*entry) for entry in entries]
    candidates = tmp_path_factory.mktemp("candidates") / "candidates.jsonl"
    candidates.write_text("\n".join(map(json.dumps, lines)))
    home = tmp_path_factory.mktemp("home")
    settings = Settings(install=False, python=sys.executable, home=str(home))
    experts = [FileExpert.read(candidates)]
    engine = Engine(MemoryStore(), bubblewrap.detect(), experts, settings, home, timing_core())
    watcher = Kept()
    checkout = vcs.checkout(str(folder), None, home)
    try:
        scan(Order(publish=False), checkout, engine, watcher)
    finally:
        vcs.remove_worktree(checkout)
    return watcher


@pytest.mark.parametrize("number", range(len(ALL)), ids=[trap.name for trap in ALL])
def test_a_trap_is_refused_for_its_reason(judged: Kept, number: int) -> None:
    (result,) = _results(judged, _module(number, "trap"))
    refusals = [one.decision for one in result.evaluations] or [result.decision]
    assert {one.reason for one in refusals} <= ALL[number].reasons, refusals


@pytest.mark.parametrize("number", range(len(HONEST)), ids=[entry.name for entry in HONEST])
def test_an_honest_rewrite_is_found_equivalent(judged: Kept, number: int) -> None:
    (result,) = _results(judged, _module(number, "honest"))
    (evaluation,) = result.evaluations
    assert evaluation.verdict is not None, evaluation.decision
    assert evaluation.verdict.kind is VerdictKind.EQUIVALENT, evaluation.verdict


def _results(judged: Kept, module: str) -> list:  # type: ignore[type-arg]  # of FunctionResult
    return [
        result
        for label, result in judged.results.items()
        if label.startswith(f"{module}.py::")
        and result.decision.reason not in (Reason.NO_CANDIDATE, Reason.NESTED)
    ]
