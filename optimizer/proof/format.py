"""A bundle as bytes, and back from bytes that a stranger may have written.

gzip over two lines of JSON: a header that says what this is, and the content that the header's hash is
over. Reading takes bounded time and memory, builds plain values only, and loads no payload.
"""

import gzip
import hashlib
import json
import re
import zlib
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from optimizer.domain.errors import BundleError
from optimizer.domain.evidence import Measurement
from optimizer.encoding import from_json, to_json
from optimizer.proof.bundle import Bundle

NAME = "optimizer-proof"
VERSION = 1
SUFFIX = ".proof.jsonl.gz"

MAX_FILE = 64 * 2**20  # bytes, compressed
_MAX_TEXT = 256 * 2**20  # bytes, not compressed
_MAX_HEADER = 1000  # bytes
_MAX_VALUES = 5_000_000  # in the JSON: what is small on paper may be large in memory
_MAX_SAMPLES, _MAX_LAUNCHES, _MAX_SIZES, _MAX_CALLS = 100_000, 1000, 16, 10**9
_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def to_bytes(bundle: Bundle) -> bytes:
    """The same bundle gives the same content and hash always, and the same bytes with the same zlib.

    Raises BundleError when it would be too large to be read again.
    """
    content = to_json(bundle)
    head = {"format": NAME, "sha256": hashlib.sha256(content).hexdigest(), "version": VERSION}
    text = to_json(head) + b"\n" + content + b"\n"
    buffer = BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=9) as file:
        file.write(text)
    if len(text) > _MAX_TEXT or buffer.tell() > MAX_FILE or _values(content) > _MAX_VALUES:
        raise BundleError(f"the evidence is too large for a bundle: {len(text):,} bytes")
    return buffer.getvalue()


def from_bytes(data: bytes) -> Bundle:
    """Raises BundleError: not a bundle, of a newer version, damaged, too large, or not of this form."""
    head, content = _lines(data)
    if hashlib.sha256(content).hexdigest() != head.get("sha256"):
        raise BundleError("is damaged: its content is not what its hash was made from; get it again")
    try:
        bundle = from_json(content, Bundle)
    except (ValueError, RecursionError) as error:  # msgspec's and json's own are ValueErrors
        raise BundleError(f"is not of the form of version {VERSION}: {error}") from None
    complaint = _complaint(bundle)
    if complaint:
        raise BundleError(f"is not of the form of version {VERSION}: {complaint}")
    return bundle


def _lines(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and content; the content is not looked at when the header says that it is not for us."""
    text, whole = _unpacked(data)
    first, _, content = text.partition(b"\n")
    head = _header(first)
    if head.get("format") != NAME:
        raise BundleError("is not a proof bundle")
    version = head.get("version")
    if type(version) is not int or version < 1:
        raise BundleError("is damaged: its header has no version; get it again")
    if version > VERSION:
        raise BundleError(
            f"is of format version {version}, and this optimizer reads up to {VERSION}: use a newer optimizer"
        )
    if not whole or not content.endswith(b"\n"):
        raise BundleError("is damaged: it is cut short, or something was added; get it again")
    if _values(content) > _MAX_VALUES:
        raise BundleError("is too large: no patch has so much evidence")
    return head, content[:-1]


def _unpacked(data: bytes) -> tuple[bytes, bool]:
    """The text, and whether it is one whole gzip member and nothing else."""
    if not data.startswith(b"\x1f\x8b"):
        raise BundleError("is not a proof bundle")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(data, _MAX_TEXT + 1)
    except zlib.error:
        raise BundleError("is damaged: it cannot be unpacked; get it again") from None
    if len(data) > MAX_FILE or len(text) > _MAX_TEXT:
        raise BundleError(f"is too large: a bundle has at most {_MAX_TEXT // 2**20} MiB when unpacked")
    return text, unpacker.eof and not unpacker.unused_data


def _header(line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line) if len(line) <= _MAX_HEADER else None
    except (ValueError, RecursionError):
        head = None
    return head if isinstance(head, dict) else {}


def _values(content: bytes) -> int:
    """More than there are values in the JSON, without reading it."""
    return sum(content.count(mark) for mark in (b",", b"[", b"{"))


def _complaint(bundle: Bundle) -> str:
    """What types do not say: values that what comes after would stumble over. Empty: none."""
    patch, evaluation = bundle.patch, bundle.evaluation
    if not all(_ID.fullmatch(one) for one in (bundle.base_tree, patch.base_commit, patch.commit)):
        return "a commit or tree is not 40 or 64 hex digits"
    if not _is_inside(bundle.function.path):
        return "the function's path leads out of the repository"
    if not bundle.workload.inputs or not evaluation.decision.accepted or evaluation.second is None:
        return "it is not of an accepted patch"
    measured = [one for one in (evaluation.first, evaluation.second) if one]
    return "" if all(_is_sane(one) for one in measured) else "its samples are no timings"


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and path == "/".join(parts) and ".." not in parts and "\0" not in path


def _is_sane(one: Measurement) -> bool:
    return (
        0 < len(one.samples) <= _MAX_SAMPLES
        and 0 < len(one.rows) <= _MAX_SIZES
        and all(
            0 <= sample.launch < _MAX_LAUNCHES
            and 0 <= sample.size < len(one.rows)
            and 0 < sample.calls <= _MAX_CALLS
            and 0 <= sample.wall_ns < 2**63
            and 0 <= sample.cpu_ns < 2**63
            for sample in one.samples
        )
    )
