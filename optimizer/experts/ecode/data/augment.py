"""The same Python function with other names: its own variables', never those that others can see."""

import ast
import re
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random

import libcst as cst

from optimizer.experts.ecode.examples import Example
from optimizer.experts.ecode.fields import parsed

# Usual names of variables; a name that the function knows already is not taken.
_POOL = tuple(
    """
    a b c d e f g h i j k m n p q r s t u v w x y z acc ans arr best bit bound buffer cache
    candidate ch char chunk cnt col count cur current curr data depth diff digit dist end entry
    first found freq group head high idx index item items key last left length level limit low
    mapping mask memo mid minimum most nxt node num number offset out pair part pos prefix previous
    prev queue rank ratio remaining res result right root row score seen seq size stack start state
    step sub suffix table tail target temp tmp tokens total val value values visited width word
    """.split()
)
_WORD = re.compile(r"\w+")
# Who asks for names as text sees which they are.
_ASKS = frozenset({"exec", "eval", "locals", "vars", "globals", "dir"})


def renamed(example: Example, random: Random, share: float = 0.7) -> Example:
    """Variables of the code and the target under new names, the same in both; Python's functions only."""
    if example.fields.language != "python":
        return example
    code, target = example.fields.code, example.target
    names = chosen(code, target, random, share)
    if not names:
        return example
    return replace(
        example,
        fields=replace(example.fields, code=with_names(code, names) if code else ""),
        target=with_names(target, names),
    )


def chosen(code: str, target: str, random: Random, share: float) -> dict[str, str]:
    """New names by the old ones: for those that both sides allow, each with the chance `share`."""
    sides = [(variables(side), _words(side)) for side in (code, target)]
    both = sorted(
        name
        for name in sides[0][0] | sides[1][0]
        if all(name in own or name not in known for own, known in sides)
    )
    words = sides[0][1] | sides[1][1]
    old = [name for name in both if random.random() < share]
    free = [name for name in _POOL if name not in words]
    return dict(zip(old, random.sample(free, len(free)), strict=False))


def variables(code: str) -> frozenset[str]:
    """Names that nothing outside of the function can know, and that mean one thing all through it."""
    node = parsed(code)
    if node is None or any(_unclear(each) for each in ast.walk(node)):
        return frozenset()
    own: set[str] = set()
    others = {node.name}  # a variable of the function's own name: both are one word
    try:
        table = symtable.symtable(code, "function", "exec")
    except SyntaxError:  # `nonlocal` of a function around it
        return frozenset()
    for symbol in _symbols(table):
        is_own = symbol.is_local() and not (
            symbol.is_parameter() or symbol.is_imported() or symbol.is_namespace() or symbol.is_nonlocal()
        )
        (own if is_own or symbol.is_free() else others).add(symbol.get_name())
    declared = {name for each in ast.walk(node) if isinstance(each, ast.Nonlocal) for name in each.names}
    return frozenset(name for name in own - others - declared if not name.startswith("_"))


def with_names(code: str, names: Mapping[str, str]) -> str:
    """The code with its variables renamed; attributes and keywords of calls keep their names."""
    return cst.parse_module(code).visit(_Names(names)).code


def _unclear(node: ast.AST) -> bool:
    """Where a word that looks like a variable may be a part of a module's name, of a class, or of a text."""
    if isinstance(node, ast.JoinedStr):
        return any(_ends_with_name(part) for part in node.values)
    return isinstance(node, ast.ClassDef | ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Name) and node.id in _ASKS
    )


def _ends_with_name(part: ast.expr) -> bool:
    """As f"{name=}" does, in which the tree has the text "name=" before the value."""
    return isinstance(part, ast.Constant) and str(part.value).rstrip().endswith("=")


def _symbols(table: symtable.SymbolTable) -> Iterator[symtable.Symbol]:
    """Of the functions in it; what a module binds is the function's own name."""
    for child in table.get_children():
        yield from child.get_symbols()
        yield from _symbols(child)


def _words(code: str) -> frozenset[str]:
    return frozenset(_WORD.findall(code))


class _Names(cst.CSTTransformer):
    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self.names = names

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802  # LibCST's name
        new = self.names.get(original_node.value)
        return updated_node.with_changes(value=new) if new else updated_node

    def leave_Attribute(  # noqa: N802  # as above
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        return updated_node.with_changes(attr=original_node.attr)

    def leave_Arg(self, original_node: cst.Arg, updated_node: cst.Arg) -> cst.Arg:  # noqa: N802  # as above
        return updated_node.with_changes(keyword=original_node.keyword)

    def leave_MatchKeywordElement(  # noqa: N802  # as above
        self, original_node: cst.MatchKeywordElement, updated_node: cst.MatchKeywordElement
    ) -> cst.MatchKeywordElement:
        return updated_node.with_changes(key=original_node.key)
