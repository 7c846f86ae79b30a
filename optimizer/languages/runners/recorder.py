"""Keeps a variety of the calls of watched functions. Runs inside the sandbox; standard library only.

A profile function sees each call before its body runs. What a hot function may cost is bounded: calls
are looked at one by one at first and at the start of each test, then at exponentially growing distances,
until enough were seen. Nothing that goes wrong in here may reach the tests: it is counted instead.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

KEEP = 24  # calls of a function
KEEP_INNER = 6  # of them made by the function itself (recursion)
ATTEMPTS = 400  # calls looked at, a function
SECONDS = 2.0  # spent on looking, a function
BURST = 3  # calls looked at, at the start of each test
MAX_PAYLOAD = 262_144
MAX_WRITTEN = 64_000_000  # bytes of all payloads together


class _TooLargeError(Exception):
    pass


class _Buffer(io.BytesIO):
    def write(self, data: Any) -> int:
        if self.tell() + len(data) > MAX_PAYLOAD:
            raise _TooLargeError
        return super().write(data)


class Watched:
    """One function and what was seen of it."""

    __slots__ = (
        "attempts", "burst", "calls", "classes", "code", "defaults", "done", "epoch", "hashes", "index",
        "inner", "next", "path", "seconds", "skipped", "slots",
    )  # fmt: skip

    def __init__(self, index: int, path: str) -> None:
        self.index = index
        self.path = path
        self.code: types.CodeType | None = None
        self.calls = [0, 0]  # from outside; from itself
        self.next = [1, 1]
        self.epoch = -1
        self.burst = 0
        self.attempts = 0
        self.seconds = 0.0
        self.inner = 0
        self.done = False
        self.hashes: set[bytes] = set()
        self.slots: list[Any] = []  # the class of the call in each slot
        self.classes: dict[Any, int] = {}
        self.skipped: dict[str, int] = {}
        self.defaults: tuple[tuple[Any, ...], dict[str, Any]] | None = None


class Recorder:
    """`watch`: [path, first line, name] each. `facts`: the module arguments.py. `write` takes events."""

    def __init__(
        self,
        watch: list[list[Any]],
        facts: types.ModuleType,
        encode: Callable[[Any], bytes],
        write: Callable[[dict[str, Any]], None],
    ) -> None:
        self.facts = facts
        self.encode = encode
        self.write = write
        self.epoch = 0
        self.written = 0
        self.busy = False
        self.left = len(watch)
        self.names: dict[str, dict[tuple[str, int], Watched]] = {}
        self.all = [Watched(index, path) for index, (path, _, _) in enumerate(watch)]
        self.paths: dict[str, str] = {}
        for watched, (path, line, name) in zip(self.all, watch):  # noqa: B905  # Python 3.9 has no strict
            self.names.setdefault(name, {})[path, line] = watched
        self.pid = os.getpid()
        self.profile = self._make_profile()

    def start(self) -> None:
        if self.left:
            threading.setprofile(self.profile)
            sys.setprofile(self.profile)

    def stop(self) -> None:
        sys.setprofile(None)
        threading.setprofile(None)

    def next_test(self) -> None:
        """Each test may show a few calls, however often the function was called before."""
        self.epoch += 1
        if self.left:
            self.start()
        else:
            self.stop()

    def _make_profile(self) -> Callable[[types.FrameType, str, Any], None]:
        names, paths, look = self.names, self.paths, self._look

        def profile(frame: types.FrameType, event: str, _arg: Any) -> None:
            if event != "call":
                return
            code = frame.f_code
            here = names.get(code.co_name)
            if here is None:
                return
            path = paths.get(code.co_filename) or paths.setdefault(
                code.co_filename, os.path.realpath(code.co_filename)
            )
            watched = here.get((path, code.co_firstlineno))
            if watched is not None and not watched.done:
                look(watched, frame, code)

        return profile

    def _look(self, watched: Watched, frame: types.FrameType, code: types.CodeType) -> None:
        inner = self.facts.is_inner(frame, code)
        if code.co_flags & self.facts.GENERATORS and not self.facts.first_resume(frame, code):
            return
        watched.calls[inner] += 1
        count = watched.calls[inner]
        if watched.epoch != self.epoch:
            watched.epoch, watched.burst = self.epoch, BURST
        if count < watched.next[inner] and (inner or not watched.burst):
            return
        watched.next[inner] = count + 1 if count < 12 else int(count * 1.15) + 1
        watched.burst -= watched.burst > 0
        if self.busy or os.getpid() != self.pid:
            return
        self._attempt(watched, frame, code, inner)

    def _attempt(self, watched: Watched, frame: types.FrameType, code: types.CodeType, inner: bool) -> None:
        self.busy = True
        began = time.perf_counter()
        try:
            self._capture(watched, frame, code, inner)
        except Exception as error:
            reason = _reason(error)
            watched.skipped[reason] = watched.skipped.get(reason, 0) + 1
        finally:
            self.busy = False
        watched.attempts += 1
        watched.seconds += time.perf_counter() - began
        if watched.attempts >= ATTEMPTS or watched.seconds >= SECONDS or self.written >= MAX_WRITTEN:
            watched.done = True
            self.left -= 1
            if not self.left:
                self.stop()

    def _capture(self, watched: Watched, frame: types.FrameType, code: types.CodeType, inner: bool) -> None:
        if inner and watched.inner >= KEEP_INNER:
            return
        args, kwargs = self.facts.arguments(frame, code)
        args, kwargs = self._without_defaults(watched, frame, code, args, kwargs)
        slot = _slot(watched, (inner, _class(args, kwargs)))
        if slot is None:
            return
        payload = _pickled(("call", args, kwargs))
        digest = hashlib.sha256(payload).digest()
        if digest in watched.hashes:
            return
        watched.hashes.add(digest)
        self._keep(watched, frame, slot, (inner, _class(args, kwargs)), payload)

    def _keep(self, watched: Watched, frame: types.FrameType, slot: int, kind: Any, payload: bytes) -> None:
        tree = self._tree(payload)
        if slot < len(watched.slots):
            watched.classes[watched.slots[slot]] -= 1
            watched.slots[slot] = kind
        else:
            watched.slots.append(kind)
        watched.classes[kind] = watched.classes.get(kind, 0) + 1
        watched.inner += kind[0]
        self.written += len(payload) + len(tree)
        module = frame.f_globals.get("__name__")
        self.write({"e": "call", "f": watched.index, "s": slot, "p": payload, "t": tree, "m": str(module)})

    def _tree(self, payload: bytes) -> bytes:
        """Of a copy: encoding consumes iterators. Raises what loading raises: then it is of no use."""
        _, args, kwargs = pickle.loads(payload)
        try:
            return self.encode((args, kwargs))
        except Exception:
            return b""  # larger than what can be encoded: known by its payload only

    def _without_defaults(
        self,
        watched: Watched,
        frame: types.FrameType,
        code: types.CodeType,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Leaves out what the function itself put in: a default that is shared must stay shared."""
        if watched.defaults is None or watched.code is not code:
            watched.defaults, watched.code = self.facts.defaults(frame, code), code
        positional, keyword = watched.defaults
        left = {name: kwargs[name] for name in kwargs if not _is(keyword, name, kwargs[name])}
        if len(args) == code.co_argcount:
            defaults = list(positional)
            while args and defaults and args[-1] is defaults[-1]:
                args, defaults = args[:-1], defaults[:-1]
        return args, left


