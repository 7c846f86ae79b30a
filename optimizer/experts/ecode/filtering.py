"""Which drafts are worth a judgement: those that parse, keep the signature, and are new, once each."""

import ast
from collections.abc import Iterable, Iterator
from itertools import islice

from optimizer.experts.ecode.drafts import Draft
from optimizer.experts.ecode.edits import applied, between
from optimizer.experts.ecode.fields import Function, parsed


def worth_judging(drafts: Iterable[Draft], original: str, most: int) -> Iterator[str]:
    """The usable ones, the likeliest first; then each edit alone of drafts that have several, since often one
    of them is right. What is accepted is offered again: so right ones come together."""
    texts = [draft.text for draft in sorted(drafts, key=lambda draft: -draft.log_chance)]
    return islice(usable([*texts, *_parts(texts, original)], original), most)


def _parts(texts: Iterable[str], original: str) -> Iterator[str]:
    for text in texts:
        edits = list(between(original, text, bridged=0))
        for edit in edits if len(edits) > 1 else ():
            alone = applied(original, [edit])
            assert alone is not None  # the edit is of lines that are there
            yield alone


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
