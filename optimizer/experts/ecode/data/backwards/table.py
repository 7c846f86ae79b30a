"""The visible table of kinds: each group is a tuple of rows, a row a kind."""

from optimizer.experts.ecode.data.backwards.algorithms import ALGORITHMS
from optimizer.experts.ecode.data.backwards.containers import CONTAINERS
from optimizer.experts.ecode.data.backwards.kind import Kind
from optimizer.experts.ecode.data.backwards.loops import LOOPS
from optimizer.experts.ecode.data.backwards.scans import SCANS
from optimizer.experts.ecode.data.backwards.steps import STEPS
from optimizer.experts.ecode.data.backwards.sums import SUMS
from optimizer.experts.ecode.data.backwards.swaps import SWAPS
from optimizer.experts.ecode.data.backwards.texts import TEXTS
from optimizer.experts.ecode.data.backwards.undone import UNDONE
from optimizer.experts.ecode.data.backwards.unrolled import UNROLLED

# Those that change the complexity come first.
KINDS: tuple[Kind, ...] = (
    *ALGORITHMS,
    *SUMS,
    *CONTAINERS,
    *UNDONE,
    *SCANS,
    *UNROLLED,
    *LOOPS,
    *STEPS,
    *SWAPS,
    *TEXTS,
)
