"""What a worker tells of a job while it is at it: notes, into the job's log."""

from dataclasses import dataclass

from optimizer.domain.evidence import Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.results import FunctionResult
from optimizer.ports import Store


@dataclass(frozen=True, slots=True)
class Noted:
    """Implements `optimizer.engine.Watcher`. How many functions are done, the database knows."""

    store: Store
    job_id: int

    def stage(self, name: str, detail: str = "") -> None:
        self.store.add_event(self.job_id, name, detail)

    def functions(self, done: int, total: int) -> None:
        pass

    def judging(self, function: Function) -> None:
        pass

    def evaluated(self, function: Function, evaluation: Evaluation) -> None:
        pass

    def finished(self, result: FunctionResult) -> None:
        pass

    def note(self, text: str) -> None:
        self.store.add_event(self.job_id, "note", text)
