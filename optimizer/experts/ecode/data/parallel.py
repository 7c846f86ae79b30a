"""The same work for many items, in several processes, with the results in the order of the items."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

_AT_ONCE = 64  # items that a process takes

Told = Callable[[str], None]
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def mapped(work: Callable[[_Item], _Result], items: Iterable[_Item], processes: int) -> Iterator[_Result]:
    """One process is this one."""
    if processes == 1:
        yield from map(work, items)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(work, items, chunksize=_AT_ONCE)


def in_tenths(results: Iterable[_Result], total: int, told: Told, what: str) -> Iterator[_Result]:
    """The same, and after each tenth of them how far it is: what takes an hour has to say so."""
    for done, result in enumerate(results, 1):
        if done * 10 // total > (done - 1) * 10 // total:
            told(f"{what}: {done} of {total}")
        yield result
