"""Open patches and a newer commit: what becomes of each, decided from values alone."""

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.domain.candidates import Candidate
from optimizer.domain.functions import Function
from optimizer.domain.patches import Patch
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import FunctionProfile, Workload


class Branch(StrEnum):
    """A patch's branch, as it is now where people see it."""

    OURS = "ours"  # as we left it, or seen by nobody yet
    CHANGED = "changed"  # somebody committed to it
    GONE = "gone"  # somebody deleted it


@dataclass(frozen=True, slots=True)
class There:
    """What the newer commit has in the place of a patch's function."""

    function: Function | None  # None: nothing of that path and name
    merged: bool = False  # it is the patch's change already, whatever its comments and layout
    unreadable: str = ""  # why its file cannot be read; for now, it is to be hoped


@dataclass(frozen=True, slots=True)
class Current:
    """The patch stays as it is."""

    reason: str = ""  # for the job's log; empty: there is nothing to say


@dataclass(frozen=True, slots=True)
class Merged:
    """The change is in."""


@dataclass(frozen=True, slots=True)
class Expire:
    """The patch is given up."""

    reason: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """The change is to be verified on the newer commit, and its branch rebased: work that waits."""

    patch_id: int
    branch: str
    base_commit: str  # that the patch is on
    function: Function  # as it stands in the newer commit
    candidate: Candidate
    workload: Workload = field(repr=False)  # the patch's own
    profile: FunctionProfile | None = None


Fate = Current | Merged | Expire | Recheck


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What came of it. With a patch in the result, the branch goes on from there; with neither that nor a
    reason to give the patch up, it stays as it is."""

    result: FunctionResult  # of the newer job; its decision is for people
    expired: str = ""  # why the patch is given up


def fate(patch: Patch, evidence: FunctionResult, there: There, branch: Branch, commit: str) -> Fate:
    """`evidence` is what the patch was published from, `commit` the newer one."""
    won, function = evidence.winning, there.function
    if patch.base_commit == commit:
        return Current()
    if there.unreadable:
        return Current(f"its file cannot be read: {there.unreadable}")
    if function is None:
        return Expire("its function is not there any more")
    if there.merged:
        return Merged()
    if function.content_hash != evidence.function.content_hash:
        return Expire("its function was changed")
    if branch is not Branch.OURS:
        return Expire(f"its branch was {'changed' if branch is Branch.CHANGED else 'deleted'} by somebody")
    if won is None or evidence.workload is None:
        return Expire("nothing was kept that it could be verified with")
    workload, profile = evidence.workload, evidence.profile
    return Recheck(patch.id, patch.branch, patch.base_commit, function, won.candidate, workload, profile)
