"""What a frame says of the call it belongs to. Runs inside the sandbox; standard library only."""

from __future__ import annotations

import opcode
import types
from typing import Any

GENERATORS = 0x20 | 0x80 | 0x200  # co_flags of generators, coroutines and asynchronous generators
_VARARGS, _VARKEYWORDS = 0x04, 0x08
_RESUME = opcode.opmap.get("RESUME")  # from 3.11 on


def is_inner(frame: types.FrameType, code: types.CodeType) -> bool:
    """Called by itself, perhaps out of a comprehension."""
    back = frame.f_back
    if back is not None and back.f_code.co_name.startswith("<"):
        back = back.f_back
    return back is not None and back.f_code is code


def first_resume(frame: types.FrameType, code: types.CodeType) -> bool:
    """Generators report a call each time they go on: only the first one is a call."""
    if _RESUME is None:
        return frame.f_lasti < 0
    at = frame.f_lasti
    text = code.co_code
    return at < 0 or (text[at] == _RESUME and text[at + 1] & 3 == 0)


def arguments(frame: types.FrameType, code: types.CodeType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What the function was called with, in the order of its signature. Before its body ran."""
    found, names = frame.f_locals, code.co_varnames
    at = code.co_argcount
    args = [found[name] for name in names[:at]]
    kwargs = {name: found[name] for name in names[at : at + code.co_kwonlyargcount]}
    at += code.co_kwonlyargcount
    if code.co_flags & _VARARGS:
        args.extend(found[names[at]])
        at += 1
    if code.co_flags & _VARKEYWORDS:
        kwargs.update(found[names[at]])
    return tuple(args), kwargs


def defaults(frame: types.FrameType, code: types.CodeType) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and keyword defaults of the function, as the objects they are."""
    function = _function(frame, code)
    if function is None:
        return (), {}
    return function.__defaults__ or (), function.__kwdefaults__ or {}


def _function(frame: types.FrameType, code: types.CodeType) -> Any:
    """The function object of a frame, looked up by its qualified name; None when that finds another."""
    names = getattr(code, "co_qualname", code.co_name).split(".")
    found: Any = frame.f_globals.get(names[0])
    for name in names[1:]:
        found = vars(found).get(name) if isinstance(found, type) else None
    for _ in range(20):
        if found is None or getattr(found, "__code__", None) is code:
            return found
        found = _unwrapped(found)
    return None


def _unwrapped(found: Any) -> Any:
    for name in ("__func__", "fget", "__wrapped__"):
        inner = getattr(found, name, None)
        if inner is not None:
            return inner
    return None
