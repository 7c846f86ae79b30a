"""Figures of judged pairs, and the document that explains every difference."""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pair_judging import Judged, Row
from benchmarks.pairs import Loaded
from optimizer.domain.evidence import Reason, VerdictKind

NOTES = Path(__file__).with_name("pair_notes.toml")
_KINDS = ("function", "program")
_CUT = 90  # characters of a value in the table


def report(rows: Sequence[Row], loaded: Loaded, minutes: float) -> dict[str, Any]:
    """All figures; `failing` is what the target speaks of."""
    explained = notes()
    accepted = list(_reversed_accepted(rows))
    return {
        **{kind: _figures([row for row in rows if row.kind == kind]) for kind in _KINDS},
        "left_out": loaded.reasons,
        "reversed_accepted": len(accepted),
        "wrong_labels": [name for name, _, why in accepted if why == WRONG],
        "not_measured_otherwise": [name for name, _, why in accepted if why == OPEN],
        "failing_pairs": [name for name, _, why in accepted if why == FAILS],
        "failing": sum(why == FAILS for _, _, why in accepted),
        "not_explained": [row.name for row in differing(rows) if not explanation(row, explained)[0]],
        "minutes": round(minutes, 1),
    }


def _figures(rows: Sequence[Row]) -> dict[str, Any]:
    forward = [row for row in rows if not row.reverse]
    judged = [row for row in forward if row.full.verdict]
    accepted = [row for row in forward if row.full.reason == Reason.ACCEPTED]
    limited = [row for row in forward if _best(row).reason == Reason.ACCEPTED]
    reverse = [row for row in rows if row.reverse]
    return {
        "timed": any(row.timed for row in rows),
        "pairs": len(forward),
        "judged": len(judged),
        "not_judged": dict(Counter(row.full.reason for row in forward if row.full.ended).most_common()),
        "equivalent": _count(judged, VerdictKind.EQUIVALENT),
        "different": _count(judged, VerdictKind.DIFFERENT),
        "unknown": dict(
            Counter(row.full.reason for row in judged if row.full.verdict == VerdictKind.UNKNOWN)
        ),
        "equivalent_on_allowed": sum(_best(row).verdict == VerdictKind.EQUIVALENT for row in forward),
        "refused_by_guard": sum(bool(row.guard) for row in forward),
        "accepted": len(accepted),
        "accepted_with_guard": sum(not row.guard for row in accepted),
        "accepted_on_allowed": len(limited),
        "mean_ratio_accepted": mean([_ratio(_best(row)) for row in limited]),
        "mean_ratio_equivalent": mean([_ratio(_best(row)) for row in forward]),
        "decisions": dict(Counter(_best(row).reason for row in forward if _best(row).first).most_common()),
        "reversed": len(reverse),
        "reversed_equivalent": sum(_best(row).verdict == VerdictKind.EQUIVALENT for row in reverse),
        "reversed_accepted": sum(_best(row).reason == Reason.ACCEPTED for row in reverse),
    }


def _count(rows: Sequence[Row], kind: VerdictKind) -> int:
    return sum(row.full.verdict == kind for row in rows)


def _best(row: Row) -> Judged:
    """On all inputs where that says something in its favour; else on the allowed ones, if they do."""
    if row.limited and row.limited.verdict == VerdictKind.EQUIVALENT:
        return row.limited
    return row.full


def _ratio(judged: Judged) -> float | None:
    """What would be reported: the second measurement, where there is one."""
    measured = judged.second or judged.first
    return measured["estimate"] if judged.verdict == VerdictKind.EQUIVALENT and measured else None


def mean(ratios: Sequence[float | None]) -> float | None:
    """The geometric mean of those that are there."""
    logs = [math.log(ratio) for ratio in ratios if ratio]
    return round(math.exp(sum(logs) / len(logs)), 3) if logs else None


FAILS, WRONG, OPEN = "**fails**", "the label is wrong", "not measured to be otherwise"


def _reversed_accepted(rows: Sequence[Row]) -> Iterator[tuple[str, str, str]]:
    """(name, both intervals, what it says of the referee or of the label)"""
    forward = {row.name: _best(row) for row in rows if not row.reverse}
    for row in rows:
        back = _best(row)
        if row.reverse and back.reason == Reason.ACCEPTED:
            there = forward.get(row.name, Judged())
            yield row.name, f"{_interval(there)} | {_interval(back)}", meaning(there)


def meaning(forward: Judged) -> str:
    """Of an accepted reversed pair, from what the pair is the right way round.

    It fails when that is accepted too, or measured faster with confidence.
    """
    measured = [one for one in (forward.first, forward.second) if one]
    if forward.reason == Reason.ACCEPTED or any(one["launches"] > 1 and one["low"] > 1 for one in measured):
        return FAILS
    return WRONG if measured and all(one["estimate"] < 1 for one in measured) else OPEN


def _interval(judged: Judged) -> str:
    measured = judged.second or judged.first
    if not measured:
        return judged.reason or "not judged"
    estimate = f"{measured['estimate']:.3f}"
    if measured["launches"] < 2:
        return f"{estimate} (one launch)"
    return f"{estimate} ({measured['low']:.3f} to {measured['high']:.3f})"


def differing(rows: Sequence[Row]) -> list[Row]:
    """One row a pair that is judged different: as it is, or reversed where only that differs."""
    found: dict[str, Row] = {}
    for row in sorted(rows, key=lambda one: one.reverse):
        if row.full.verdict == VerdictKind.DIFFERENT:
            found.setdefault(row.name, row)
    return list(found.values())


