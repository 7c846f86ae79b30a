"""What is kept of an item between the stages: the function that it is about, and how far its trial came."""

from dataclasses import dataclass, field, replace

from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.refresh import Recheck, Rechecked
from optimizer.domain.work import Claim
from optimizer.domain.workloads import FunctionProfile, Workload
from optimizer.encoding import pack, unpack
from optimizer.stages.propose import Search


@dataclass(frozen=True, slots=True)
class Subject:
    """Written once, by the scan."""

    request: ProposalRequest  # without the inputs, which the workload has
    workload: Workload
    profile: FunctionProfile | None = None
    recheck: Recheck | None = None  # of an open patch: no expert is asked

    @property
    def function(self) -> Function:
        return self.request.function

    @property
    def wanted(self) -> ProposalRequest:
        """What experts may know."""
        return replace(self.request, examples=self.workload.visible)

    def packed(self) -> bytes:
        return pack(self)


@dataclass(frozen=True, slots=True)
class Trial:
    """Written by each stage for the next."""

    search: Search = field(default_factory=Search)
    pending: tuple[Candidate, ...] = ()  # proposed, and not judged yet
    rechecked: Rechecked | None = None  # of an open patch: it holds, and is to be rebased

    def packed(self) -> bytes:
        return pack(self)


def subject_of(claim: Claim) -> Subject:
    return unpack(claim.subject, Subject)


def trial_of(claim: Claim) -> Trial:
    return unpack(claim.trial, Trial) if claim.trial else Trial()


def named_function(label: str) -> Function:
    """For an item whose own description cannot be read any more."""
    path, _, qualname = label.partition("::")
    return Function(path, qualname, Span(0, 0), 1, 1, FunctionKind.FUNCTION, False, "", "")
