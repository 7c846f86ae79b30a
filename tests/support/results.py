"""Values as a job would save them: whole, with every part that the store must give back."""

import hashlib
import math

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import (
    Contract,
    Counterexample,
    Decision,
    Evaluation,
    Exponent,
    FoundBy,
    Instructions,
    Interval,
    Measurement,
    Memory,
    Reason,
    Sample,
    Scaling,
    Side,
    SizePoint,
    SizeRow,
    Verdict,
    VerdictKind,
)
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import NewJob, Repository, Stage
from optimizer.domain.patches import NewPatch, Surroundings
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import FunctionProfile, Input, Origin, Workload

URL = "https://example.org/team/shop.git"


def new_job(url: str = URL, tree: str = "t" * 40, fingerprint: str = "f1") -> NewJob:
    return NewJob(
        repository=Repository(url, "shop"),
        ref="main",
        commit="c" * 40,
        tree=tree,
        fingerprint=fingerprint,
        settings='{"gate": 1.05}',
    )


def function(qualname: str = "total", path: str = "shop/cart.py", source: str = "") -> Function:
    source = source or f"def {qualname}(items):\n    return sum(items)\n"
    return Function(
        path=path,
        qualname=qualname,
        span=Span(120, 120 + len(source)),
        line=7,
        end_line=9,
        kind=FunctionKind.FUNCTION,
        is_async=False,
        source=source,
        content_hash=hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest(),
    )


def call(
    payload: bytes, *, held_out: bool = False, origin: Origin = Origin.RECORDED, note: str = ""
) -> Input:
    return Input(
        id=hashlib.sha256(payload).hexdigest()[:16],
        payload=payload,
        origin=origin,
        held_out=held_out,
        size=len(payload),
        text=f"items={payload!r}",
        note=note,
    )


def workload(*payloads: bytes) -> Workload:
    inputs = [call(payload, held_out=index % 2 == 1) for index, payload in enumerate(payloads)]
    return Workload(tuple(inputs), skipped=(("unpicklable", 3), ("too large", 1)))


def candidate(
    source: str = "def total(items):\n    return fast(items)\n", rule: str = "sum-builtin"
) -> Candidate:
    made_by = Provenance("rules", rule, "7", seed=2**70, parent="a" * 16)
    return Candidate(source, made_by, ("import math",), "One pass instead of two")


def interval(estimate: float) -> Interval:
    return Interval(estimate, estimate - 0.25, estimate + 0.5, 0.99)


def measurement(estimate: float, reason: Reason = Reason.ACCEPTED) -> Measurement:
    samples = (
        Sample(0, 1, 2, Side.ORIGINAL, 1000, 5_123_456, 5_000_001),
        Sample(0, 1, 2, Side.CANDIDATE, 1000, 3_123_456, 3_000_001, cold=True),
        Sample(1, 0, 0, Side.NULL, 10, 2**62, 0),
    )
    return Measurement(
        wall=interval(estimate),
        cpu=interval(estimate + 0.125),
        cold=interval(1.5),
        rows=(SizeRow("1,000 elements", 1000, 52_000.5, 31_000.25, interval(estimate)),),
        launches=5,
        seconds=0.75,
        reason=reason,
        samples=samples,
        false_accept=0.003,
    )


def accepted(of: Candidate | None = None, estimate: float = 2.0) -> Evaluation:
    contract = Contract(
        argument_types=(("items", "list[int]"),),
        inputs_by_origin=(("recorded", 3), ("generated", 40)),
        held_out=20,
        raising=2,
        resource=1,
        tolerance=1e-9,
        not_checked=("threads", "subclasses of list"),
    )
    return Evaluation(
        candidate=of or candidate(),
        decision=Decision(Stage.DECIDE, Reason.ACCEPTED, "faster at every size"),
        verdict=Verdict(VerdictKind.EQUIVALENT, contract=contract),
        first=measurement(estimate + 1),
        second=measurement(estimate),
        memory=Memory(5_000_000_000, 1_000),
        scaling=Scaling(
            (SizePoint(10, 100.5, 90.25), SizePoint(1000, 52_000.5, 31_000.25)),
            Exponent(1.99, 1.9, 2.1),
            Exponent(1.01, 0.9, 1.1),
            12.5,
        ),
        instructions=Instructions(2**40, 123_456),
        seconds=0.5,
        call_seconds=0.25,
    )


def refused(source: str = "def total(items):\n    return 0\n", seconds: float = 0.25) -> Evaluation:
    shown = Counterexample(
        "b" * 16, "items=[nan]", "generated", "nan", "0", FoundBy.SEARCH, "items=[1, nan]", "gAA="
    )
    verdict = Verdict(VerdictKind.DIFFERENT, Reason.DIFFERENT_RESULT, shown)
    return Evaluation(
        candidate=candidate(source, rule="constant"),
        decision=Decision(Stage.VERIFY, Reason.DIFFERENT_RESULT, "differs on items=[nan]"),
        verdict=verdict,
        seconds=seconds,
    )


def guarded(source: str = "def total(items, extra):\n    return 0\n") -> Evaluation:
    """Refused before it ran: there is nothing but the decision."""
    return Evaluation(candidate(source), Decision(Stage.GUARD, Reason.SIGNATURE))


def with_patch(of: Function | None = None, estimate: float = 2.0) -> FunctionResult:
    """A function with one refused candidate, one accepted, and its patch."""
    won = accepted(estimate=estimate)
    return FunctionResult(
        function=of or function(),
        decision=Decision(Stage.PUBLISH, Reason.ACCEPTED, "2.0 times faster"),
        workload=workload(b"one", b"two", b"three"),
        profile=FunctionProfile(0.25, 0.5),
        evaluations=(refused(), won),
        winner=won.candidate.id,
        patch=new_patch(),
    )


def new_patch() -> NewPatch:
    return NewPatch(
        branch="optimizer/cart-total",
        base_commit="c" * 40,
        commit="d" * 40,
        title="Make total 2 times faster",
        text="Make total 2 times faster\n\nOne pass instead of two.\n",
        diff="--- a/shop/cart.py\n+++ b/shop/cart.py\n",
        surroundings=Surroundings("3.11.7", (("numpy", "2.4"), ("six", "1.17")), "0.1", "a processor", "6.1"),
    )


def ended(of: Function | None = None, reason: Reason = Reason.NO_CANDIDATE) -> FunctionResult:
    """A function that stopped without candidates."""
    return FunctionResult(
        function=of or function(),
        decision=Decision(Stage.PROPOSE, reason),
        workload=workload(b"one", b"two"),
    )


def endless() -> Evaluation:
    """A measurement with ratios that are no ordinary numbers."""
    odd = Interval(math.inf, -math.inf, math.inf)
    row = SizeRow("empty", 0, 0.0, -math.inf, odd)
    base = measurement(1.0, Reason.UNDECIDED)
    first = Measurement(odd, odd, base.cold, (row,), 8, 1.0, Reason.UNDECIDED)
    decision = Decision(Stage.BENCHMARK, Reason.UNDECIDED)
    return Evaluation(
        candidate(), decision, first=first, scaling=Scaling((), Exponent(math.inf, -math.inf, math.inf))
    )
