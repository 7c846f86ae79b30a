"""Calls of a method out of the examples of its problem: "nums = [2,7], target = 9"."""

import ast
import contextlib
import sys
import types
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.pair_solutions import CLASS, LeftOut, Spliced
from optimizer.languages.runners.canonical import encode
from optimizer.workloads import payloads
from optimizer.workloads.recorded import RecordedCall

_LITERALS = {"null": None, "true": True, "false": False}


def _stand_ins() -> types.ModuleType:
    """The classes of the subject's module that calls speak of, under the names they have there."""
    module = types.ModuleType("subject")
    for name in (CLASS, "ListNode", "TreeNode"):
        setattr(module, name, type(name, (), {"__module__": "subject"}))
    return module


_SUBJECT = _stand_ins()


@contextlib.contextmanager
def _importable() -> Iterator[None]:
    """The stand-ins are found by name, as pickling asks for; the subject's own classes are inside only."""
    before = sys.modules.get("subject")
    sys.modules["subject"] = _SUBJECT
    try:
        yield
    finally:
        del sys.modules["subject"]
        if before is not None:
            sys.modules["subject"] = before


def calls(spliced: Spliced, texts: Iterable[str]) -> tuple[RecordedCall, ...] | LeftOut:
    """A recorded call for every example that can be read, on a fresh instance as `self`."""
    found = []
    for text in texts:
        values = arguments(text, spliced.parameters)
        if values is not None:
            found.append(
                _call([_noded(value, kind) for value, kind in zip(values, _kinds(spliced), strict=True)])
            )
    return tuple(found) or LeftOut("no example can be read")


def arguments(text: str, names: Sequence[str]) -> list[object] | None:
    """The values of an example in the order of the parameters; None when they do not fit."""
    try:
        parsed = ast.parse(f"f({text})".replace("\n", " "), mode="eval").body
        assert isinstance(parsed, ast.Call)
        given = {one.arg: ast.literal_eval(_Literals().visit(one.value)) for one in parsed.keywords}
    except (SyntaxError, ValueError):
        return None
    if parsed.args or len(given) != len(names):
        return None
    if set(given) == set(names):
        return [given[name] for name in names]
    return list(given.values())  # the version has names of its own


class _Literals(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(_LITERALS[node.id]) if node.id in _LITERALS else node


def _kinds(spliced: Spliced) -> list[str]:
    """By annotation; where there is none but the module speaks of nodes, by what parameters are called."""
    kinds = []
    for name, annotation in zip(spliced.parameters, spliced.annotations, strict=True):
        for node, usual in (("ListNode", "head"), ("TreeNode", "root")):
            there = f"class {node}:" in spliced.module
            if there and (node in annotation or (name == usual and not annotation)):
                kinds.append(node)
                break
        else:
            kinds.append("")
    return kinds


def _noded(value: object, kind: str) -> object:
    if kind == "ListNode" and isinstance(value, list):
        return linked(value)
    if kind == "TreeNode" and isinstance(value, list):
        return tree(value)
    return value


def linked(values: Sequence[object]) -> object:
    """The first of linked nodes; None for no values."""
    head = None
    for value in reversed(values):
        head = _node(_SUBJECT.ListNode, val=value, next=head)
    return head


def tree(values: Sequence[object]) -> object:
    """The root of a tree given level by level, None where there is no node."""
    if not values or values[0] is None:
        return None
    root = _node(_SUBJECT.TreeNode, val=values[0], left=None, right=None)
    waiting, rest = [root], list(values[1:])
    for parent in waiting:
        for side in ("left", "right"):
            value = rest.pop(0) if rest else None
            if value is not None:
                setattr(parent, side, _node(_SUBJECT.TreeNode, val=value, left=None, right=None))
                waiting.append(getattr(parent, side))
    return root


def _node(kind: type, **attributes: object) -> object:
    node: object = kind()
    for name, value in attributes.items():
        setattr(node, name, value)
    return node


def _call(values: list[object]) -> RecordedCall:
    with _importable():
        payload = payloads.on_instance(CLASS, ((), {}), values, {})
        tree = encode(((_SUBJECT.Solution(), *values), {}))  # type: ignore[no-untyped-call]
    return RecordedCall(payload, tree)
