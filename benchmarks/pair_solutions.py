"""Two LeetCode-style classes as one module and the text of a replaced method.

Versions differ in names that do not matter: of the class ("Solution2"), of parameters, of helpers. They
are brought together here; what the method itself does is left alone.
"""

import ast
import builtins
import copy
import re
import symtable
import textwrap
from collections.abc import Sequence, Set
from dataclasses import dataclass, field

# What is taken for granted where such code is run.
PRELUDE = """\
import bisect
import collections
import functools
import heapq
import itertools
import math
import operator
import random
import re
import string
import sys
from bisect import bisect_left, bisect_right, insort
from collections import Counter, OrderedDict, defaultdict, deque
from functools import cache, cmp_to_key, lru_cache, reduce
from heapq import heapify, heappop, heappush, heappushpop, heapreplace, nlargest, nsmallest
from itertools import accumulate, chain, combinations, groupby, permutations, product, zip_longest
from math import ceil, comb, factorial, floor, gcd, inf, log, log2, sqrt
"""
NODES = {
    "ListNode": "class ListNode:\n    def __init__(self, val=0, next=None):\n"
    "        self.val = val\n        self.next = next\n",
    "TreeNode": "class TreeNode:\n    def __init__(self, val=0, left=None, right=None):\n"
    "        self.val = val\n        self.left = left\n        self.right = right\n",
}
_SORTED = frozenset({"SortedDict", "SortedList", "SortedSet"})  # of the package sortedcontainers
_PYTHON2 = frozenset("cmp long raw_input unichr unicode has_key maxint".split())  # what has no successor
_SUCCESSORS = {
    **{"xrange": "range", "izip": "zip", "imap": "map", "ifilter": "filter"},
    **{"iteritems": "items", "iterkeys": "keys", "itervalues": "values"},
}
CLASS = "Solution"
_TYPING = frozenset(
    "Any Callable Deque DefaultDict Dict FrozenSet Generator Iterable Iterator List Mapping Optional "
    "Sequence Set Tuple Union".split()
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    reason: str


@dataclass(frozen=True, slots=True)
class Spliced:
    module: str = field(repr=False)
    qualname: str
    source: str = field(repr=False)  # of the candidate, as `Candidate.source` has it
    imports: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()  # without self
    annotations: tuple[str, ...] = ()  # as written; empty where there is none


@dataclass(slots=True)
class _Version:
    """One version taken apart. `helpers`: methods beside the entry; `others`: classes, functions, names."""

    entry: ast.FunctionDef
    helpers: list[ast.stmt]
    others: list[ast.stmt]
    imports: list[str]


def spliced(original: str, candidate: str) -> Spliced | LeftOut:
    """The original's module with the candidate's helpers in it, and the candidate's method."""
    versions = []
    for text in (original, candidate):
        version = _taken_apart(text)
        if isinstance(version, LeftOut):
            return version
        versions.append(version)
    before, after = versions
    if len(before.entry.args.args) != len(after.entry.args.args):
        return LeftOut("the versions take different arguments")
    after = _renamed(after, _clashes(before, after))
    after.entry = _like(before.entry, after.entry)
    module = _module(before, after, before.entry)
    unknown = _unknown(module, ()) or _unknown(_module(before, after, after.entry), after.imports)
    if unknown:
        return LeftOut(f"needs a name that is not there: {unknown}")
    parameters = before.entry.args.args[1:]
    return Spliced(
        module,
        f"{CLASS}.{before.entry.name}",
        textwrap.indent(ast.unparse(after.entry), "    ").lstrip(),
        tuple(line for line in after.imports if line not in module.splitlines()),
        tuple(one.arg for one in parameters),
        tuple(ast.unparse(one.annotation) if one.annotation else "" for one in parameters),
    )


def _taken_apart(text: str) -> _Version | LeftOut:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return LeftOut("written for Python 2")
    names = _named(tree)
    if names & _PYTHON2:
        return LeftOut("written for Python 2")
    older = any(isinstance(one, ast.ClassDef) and one.bases for one in tree.body)  # class Solution(object)
    tree = _Python3().visit(tree) if older or names & _SUCCESSORS.keys() else tree
    owners = [one for one in tree.body if isinstance(one, ast.ClassDef) and one.name.startswith(CLASS)]
    if len(owners) != 1:
        return LeftOut("no single class Solution")
    methods = [one for one in owners[0].body if isinstance(one, ast.FunctionDef)]
    called = {item.attr for item in ast.walk(owners[0]) if isinstance(item, ast.Attribute)}
    entries = [one for one in methods if one.name not in called] or methods[-1:]
    if len(entries) != 1 or entries[0].args.vararg or not entries[0].args.args:
        return LeftOut("no single method to be called")
    helpers = [one for one in owners[0].body if one is not entries[0]]
    others = [one for one in tree.body if one is not owners[0]]
    imports = [one for one in others if isinstance(one, ast.Import | ast.ImportFrom)]
    others = [one for one in others if one not in imports]
    return _Version(entries[0], helpers, others, [ast.unparse(one) for one in imports])


def _named(tree: ast.AST) -> set[str]:
    """Names and attributes that are spoken of."""
    attributes = {item.attr for item in ast.walk(tree) if isinstance(item, ast.Attribute)}
    return attributes | {item.id for item in ast.walk(tree) if isinstance(item, ast.Name)}


class _Python3(ast.NodeTransformer):
    """A version written for Python 2 does the same in Python 3: lists and whole numbers stay that."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(_SUCCESSORS.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node.value) == "itertools" and node.attr in _SUCCESSORS:
            return ast.Name(_SUCCESSORS[node.attr], node.ctx)
        return ast.Attribute(node.value, _SUCCESSORS.get(node.attr, node.attr), node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        listed = ast.unparse(node.func) in ("map", "zip", "filter", "range")
        self.generic_visit(node)
        return ast.Call(ast.Name("list", ast.Load()), [node], []) if listed else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        whole = (
            isinstance(node.op, ast.Div) and "float" not in ast.unparse(node) and "." not in ast.unparse(node)
        )
        return ast.BinOp(node.left, ast.FloorDiv(), node.right) if whole else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        whole = isinstance(node.op, ast.Div) and "." not in ast.unparse(node.value)
        return ast.AugAssign(node.target, ast.FloorDiv(), node.value) if whole else node


def _clashes(before: _Version, after: _Version) -> dict[str, str]:
    """New names for the candidate's helpers that the original defines otherwise."""
    found = {}
    for mine, theirs in ((before.helpers, after.helpers), (before.others, after.others)):
        texts = {_name(one): ast.unparse(one) for one in mine}
        for one in theirs:
            name = _name(one)
            if texts.get(name, ast.unparse(one)) != ast.unparse(one):
                found[name] = f"{name}_2"
    return found


def _name(statement: ast.stmt) -> str:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return statement.name
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ast.unparse(statement)


class _Renamer(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit(self, node: ast.AST) -> ast.AST:
        for part in ("id", "attr", "name"):
            value = getattr(node, part, None)
            if isinstance(value, str) and value in self.names:
                setattr(node, part, self.names[value])
        self.generic_visit(node)
        return node


def _renamed(version: _Version, names: dict[str, str]) -> _Version:
    if not names:
        return version
    renamer = _Renamer(names)
    for one in (version.entry, *version.helpers, *version.others):
        renamer.visit(one)
    return version


def _like(before: ast.FunctionDef, after: ast.FunctionDef) -> ast.FunctionDef:
    """The candidate's body under the original's signature."""
    result = copy.deepcopy(after)
    if result.name != before.name:
        _Renamer({result.name: before.name}).visit(result)
    pairs = zip(before.args.args, after.args.args, strict=True)
    copies = [f"{new.arg} = {old.arg}" for old, new in pairs if old.arg != new.arg]
    result.body = [*ast.parse("\n".join(copies)).body, *result.body]
    result.args, result.returns = before.args, before.returns
    result.decorator_list = before.decorator_list
    return ast.fix_missing_locations(result)


def _module(before: _Version, after: _Version, entry: ast.FunctionDef) -> str:
    """The module with one of the two methods in it."""
    known = {ast.unparse(one) for one in (*before.helpers, *before.others)}
    others = [*before.others, *(one for one in after.others if ast.unparse(one) not in known)]
    helpers = [*before.helpers, *(one for one in after.helpers if ast.unparse(one) not in known)]
    owner = ast.ClassDef(CLASS, [], [], [*helpers, entry], [])
    body = "\n\n\n".join(ast.unparse(ast.fix_missing_locations(one)) for one in (*others, owner))
    used = _loaded(body) | _loaded(ast.unparse(after.entry)) | _loaded(ast.unparse(before.entry))
    spoken = used | set(re.findall(r"\w+", ast.get_docstring(before.entry) or ""))
    nodes = "\n\n".join(text for name, text in NODES.items() if name in spoken)
    prelude = PRELUDE + _import("typing", used & _TYPING) + _import("sortedcontainers", used & _SORTED)
    lines = [line for line in before.imports if line not in prelude.splitlines()]
    head = prelude + "".join(f"{line}\n" for line in lines)
    return "\n\n".join(part for part in (head, nodes, body) if part) + "\n"


def _import(module: str, names: Set[str]) -> str:
    return f"from {module} import {', '.join(sorted(names))}\n" if names else ""


def _loaded(text: str) -> set[str]:
    return {item.id for item in ast.walk(ast.parse(text)) if isinstance(item, ast.Name)}


def _unknown(module: str, imports: Sequence[str]) -> str:
    """A name that a scope looks for in the module, and that is neither there nor built in."""
    table = symtable.symtable("\n".join([*imports, module]), "subject", "exec")
    here = {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()}
    here |= {*dir(builtins), "__name__", *(one.get_name() for one in table.get_children())}
    waiting, wanted = [table], set()
    while waiting:
        scope = waiting.pop()
        waiting += scope.get_children()
        wanted |= {one.get_name() for one in scope.get_symbols() if one.is_referenced() and one.is_global()}
    return min(wanted - here, default="")
