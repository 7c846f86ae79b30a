"""Patches in the order of what they are worth: by impact, then by speed-up; cold code can be hidden."""

from collections.abc import Sequence

from optimizer.cli.output import note
from optimizer.domain.patches import Patch
from optimizer.domain.results import FunctionResult
from optimizer.stages.wording import share


def by_impact(patches: Sequence[Patch]) -> list[Patch]:
    """Unknown impact comes last."""
    return sorted(patches, key=lambda one: _worth(one.impact, one.speedup))


def winners_by_impact(winners: Sequence[FunctionResult]) -> list[FunctionResult]:
    """The same for what a dry run accepted."""
    return sorted(winners, key=lambda one: _worth(one.impact, one.reported.estimate if one.reported else 0.0))


def _worth(impact: float | None, speedup: float) -> tuple[bool, float, float]:
    return impact is None, -(impact or 0.0), -speedup


def is_hot(impact: float | None, least: float | None) -> bool:
    """Unknown impact is not known to be enough."""
    return least is None or (impact is not None and impact >= least)


def tell_hidden(impacts: Sequence[float | None], least: float | None, quiet: bool = False) -> None:
    """A note of how many are not shown, and why; nothing when all are."""
    hidden = [impact for impact in impacts if not is_hot(impact, least)]
    if not hidden or least is None:
        return
    unknown = hidden.count(None)
    cold = f"{len(hidden) - unknown} under {share(least)} of the tests' time"
    parts = [cold] * (unknown < len(hidden)) + [f"{unknown} of unknown impact"] * (unknown > 0)
    note(f"{len(hidden)} hidden by --min-impact: {', '.join(parts)}", quiet)
