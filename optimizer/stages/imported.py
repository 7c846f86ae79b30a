"""The sources that a module of a checkout imports names from."""

from functools import lru_cache

from optimizer.domain.checkouts import Checkout
from optimizer.languages.python.imported import imported_paths
from optimizer.vcs import read_blob, tracked_files


@lru_cache(maxsize=64)
def imported_sources(checkout: Checkout, path: str, source: str) -> tuple[tuple[str, str], ...]:
    """(module as the import spells it, its source) for each of the repository's own modules."""
    found = imported_paths(path, source, _tracked(checkout))
    return tuple((module, _text(checkout, file)) for module, file in found)


@lru_cache(maxsize=2)
def _tracked(checkout: Checkout) -> frozenset[str]:
    return frozenset(file.path for file in tracked_files(checkout))


@lru_cache(maxsize=256)
def _text(checkout: Checkout, path: str) -> str:
    return read_blob(checkout, path).decode("utf-8", "replace")
