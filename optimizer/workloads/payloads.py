"""Makes payloads on the trusted side: out of builtin values only, and without ever loading one.

Their three forms are explained where they are loaded, in optimizer/languages/runners/payload.py. The
bytes depend on the values alone, never on the hash seed of this process: ids must be the same tomorrow.
"""

import collections
import hashlib
import io
import pickle
from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.workloads.plain import OneShot, show_value

_PROTOCOL = 5


def call(args: Sequence[object], kwargs: Mapping[str, object]) -> bytes:
    return _dumps(("call", tuple(map(_whole, args)), {name: _whole(value) for name, value in kwargs.items()}))


def with_changes(base: bytes, changes: Mapping[int | str, object]) -> bytes:
    return _dumps(("with", base, {key: _whole(value) for key, value in changes.items()}))


def on_instance(
    class_qualname: str,
    init: tuple[Sequence[object], Mapping[str, object]] | None,
    args: Sequence[object],
    kwargs: Mapping[str, object],
) -> bytes:
    """`init`: what the class is called with; None for a class method, which gets the class itself."""
    init_args, init_kwargs = (None, {}) if init is None else (tuple(init[0]), dict(init[1]))
    whole = {name: _whole(value) for name, value in kwargs.items()}
    return _dumps(("method", class_qualname, init_args, init_kwargs, tuple(map(_whole, args)), whole))


def payload_id(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()[:16]


def _whole(value: object) -> object:
    return iter(list(value)) if isinstance(value, OneShot) else value


def _dumps(value: object) -> bytes:
    if not _holds_set(value):
        return pickle.dumps(value, _PROTOCOL)
    buffer = io.BytesIO()
    _Ordered(buffer, _PROTOCOL).dump(value)
    return buffer.getvalue()


def _holds_set(value: object) -> bool:
    stack, seen = [value], set()
    while stack:
        top = stack.pop()
        if isinstance(top, set | frozenset):
            return True
        if isinstance(top, dict | list | tuple | collections.deque) and id(top) not in seen:
            seen.add(id(top))
            inner = [*top.keys(), *top.values()] if isinstance(top, dict) else top
            if not _SCALARS.issuperset(map(type, inner)):
                stack.extend(inner)
    return False


_SCALARS = frozenset({int, float, complex, bool, str, bytes, type(None)})


class _Ordered(pickle._Pickler):  # the one in C asks `reducer_override` too late
    """Pickles the elements of sets in an order that does not depend on the hash seed."""

    def reducer_override(self, obj: object) -> Any:
        if type(obj) in (set, frozenset) and isinstance(obj, set | frozenset):
            return type(obj), (sorted(obj, key=lambda item: (type(item).__name__, show_value(item, 500))),)
        return NotImplemented
