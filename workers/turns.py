"""When a schedule has its next turn: pure functions over cron fields, time zones and a seed."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from optimizer.domain.errors import ConfigError

LONGEST_JITTER = 24 * 3600.0


def next_turn(cron: str, timezone: str, jitter: float, after: datetime, seed: str) -> datetime:
    """The first turn after a moment, in UTC. Raises ConfigError for what is no cron line or time zone.

    As Debian's cron has it, a time of day that the clock skips in spring has its turn when the clock has
    jumped, and one that comes twice in autumn has one turn; what runs every hour or minute is not affected.
    The jitter of a turn follows from the seed and the turn alone: whoever asks gets the same answer.
    """
    if not 0 <= jitter <= LONGEST_JITTER:
        raise ConfigError(f"the jitter has to be between 0 and {LONGEST_JITTER / 3600:g} hours")
    best: datetime | None = None
    for base in _bases(cron, _zone(timezone), after - timedelta(seconds=jitter)):
        if best is not None and base >= best:
            return best  # later turns are later still, whatever their jitter
        turn = base + timedelta(seconds=_share(seed, base) * jitter)
        if turn > after and (best is None or turn < best):
            best = turn
    if best is None:
        raise ConfigError(f"{cron!r} never comes: no day is like that")
    return best


def _bases(cron: str, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """The turns without jitter, in UTC and in order."""
    fields = cron.split()
    if len(fields) != 5:
        raise ConfigError(f"{cron!r} is not a cron line: five fields, such as '0 2 * * *' at two every night")
    last = after.astimezone(UTC)
    try:
        for found in CronSim(" ".join(fields), after.astimezone(zone)):
            turn = found.astimezone(UTC)
            if turn > last:  # in the hour that comes twice it may go back
                last = turn
                yield turn
    except CronSimError as error:
        raise ConfigError(f"{cron!r} is not a cron line: {str(error).lower()}") from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"there is no time zone {name!r}: names are like Europe/Berlin, or UTC") from None


def _share(seed: str, turn: datetime) -> float:
    """0..1, not including 1."""
    text = f"{seed}\0{int(turn.timestamp())}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:6]) / 2**48
