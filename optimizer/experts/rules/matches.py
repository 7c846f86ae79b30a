"""Rewrites every match of a YAML rule's variants in a function."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ast_grep_py import SgNode, SgRoot

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.rules.conditions import Conditions, hold
from optimizer.experts.rules.fix import Layout, expand, holes
from optimizer.experts.rules.rule import Rewrite
from optimizer.experts.rules.scene import Scene, scene

_ROUNDS = 6  # a rewrite may make room for another one; more rounds than that are a circle
# `next` may raise StopIteration, which comprehensions, generators and map() treat in different ways.
_DELICATE = re.compile(r"\b(async|await|yield|next)\b|:=")


@dataclass(frozen=True, slots=True)
class Variant:
    """What is matched, on which conditions, and what it becomes."""

    matcher: Mapping[str, Any]  # ast-grep's own shape
    fix: str
    conditions: Conditions
    imports: tuple[str, ...] = ()  # whole statements that the fix needs


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int  # characters into the text
    end: int
    text: str
    imports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """The function below a header that gives it back the indentation it has in its file."""

    header: str
    source: str

    @property
    def whole(self) -> str:
        return self.header + self.source


def rewrite_all(variants: Sequence[Variant], request: ProposalRequest) -> Rewrite | None:
    """The function with every match rewritten, outermost first, until none is left; None without a match."""
    text = _Text(_header(request), request.function.source)
    body = _body(text)
    if body is None or not any(_may_match(variant, body) for variant in variants):
        return None
    found = scene(request)
    return None if found is None else _until_stable(variants, text, found)


def _until_stable(variants: Sequence[Variant], text: _Text, found: Scene) -> Rewrite | None:
    imports: dict[str, None] = {}  # as an ordered set
    for _ in range(_ROUNDS):
        edits = _edits(variants, text, found)
        if not edits:
            break
        text = _applied(text, edits)
        imports.update(dict.fromkeys(line for edit in edits for line in edit.imports))
    if text.source == found.request.function.source or not _parses(text.whole):
        return None
    return Rewrite(text.source, tuple(line for line in imports if not _imported(line, found)))


def _may_match(variant: Variant, body: SgNode) -> bool:
    """Without the constraints first: compiling those takes much longer than to see that nothing fits."""
    bare: Any = {**variant.matcher, "constraints": {}, "transform": {}}
    return body.find(bare) is not None


def _config(variant: Variant) -> Any:  # the package's type leaves out what a rule may leave out
    return variant.matcher


def _header(request: ProposalRequest) -> str:
    before = request.module_source.encode("utf-8", "surrogatepass")[: request.function.span.start]
    indent = before.rpartition(b"\n")[2].decode("utf-8", "surrogatepass")
    return f"if 1:\n{indent}" if indent.isspace() else ""


def _body(text: _Text) -> SgNode | None:
    """The body of the function; its decorators, defaults and annotations run before it is called."""
    function = _tree(text.whole).find(kind="function_definition")
    return function.field("body") if function else None


@lru_cache(maxsize=4)  # every rule looks at the same function in turn
def _tree(text: str) -> SgNode:
    return SgRoot(text, "python").root()


def _edits(variants: Sequence[Variant], text: _Text, found: Scene) -> list[_Edit]:
    """What one round changes: of overlapping matches the outermost, of equal ones the first variant's."""
    body = _body(text)
    if body is None:
        return []
    likely = [variant for variant in variants if _may_match(variant, body)]
    matches = [(match, variant) for variant in likely for match in body.find_all(_config(variant))]
    matches.sort(key=lambda pair: (pair[0].range().start.index, -pair[0].range().end.index))
    layout = Layout(text.whole, _unit(text, body))
    given: dict[str, str] = {}  # one name a round: what a later round rewrites may lie between its uses
    edits: list[_Edit] = []
    for match, variant in matches:
        start, end = match.range().start.index, match.range().end.index
        if edits and start < edits[-1].end:
            continue
        new = _new_text(match, variant, layout, given, found)
        edits += [_Edit(start, end, new, variant.imports)] if new is not None else []
    return edits


def _new_text(
    match: SgNode, variant: Variant, layout: Layout, given: dict[str, str], found: Scene
) -> str | None:
    conditions = variant.conditions
    if not _plain(match) or not hold(conditions, match, holes(variant.fix), found):
        return None
    if conditions.fresh and _in_class_body(match):
        return None
    if not all(_importable(line, found) for line in variant.imports):
        return None
    texts = {hole: _fresh(name, given, found) for hole, name in conditions.fresh.items()}
    texts |= {hole: match[name].text()[1:-1] for hole, name in conditions.inner.items()}
    return expand(variant.fix, match, layout, texts)


def _fresh(wanted: str, given: dict[str, str], found: Scene) -> str:
    if wanted not in given:
        given[wanted] = found.fresh(wanted)
    return given[wanted]


def _in_class_body(match: SgNode) -> bool:
    """Where a new variable would be an attribute."""
    kinds = (node.kind() for node in match.ancestors())
    scopes = (kind for kind in kinds if kind in ("function_definition", "class_definition"))
    return next(scopes, "") == "class_definition"


def _plain(match: SgNode) -> bool:
    """No remark that would be lost, and nothing that means something else in another scope or order."""
    return match.find(kind="comment") is None and not _DELICATE.search(match.text())


def _unit(text: _Text, body: SgNode) -> str:
    """One step of the function's indentation."""
    line = text.whole[: body.range().start.index].rpartition("\n")[2]
    outer = text.header.rpartition("\n")[2]
    return line.removeprefix(outer) if line.isspace() and len(line) > len(outer) else "    "


def _applied(text: _Text, edits: Sequence[_Edit]) -> _Text:
    whole = text.whole
    for edit in reversed(edits):
        whole = whole[: edit.start] + edit.text + whole[edit.end :]
    return _Text(text.header, whole.removeprefix(text.header))


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _importable(line: str, found: Scene) -> bool:
    """Whether the name that an import statement binds means nothing else here."""
    name = line.rsplit(maxsplit=1)[-1].partition(".")[0]
    return name not in found.bound and (name not in found.module_names or _imported(line, found))


def _imported(line: str, found: Scene) -> bool:
    """Whether the module itself has the statement."""
    return any(ast.unparse(node) == line for node in ast.parse(found.request.module_source).body)
