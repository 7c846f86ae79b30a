"""Calls of one function put together from values: over a recorded call, or from nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from optimizer.canonical import BadEncodingError, decode, show
from optimizer.domain.functions import Function
from optimizer.domain.trees import Node
from optimizer.domain.workloads import Input, Origin
from optimizer.workloads import payloads
from optimizer.workloads.plain import (
    NotPlainError,
    PlainCall,
    plain_call,
    show_call,
    show_value,
    size_of_call,
    size_of_tree,
)
from optimizer.workloads.signatures import Receiver, Signature

TEXT = 2000  # characters of an input's text
# Values of a call by parameter; "*" and "**" in front of the names of the collecting ones, "init:" in
# front of those of the class.
Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Base:
    """A recorded call of which some arguments can be replaced."""

    payload: bytes = field(repr=False)
    call: PlainCall = field(repr=False)
    size: int
    # Text and size of the arguments that cannot be made here.
    kept: Mapping[int | str, tuple[str, int]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """What is called. `init`: how a fresh `self` is made, where that is known."""

    function: Function
    signature: Signature
    init: Signature | None = None

    @property
    def offset(self) -> int:
        """Position of the first argument that is not the receiver."""
        return 0 if self.signature.receiver is Receiver.NONE else 1

    def key_of(self, name: str, base: Base) -> int | str | None:
        """Where a recorded call takes a parameter: a position, a keyword, or nowhere."""
        positional = self.signature.positional
        for number, parameter in enumerate(positional):
            if parameter.name == name:
                position = number + self.offset
                if position < len(base.call.args):
                    return position
                collected = len(base.call.args) > len(positional) + self.offset
                return None if parameter.positional_only or collected else name
        return name


def base_of(payload: bytes, tree: bytes) -> Base | None:
    """None when the tree is missing or not legible."""
    try:
        decoded = decode(tree)
        call = plain_call(decoded)
    except (BadEncodingError, NotPlainError):
        return None
    positional, keyword = decoded.children
    names = [str(node.value) for node in keyword.children[::2]]
    nodes: dict[int | str, Node] = {
        **dict(enumerate(positional.children)),
        **dict(zip(names, keyword.children[1::2], strict=True)),
    }
    kept = {key: (show(nodes[key], TEXT), size_of_tree(_alone(nodes[key]))) for key in call.opaque}
    return Base(payload, call, size_of_tree(decoded), kept)


def values_of(target: Target, base: Base) -> dict[str, object]:
    """The plain values of a recorded call by parameter name."""
    found: dict[str, object] = {}
    positional, offset = target.signature.positional, target.offset
    for position, value in enumerate(base.call.args[offset:], offset):
        if position - offset < len(positional) and position not in base.call.opaque:
            found[positional[position - offset].name] = value
    rest = range(offset + len(positional), len(base.call.args))
    if target.signature.varargs and not base.call.opaque.intersection(rest):
        found["*" + target.signature.varargs.name] = list(base.call.args[offset + len(positional) :])
    names = {parameter.name for parameter in target.signature.parameters}
    for name, value in base.call.kwargs:
        if name in names and name not in base.call.opaque:
            found[name] = value
    return found


def over(target: Target, base: Base, values: Values, held_out: bool, note: str) -> Input | None:
    """A recorded call with some values replaced; None where there are none, or no place for one."""
    if not values:
        return None
    changes: dict[int | str, object] = {}
    extra: list[object] | None = None
    for name, value in values.items():
        if name.startswith("*"):
            extra = list(value) if isinstance(value, list) else None
            continue
        key = target.key_of(name, base)
        if key is None:
            return None
        changes[key] = value
    args: list[object] = list(base.call.args)
    kwargs: dict[str, object] = dict(base.call.kwargs)
    for key, value in changes.items():
        if isinstance(key, int):
            args[key] = value
        else:
            kwargs[key] = value
    if base.call.opaque - changes.keys():
        return None if extra is not None else _over_opaque(base, changes, args, kwargs, (held_out, note))
    if extra is not None and len(args) >= target.offset + len(target.signature.positional):
        args[target.offset + len(target.signature.positional) :] = extra
    return made(payloads.call(args, kwargs), args, kwargs, held_out=held_out, note=note)


def _over_opaque(
    base: Base,
    changes: Mapping[int | str, object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    role: tuple[bool, str],
) -> Input:
    texts, size = [], 0
    arguments: list[tuple[int | str, object]] = [*enumerate(args), *kwargs.items()]
    for key, value in arguments:
        if key in base.kept and key not in changes:
            text, leaves = base.kept[key]
        else:
            text, leaves = show_value(value, TEXT), size_of_call([value])
        texts.append(f"{key}={text}" if isinstance(key, str) else text)
        size += leaves
    payload = payloads.with_changes(base.payload, changes)
    return _input(payload, ", ".join(texts), size, *role)


def _alone(node: Node) -> Node:
    return Node("tuple", None, (Node("tuple", None, (node,)), Node("dict")))


def fresh(target: Target, values: Values, held_out: bool, note: str) -> Input | None:
    """A call made of values alone; None where a required one is missing or `self` cannot be made."""
    bound = _bound(target.signature, values, "")
    if bound is None:
        return None
    args, kwargs = bound
    receiver = target.signature.receiver
    if receiver is Receiver.NONE:
        return made(payloads.call(args, kwargs), args, kwargs, held_out=held_out, note=note)
    owner = target.function.qualname.rpartition(".")[0]
    init = _bound(target.init, values, "init:") if target.init and receiver is Receiver.SELF else None
    if receiver is Receiver.SELF and init is None:
        return None
    payload = payloads.on_instance(owner, init, args, kwargs)
    first = f"{owner}({show_call(*init)})" if init else owner
    rest = show_call(args, kwargs)
    size = size_of_call([*(init[0] if init else ()), *args, *kwargs.values()])
    return _input(payload, f"{first}, {rest}" if rest else first, size, held_out, note)


def _bound(
    signature: Signature, values: Values, prefix: str
) -> tuple[list[object], dict[str, object]] | None:
    """Positional as long as nothing is left out, by keyword after that."""
    args: list[object] = []
    kwargs: dict[str, object] = {}
    gap = False
    for parameter in signature.parameters:
        name = prefix + parameter.name
        if name not in values:
            if parameter.required:
                return None
            gap = gap or not parameter.keyword_only
        elif parameter.keyword_only or gap:
            if parameter.positional_only:
                continue
            kwargs[parameter.name] = values[name]
        else:
            args.append(values[name])
    if signature.varargs and not gap:
        extra = values.get(f"{prefix}*{signature.varargs.name}")
        args.extend(extra if isinstance(extra, list) else ())
    if signature.varkeywords:
        more = values.get(f"{prefix}**{signature.varkeywords.name}")
        kwargs.update({str(key): value for key, value in more.items()} if isinstance(more, dict) else {})
    return args, kwargs


def made(
    payload: bytes,
    args: Sequence[object],
    kwargs: dict[str, object],
    *,
    held_out: bool,
    note: str,
) -> Input:
    return _input(payload, show_call(args, kwargs), size_of_call([*args, *kwargs.values()]), held_out, note)


def _input(payload: bytes, text: str, size: int, held_out: bool, note: str) -> Input:
    return Input(
        id=payloads.payload_id(payload),
        payload=payload,
        origin=Origin.GENERATED,
        held_out=held_out,
        size=size,
        text=text[:TEXT],
        note=note,
    )
