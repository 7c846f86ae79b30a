"""Examples on disk: gzip, one JSON object a line; also what `optimizer experts export-data` writes."""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode.examples import Example

_LEVEL = 6  # of compression: 9 takes three times as long for a hundredth


def write(path: Path, examples: Iterable[Example]) -> int:
    """How many there were. The file is there whole or not at all, and the same for the same examples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    count, encoder = 0, msgspec.json.Encoder()
    try:
        with partial.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
            for count, example in enumerate(examples, 1):  # noqa: B007  # the last one is the result
                file.write(encoder.encode(example) + b"\n")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def read(path: Path) -> Iterator[Example]:
    """Compressed or not. Raises ConfigError that names the line."""
    decoder = msgspec.json.Decoder(Example)
    for number, line in lines(path):
        try:
            yield decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}:{number}: no example: {error}") from error


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers. Raises ConfigError for a file that cannot be read."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
