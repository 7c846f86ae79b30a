"""Raw timing samples as compressed JSON: a measurement has hundreds of them, and they are kept."""

import json
import zlib
from collections.abc import Iterable
from typing import Any

from optimizer.domain.evidence import Sample, Side


def pack(samples: Iterable[Sample]) -> bytes:
    """zlib-compressed JSON: [launch, size, pair, side, calls, wall ns, cpu ns, cold] for each sample."""
    rows = [
        (s.launch, s.size, s.pair, s.side.value, s.calls, s.wall_ns, s.cpu_ns, int(s.cold)) for s in samples
    ]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), level=6)


NONE = pack(())  # of a measurement whose samples are not kept any more


def unpack(blob: bytes) -> tuple[Sample, ...]:
    rows: list[list[Any]] = json.loads(zlib.decompress(blob))
    return tuple(
        Sample(launch, size, pair, Side(side), calls, wall, cpu, bool(cold))
        for launch, size, pair, side, calls, wall, cpu, cold in rows
    )
