"""Where CPU time goes while nobody's clock runs.

A candidate can look fast by doing its work before the clock starts (at import, when arguments are
prepared), after it has stopped (when results are looked at), or beside it (threads, children left
behind, which also slow the other side down). All of it is CPU time of its sandbox, read outside, that
no timed batch accounts for. The original needs some too: what counts is what a candidate uses more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Sample, Side
from optimizer.sandbox.runner import Zygote
from optimizer.stages.arena import TIMING_SEED, Arena

_SIDES = (Side.ORIGINAL, Side.CANDIDATE)
_NOISE_NS = 3_000_000  # of a launch, which takes 50 ms and more
_SHARE = 0.2  # of what is saved inside the timed batches
_IMPORT_NOISE_NS = 40_000_000  # of starting an interpreter, which takes as long
_IMPORT_SHARE = 0.3
_STARTS = 3  # again, where the first ones disagree


@dataclass(frozen=True, slots=True)
class Launch:
    """CPU nanoseconds of one launch."""

    outside: Mapping[Side, int]  # of the timed batches
    inside: Mapping[Side, int]


def read(zygotes: Mapping[Side, Zygote]) -> dict[Side, int]:
    """CPU nanoseconds of every sandbox so far."""
    return {side: zygotes[side].box.cpu_ns() for side in _SIDES}


def closed(zygotes: Mapping[Side, Zygote], before: Mapping[Side, int], samples: Sequence[Sample]) -> Launch:
    """The books of the launch that began with `before` and timed `samples`."""
    after = read(zygotes)
    inside = {side: sum(one.cpu_ns for one in samples if one.side is side) for side in _SIDES}
    return Launch({side: after[side] - before[side] - inside[side] for side in _SIDES}, inside)


def agrees(launches: Sequence[Launch]) -> bool:
    """Whether the candidate's sandbox used about as much CPU time outside of the timed batches as the
    original's."""
    extra = median(one.outside[Side.CANDIDATE] - one.outside[Side.ORIGINAL] for one in launches)
    saved = median(one.inside[Side.ORIGINAL] - one.inside[Side.CANDIDATE] for one in launches)
    return extra <= _NOISE_NS + _SHARE * max(0.0, saved)


def imports_agree(arena: Arena, candidate: Candidate, import_ns: int) -> bool:
    """Whether the candidate's module takes about as long to import as the original's. `import_ns`: CPU
    nanoseconds of a first start.

    The original's first start found its file compiled, and one start may be disturbed: where the candidate
    looks late, both are started again and their shortest imports count."""
    original, changed = arena.original(TIMING_SEED).import_ns, import_ns
    if not _is_late(original, changed):
        return True
    anew = []
    for _ in range(_STARTS):
        with arena.original_anew() as zygote:
            anew.append(zygote.import_ns)
        with arena.candidate(candidate, TIMING_SEED) as zygote:
            changed = min(changed, zygote.import_ns)
        if not _is_late(min(anew), changed):
            return True
    return False


def _is_late(original: int, candidate: int) -> bool:
    return candidate - original > _IMPORT_NOISE_NS + _IMPORT_SHARE * original
