"""Finds the places where a rule applies, and rewrites all of them, and each alone."""

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.rules.effects import bound_names
from optimizer.experts.rules.rule import Rewrite
from optimizer.experts.rules.scene import Scene, function_tree, scene
from optimizer.experts.rules.tree import Statement, Statements, code, with_comments_of

MAX_SINGLE = 4  # rewrites of one place alone

_LOOPS = (cst.For, cst.While)


@dataclass(frozen=True, slots=True)
class Place:
    """A statement in its block, for a rule that rewrites statements."""

    block: Statements
    index: int
    above: tuple[cst.CSTNode, ...]  # enclosing statements and expressions, outermost first

    def take(self, count: int) -> Statements:
        """The statements from this one on; fewer where the block ends."""
        return self.block[self.index : self.index + count]

    @property
    def before(self) -> Statements:
        return self.block[: self.index]

    @property
    def after(self) -> Statements:
        return self.block[self.index + 1 :]

    @property
    def loops(self) -> tuple[cst.For | cst.While, ...]:
        return loops_of(self.above)

    @property
    def guarded(self) -> bool:
        """Whether an exception here may be caught in the same function."""
        return any(isinstance(node, cst.Try | cst.TryStar | cst.With) for node in self.above)


@dataclass(frozen=True, slots=True)
class Change:
    """What takes the place of `count` statements."""

    new: Sequence[Statement]
    count: int = 1
    imports: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()  # variables that nothing may read any more
    back: int = 0  # how many statements before the place are replaced as well


StatementRule = Callable[[Scene, Place], Change | None]
FunctionRule = Callable[[Scene, cst.FunctionDef], tuple[cst.FunctionDef, tuple[str, ...]] | None]


def in_statements(find: StatementRule) -> Callable[[ProposalRequest], Iterator[Rewrite]]:
    """A rewriter that asks `find` about each statement, outer ones first."""

    def rewrite(request: ProposalRequest) -> Iterator[Rewrite]:
        seen = scene(request)
        if seen is not None:
            yield from _rewrites(seen, _statement_sites(seen, find), _replace_statements)

    return rewrite


def in_function(find: FunctionRule) -> Callable[[ProposalRequest], Iterator[Rewrite]]:
    """A rewriter that asks `find` once about the whole function."""

    def rewrite(request: ProposalRequest) -> Iterator[Rewrite]:
        seen = scene(request)
        found = find(seen, seen.parsed.function) if seen is not None else None
        if seen is not None and found is not None:
            function, imports = found
            yield from _checked(seen, function, Change((), imports=imports))

    return rewrite


def loops_of(above: Sequence[cst.CSTNode]) -> tuple[cst.For | cst.While, ...]:
    """The loops around a place, outermost first, up to the innermost function."""
    found: list[cst.For | cst.While] = []
    for node in above:
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            found.clear()
        elif isinstance(node, _LOOPS):
            found.append(node)
    return tuple(found)


_Sites = dict[int, Change]  # by the identity of the first node that is replaced


def _rewrites(
    seen: Scene, sites: _Sites, apply: Callable[[cst.FunctionDef, _Sites], cst.FunctionDef]
) -> Iterator[Rewrite]:
    function = seen.parsed.function
    valid: _Sites = {}
    single: list[Rewrite] = []
    for key, change in sites.items():
        for rewrite in _checked(seen, apply(function, {key: change}), change):
            valid[key] = change
            single.append(rewrite)
    if len(valid) > 1:
        together = replace(
            next(iter(valid.values())),
            imports=tuple(dict.fromkeys(line for change in valid.values() for line in change.imports)),
            gone=tuple(name for change in valid.values() for name in change.gone),
        )
        yield from _checked(seen, apply(function, valid), together)
    yield from single[:MAX_SINGLE]


