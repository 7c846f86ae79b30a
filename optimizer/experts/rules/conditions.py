"""What has to hold beyond the shape of a match, as the YAML rules write it.

builtins: [max]          names that must mean the builtins
modules: [math]          names that must be what a plain `import math` binds
types: {S: [str]}        inferred types that the expression in a hole must have one of
not_types: {X: [list]}   inferred types that it must not have
hashable: [X]            holes whose values can be put into a set, by their inferred types
pure: [X]                holes without side effects that give the same again
unused: [X]              variables that the function mentions nowhere else
fresh: {NEW: other}      holes for new variables, with the name wanted
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ast_grep_py import SgNode

from optimizer.experts.rules import types
from optimizer.experts.rules.effects import pure
from optimizer.experts.rules.scene import Scene
from optimizer.experts.rules.sites import unbound_reads

_UNPLAIN = {"keyword_argument", "list_splat", "dictionary_splat"}  # no expressions of their own


@dataclass(frozen=True, slots=True)
class Conditions:
    """See the module's text for the meaning of each."""

    builtins: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    types: Mapping[str, Sequence[str]] = field(default_factory=dict)
    not_types: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hashable: tuple[str, ...] = ()
    pure: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    apart: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    mentions: Mapping[str, int] = field(default_factory=dict)
    fresh: Mapping[str, str] = field(default_factory=dict)
    inner: Mapping[str, str] = field(default_factory=dict)


def conditions_from(values: Mapping[str, Any]) -> Conditions:
    """Raises KeyError for a condition that does not exist."""
    for key in values:
        if key not in Conditions.__dataclass_fields__:
            raise KeyError(key)
    known: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in values.items()}
    return Conditions(**known)


def hold(conditions: Conditions, match: SgNode, holes: Sequence[str], found: Scene) -> bool:
    """Whether a match may be rewritten; `holes` are the names that the fix uses."""
    nodes = {name: node for name in holes if (node := match.get_match(name)) is not None}
    return (
        all(node.kind() not in _UNPLAIN for node in nodes.values())
        and all(map(found.is_builtin, conditions.builtins))
        and not (conditions.inner and found.calls_given(match.text()))
        and all(_is_module(name, found) for name in conditions.modules)
        and _typed(conditions, match, found)
        and all(pure(f"({match[hole].text()})") for hole in conditions.pure)
        and all(_own(match[hole], found) for hole in conditions.own)
        and all(not _mentions(match[one], match[other]) for one, other in conditions.apart.items())
        and all(_not_read_after(hole, match, found) for hole in conditions.unused)
        and all(found.count(match[hole].text()) == times for hole, times in conditions.mentions.items())
    )


def _typed(conditions: Conditions, match: SgNode, found: Scene) -> bool:
    return (
        all(_type(match[hole], found) in wanted for hole, wanted in conditions.types.items())
        and all(_type(match[hole], found) not in bad for hole, bad in conditions.not_types.items())
        and all(types.hashable(_full_type(match[hole], found)) for hole in conditions.hashable)
    )


def _type(node: SgNode, found: Scene) -> str:
    return types.head(_full_type(node, found))


def _full_type(node: SgNode, found: Scene) -> str:
    return types.infer(ast.parse(f"({node.text()})", mode="eval").body, found.env)


def _is_module(name: str, found: Scene) -> bool:
    if name in found.bound:
        return False
    tree = ast.parse(found.request.module_source)
    plain = (each for node in tree.body if isinstance(node, ast.Import) for each in node.names)
    return any((each.asname or each.name) == name for each in plain)


def _own(node: SgNode, found: Scene) -> bool:
    name = node.text()
    return node.kind() == "identifier" and name not in found.outside and name not in found.captured


def _mentions(code: SgNode, variable: SgNode) -> bool:
    name = variable.text()
    return code.text() == name or any(each.text() == name for each in code.find_all(kind="identifier"))


def _not_read_after(hole: str, match: SgNode, found: Scene) -> bool:
    """Whether every mention of a loop's variable is in a loop that gives it a value of its own."""
    name = match[hole].text()
    around = (node.field("left") for node in match.ancestors() if node.kind() == "for_statement")
    taken = any(target is not None and _mentions(target, match[hole]) for target in around)
    return found.local(name) and not taken and name not in unbound_reads(found.tree)
