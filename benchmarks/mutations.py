"""Plants one mistake in a function, and says which mistakes provably change nothing."""

import ast
import difflib
import hashlib
import types
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from random import Random

from benchmarks.mutation_operators import OPERATORS
from benchmarks.mutation_scope import Replacement, Scope
from benchmarks.mutation_types import names_alike

_SKIPPED = frozenset({"annotation", "returns", "decorator_list", "type_params"})
_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Mutant:
    kind: str
    source: str  # of the function, in the form of `Function.source`
    change: str  # the lines that differ

    @property
    def id(self) -> str:
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def parsed(source: str) -> tuple[Definition, int]:
    """A function and the column it stands at; the first line of a method's source has no indentation.

    Raises SyntaxError where it is no function.
    """
    for text, column in ((source, 0), (f"class _:\n    {source}", 4)):
        try:
            node = ast.parse(text).body[0]
        except IndentationError:
            continue
        inner = node.body[0] if column and isinstance(node, ast.ClassDef) else node
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            return inner, max(column, inner.body[0].col_offset - 4 if not column else 0)
    raise SyntaxError("not a function")


def plain(source: str) -> str:
    """The function as mutants are written: no comments, no docstring, one layout."""
    node, column = parsed(source)
    return _text(_without_docstring(node), column)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A change that is not written out yet: most are never chosen."""

    kind: str
    place: tuple[ast.AST, str, int | None]
    new: Replacement


@dataclass(frozen=True, slots=True)
class Subject:
    """A function that mistakes are planted in."""

    node: Definition
    column: int
    text: str
    form: object  # of the code it compiles to

    @classmethod
    def of(cls, source: str) -> "Subject":
        node, column = parsed(source)
        node = _without_docstring(node)
        return cls(node, column, _text(node, column), _normal_form(node))

    def drafts(self) -> Iterator[_Draft]:
        """In the order of the text."""
        scope = Scope(names_alike(self.node), _last_return(self.node))
        for parent, name, at, child in list(_sites(self.node)):
            for kind, operator in OPERATORS.items():
                for new in list(operator(child, scope)):
                    yield _Draft(kind, (parent, name, at), new)

    def mutant(self, draft: _Draft) -> Mutant | None:
        """None for a change that does not compile, or that provably changes nothing."""
        changed = _placed(self.node, draft.place, draft.new)
        text = _text(changed, self.column)
        if text == self.text or not _whole(text, changed) or _normal_form(changed) == self.form:
            return None
        return Mutant(draft.kind, text, _difference(self.text, text))


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant, in the order of the text."""
    subject = Subject.of(source)
    seen = set()
    for draft in subject.drafts():
        mutant = subject.mutant(draft)
        if mutant and mutant.source not in seen:
            seen.add(mutant.source)
            yield mutant


def provably_same(one: str, other: str) -> bool:
    """Whether two functions compile to the same code after dead code and the like are taken out."""
    forms = [_normal_form(_without_docstring(parsed(source)[0])) for source in (one, other)]
    return forms[0] is not None and forms[0] == forms[1]


def choose(source: str, used: Counter[str], random: Random) -> Mutant | None:
    """One mutant of a kind that was seldom chosen so far; counts it in `used`. None where there is none."""
    subject = Subject.of(source)
    drafts: dict[str, list[_Draft]] = {}
    for draft in subject.drafts():
        drafts.setdefault(draft.kind, []).append(draft)
    while drafts:
        kinds = sorted(drafts)
        kind = random.choices(kinds, [1 / (1 + used[kind]) ** 2 for kind in kinds])[0]
        group = drafts.pop(kind)
        for draft in random.sample(group, len(group)):
            mutant = subject.mutant(draft)
            if mutant:
                used[kind] += 1
                return mutant
    return None


def _without_docstring(node: Definition) -> Definition:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        node.body = node.body[1:] or [ast.Pass()]
    return node


def _last_return(node: Definition) -> ast.Return | None:
    last = node.body[-1]
    return last if isinstance(last, ast.Return) else None


def _sites(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """(parent, field, place in the field, node) of every node, but those of annotations and the like."""
    for name, value in ast.iter_fields(node):
        if name in _SKIPPED:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for at, child in children:
            if isinstance(child, ast.AST):
                yield node, name, at, child
                yield from _sites(child)


def _placed(root: Definition, place: tuple[ast.AST, str, int | None], new: Replacement) -> Definition:
    """A copy of the function with something else at a place; the function itself stays."""
    parent, name, at = place
    old = getattr(parent, name)
    changed: object = new
    if at is not None:
        changed = [*old[:at], *(new if isinstance(new, list) else [new]), *old[at + 1 :]]
    setattr(parent, name, changed)
    try:
        return deepcopy(root)
    finally:
        setattr(parent, name, old)


def _text(node: Definition, column: int) -> str:
    lines = ast.unparse(ast.fix_missing_locations(node)).splitlines()
    return "\n".join([lines[0], *(" " * column + line if line else line for line in lines[1:])])


def _whole(text: str, node: Definition) -> bool:
    """Whether the text says what the tree does, and compiles."""
    try:
        again = parsed(text)[0]
        compile(ast.fix_missing_locations(ast.Module([again], [])), "<mutant>", "exec")
    except (SyntaxError, ValueError):
        return False
    return ast.dump(again) == ast.dump(node)


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


def _normal_form(node: Definition) -> object:
    """The code that CPython makes of it, without positions; None where it does not compile."""
    tree = ast.Module([_Plainer().visit(deepcopy(node))], [])
    try:
        return _code(compile(ast.fix_missing_locations(tree), "<mutant>", "exec", optimize=0))
    except (SyntaxError, ValueError):
        return None


def _code(code: types.CodeType) -> object:
    constants = tuple(
        _code(one) if isinstance(one, types.CodeType) else (type(one).__name__, repr(one))
        for one in code.co_consts
    )
    counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, constants, counts, names, code.co_exceptiontable


class _Plainer(ast.NodeTransformer):
    """Takes out what no call can tell: `pass`, what comes after a return, `not x in y`."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements and isinstance(statements[0], ast.stmt):
                setattr(node, name, _reached(statements) or ([ast.Pass()] if name == "body" else []))
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        inner = node.operand
        turned: dict[type[ast.cmpop], type[ast.cmpop]] = {
            ast.In: ast.NotIn,
            ast.NotIn: ast.In,
            ast.Is: ast.IsNot,
            ast.IsNot: ast.Is,
        }
        if not (isinstance(node.op, ast.Not) and isinstance(inner, ast.Compare) and len(inner.ops) == 1):
            return node
        other = turned.get(type(inner.ops[0]))
        return ast.Compare(inner.left, [other()], inner.comparators) if other else node


def _reached(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Up to the first that leaves; a definition of a generator hides behind no return."""
    found: list[ast.stmt] = []
    for number, statement in enumerate(statements):
        if not isinstance(statement, ast.Pass):
            found.append(statement)
        if isinstance(statement, _ENDS):
            hidden = [one for later in statements[number + 1 :] for one in ast.walk(later)]
            binds = any(_tells(one) for one in hidden)
            return [*found, *statements[number + 1 :]] if binds else found
    return found


def _tells(node: ast.AST) -> bool:
    """Whether a node means something for its function even where it is never reached: a yield makes a
    generator of it, an assignment makes a name local."""
    return isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.Global | ast.Nonlocal) or (
        isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )
