"""What one job learned of one function: saved in one transaction, so that a kill loses nothing."""

from dataclasses import dataclass, field

from optimizer.domain.evidence import Decision, Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.patches import NewPatch
from optimizer.domain.workloads import FunctionProfile, Workload


@dataclass(frozen=True, slots=True)
class FunctionResult:
    function: Function
    decision: Decision  # where the function stopped
    workload: Workload | None = field(default=None, repr=False)
    profile: FunctionProfile | None = None
    evaluations: tuple[Evaluation, ...] = ()
    winner: str | None = None  # id of the accepted candidate
    patch: NewPatch | None = None
