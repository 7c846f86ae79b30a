"""What the referee saw: verdicts, raw timing samples, intervals, decisions."""

from dataclasses import dataclass, field
from enum import StrEnum

from optimizer.domain.candidates import Candidate
from optimizer.domain.jobs import Stage


class Reason(StrEnum):
    """Every way a function or a candidate can end. docs/reasons.md explains each."""

    ACCEPTED = "accepted"
    # functions
    UNCHANGED = "unchanged"  # tried before with the same content, workload and experts
    UNDER_REVIEW = "under-review"  # a patch of the same content is open or approved
    REVERIFIED = "reverified"  # such a patch was verified again, on a newer commit
    MAX_OPEN = "max-open"  # as many patches are open as are allowed to be
    NESTED = "nested"  # judged through the enclosing function
    EXCLUDED = "excluded"  # by settings, or part of the tests
    NO_WORKLOAD = "no-workload"  # no input could be recorded or generated
    NOT_CALLABLE = "not-callable"  # cannot be imported or looked up in the sandbox
    NONDETERMINISTIC = "nondeterministic"  # the original disagrees with itself
    ORIGINAL_FAILS = "original-fails"  # no input on which the original returns in time
    OPAQUE = "opaque"  # results that cannot be compared
    MEMOISED = "memoised"  # the original keeps results between calls: nothing to time
    NO_CANDIDATE = "no-candidate"
    NONE_ACCEPTED = "none-accepted"  # candidates there were, each refused for its own reason
    BUDGET = "budget"  # the time given ran out before its turn
    SET_ASIDE = "set-aside"  # workers died over it, again and again
    # candidates, before running
    SYNTAX = "syntax"
    SAME = "same-as-original"
    SIGNATURE = "signature-changed"
    KIND = "kind-changed"  # async, generator or plain
    DECORATORS = "decorators-changed"
    NOT_ONE_FUNCTION = "not-one-function"
    MODULE_STATE = "adds-module-state"
    CACHING = "adds-caching"
    THREADS = "adds-threads"
    INTROSPECTION = "adds-introspection"
    IO = "adds-io"
    DYNAMIC_CODE = "adds-dynamic-code"
    IMPORT = "adds-import"  # of a module that candidates may not import
    # candidates, by running
    LOAD_FAILED = "load-failed"
    DIFFERENT_RESULT = "different-result"
    DIFFERENT_EXCEPTION = "different-exception"
    DIFFERENT_ARGUMENTS = "different-arguments"  # mutation of arguments or of self, or aliasing
    DIFFERENT_OUTPUT = "different-output"
    DIFFERENT_STATE = "different-state"  # module, class or default-argument state, RNG streams
    DIFFERENT_EFFECTS = "different-effects"  # files, processes, network
    CRASH = "crash"
    HANG = "hang"
    NOT_FASTER = "not-faster"
    SLOWER_SIZE = "slower-at-a-size"
    CPU_DISAGREES = "cpu-time-disagrees"
    COLD_DISAGREES = "cold-calls-disagree"
    NOT_REPEATED = "not-repeated"  # the second measurement does not say so
    UNDECIDED = "undecided"  # the cap of launches was reached
    MEMORY = "memory"
    WRONG_WHILE_TIMED = "wrong-while-timed"
    WORK_ELSEWHERE = "work-outside-the-clock"  # CPU time that no timed batch accounts for
    TESTS_DIFFER = "tests-differ"  # the repository's tests on the branch
    SUPERSEDED = "superseded"  # accepted, then a faster variant of it was accepted


LEFT_OVER = (Reason.BUDGET, Reason.MAX_OPEN)  # the next job has to go on with these functions
SPARED = (Reason.UNCHANGED, Reason.UNDER_REVIEW, Reason.REVERIFIED)  # there was nothing to try in these


