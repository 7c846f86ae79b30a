"""Which drafts are worth a judgement: those that parse, keep the signature, and are new, once each."""

import ast
from collections.abc import Iterable, Iterator
from itertools import islice

from optimizer.experts.ecode.drafts import Draft
from optimizer.experts.ecode.edits import applied, between
from optimizer.experts.ecode.fields import Function, parsed

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
# What makes a generator counts though it is never reached; definitions may begin above their line.
_KEPT = (ast.Yield, ast.YieldFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def worth_judging(drafts: Iterable[Draft], original: str, most: int) -> Iterator[str]:
    """The usable ones, the likeliest first; then each edit alone of drafts that have several, since often one
    of them is right. What is accepted is offered again: so right ones come together."""
    texts = [draft.text for draft in sorted(drafts, key=lambda draft: -draft.log_chance)]
    tidy = (without_dead_ends(text, original) for text in [*texts, *_parts(texts, original)])
    return islice(usable(tidy, original), most)


def _parts(texts: Iterable[str], original: str) -> Iterator[str]:
    for text in texts:
        edits = list(between(original, text, bridged=0))
        for edit in edits if len(edits) > 1 else ():
            alone = applied(original, [edit])
            assert alone is not None  # the edit is of lines that are there
            yield alone


def without_dead_ends(text: str, original: str) -> str:
    """Without statements behind one that leaves their block, which the model likes to write twice. What makes
    a generator stays, and so does all where the original has such statements itself."""
    node, old = parsed(text), parsed(original)
    if node is None or old is None or list(_dead_ends(old)):
        return text
    dead = {line for first, last in _dead_ends(node) for line in range(first, last + 1)}
    return "\n".join(line for number, line in enumerate(text.split("\n"), 1) if number not in dead)


def _dead_ends(function: Function) -> Iterator[tuple[int, int]]:
    """First and last lines."""
    for block in _blocks(function):
        ends = [at for at, one in enumerate(block) if isinstance(one, _LEAVES)]
        dead = block[ends[0] + 1 :] if ends else []
        alone = bool(dead) and dead[0].lineno > (block[ends[0]].end_lineno or 0)
        if alone and not any(isinstance(one, _KEPT) for each in dead for one in ast.walk(each)):
            yield dead[0].lineno, dead[-1].end_lineno or dead[-1].lineno


def _blocks(function: Function) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                yield block


def usable(drafts: Iterable[str], original: str) -> Iterator[str]:
    """In their order. `original` has the form of `Fields.code`."""
    node = parsed(original)
    if node is None:
        return
    seen, head = {normalised(node)}, signature(node)
    for draft in drafts:
        made = parsed(draft)
        if made is None or signature(made) != head:
            continue
        form = normalised(made)
        if form not in seen:
            seen.add(form)
            yield draft


def signature(node: Function) -> str:
    """All that callers see of it."""
    decorators = [ast.dump(each) for each in node.decorator_list]
    returns = ast.dump(node.returns) if node.returns else ""
    return " ".join((type(node).__name__, node.name, ast.dump(node.args), returns, *decorators))


def normalised(node: Function) -> str:
    """The tree as text, with local names numbered in the order in which they come: what renaming, comments
    and layout leave alone."""
    local = {
        name.id: ""
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store | ast.Del)
    }
    declared = {
        name for each in ast.walk(node) if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names
    }
    numbered: dict[str, str] = {}
    copied = ast.parse(ast.unparse(node))
    for each in ast.walk(copied):
        if isinstance(each, ast.Name) and each.id in local and each.id not in declared:
            each.id = numbered.setdefault(each.id, f"local{len(numbered)}")
    return ast.dump(copied)
