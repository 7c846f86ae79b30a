"""A proof bundle that agrees with itself, and ways to make others of it."""

import gzip
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from optimizer.bench import statistics
from optimizer.domain.evidence import Interval, Measurement, Reason, Sample, Side, SizeRow
from optimizer.domain.jobs import Job, JobState, Repository
from optimizer.domain.results import FunctionResult
from optimizer.proof.bundle import Bundle, bundle_of
from optimizer.proof.claims import DRAWING
from tests.support import results as made

LEVEL = 0.99
SIZES = (0, 1)


def samples(faster: float = 2.0, launches: int = 4) -> tuple[Sample, ...]:
    """Timings as a benchmark makes them, the candidate's so many times shorter, with a little noise."""
    rng = random.Random(7)
    found = []
    for launch in range(launches):
        for size in SIZES:
            for pair in range(3):
                for side, cost in ((Side.ORIGINAL, faster), (Side.CANDIDATE, 1.0), (Side.NULL, 0.01)):
                    wall = round(1_000_000 * cost * rng.uniform(0.99, 1.01))
                    found.append(Sample(launch, size, pair, side, 100, wall, wall - 500))
    return tuple(found)


def measurement(faster: float = 2.0) -> Measurement:
    taken = samples(faster)
    rows = [SizeRow(f"{size} elements", size, 2e4, 1e4, _interval(taken, [size])) for size in SIZES]
    return Measurement(
        wall=_interval(taken, SIZES),
        cpu=statistics.interval(statistics.launch_ratios(taken, SIZES, cpu=True), LEVEL),
        cold=Interval(2.0, 0.0, float("inf"), LEVEL),
        rows=tuple(rows),
        launches=4,
        seconds=1.5,
        reason=Reason.ACCEPTED,
        samples=taken,
    )


def _interval(taken: tuple[Sample, ...], sizes: Sequence[int]) -> Interval:
    return statistics.interval(statistics.launch_ratios(taken, sizes), LEVEL)


def job(**settings: object) -> Job:
    return Job(
        id=1,
        repository=Repository(made.URL, "shop"),
        ref="main",
        commit="c" * 40,
        tree="e" * 40,
        fingerprint="f",
        settings=json.dumps({"gate": 1.1, "requirements": ["six"], "home": "/home/ada", **settings}),
        state=JobState.DONE,
        created_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def result() -> FunctionResult:
    whole = made.with_patch()
    won = replace(whole.evaluations[1], first=measurement(2.1), second=measurement(2.0))
    assert whole.patch is not None
    assert whole.patch.surroundings is not None
    patch = replace(whole.patch, surroundings=replace(whole.patch.surroundings, drawing=DRAWING))
    return replace(whole, evaluations=(whole.evaluations[0], won), patch=patch)


def bundle() -> Bundle:
    return bundle_of(job(), result())


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and content of a bundle's bytes."""
    head, content = gzip.decompress(data).splitlines()
    return json.loads(head), json.loads(content)


def packed(head: dict[str, Any], content: object, *, rehash: bool = True) -> bytes:
    """As anybody can write one, with the hash that fits."""
    text = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
    if rehash:
        head = {**head, "sha256": hashlib.sha256(text).hexdigest()}
    return gzip.compress(json.dumps(head).encode() + b"\n" + text + b"\n")
