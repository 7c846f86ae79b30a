"""What a reviewer reads: the commit message of a patch. Plain text, lines of at most 100 characters."""

import math
import textwrap
from collections.abc import Iterator

from optimizer.domain.evidence import Contract, Evaluation, Interval, Measurement, SizeRow
from optimizer.domain.functions import Function
from optimizer.domain.patches import Surroundings
from optimizer.domain.results import FunctionResult

_WIDTH = 100
_TITLE = 72  # what git and review pages show of a first line


def patch_text(
    result: FunctionResult, evaluation: Evaluation, base_commit: str, branch: str, where: Surroundings
) -> str:
    """The commit message for an accepted candidate, whose second measurement is what is claimed.

    ValueError when there is none: that is a mistake of the caller's.
    """
    measured = evaluation.second
    if measured is None:
        raise ValueError("a patch is published from its second measurement")
    sections = (
        patch_title(result.function, measured.wall),
        _change(result.function, evaluation),
        _times(measured),
        _growth_and_memory(evaluation),
        _checked(evaluation.verdict.contract if evaluation.verdict else Contract()),
        _not_checked(evaluation.verdict.contract if evaluation.verdict else Contract()),
        _commands(branch),
        _measured_on(where, measured, base_commit),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def patch_title(function: Function, claim: Interval) -> str:
    """For instance: Speed up parse_row 3.2x (99% CI 3.1-3.4x). At most 72 characters."""
    name = function.qualname.replace("<locals>.", "")
    text = f"{_ratio(claim.estimate)}x ({_level(claim)} CI {_range(claim)})"
    room = _TITLE - len(f"Speed up  {text}")
    if len(name) > room:
        name = function.name
    if len(name) > room:
        name = name[: room - 3] + "..."
    return f"Speed up {name} {text}"


def _change(function: Function, evaluation: Evaluation) -> str:
    candidate = evaluation.candidate
    origin = candidate.provenance
    summary = _one_line(candidate.summary) or "See the difference."
    by = _one_line(f"Proposed by: {origin.expert} ({origin.detail}, version {origin.version})")
    return "\n".join((*_wrap(function.label), *_wrap(f"What changed: {summary}"), *_wrap(by)))


def _times(measured: Measurement) -> str:
    """Every size, the slower ones too: the claim is an average, and this is what is behind it."""
    level = _level(measured.wall)
    table = [("size", "before", "after", f"ratio ({level} CI)"), *(_row(row) for row in measured.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(3)]
    lines = ["Time of one call, by size of the input (ratio above 1: faster):"]
    for size, before, after, ratio in table:
        lines.append(f"  {size:<{widths[0]}}  {before:>{widths[1]}}  {after:>{widths[2]}}  {ratio}")
    cross = f"CPU time says {_claim(measured.cpu)}, single calls of fresh processes {_claim(measured.cold)}."
    return "\n".join((*lines, *_wrap(cross)))


def _row(row: SizeRow) -> tuple[str, str, str, str]:
    mark = "" if row.ratio.estimate >= 1 else "  slower"
    label = textwrap.shorten(_one_line(row.label), 36, placeholder="...")
    return label, _time(row.original_ns), _time(row.candidate_ns), _claim(row.ratio) + mark


def _growth_and_memory(evaluation: Evaluation) -> str:
    lines: list[str] = []
    scaling = evaluation.scaling
    if scaling and scaling.original and scaling.candidate:
        before, after = scaling.original.estimate, scaling.candidate.estimate
        lines += _wrap(f"Growth of time with size n: about n^{before:.2f} before, n^{after:.2f} after.")
    if evaluation.memory:
        before_bytes, after_bytes = _bytes(evaluation.memory.original), _bytes(evaluation.memory.candidate)
        lines += _wrap(f"Peak memory of one call, largest input: {before_bytes} before, {after_bytes} after.")
    return "\n".join(lines)


def _checked(contract: Contract) -> str:
    origins = ", ".join(f"{count} {origin}" for origin, count in contract.inputs_by_origin)
    total = sum(count for _, count in contract.inputs_by_origin)
    text = (
        f"Contract checked: same results, exceptions, changes of arguments, output and state on "
        f"{_count(total, 'input')}{f' ({origins})' if origins else ''}; "
        f"{contract.held_out} of them held out: neither the expert nor the benchmark saw them."
    )
    if contract.raising:
        text += f" On {contract.raising} the original raises, and the change raises the same."
    if contract.resource:
        text += f" On {contract.resource} the original runs out of a resource (recursion, memory or time)."
    floats = f"within a relative tolerance of {contract.tolerance:g}" if contract.tolerance else "bit for bit"
    types = " Argument types seen:" if contract.argument_types else ""
    lines = [*_wrap(text), *_wrap(f"Floats are compared {floats}.{types}")]
    for name, seen in contract.argument_types:
        lines += _wrap(_one_line(f"{name}: {seen}"), "  ")
    return "\n".join(lines)


def _not_checked(contract: Contract) -> str:
    if not contract.not_checked:
        return ""
    lines = ["Not checked:"]
    for item in contract.not_checked:
        lines += _wrap(f"- {_one_line(item)}", "  ")
    return "\n".join(lines)


def _commands(branch: str) -> str:
    return "\n".join(
        (
            "Reproduce (runs the checks and the measurement again):",
            f"  optimizer verify {branch}",
            "  optimizer verify FILE (on any machine; made by `optimizer patch proof`)",
            "Revert (the branch is one commit; without the branch, give the id of this commit):",
            f"  git revert {branch}",
        )
    )


def _measured_on(where: Surroundings, measured: Measurement, base_commit: str) -> str:
    return "\n".join(
        _wrap(
            f"Measured afresh after selection, in {_count(measured.launches, 'paired launch', 'es')}, on "
            f"Python {_one_line(where.python)}, {_one_line(where.cpu)}, with optimizer "
            f"{_one_line(where.optimizer)}; base commit {base_commit[:12]}."
        )
    )


def _claim(interval: Interval) -> str:
    return f"{_ratio(interval.estimate)}x ({_range(interval)})"


def _range(interval: Interval) -> str:
    """Rounded outwards, so that the text never claims more than was measured."""
    digits = _digits(interval.estimate)
    low = math.floor(interval.low * 10**digits + 1e-9) / 10**digits
    high = math.ceil(interval.high * 10**digits - 1e-9) / 10**digits
    return f"{low:.{digits}f}-{high:.{digits}f}x"


def _ratio(value: float) -> str:
    return f"{value:.{_digits(value)}f}"


def _digits(value: float) -> int:
    return 2 if value < 2 else 1 if value < 20 else 0


def _level(interval: Interval) -> str:
    return f"{interval.level * 100:g}%"


def _time(nanoseconds: float) -> str:
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if nanoseconds >= size:
            return f"{_three_digits(nanoseconds / size)} {unit}"
    return f"{_three_digits(nanoseconds)} ns"


def _bytes(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{_three_digits(count / size)} {unit}"
    return f"{count} B"


def _three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _count(number: int, thing: str, plural: str = "s") -> str:
    return f"{number} {thing}{'' if number == 1 else plural}"


def _one_line(text: str) -> str:
    """For texts from experts and repositories, which must not add lines of their own."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _wrap(text: str, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
