"""Which functions are worth the time, and in what order."""

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase

from optimizer.domain.functions import Function
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import FunctionProfile


def wanted_function(function: Function, settings: Settings) -> bool:
    globs = settings.functions
    return not globs or any(
        fnmatchcase(name, glob) for glob in globs for name in (function.qualname, function.label)
    )


def ranked(
    functions: Sequence[Function],
    profile: Mapping[str, FunctionProfile],
    static_rank: Callable[[Function], float],
) -> list[Function]:
    """Most worthwhile first: by measured share of the tests' time, then by static signs."""

    def key(function: Function) -> tuple[float, float, str]:
        share = profile.get(function.label)
        measured = share.self_share + 0.1 * share.total_share if share else 0.0
        return (-measured, -static_rank(function), function.label)

    return sorted(functions, key=key)
