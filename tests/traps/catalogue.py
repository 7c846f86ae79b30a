"""All traps, in one visible table."""

from tests.traps.cases.aliasing import ALIASING
from tests.traps.cases.caches import CACHES
from tests.traps.cases.cheats import CHEATS
from tests.traps.cases.defaults import DEFAULTS
from tests.traps.cases.duplicates import DUPLICATES
from tests.traps.cases.edges import EDGES
from tests.traps.cases.effects import EFFECTS
from tests.traps.cases.exceptions import EXCEPTIONS
from tests.traps.cases.floats import FLOATS
from tests.traps.cases.generators import GENERATORS
from tests.traps.cases.hashing import HASHING
from tests.traps.cases.kinds import KINDS
from tests.traps.cases.lazy import LAZY
from tests.traps.cases.mutation import MUTATION
from tests.traps.cases.nan import NAN
from tests.traps.cases.order import ORDER
from tests.traps.cases.recursion import RECURSION
from tests.traps.cases.rng import RNG
from tests.traps.cases.strings import STRINGS
from tests.traps.cases.ties import TIES
from tests.traps.trap import Trap

ALL: tuple[Trap, ...] = (
    *TIES,
    *DUPLICATES,
    *NAN,
    *MUTATION,
    *ALIASING,
    *EXCEPTIONS,
    *GENERATORS,
    *KINDS,
    *ORDER,
    *HASHING,
    *DEFAULTS,
    *CACHES,
    *RNG,
    *FLOATS,
    *STRINGS,
    *RECURSION,
    *EFFECTS,
    *LAZY,
    *EDGES,
    *CHEATS,
)
