"""Writes docs/rules.md: `python -m optimizer.experts.rules.document [FILE]`."""

import sys
from pathlib import Path

from optimizer.experts.rules.rule import Rule
from optimizer.experts.rules.table import all_rules

PAGE = Path("docs/rules.md")

_HEAD = """\
# Rules

The `rules` expert knows the anti-patterns below. A rule only proposes: each proposal goes through the
same checks and measurements as any other, and most are refused because they gain nothing on the inputs
at hand. Rules that apply to one function are also proposed together, and an accepted variant is offered
to all of them again.

This page is written by `python -m optimizer.experts.rules.document` from the rules themselves.

| rule | what it does | needs |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    rules = all_rules()
    rows = "".join(_row(rule) for rule in rules)
    return _HEAD + rows + "".join(_section(rule) for rule in rules)


def _row(rule: Rule) -> str:
    needs = ", ".join(f"`{name}`" for name in sorted(rule.needs))
    return f"| [{rule.name}](#{rule.name}) | {rule.summary.replace('|', chr(92) + '|')} | {needs} |\n"


def _section(rule: Rule) -> str:
    after = "\n".join((*rule.imports, rule.after)) if rule.imports else rule.after
    return (
        f"\n## {rule.name}\n\nBefore:\n\n```python\n{rule.before.strip()}\n```\n"
        f"\nAfter:\n\n```python\n{after.strip()}\n```\n"
    )


def main(arguments: list[str]) -> None:
    """Writes the page to the file named, or to docs/rules.md below the current directory."""
    path = Path(arguments[0]) if arguments else PAGE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