def notes() -> dict[str, tuple[str, str]]:
    """Pair -> (kind, explanation), written by hand."""
    written = tomllib.loads(NOTES.read_text())
    return {
        pair: (kind, one["why"])
        for kind, explained in written.items()
        if kind != "kinds"
        for one in explained
        for pair in one["pairs"]
    }


def explanation(row: Row, explained: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """(kind, why); of a slower version that does not come to an end where the faster one does, made here."""
    example = row.full.example or {}
    if row.reverse and (row.full.reason == Reason.HANG or str(example.get("actual")).startswith("resource:")):
        return "slow", "The slower version, as the candidate, runs out of time or of stack."
    return explained.get(row.name, ("", ""))


def kinds() -> dict[str, str]:
    """What each kind of difference is, in the order in which they are shown."""
    return dict(tomllib.loads(NOTES.read_text())["kinds"])


def text(figures: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The figures for people."""
    return "\n".join(
        [*_tables(figures, rows), *(f"not explained yet: {one}" for one in figures["not_explained"])]
    )


def _tables(figures: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[str]:
    yield "| | functions | programs |"
    yield "|---|---|---|"
    for key, label in _LABELS.items():
        yield f"| {label} | " + " | ".join(_cell(figures[kind], key) for kind in _KINDS) + " |"
    yield ""
    left_out = ", ".join(f"{reason} {count}" for reason, count in figures["left_out"].items()) or "none"
    yield f"Left out before judging: {left_out}."
    yield ""
    yield "| reversed and accepted | the right way round | reversed | |"
    yield "|---|---|---|---|"
    for name, intervals, why in _reversed_accepted(rows):
        yield f"| {name} | {intervals} | {why} |"


_LABELS = {
    "pairs": "pairs",
    "not_judged": "the original cannot be judged",
    "equivalent": "equivalent on all inputs",
    "different": "different",
    "unknown": "unknown",
    "equivalent_on_allowed": "equivalent on the inputs that the problem allows",
    "refused_by_guard": "refused by the guard (judged all the same)",
    "accepted": "accepted, all inputs",
    "accepted_with_guard": "of these, passed by the guard too",
    "accepted_on_allowed": "accepted, all inputs or the allowed ones",
    "mean_ratio_accepted": "geometric mean of these",
    "mean_ratio_equivalent": "geometric mean of all that are equivalent",
    "decisions": "decisions on those that were timed",
    "reversed": "pairs judged reversed too",
    "reversed_equivalent": "reversed: equivalent, on all inputs or the allowed ones",
    "reversed_accepted": "reversed: accepted",
}
_TIMED = (
    *("accepted", "accepted_with_guard", "accepted_on_allowed", "mean_ratio_accepted"),
    *("mean_ratio_equivalent", "decisions", "reversed_accepted"),
)
_OF = ("equivalent", "different", "equivalent_on_allowed", "accepted", "accepted_on_allowed")


def _cell(figures: Mapping[str, Any], key: str) -> str:
    value = figures[key]
    if key in _TIMED and not figures["timed"]:
        return "not timed"
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items()) or "0"
    if key in _OF and figures["pairs"]:
        return f"{value} ({value / figures['pairs']:.0%})"
    return "-" if value is None else f"{value}"


def write(path: Path, figures: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Puts figures and differences between their marks; the rest of the document stays."""
    document = path.read_text()
    document = _between(document, "figures", "\n".join(_tables(figures, rows)))
    path.write_text(_between(document, "differences", "\n".join(_differences(rows))))


def _between(document: str, mark: str, body: str) -> str:
    begin, end = f"<!-- {mark} -->\n", f"<!-- end of {mark} -->"
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"the document has no {begin.strip()} ... {end}: put them where the {mark} belong")
    return f"{before}{begin}\n{body}\n\n{end}{after}"


def _differences(rows: Sequence[Row]) -> Iterator[str]:
    explained = notes()
    found = differing(rows)
    for kind, meaning in {**kinds(), "": "not explained yet"}.items():
        here = [row for row in found if explanation(row, explained)[0] == kind]
        if here:
            yield f"### {meaning[0].upper()}{meaning[1:]}: {len(here)}\n"
            yield "| pair | input | allowed | original | candidate | allowed inputs only | why |"
            yield "|---|---|---|---|---|---|---|"
            yield from (_difference(row, explanation(row, explained)[1]) for row in here)
            yield ""


def _difference(row: Row, why: str) -> str:
    inside = row.limited.example if row.limited else None
    example = inside or row.full.example or {}  # one that the problem allows tells more
    allowed = {True: "yes", False: "no", None: "?"}[example.get("inside")]
    cells = [
        row.name + (" (reversed)" if row.reverse else ""),
        _code(str(example.get("input", ""))),
        allowed,
        _code(str(example.get("expected", ""))),
        _code(str(example.get("actual", ""))),
        row.limited.verdict or row.limited.reason if row.limited else "",
        why,
    ]
    return "| " + " | ".join(cells) + " |"


def _code(value: str) -> str:
    value = re.sub(r"subject\.Solution\??\(\), ", "", value).replace("builtins.", "")
    cut = value if len(value) <= _CUT else value[: _CUT - 3] + "..."
    return "`" + cut.replace("|", "\\|").replace("`", "'").replace("\n", " ") + "`" if cut else ""