def _checked(seen: Scene, function: cst.FunctionDef, change: Change) -> Iterator[Rewrite]:
    """The rewrite, unless a name in it would mean something else, or nothing, where it stands."""
    tree = function_tree(code(function))
    imports = _missing(seen, change.imports)
    if imports is None or any(name in unbound_reads(tree) for name in change.gone):
        return
    known = seen.names | set(bound_names(ast.walk(tree))) | {_imported(line) for line in change.imports}
    added = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - known
    if any(not hasattr(builtins, name) or name in seen.module_names for name in added):
        return
    yield Rewrite(seen.parsed.render(function), imports)


def _missing(seen: Scene, imports: tuple[str, ...]) -> tuple[str, ...] | None:
    """The imports that the module does not have; None where a name means something else there."""
    present = set(seen.request.module_source.splitlines())
    missing = tuple(line for line in imports if line not in present)
    clash = seen.module_names | seen.bound
    return None if any(_imported(line) in clash for line in missing) else missing


def _imported(line: str) -> str:
    return next(bound_names(ast.walk(ast.parse(line))))


def unbound_reads(tree: ast.AST) -> frozenset[str]:
    """Names that are read outside of every loop or comprehension that binds them."""
    found: set[str] = set()
    _read(tree, frozenset(), found)
    return frozenset(found)


def _read(node: ast.AST, covered: frozenset[str], found: set[str]) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Load()) | ast.AugAssign(target=ast.Name(id=name)):
            found |= {name} - covered
            for child in ast.iter_child_nodes(node):
                _read(child, covered, found)
        case ast.For(target=target, iter=source, body=body, orelse=orelse):
            _read(source, covered, found)
            inside = covered | set(bound_names(ast.walk(target)))
            for statement in body:
                _read(statement, inside, found)
            for statement in orelse:
                _read(statement, covered, found)
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            bound = {name for each in node.generators for name in bound_names(ast.walk(each.target))}
            for child in ast.iter_child_nodes(node):
                _read(child, covered | bound, found)
        case _:
            for child in ast.iter_child_nodes(node):
                _read(child, covered, found)


def _statement_sites(seen: Scene, find: StatementRule) -> _Sites:
    sites: _Sites = {}
    _look(seen, find, seen.parsed.function, (), sites)
    return sites


def _look(
    seen: Scene, find: StatementRule, node: cst.CSTNode, above: tuple[cst.CSTNode, ...], sites: _Sites
) -> None:
    inside = (*above, node)
    for child in node.children:
        if isinstance(child, cst.IndentedBlock):
            _look_in_block(seen, find, child, inside, sites)
        elif isinstance(child, cst.BaseCompoundStatement | cst.Else | cst.Finally | cst.ExceptHandler):
            _look(seen, find, child, inside, sites)


def _look_in_block(
    seen: Scene, find: StatementRule, node: cst.IndentedBlock, above: tuple[cst.CSTNode, ...], sites: _Sites
) -> None:
    body: list[Statement] = list(node.body)  # type: ignore[arg-type]  # a block holds nothing else
    index = 0
    while index < len(body):
        change = find(seen, Place(body, index, above))
        if change is None:
            _look(seen, find, body[index], above, sites)
            index += 1
        else:
            sites[id(body[index - change.back])] = change
            index += change.count


class _Blocks(cst.CSTTransformer):
    def __init__(self, sites: _Sites) -> None:
        super().__init__()
        self._sites = sites

    def leave_IndentedBlock(  # noqa: N802  # LibCST's name
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        before, after = list(original_node.body), list(updated_node.body)
        if not any(id(statement) in self._sites for statement in before):
            return updated_node
        body: list[cst.BaseStatement] = []
        index = 0
        while index < len(before):
            change = self._sites.get(id(before[index]))
            if change is None:
                body.append(after[index])
                index += 1
            else:
                taken = change.back + change.count
                old: list[Statement] = before[index : index + taken]  # type: ignore[assignment]  # as above
                body.extend(with_comments_of(old, change.new))
                index += taken
        return updated_node.with_changes(body=body)


def _replace_statements(function: cst.FunctionDef, sites: _Sites) -> cst.FunctionDef:
    changed = function.visit(_Blocks(sites))
    assert isinstance(changed, cst.FunctionDef)
    return changed
