"""Publishes an accepted variant: a branch whose tests pass exactly as they did before.

Everything is made from the content alone, so publishing again after a kill makes the same branch.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from optimizer import vcs
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.jobs import Stage
from optimizer.domain.patches import NewPatch
from optimizer.domain.results import FunctionResult
from optimizer.engine import Engine
from optimizer.languages import language_of
from optimizer.stages.publish_text import patch_text
from optimizer.stages.surroundings import surroundings_of
from optimizer.stages.target import TargetUnderTest
from optimizer.workloads.recorded import run_tests


def publish(
    result: FunctionResult, target: TargetUnderTest, engine: Engine, branch: str = ""
) -> FunctionResult:
    """The result with its patch, or refused because the tests differ on the branch.

    `branch`: of a patch that is there already; else it is named after the function and the change.
    """
    winner = next(one for one in result.evaluations if one.candidate.id == result.winner)
    changed = _changed_file(result, winner, target)
    difference = _tests_differ(result.function.path, changed, target, engine)
    if difference:
        decision = Decision(Stage.PUBLISH, Reason.TESTS_DIFFER, difference)
        refused = replace(winner, decision=decision)
        others = tuple(refused if one is winner else one for one in result.evaluations)
        return replace(result, decision=decision, evaluations=others, winner=None)
    return replace(result, patch=_branch(result, winner, changed, target, engine, branch))


def _changed_file(result: FunctionResult, winner: Evaluation, target: TargetUnderTest) -> bytes:
    language = language_of(result.function.path)
    assert language is not None
    before = vcs.read_blob(target.checkout, result.function.path)
    return language.splice(before, result.function, winner.candidate)


def _tests_differ(path: str, changed: bytes, target: TargetUnderTest, engine: Engine) -> str:
    """The first test that does not end as before, in words; empty when there is none.

    A difference counts only when the unchanged tests, run once more, still say what they said.
    """
    worktree = target.checkout.worktree
    with tempfile.TemporaryDirectory(prefix="optimizer-") as folder:
        copy = Path(folder) / "repo"
        shutil.copytree(worktree, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        (copy / path).write_bytes(changed)
        after = run_tests(engine.sandbox, target.environment, copy, (), engine.settings)
    differing = _differing(dict(target.tests.outcomes), dict(after.outcomes))
    if not differing:
        return ""
    again = run_tests(engine.sandbox, target.environment, worktree, (), engine.settings)
    flaky = _differing(dict(target.tests.outcomes), dict(again.outcomes))
    real = [text for name, text in differing.items() if name not in flaky]
    return real[0] if real else ""


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {
        name: f"{name}: {before.get(name, 'not there')} before, {after.get(name, 'not there')} on the branch"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }


def _branch(
    result: FunctionResult,
    winner: Evaluation,
    changed: bytes,
    target: TargetUnderTest,
    engine: Engine,
    branch: str,
) -> NewPatch:
    checkout, prefix = target.checkout, engine.settings.branch_prefix
    branch = branch or vcs.branch_name(prefix, result.function.label, winner.candidate.summary)
    where = surroundings_of(target.environment)
    text = patch_text(result, winner, checkout.commit, branch, where)
    commit = vcs.commit_branch(checkout, branch, vcs.Change(result.function.path, changed), text)
    vcs.deliver_branch(checkout, branch)
    title = text.partition("\n")[0]
    return NewPatch(branch, checkout.commit, commit, title, text, vcs.diff(checkout, commit), where)