def _is(defaults: dict[str, Any], name: str, value: Any) -> bool:
    return name in defaults and defaults[name] is value


def _class(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Calls of one class look alike: the same types, sizes of the same order of magnitude."""
    return tuple(_kind(item) for item in args), tuple((name, _kind(kwargs[name])) for name in kwargs)


def _kind(item: Any) -> Any:
    kind = type(item)
    if kind is int:
        return kind, item.bit_length() // 4
    if kind in (str, bytes, list, tuple, dict, set, frozenset):
        first = type(next(iter(item), None)) if kind not in (str, bytes) else None
        return kind, len(item).bit_length(), first
    return kind


def _slot(watched: Watched, kind: Any) -> int | None:
    """Where to keep a call of this class: a free slot, or one of the most crowded class."""
    used = len(watched.slots)
    if used < KEEP:
        return used
    crowded = max(watched.classes, key=lambda known: watched.classes[known])
    if watched.classes[crowded] <= watched.classes.get(kind, 0) + 1:
        return None
    return max(index for index, known in enumerate(watched.slots) if known == crowded)


def _pickled(value: Any) -> bytes:
    for item in (*value[1], *value[2].values()):
        if isinstance(item, (str, bytes, list, tuple, dict, set, frozenset)) and len(item) > MAX_PAYLOAD:
            raise _TooLargeError
    buffer = _Buffer()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some iterators warn that they will stop being picklable
        pickle.Pickler(buffer, 5).dump(value)
    return buffer.getvalue()


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, _TooLargeError):
        return "an argument is too large"
    if "generator" in text or "coroutine" in text:
        return "an argument is a generator"
    return "an argument cannot be pickled"
