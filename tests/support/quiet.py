"""A watcher that keeps what it is told."""

from dataclasses import dataclass, field

from optimizer.domain.evidence import Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.results import FunctionResult


@dataclass
class Kept:
    notes: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)
    evaluations: dict[str, list[Evaluation]] = field(default_factory=dict)
    results: dict[str, FunctionResult] = field(default_factory=dict)

    def stage(self, name: str, detail: str = "") -> None:
        self.stages.append(name)

    def functions(self, done: int, total: int) -> None: ...

    def judging(self, function: Function) -> None: ...

    def evaluated(self, function: Function, evaluation: Evaluation) -> None:
        self.evaluations.setdefault(function.label, []).append(evaluation)

    def finished(self, result: FunctionResult) -> None:
        self.results[result.function.label] = result

    def note(self, text: str) -> None:
        self.notes.append(text)
