"""`optimizer experts evaluate`: how good the experts are on problems of your own."""

from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, note
from optimizer.cli.session import Assignments, settings_from
from optimizer.domain.errors import ConfigError
from optimizer.domain.evidence import Decision

if TYPE_CHECKING:
    from optimizer.domain.settings import Settings
    from optimizer.experts.ecode.evaluation.scores import Tried


@click.command(epilog=example("optimizer experts evaluate problems.jsonl --best-of 8"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--best-of", type=click.IntRange(1), default=8, show_default=True, help="Proposals for a problem."
)
@click.option("--quiet", is_flag=True, help="No progress on stderr.")
@with_settings
@with_json
def evaluate(file: Path, best_of: int, quiet: bool, assignments: Assignments, as_json: bool) -> None:
    """Have the experts that the settings name propose for the problems in FILE, judge each proposal as in
    production, and print shares and speed-ups. A line of FILE: {"name", "source", "function", "calls"}."""
    from optimizer.experts.ecode.evaluation.scores import score  # noqa: PLC0415 - start-up time
    from optimizer.experts.ecode.evaluation.table import table  # noqa: PLC0415 - likewise

    settings = settings_from(assignments)
    tried = _tried(file, best_of, settings, quiet)
    if not tried:
        raise ConfigError(f"{file}: none of its problems can be judged")
    scores = [(name, score(found, k)) for name, found in tried.items() for k in sorted({1, best_of})]
    if as_json:
        emit_json([{"proposer": name, **asdict(one)} for name, one in scores])
    else:
        click.echo(table(scores))


def _tried(file: Path, k: int, settings: "Settings", quiet: bool) -> "dict[str, list[Tried]]":
    """By proposer."""
    from optimizer.bootstrap import make_experts, timing_core  # noqa: PLC0415 - start-up time
    from optimizer.experts.ecode.evaluation.baselines import copy_input, of_expert  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.evaluation.judging import Bench, compare  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.evaluation.problems import read_problems  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.evaluation.scores import Tried  # noqa: PLC0415 - likewise
    from optimizer.sandbox import bubblewrap  # noqa: PLC0415 - likewise

    experts, absent = make_experts(settings)
    for reason in absent:
        note(f"note: {reason}", quiet)
    proposers = {"copy input": copy_input} | {one.name: of_expert(one) for one in experts}
    problems = list(read_problems(file, settings))
    bench, found = Bench(bubblewrap.find(), timing_core(), settings), defaultdict(list)
    for number, problem in enumerate(problems, 1):
        judged = compare(problem, proposers, k, bench)
        if isinstance(judged, Decision):
            note(f"{problem.name}: not judged: {judged.reason}: {judged.detail}", quiet)
            continue
        note(f"{number}/{len(problems)} {problem.name}", quiet)
        for name, ones in judged.items():
            found[name].append(Tried(problem.group, tuple(one.everywhere for one in ones), ordered=True))
    return dict(found)
