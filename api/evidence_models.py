"""The evidence behind a patch as the API speaks of it."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.fields import Number, Text
from optimizer.domain.evidence import Evaluation, Reason, Side, VerdictKind


class _FromValue(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class IntervalAnswer(_FromValue):
    """Ratio of the original's time over the candidate's: above 1 the candidate is faster."""

    estimate: Number
    low: Number
    high: Number
    level: float


class SizeAnswer(_FromValue):
    label: Text
    elements: int
    original_ns: Number = Field(description="A call.")
    candidate_ns: Number
    ratio: IntervalAnswer


class SampleAnswer(_FromValue):
    """One timed batch. Times are totals for `calls` calls."""

    launch: int
    size: int
    pair: int
    side: Side
    calls: int
    wall_ns: int
    cpu_ns: int
    cold: bool


class MeasurementAnswer(_FromValue):
    wall: IntervalAnswer
    cpu: IntervalAnswer
    cold: IntervalAnswer
    rows: list[SizeAnswer] = Field(description="One for each size.")
    launches: int
    seconds: float
    reason: Reason
    false_accept: Number = Field(description="Upper bound of that rate on the machine that measured.")
    samples: list[SampleAnswer] = Field(description="None unless asked for.")


class CounterexampleAnswer(_FromValue):
    input_text: Text
    origin: Text
    expected: Text
    actual: Text


class ContractAnswer(_FromValue):
    """What was checked."""

    argument_types: Annotated[dict[Text, Text], BeforeValidator(dict)]
    inputs_by_origin: Annotated[dict[Text, int], BeforeValidator(dict)]
    held_out: int
    raising: int
    resource: int
    tolerance: float
    not_checked: list[Text]
    searched: int
    original_branches: int
    candidate_branches: int


class VerdictAnswer(_FromValue):
    kind: VerdictKind
    reason: Reason | None
    counterexample: CounterexampleAnswer | None
    contract: ContractAnswer


class MemoryAnswer(_FromValue):
    """Bytes at the peak of one call on the largest input."""

    original: int
    candidate: int


class InstructionsAnswer(MemoryAnswer):
    """Of one call on the largest timed input, as callgrind counts them."""


class ExponentAnswer(_FromValue):
    estimate: Number
    low: Number
    high: Number
    level: float


class PointAnswer(_FromValue):
    elements: int
    original_ns: Number
    candidate_ns: Number


class ScalingAnswer(_FromValue):
    points: list[PointAnswer]
    original: ExponentAnswer | None
    candidate: ExponentAnswer | None
    crossover: Number = Field(
        description="Elements under which the candidate is slower; null: at no size seen."
    )


class Evidence(_FromValue):
    """What was learned of the change that became the patch."""

    candidate: Text = Field(description="Its number: an address of its content.")
    expert: Text
    rule: Text = Field(description="Of the expert: a rule's or a model's name.")
    summary: Text
    verdict: VerdictAnswer | None
    first: MeasurementAnswer | None = Field(description="Selects.")
    second: MeasurementAnswer | None = Field(description="Is reported.")
    memory: MemoryAnswer | None
    scaling: ScalingAnswer | None
    instructions: InstructionsAnswer | None
    seconds: float = Field(description="That the judgement took.")

    @classmethod
    def of(cls, value: Evaluation, samples: bool) -> "Evidence":
        candidate = value.candidate
        named = {
            "candidate": candidate.id,
            "expert": candidate.provenance.expert,
            "rule": candidate.provenance.detail,
            "summary": candidate.summary,
        }
        kept = ("verdict", "memory", "scaling", "instructions", "seconds")
        parts: dict[str, Any] = {name: getattr(value, name) for name in kept}
        for name, found in (("first", value.first), ("second", value.second)):
            parts[name] = found if samples or found is None else replace(found, samples=())
        return cls.model_validate(named | parts)
