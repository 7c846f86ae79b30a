"""`optimizer experts`."""

from typing import TYPE_CHECKING

import click

from optimizer.cli.evaluating import evaluate
from optimizer.cli.exporting import export_data
from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, note, table
from optimizer.cli.session import Assignments, settings_from
from optimizer.cli.training import prepare, train

if TYPE_CHECKING:
    from optimizer.ports import Expert


@click.group(invoke_without_command=True, epilog=example("optimizer experts", "optimizer experts --rules"))
@click.option("--rules", "with_rules", is_flag=True, help="List the rules, one a line.")
@with_settings
@with_json
@click.pass_context
def experts(context: click.Context, with_rules: bool, assignments: Assignments, as_json: bool) -> None:
    """List the experts that the settings name: version, languages, number of rules. Or train one."""
    if context.invoked_subcommand is None:
        _listed(with_rules, assignments, as_json)


experts.add_command(prepare)
experts.add_command(train)
experts.add_command(export_data)
experts.add_command(evaluate)


def _listed(with_rules: bool, assignments: Assignments, as_json: bool) -> None:
    from optimizer.bootstrap import make_experts  # noqa: PLC0415 - start-up time

    found, absent = make_experts(settings_from(assignments))
    for reason in absent:
        note(f"note: {reason}")
    if as_json:
        emit_json([_data(expert) for expert in found])
    elif with_rules:
        rows = [(expert.name, *rule) for expert in found for rule in _rules(expert)]
        table(("expert", "rule", "what it does"), rows)
    else:
        table(("expert", "version", "languages", "rules"), [_row(expert) for expert in found])


def _row(expert: "Expert") -> tuple[object, ...]:
    return expert.name, expert.version, ", ".join(sorted(expert.languages)), len(_rules(expert)) or None


def _rules(expert: "Expert") -> list[tuple[str, str]]:
    """Name and summary; none for an expert that has no rules."""
    return [(rule.name, rule.summary) for rule in getattr(expert, "rules", ())]


def _data(expert: "Expert") -> dict[str, object]:
    rules = [{"name": name, "summary": summary} for name, summary in _rules(expert)]
    languages = sorted(expert.languages)
    return {"name": expert.name, "version": expert.version, "languages": languages, "rules": rules}
