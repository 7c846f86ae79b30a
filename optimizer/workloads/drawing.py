"""Values of a shape, drawn by Hypothesis: the same ones for the same seed, on every machine."""

import collections
import contextlib
import os
from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from optimizer.workloads.plain import OneShot
from optimizer.workloads.shapes import (
    Anything,
    Binary,
    Choice,
    Constants,
    Floats,
    Ints,
    Mapping,
    Opaque,
    Record,
    Series,
    Shape,
    Struct,
    Texts,
    is_opaque,
)

_BACKEND = "optimizer"
_FOREIGN = "é \t0A\u4e2d\U0001f600"


class Provider(HypothesisProvider):
    """Hypothesis' own generator, without the constants that it collects from the modules that happen to
    be imported: they would make the values depend on how the program was started."""

    def _maybe_draw_constant(self, *_args: Any, **_options: Any) -> None:
        return None


def draw(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """At most `count` values; fewer where there are not so many. Leaves no files behind."""
    set_hypothesis_home_dir(os.devnull)  # else it writes a folder where the user stands
    AVAILABLE_PROVIDERS.setdefault(_BACKEND, f"{__name__}.{Provider.__name__}")
    found: list[Any] = []

    @seed(number)
    @settings(
        database=None,
        max_examples=count,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        backend=_BACKEND,
    )
    @given(strategy)
    def collect(value: Any) -> None:
        found.append(value)

    with contextlib.suppress(Unsatisfiable):  # then there are none, or few
        collect()
    return found


def strategy_of(shape: Shape) -> st.SearchStrategy[Any]:
    """Values of a shape; where it is opaque, None in their place."""
    if isinstance(shape, Ints):
        near = st.integers(shape.low, shape.high)
        return near | near | st.integers(min(shape.low, 0), max(shape.high, 10))
    if isinstance(shape, Floats):
        whole = st.integers(int(shape.low), int(shape.high)).map(float)
        return st.floats(shape.low, shape.high, allow_nan=False) | whole
    if isinstance(shape, Texts):
        return _texts(shape)
    if isinstance(shape, Binary):
        return st.binary(min_size=shape.low, max_size=max(shape.low, shape.high))
    if isinstance(shape, Constants):
        return st.sampled_from(shape.values) if shape.values else st.none()
    if isinstance(shape, Choice):
        options = [strategy_of(option) for option in shape.options if not is_opaque(option)]
        return st.one_of(options) if options else st.none()
    return _containers(shape)


def _texts(shape: Texts) -> st.SearchStrategy[str]:
    alphabet = "".join(c for c in shape.alphabet if not "\ud800" <= c <= "\udfff") or "ab"
    low, high = shape.low, max(shape.low, shape.high)
    usual = st.text(alphabet, min_size=low, max_size=high)
    few = st.text(alphabet[:2], min_size=low, max_size=high)  # repetitions, palindromes, anagrams
    options = [usual, usual, few, st.text(alphabet + _FOREIGN, max_size=high)]
    if shape.examples:
        options += [st.sampled_from(shape.examples)] * 2
    return st.one_of(options)


def _containers(shape: Shape) -> st.SearchStrategy[Any]:
    if isinstance(shape, Series):
        return _series(shape)
    if isinstance(shape, Record):
        return st.tuples(*[strategy_of(item) for item in shape.items])
    if isinstance(shape, Mapping):
        keys = strategy_of(shape.key).filter(_is_hashable)
        found = st.dictionaries(
            keys, strategy_of(shape.value), min_size=min(shape.low, 1), max_size=shape.high
        )
        return found.map(_maker(shape.kind))
    if isinstance(shape, Struct):
        return st.fixed_dictionaries({name: strategy_of(item) for name, item in shape.fields})
    return _anything() if isinstance(shape, Anything) else st.none()


def _series(shape: Series) -> st.SearchStrategy[Any]:
    item = st.none() if isinstance(shape.item, Opaque) else strategy_of(shape.item)
    high = max(shape.low, shape.high)
    if shape.kind in ("set", "frozenset"):
        found = st.lists(item.filter(_is_hashable), max_size=high)
        return found.map(set if shape.kind == "set" else frozenset)
    lists = st.lists(item, min_size=shape.low, max_size=high)
    # Few distinct items: ties, duplicates and runs are where careless rewrites go wrong.
    few = st.lists(item, min_size=1, max_size=3).flatmap(
        lambda pool: st.lists(st.sampled_from(pool), min_size=shape.low, max_size=high)
    )
    ordered = lists.map(_sorted)
    made = lists | few | ordered
    if isinstance(shape.item, Series) and shape.item.kind in ("list", "tuple"):
        table = _table(shape, shape.item)
        made = made | table | table
    return made.map(_maker(shape.kind))


def _table(shape: Series, row: Series) -> st.SearchStrategy[Any]:
    """Rows of one length, mostly with few distinct cells: functions on tables take nothing else."""
    cell = strategy_of(row.item)

    def of(height: int, width: int, pool: list[Any]) -> st.SearchStrategy[Any]:
        cells = st.sampled_from(pool) if len(pool) > 1 else cell
        rows = st.lists(cells, min_size=width, max_size=width).map(_maker(row.kind))
        return st.lists(rows, min_size=height, max_size=height)

    heights = st.integers(max(1, min(shape.low, 5)), max(1, min(shape.high, 6)))
    widths = st.integers(max(1, min(row.low, 5)), max(1, min(row.high, 6)))
    pools = st.lists(cell, min_size=1, max_size=4)
    return st.tuples(heights, widths, pools).flatmap(lambda size: of(*size))


def _anything() -> st.SearchStrategy[Any]:
    numbers, texts = st.integers(-20, 100), st.text("abcxyz 01", max_size=10)
    return st.one_of(
        numbers,
        texts,
        st.lists(numbers, max_size=12),
        st.lists(texts, max_size=8),
        st.lists(st.lists(numbers, max_size=5), max_size=5),
        st.dictionaries(texts, numbers, max_size=6),
        st.floats(-100, 100),
        st.none() | st.booleans(),
    )


def _maker(kind: str) -> Any:
    return {
        "tuple": tuple,
        "deque": collections.deque,
        "iterator": OneShot,
        "OrderedDict": collections.OrderedDict,
        "Counter": _counter,
        "defaultdict": _defaultdict,
    }.get(kind, _same)


def _same(value: Any) -> Any:
    return value


def _counter(value: dict[Any, Any]) -> Any:
    return collections.Counter({key: abs(count) if type(count) is int else 1 for key, count in value.items()})


def _defaultdict(value: dict[Any, Any]) -> Any:
    kinds = {type(item) for item in value.values()} & {int, list, str, dict, set}
    return collections.defaultdict(kinds.pop() if len(kinds) == 1 else int, value)


def _sorted(items: Sequence[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        return list(items)


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
