"""A value of the code under test as the trusted side sees it: a typed tree, never a live object."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a decoded canonical encoding (optimizer/languages/runners/canonical.py)."""

    type: str  # "int", "list", ... for builtins; "package.Class" for others; "ref", "name", "opaque"
    value: int | float | complex | str | bytes | bool | None = None  # of leaves; of "ref" the index
    children: tuple["Node", ...] = ()  # items; dicts and objects: key, value alternately
