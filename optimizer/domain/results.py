"""What one job learned of one function: saved in one transaction, so that a kill loses nothing."""

from dataclasses import dataclass, field

from optimizer.domain.evidence import Decision, Evaluation, Interval
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

    @property
    def winning(self) -> Evaluation | None:
        """The evaluation of the accepted candidate."""
        return next((item for item in self.evaluations if item.candidate.id == self.winner), None)

    @property
    def reported(self) -> Interval | None:
        """The speed-up that people are told: from the second measurement where there is one."""
        won = self.winning
        measurement = (won.second or won.first) if won else None
        return measurement.wall if measurement else None

    @property
    def impact(self) -> float | None:
        """Share of the tests' time, 0..1, that the change saves: the function's own share of it with all
        that it calls, times the share of a call that is saved. None where no profile saw the function."""
        reported = self.reported
        if reported is None or self.profile is None or not reported.estimate > 0:
            return None
        return self.profile.total_share * (1 - 1 / reported.estimate)
