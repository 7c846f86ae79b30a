"""The first stage: what is scanned, as values. How it gets onto this machine is `optimizer.vcs`'s matter."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from optimizer.domain.checkouts import Checkout, TrackedFile
from optimizer.domain.functions import Unparsed
from optimizer.domain.jobs import NewJob

MAX_SOURCE_BYTES = 1_000_000  # larger files are generated or data: nobody would review a patch of them


def job_for(checkout: Checkout, fingerprint: str, settings: str) -> NewJob:
    """`fingerprint` stands for settings, experts and engine; `settings` is JSON."""
    return NewJob(checkout.repository, checkout.ref, checkout.commit, checkout.tree, fingerprint, settings)


def choose_sources(
    files: Iterable[TrackedFile],
    suffixes: Sequence[str],
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    max_bytes: int = MAX_SOURCE_BYTES,
) -> tuple[tuple[str, ...], tuple[Unparsed, ...]]:
    """Paths to read, sorted, and those that were passed over because of their size.

    Globs match the whole path (`*` also matches `/`), or a folder and everything below it.
    """
    chosen = sorted(file for file in files if _wanted(file.path, suffixes, include, exclude))
    large = tuple(
        Unparsed(file.path, f"{file.size:,} bytes, more than {max_bytes:,}")
        for file in chosen
        if file.size > max_bytes
    )
    return tuple(file.path for file in chosen if file.size <= max_bytes), large


def _wanted(path: str, suffixes: Sequence[str], include: Sequence[str], exclude: Sequence[str]) -> bool:
    if not path.endswith(tuple(suffixes)):
        return False
    return (not include or _matches(path, include)) and not _matches(path, exclude)


def _matches(path: str, globs: Sequence[str]) -> bool:
    return any(
        fnmatchcase(path, glob) or fnmatchcase(path, f"{glob.rstrip('/')}/*")
        for glob in globs
        if glob.strip("/")
    )
