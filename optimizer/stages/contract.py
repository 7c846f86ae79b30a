"""What an equivalent verdict stands on: argument types seen, inputs by origin, what was not checked."""

from collections import Counter
from collections.abc import Iterator, Sequence

from optimizer import canonical
from optimizer.domain.evidence import Contract
from optimizer.domain.trees import Node
from optimizer.stages.observe import Outcome, OutcomeKind

_NOT_CHECKED = ("standard error, logging and warnings", "behaviour under threads and signals")
_MOST_TYPES = 6


def contract(names: Sequence[str], pairs: Sequence[tuple[str, bool, Outcome]], unusable: int) -> Contract:
    """`names`: of the parameters, in order; `pairs`: origin, whether held out, and the original's
    outcome, one an input."""
    kinds = Counter(outcome.kind for _, _, outcome in pairs)
    not_checked = [*_NOT_CHECKED]
    if unusable:
        not_checked.append(f"{unusable} inputs that could not be run to an end in the sandbox")
    return Contract(
        argument_types=tuple(_argument_types(names, [outcome for _, _, outcome in pairs])),
        inputs_by_origin=tuple(sorted(Counter(origin for origin, _, _ in pairs).items())),
        held_out=sum(1 for _, held_out, _ in pairs if held_out),
        raising=kinds[OutcomeKind.RAISED],
        resource=kinds[OutcomeKind.RESOURCE] + kinds[OutcomeKind.HUNG] + kinds[OutcomeKind.DIED],
        not_checked=tuple(not_checked),
    )


def _argument_types(names: Sequence[str], outcomes: Sequence[Outcome]) -> Iterator[tuple[str, str]]:
    seen: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        if outcome.kind is OutcomeKind.RETURNED:
            for name, node in _arguments(names, outcome.arguments):
                seen.setdefault(name, Counter())[type_text(node)] += 1
    for name, types in seen.items():
        common = [text for text, _ in types.most_common(_MOST_TYPES)]
        more = " | ..." if len(types) > _MOST_TYPES else ""
        yield name, " | ".join(common) + more


def _arguments(names: Sequence[str], data: bytes) -> Iterator[tuple[str, Node]]:
    try:
        args, kwargs = canonical.decode(data).children
    except ValueError:
        return
    for index, node in enumerate(args.children):
        yield names[min(index, len(names) - 1)] if names else f"argument {index}", node
    for key, node in zip(kwargs.children[::2], kwargs.children[1::2], strict=False):
        yield str(key.value), node


def type_text(node: Node, depth: int = 2) -> str:
    """The type as an annotation would put it: list[int | str]."""
    if node.type == "NoneType":
        return "None"
    if node.type == "ref":
        return "(the same object)"
    if node.type in ("name", "opaque"):
        return str(node.value)
    if depth == 0 or node.type not in ("list", "tuple", "set", "frozenset", "dict") or not node.children:
        return node.type.removeprefix("builtins.")
    step = 2 if node.type == "dict" else 1
    parts = [_union(node.children[start::step], depth - 1) for start in range(step)]
    return f"{node.type}[{', '.join(parts)}]"


def _union(nodes: Sequence[Node], depth: int) -> str:
    texts = sorted({type_text(node, depth) for node in nodes[:200]})
    return " | ".join(texts[:3]) + (" | ..." if len(texts) > 3 else "")
