"""What becomes of an open patch when there is a newer commit, decided from values."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

import pytest

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Evaluation, Reason
from optimizer.domain.functions import Function
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.refresh import Branch, Current, Expire, Merged, Recheck, There, fate
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import FunctionProfile, Workload
from optimizer.stages.refresh import recheck
from optimizer.stages.target import TargetUnderTest
from optimizer.workloads.recorded import TestRun
from tests.support.results import accepted, candidate, function, new_patch, refused, with_patch, workload

_NEWER = "e" * 40
_EVIDENCE = with_patch()
_SAME = There(_EVIDENCE.function)
_OTHER = There(function(source="def total(items):\n    return 0\n"))


def _patch(base: str = "c" * 40) -> Patch:
    new = new_patch()
    return Patch(
        7, 1, "/repo", _EVIDENCE.function.label, new.branch, base, new.commit, new.title, new.text, new.diff,
        PatchState.OPEN, 2.0, 1.75, 2.5, None, datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_function_as_it_was_is_verified_again_with_the_patchs_own_inputs() -> None:
    won = _EVIDENCE.winning
    assert won is not None
    assert _EVIDENCE.workload is not None
    moved = replace(_EVIDENCE.function, line=99)
    assert fate(_patch(), _EVIDENCE, There(moved), Branch.OURS, _NEWER) == Recheck(
        7, new_patch().branch, "c" * 40, moved, won.candidate, _EVIDENCE.workload, _EVIDENCE.profile
    )


def test_on_its_own_commit_a_patch_is_left_alone() -> None:
    for state in (_SAME, _OTHER, There(None)):
        assert fate(_patch(_NEWER), _EVIDENCE, state, Branch.GONE, _NEWER) == Current()


@pytest.mark.parametrize("branch", list(Branch))
def test_a_change_that_is_in_is_merged_whatever_became_of_its_branch(branch: Branch) -> None:
    merged = replace(_OTHER, merged=True)
    assert fate(_patch(), _EVIDENCE, merged, branch, _NEWER) == Merged()


@pytest.mark.parametrize(
    ("state", "branch", "reason"),
    [
        (There(None), Branch.OURS, "its function is not there any more"),
        (_OTHER, Branch.OURS, "its function was changed"),
        (_SAME, Branch.CHANGED, "its branch was changed by somebody"),
        (_SAME, Branch.GONE, "its branch was deleted by somebody"),
    ],
)
def test_what_cannot_go_on_expires_with_the_reason(state: There, branch: Branch, reason: str) -> None:
    assert fate(_patch(), _EVIDENCE, state, branch, _NEWER) == Expire(reason)


@pytest.mark.parametrize("evidence", [replace(_EVIDENCE, winner=None), replace(_EVIDENCE, workload=None)])
def test_without_evidence_there_is_nothing_to_verify(evidence: FunctionResult) -> None:
    assert isinstance(fate(_patch(), evidence, _SAME, Branch.OURS, _NEWER), Expire)


def test_a_file_that_cannot_be_read_for_now_is_no_reason_to_give_up() -> None:
    found = fate(_patch(), _EVIDENCE, There(None, unreadable="line 3: syntax"), Branch.OURS, _NEWER)
    assert found == Current("its file cannot be read: line 3: syntax")


@dataclass
class Noisy:
    """Stands for a target of which no more is asked than this."""

    answers: list[Evaluation]
    tests: TestRun = field(default_factory=lambda: TestRun((), 0.0))

    def judge_round(
        self, function: Function, workload: Workload, candidates: Sequence[Candidate]
    ) -> list[Evaluation]:
        return [self.answers.pop(0)]


def _ended(reason: Reason) -> Evaluation:
    return replace(refused(), decision=replace(refused().decision, reason=reason, detail="as seen"))


_WANTED = Recheck(
    7, "b", "c" * 40, function(), candidate(), workload(b"one"), profile=FunctionProfile(0.25, 0.5)
)


@pytest.mark.parametrize("noise", [Reason.UNDECIDED, Reason.NOT_REPEATED])
def test_what_may_have_been_noise_is_looked_at_once_more(noise: Reason) -> None:
    target = Noisy([_ended(noise), accepted()])
    found = recheck(_WANTED, cast("TargetUnderTest", target))
    assert (found.expired, found.result.winner) == ("", candidate().id)
    assert found.result.profile == _WANTED.profile


@pytest.mark.parametrize("noise", [Reason.UNDECIDED, Reason.NOT_REPEATED])
def test_twice_is_enough(noise: Reason) -> None:
    target = Noisy([_ended(noise), _ended(noise), accepted()])
    found = recheck(_WANTED, cast("TargetUnderTest", target))
    assert (found.expired, found.result.winner) == (f"{noise}: as seen", None)
    assert len(target.answers) == 1


@pytest.mark.parametrize("reason", [Reason.DIFFERENT_RESULT, Reason.NOT_FASTER, Reason.CRASH])
def test_what_is_no_noise_is_not_looked_at_again(reason: Reason) -> None:
    target = Noisy([_ended(reason), accepted()])
    found = recheck(_WANTED, cast("TargetUnderTest", target))
    assert found.expired == f"{reason}: as seen"
    assert found.result.decision.reason is Reason.REVERIFIED
    assert found.result.decision.detail == f"patch 7 expired: {reason}: as seen"
