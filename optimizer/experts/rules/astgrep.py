"""Rules written as YAML, in the syntax of ast-grep, one file a rule.

A file holds one or more documents with ast-grep's keys `rule`, `constraints`, `transform` and `fix`,
tried together. What is ours stands under `metadata`: `conditions` that a pattern cannot say (see
`conditions.py`) and `imports` in each document; in the first one also `before`, `after`, `needs` and
`version`. Its `id` and `message` are the rule's name and summary. Utilities for `matches` are in
`utils.yml` beside the rules.

The Python package of ast-grep finds matches and does transforms but leaves `fix` to its callers; here
a fix is expanded with parentheses where the context binds tighter than the text put into it.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.errors import ConfigError
from optimizer.experts.rules.conditions import conditions_from
from optimizer.experts.rules.matches import Variant, rewrite_all
from optimizer.experts.rules.rule import Rewrite, Rule

UTILS = "utils.yml"

_MATCHER_KEYS = ("rule", "constraints", "transform")
_KEYS = {*_MATCHER_KEYS, "id", "language", "message", "note", "metadata", "fix"}
_METADATA = {"before", "after", "imports", "needs", "version", "conditions"}


def load_rules(folder: Traversable, names: Sequence[str]) -> tuple[Rule, ...]:
    """The rules in the named files (without `.yml`). Raises ConfigError for a file that is not a rule."""
    utils = yaml.load((folder / UTILS).read_text("utf-8"), yaml.CSafeLoader)
    return tuple(load_rule(folder / f"{name}.yml", utils) for name in names)


def load_rule(file: Traversable, utils: Mapping[str, Any]) -> Rule:
    """One file as a rule. Raises ConfigError where a key is unknown or missing."""
    read = yaml.load_all(file.read_text("utf-8"), yaml.CSafeLoader)
    documents = [document for document in read if document]
    try:
        _check_keys(documents)
        variants = tuple(_variant(document, utils) for document in documents)
        return _rule(documents[0], variants)
    except (KeyError, IndexError) as error:
        raise ConfigError(f"rule file {file.name}: unknown or missing key: {error}") from error


def _check_keys(documents: Sequence[Mapping[str, Any]]) -> None:
    for document in documents:
        unknown = {*document} - _KEYS | {*document.get("metadata", {})} - _METADATA
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))


def _variant(document: Mapping[str, Any], utils: Mapping[str, Any]) -> Variant:
    matcher = {key: document[key] for key in _MATCHER_KEYS if key in document}
    metadata = document.get("metadata", {})
    return Variant(
        matcher={**matcher, "utils": _named(matcher, utils)},
        fix=document["fix"].rstrip("\n"),
        conditions=conditions_from(metadata.get("conditions", {})),
        imports=tuple(metadata.get("imports", ())),
    )


def _named(value: object, utils: Mapping[str, Any]) -> dict[str, Any]:
    """The utilities that a matcher names, and those that they name in turn."""
    if isinstance(value, list):
        return {key: each for item in value for key, each in _named(item, utils).items()}
    if not isinstance(value, dict):
        return {}
    found = _named(list(value.values()), utils)
    name = value.get("matches")
    return {**found, name: utils[name], **_named(utils[name], utils)} if name else found


def _rule(document: Mapping[str, Any], variants: tuple[Variant, ...]) -> Rule:
    metadata = document["metadata"]

    def rewrite(request: ProposalRequest) -> Iterator[Rewrite]:
        found = rewrite_all(variants, request)
        if found is not None:
            yield found

    return Rule(
        name=document["id"],
        summary=document["message"],
        before=metadata["before"],
        after=metadata["after"],
        rewrite=rewrite,
        imports=variants[0].imports,
        needs=frozenset(metadata.get("needs", ())),
        version=metadata.get("version", 1),
    )
