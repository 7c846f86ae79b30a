"""The visible table of rules, one line each, in the order in which they are combined."""

from optimizer.experts.rules.rule import Rule


def all_rules() -> tuple[Rule, ...]:
    """Every rule. Those that change the complexity come first, small savings last."""
    return ()