class VerdictKind(StrEnum):
    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class FoundBy(StrEnum):
    WORKLOAD = "workload"  # it was among the inputs
    SEARCH = "search"  # it was looked for, see stages/counterexample.py


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The first input on which candidate and original differ, made as small as it could be made."""

    input_id: str
    input_text: str
    origin: str
    expected: str
    actual: str
    found_by: FoundBy = FoundBy.WORKLOAD
    first_text: str = ""  # the input as it was found; empty when nothing could be left out of it
    payload: str = field(default="", repr=False)  # as `Input.payload`, in base64


@dataclass(frozen=True, slots=True)
class Contract:
    """What was checked, for the patch's text."""

    argument_types: tuple[tuple[str, str], ...] = ()  # parameter -> types seen, e.g. "list[int] | None"
    inputs_by_origin: tuple[tuple[str, int], ...] = ()
    held_out: int = 0
    raising: int = 0  # inputs on which the original raises
    resource: int = 0  # inputs on which the original runs out of a resource
    tolerance: float = 0.0
    not_checked: tuple[str, ...] = ()
    searched: int = 0  # inputs tried beyond these, in search of a counterexample
    original_branches: int = 0  # reached by them, as the sandbox says
    candidate_branches: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: VerdictKind
    reason: Reason | None = None  # None when equivalent
    counterexample: Counterexample | None = None
    contract: Contract = Contract()


class Side(StrEnum):
    ORIGINAL = "original"
    CANDIDATE = "candidate"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Sample:
    """One timed batch. Times are totals for `calls` calls, nanoseconds, null not yet subtracted."""

    launch: int
    size: int  # index of the size class, 0 the smallest
    pair: int
    side: Side
    calls: int
    wall_ns: int  # the parent's clock
    cpu_ns: int  # of the whole sandbox
    cold: bool = False  # first calls of a fresh process, inputs sent when the clock started


@dataclass(frozen=True, slots=True)
class Interval:
    """Ratio of the original's time over the candidate's: above 1 the candidate is faster."""

    estimate: float
    low: float
    high: float
    level: float = 0.99


@dataclass(frozen=True, slots=True)
class SizeRow:
    label: str  # e.g. "1,000 elements"
    elements: int
    original_ns: float  # a call, null subtracted
    candidate_ns: float
    ratio: Interval


@dataclass(frozen=True, slots=True)
class Measurement:
    """Raw samples and the interval drawn from them; one log ratio a launch."""

    wall: Interval
    cpu: Interval
    cold: Interval
    rows: tuple[SizeRow, ...]
    launches: int
    seconds: float  # wall time the measurement took
    reason: Reason  # ACCEPTED, or why not
    samples: tuple[Sample, ...] = field(default=(), repr=False)
    false_accept: float | None = None  # upper bound of that rate on this machine; None: not calibrated


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes at the peak of one call on the largest input, inputs included."""

    original: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Exponent:
    """Slope of log time against log size, with its interval."""

    estimate: float
    low: float
    high: float
    level: float = 0.95  # two-sided


@dataclass(frozen=True, slots=True)
class SizePoint:
    """One input of the sweep over sizes, timed on both sides."""

    elements: int
    original_ns: float  # a call, null subtracted
    candidate_ns: float


@dataclass(frozen=True, slots=True)
class Scaling:
    """Time against size. Exponents are None where the sizes are too much alike to tell."""

    points: tuple[SizePoint, ...] = ()
    original: Exponent | None = None
    candidate: Exponent | None = None
    crossover: float | None = None  # elements under which the candidate is slower; None: at no size seen


@dataclass(frozen=True, slots=True)
class Instructions:
    """Instructions of one call on the largest timed input, as callgrind counts them."""

    original: int
    candidate: int


@dataclass(frozen=True, slots=True)
class Decision:
    stage: Stage
    reason: Reason
    detail: str = ""  # one line for people

    @property
    def accepted(self) -> bool:
        return self.reason is Reason.ACCEPTED


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that was learned of one candidate. Missing parts were not reached."""

    candidate: Candidate
    decision: Decision
    verdict: Verdict | None = None
    first: Measurement | None = None  # selects
    second: Measurement | None = None  # is reported: the winner's curse does not touch it
    memory: Memory | None = None
    scaling: Scaling | None = None
    instructions: Instructions | None = None  # a second witness, where there is one
    seconds: float = 0.0  # wall time of the whole judgement
    call_seconds: float = 0.0  # bare running time of the calls made in it
