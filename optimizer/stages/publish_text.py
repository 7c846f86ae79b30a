"""What a reviewer reads: the commit message of a patch. Plain text, lines of at most 100 characters."""

import textwrap

from optimizer.domain.evidence import Contract, Evaluation, Interval, Measurement, SizeRow
from optimizer.domain.functions import Function
from optimizer.domain.patches import Surroundings
from optimizer.domain.results import FunctionResult
from optimizer.stages.evidence_text import growth, impact_line, instructions_line, memory_line
from optimizer.stages.wording import claim, counted, level, nanoseconds, one_line, ratio, span, wrap

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
        growth(evaluation),
        _beside(result, evaluation, measured),
        _checked(evaluation.verdict.contract if evaluation.verdict else Contract()),
        _not_checked(evaluation.verdict.contract if evaluation.verdict else Contract()),
        _commands(branch),
        _measured_on(where, measured, base_commit),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def patch_title(function: Function, claimed: Interval) -> str:
    """For instance: Speed up parse_row 3.2x (99% CI 3.1-3.4x). At most 72 characters."""
    name = function.qualname.replace("<locals>.", "")
    text = f"{ratio(claimed.estimate)}x ({level(claimed.level)} CI {span(claimed)})"
    room = _TITLE - len(f"Speed up  {text}")
    if len(name) > room:
        name = function.name
    if len(name) > room:
        name = name[: room - 3] + "..."
    return f"Speed up {name} {text}"


def _change(function: Function, evaluation: Evaluation) -> str:
    candidate = evaluation.candidate
    origin = candidate.provenance
    summary = one_line(candidate.summary) or "See the difference."
    by = one_line(f"Proposed by: {origin.expert} ({origin.detail}, version {origin.version})")
    return "\n".join((*wrap(function.label), *wrap(f"What changed: {summary}"), *wrap(by)))


def _times(measured: Measurement) -> str:
    """Every size, the slower ones too: the claim is an average, and this is what is behind it."""
    ratios = f"ratio ({level(measured.wall.level)} CI)"
    table = [("size", "before", "after", ratios), *(_row(row) for row in measured.rows)]
    widths = [max(len(line[column]) for line in table) for column in range(3)]
    lines = ["Time of one call, by size of the input (ratio above 1: faster):"]
    for size, before, after, gain in table:
        lines.append(f"  {size:<{widths[0]}}  {before:>{widths[1]}}  {after:>{widths[2]}}  {gain}")
    cross = f"CPU time says {claim(measured.cpu)}, single calls of fresh processes {claim(measured.cold)}."
    return "\n".join((*lines, *wrap(cross)))


def _row(row: SizeRow) -> tuple[str, str, str, str]:
    mark = "" if row.ratio.estimate >= 1 else "  slower"
    label = textwrap.shorten(one_line(row.label), 36, placeholder="...")
    return label, nanoseconds(row.original_ns), nanoseconds(row.candidate_ns), claim(row.ratio) + mark


def _beside(result: FunctionResult, evaluation: Evaluation, measured: Measurement) -> str:
    lines = (
        impact_line(result.impact),
        memory_line(evaluation.memory),
        instructions_line(evaluation.instructions, measured),
    )
    return "\n".join(line for line in lines if line)


def _checked(contract: Contract) -> str:
    origins = ", ".join(f"{count} {origin}" for origin, count in contract.inputs_by_origin)
    total = sum(count for _, count in contract.inputs_by_origin)
    text = (
        f"Contract checked: same results, exceptions, changes of arguments, output and state on "
        f"{counted(total, 'input')}{f' ({origins})' if origins else ''}; "
        f"{contract.held_out} of them held out: neither the expert nor the benchmark saw them."
    )
    if contract.raising:
        text += f" On {contract.raising} the original raises, and the change raises the same."
    if contract.resource:
        text += f" On {contract.resource} the original runs out of a resource (recursion, memory or time)."
    floats = f"within a relative tolerance of {contract.tolerance:g}" if contract.tolerance else "bit for bit"
    types = " Argument types seen:" if contract.argument_types else ""
    if contract.searched:
        text += (
            f" A search for a counterexample tried {counted(contract.searched, 'more input')}, which reached "
            f"{counted(contract.original_branches, 'branch', 'es')} of the original and "
            f"{contract.candidate_branches} of the change; none differs."
        )
    lines = [*wrap(text), *wrap(f"Floats are compared {floats}.{types}")]
    for name, seen in contract.argument_types:
        lines += wrap(one_line(f"{name}: {seen}"), "  ")
    return "\n".join(lines)


def _not_checked(contract: Contract) -> str:
    if not contract.not_checked:
        return ""
    lines = ["Not checked:"]
    for item in contract.not_checked:
        lines += wrap(f"- {one_line(item)}", "  ")
    return "\n".join(lines)


def _commands(branch: str) -> str:
    return "\n".join(
        (
            "Reproduce (runs the checks and the measurement again):",
            f"  optimizer verify {branch}",
            "  optimizer verify FILE (on any machine; made by `optimizer patch proof`)",
            "Draw time against size:",
            f"  optimizer patch plot {branch} --output plot.svg",
            "Revert (the branch is one commit; without the branch, give the id of this commit):",
            f"  git revert {branch}",
        )
    )


def _measured_on(where: Surroundings, measured: Measurement, base_commit: str) -> str:
    rate = measured.false_accept
    calibrated = "" if rate is None else f"; false-accept rate of this machine at most {rate:.3%}"
    return "\n".join(
        wrap(
            f"Measured afresh after selection, in {counted(measured.launches, 'paired launch', 'es')}, on "
            f"Python {one_line(where.python)}, {one_line(where.cpu)}, with optimizer "
            f"{one_line(where.optimizer)}{calibrated}; base commit {base_commit[:12]}."
        )
    )
