"""Loads the arguments of one call. Runs inside the sandbox only; standard library only.

A payload is a pickle (protocol 5) of one of:

    ("call", args, kwargs)
        one call as recorded, `self` or `cls` first where there is one; arguments that shared objects
        when the call was made still share them.
    ("with", base, {key: value})
        the call of the payload `base`, with the argument at position `key` (int) or of keyword `key`
        (str) replaced.
    ("method", class_qualname, init_args, init_kwargs, args, kwargs)
        a method's call on a fresh instance of a class of the target's module; where init_args is None
        the class itself comes first (class methods).

Loading runs code of whoever made the pickle, so the trusted side never does it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

Resolve = Callable[[str], Any]


class PayloadError(Exception):
    """The bytes are not a payload, or what they name is not there."""


def load(payload: bytes, resolve: Resolve) -> tuple[list[Any], dict[str, Any]]:
    """Fresh positional and keyword arguments; every call of `load` makes new objects.

    `resolve` finds a class of the target's module by its qualified name. Raises PayloadError, and
    whatever the target's own constructors and unpickling code raise.
    """
    form, *parts = _form(payload)
    if form == "call":
        args, kwargs = parts
        return list(args), dict(kwargs)
    if form == "with":
        return _replaced(parts[0], parts[1], resolve)
    if form == "method":
        return _on_instance(parts, resolve)
    raise PayloadError(f"unknown form {form!r}")


def _form(payload: bytes) -> tuple[Any, ...]:
    loaded = pickle.loads(payload)
    lengths = {"call": 3, "with": 3, "method": 6}
    if not isinstance(loaded, tuple) or not loaded or lengths.get(loaded[0]) != len(loaded):
        raise PayloadError("not a payload")
    return loaded


def _replaced(base: bytes, changes: dict[Any, Any], resolve: Resolve) -> tuple[list[Any], dict[str, Any]]:
    args, kwargs = load(base, resolve)
    for key, value in changes.items():
        if isinstance(key, str):
            kwargs[key] = value
        elif 0 <= key < len(args):
            args[key] = value
        else:
            raise PayloadError(f"no argument {key}")
    return args, kwargs


def _on_instance(parts: list[Any], resolve: Resolve) -> tuple[list[Any], dict[str, Any]]:
    qualname, init_args, init_kwargs, args, kwargs = parts
    made = resolve(qualname)
    if init_args is not None:
        made = made(*init_args, **init_kwargs)
    return [made, *args], dict(kwargs)
