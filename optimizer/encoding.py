"""Frozen values as JSON and back: any text, bytes and number that they hold comes back as it was."""

import json
import math
import zlib
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")
_FLOAT = "$float"  # JSON has no word for infinity: {"$float": "inf"}
_COMPACT: dict[str, Any] = {
    "sort_keys": True,
    "separators": (",", ":"),
    "ensure_ascii": True,  # names and sources may hold surrogates, which UTF-8 has no bytes for
    "allow_nan": False,
}


def to_json(value: object) -> bytes:
    """The same value gives the same bytes always."""
    return json.dumps(_finite(msgspec.to_builtins(value)), **_COMPACT).encode("ascii")


def from_json(content: bytes, kind: type[_T]) -> _T:
    """Raises ValueError (msgspec's and json's own are such) or RecursionError."""
    return msgspec.convert(json.loads(content, object_hook=_infinite, parse_constant=_no_constant), kind)


def pack(value: object) -> bytes:
    """The same, compressed: for a database of ours."""
    return zlib.compress(to_json(value), level=1)


def unpack(data: bytes, kind: type[_T]) -> _T:
    """Raises like `from_json`, also for what is cut short or damaged."""
    try:
        content = zlib.decompress(data)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    return from_json(content, kind)


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {_FLOAT: str(value)}
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _infinite(found: dict[str, Any]) -> object:
    if found.keys() != {_FLOAT}:
        return found
    if found[_FLOAT] not in ("inf", "-inf", "nan"):
        raise ValueError(f"{_FLOAT} has to be inf, -inf or nan")
    return float(found[_FLOAT])


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
