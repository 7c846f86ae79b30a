"""A bundle as bytes: the same back, and nothing but one clear line for whatever else is in a file."""

import base64
import dataclasses
import gzip
import json
import os
import pickle
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.errors import BundleError, NotFoundError
from optimizer.domain.evidence import Contract, Counterexample, Evaluation, Measurement, Sample, Side, SizeRow
from optimizer.domain.functions import Function
from optimizer.domain.patches import Surroundings
from optimizer.domain.workloads import Input, Workload
from optimizer.proof import format as form
from optimizer.proof.bundle import Bundle, Judging, bundle_of
from optimizer.proof.claims import DRAWING, contradictions, drawn_interval
from optimizer.proof.format import from_bytes, to_bytes
from tests.support import bundles

VERSION_1 = Path(__file__).parents[1] / "data" / "plan.v1.proof.jsonl.gz"
TEXT = st.text(st.characters(), max_size=20)  # surrogates too: sources and names may hold them
NUMBERS = st.integers(0, 2**63 - 1)
FLOATS = st.floats(allow_nan=False)
SAMPLES = st.builds(
    Sample, st.integers(0, 99), st.just(0), NUMBERS, st.sampled_from(Side), st.integers(1, 10**9),
    NUMBERS, NUMBERS, st.booleans(),
)  # fmt: skip
ROWS = st.lists(st.builds(SizeRow, TEXT, NUMBERS, FLOATS, FLOATS), min_size=1, max_size=3).map(tuple)
MEASUREMENTS = st.builds(
    Measurement, rows=ROWS, samples=st.lists(SAMPLES, min_size=1, max_size=9).map(tuple),
    false_accept=st.none() | FLOATS,
)  # fmt: skip
INPUTS = st.builds(Input, id=TEXT, payload=st.binary(max_size=99), size=NUMBERS, text=TEXT, note=TEXT)
CANDIDATES = st.builds(
    Candidate, TEXT, st.builds(Provenance, TEXT, TEXT, TEXT, st.none() | st.integers()),
    st.lists(TEXT, max_size=2).map(tuple), TEXT,
)  # fmt: skip


@st.composite
def any_bundle(draw: Callable[..., Any]) -> Bundle:
    """Of every form that can be written, whether it makes sense or not."""
    whole = bundles.bundle()
    evaluation = draw(st.builds(Evaluation, candidate=CANDIDATES, second=MEASUREMENTS))
    function = replace(draw(st.builds(Function, qualname=TEXT, source=TEXT)), path="a/b.py")
    patch = replace(whole.patch, text=draw(TEXT), surroundings=draw(st.none() | st.builds(Surroundings)))
    return replace(
        whole,
        function=function,
        workload=Workload(draw(st.lists(INPUTS, min_size=1, max_size=3).map(tuple)), ((draw(TEXT), 1),)),
        evaluation=replace(evaluation, decision=whole.evaluation.decision),
        patch=patch,
        judging=draw(st.builds(Judging, gate=FLOATS, seed=st.integers())),
    )


@settings(max_examples=60)
@given(any_bundle())
def test_what_is_written_is_read_again_and_written_alike(whole: Bundle) -> None:
    data = to_bytes(whole)
    again = from_bytes(data)
    assert repr(again) == repr(whole)  # not ==: a NaN is not itself
    assert to_bytes(again) == data


def test_a_whole_bundle_is_itself_again() -> None:
    whole = bundles.bundle()
    assert from_bytes(to_bytes(whole)) == whole
    assert contradictions(whole) == ()


def test_a_bundle_of_version_1_can_be_read_for_ever() -> None:
    """Never made anew: whoever changes the form sees here whether the old one is still read."""
    old = from_bytes(VERSION_1.read_bytes())
    head, content = bundles.unpacked(VERSION_1.read_bytes())
    assert (head["format"], head["version"]) == ("optimizer-proof", 1)
    assert old.function.label == "orders.py::plan"
    assert old.claimed.estimate == content["evaluation"]["second"]["wall"]["estimate"] > 1.05
    assert len(old.workload.inputs) == len(content["workload"]["inputs"]) > 4
    assert old.patch.surroundings is not None
    assert dict(old.patch.surroundings.packages)["pytest"]
    assert contradictions(old) == ()


def test_whoever_changes_how_intervals_are_drawn_gives_it_a_new_number() -> None:
    """These figures and DRAWING change together: bundles drawn in the old way would be denied otherwise."""
    second = from_bytes(VERSION_1.read_bytes()).claim
    drawn = drawn_interval(second.samples, range(len(second.rows)), 0.99)
    assert drawn is not None
    assert DRAWING == 1
    assert (drawn.estimate, drawn.low, drawn.high) == pytest.approx((11.95493, 8.72453, 16.38143), rel=1e-6)


def test_it_is_json_behind_standard_tools() -> None:
    head, content = bundles.unpacked(to_bytes(bundles.bundle()))
    assert head.keys() == {"format", "version", "sha256"}
    assert content["function"]["qualname"] == "total"
    assert base64.b64decode(content["workload"]["inputs"][0]["payload"]) == b"one"
    assert content["evaluation"]["second"]["cold"]["high"] == {"$float": "inf"}
    assert "/home/ada" not in json.dumps(content)  # settings of the machine are left out


def fields_of(kind: Any) -> Iterator[str]:
    """Names of all fields, down to the values that have none."""
    for one in get_args(kind):
        yield from fields_of(one)
    if dataclasses.is_dataclass(kind):
        for name, inner in get_type_hints(kind).items():
            yield name
            yield from fields_of(inner)


def test_each_field_is_documented() -> None:
    text = Path("docs/proof.md").read_text("utf-8")
    shown = {*re.findall(r"`([a-z_0-9]+)`", text), *(one.name for one in dataclasses.fields(Judging))}
    inside = {*(one.name for one in dataclasses.fields(Counterexample) + dataclasses.fields(Contract))}
    assert sorted(set(fields_of(Bundle)) - shown - inside) == []


def test_a_field_that_a_later_version_adds_is_no_obstacle() -> None:
    head, content = bundles.unpacked(to_bytes(bundles.bundle()))
    content["function"]["colour"] = "green"
    assert from_bytes(bundles.packed(head, content)) == bundles.bundle()


def test_evidence_that_is_not_there_makes_no_bundle() -> None:
    whole = bundles.result()
    for part in (replace(whole, workload=None), replace(whole, patch=None), replace(whole, winner=None)):
        with pytest.raises(NotFoundError):
            bundle_of(bundles.job(), part)


def test_too_much_evidence_makes_no_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form, "_MAX_TEXT", 1000)
    with pytest.raises(BundleError, match="too large for a bundle"):
        to_bytes(bundles.bundle())


def refusal(data: bytes) -> str:
    with pytest.raises(BundleError) as caught:
        from_bytes(data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"{}", gzip.compress(b"hello", mtime=0), gzip.compress(b"[]\n[]\n", mtime=0)]
)
def test_another_kind_of_file_is_none(data: bytes) -> None:
    assert refusal(data) == "is not a proof bundle"


def test_a_newer_version_is_told_before_its_content_is_looked_at() -> None:
    head, _ = bundles.unpacked(to_bytes(bundles.bundle()))
    newer = bundles.packed({**head, "version": 2}, b"\x00 not even JSON", rehash=False)
    assert refusal(newer).startswith("is of format version 2, and this optimizer reads up to 1")


def test_a_file_that_was_cut_or_continued_is_damaged() -> None:
    data = to_bytes(bundles.bundle())
    for bad in (data[: len(data) // 2], data[:-1], data + b"x", data + data):
        assert "damaged" in refusal(bad)


def test_no_changed_byte_goes_unnoticed() -> None:
    data = to_bytes(bundles.bundle())
    for at in range(0, len(data), max(1, len(data) // 300)):
        bad = bytearray(data)
        bad[at] ^= 0x10
        try:
            assert from_bytes(bytes(bad)) == bundles.bundle()  # of gzip's own header: time, system
        except BundleError:
            continue
        assert at < 10


def test_a_content_changed_by_hand_is_damaged() -> None:
    head, content = bundles.unpacked(to_bytes(bundles.bundle()))
    content["evaluation"]["second"]["wall"]["estimate"] = 9.0
    assert "damaged" in refusal(bundles.packed(head, content, rehash=False))


def test_a_bomb_is_not_unpacked() -> None:
    """A quarter of a gigabyte and more, out of 260 kB."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    bomb = b"".join(packer.compress(zeros) for _ in range(257)) + packer.flush()
    assert len(bomb) < 300_000
    assert "too large" in refusal(bomb)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "is not of the form"),
        (b"[" + b"1," * 6_000_000 + b"1]", "is too large"),
        (b'{"function": NaN}', "NaN is not JSON"),
        (b"1" * 10_000, "is not of the form"),
        (b'{"function": {"$float": "1"}}', "has to be inf"),
        (b"\xff", "is not of the form"),
        (b"[]", "is not of the form"),
    ],
    ids=["deep", "wide", "nan", "long-number", "float", "bytes", "list"],
)
def test_hostile_json_is_one_line(content: bytes, complaint: str) -> None:
    head, _ = bundles.unpacked(to_bytes(bundles.bundle()))
    assert complaint in refusal(bundles.packed(head, content))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("patch", "base_commit"), "--upload-pack=touch /tmp/x"),
        (("patch", "commit"), "main"),
        (("base_tree",), "HEAD"),
        (("function", "path"), "../../etc/passwd"),
        (("function", "path"), "/etc/passwd"),
        (("function", "path"), "a//b.py"),
        (("function", "kind"), "class"),
        (("function", "span", "start"), "0"),
        (("workload", "inputs"), []),
        (("workload", "inputs", 0, "payload"), "not base64!"),
        (("evaluation", "second"), None),
        (("evaluation", "second", "samples"), []),
        (("evaluation", "second", "samples", 0, "calls"), 0),
        (("evaluation", "second", "samples", 0, "launch"), 10**6),
        (("evaluation", "second", "samples", 0, "size"), 2),
        (("evaluation", "second", "samples", 0, "wall_ns"), -1),
        (("evaluation", "decision", "reason"), "not-faster"),
        (("judging", "gate"), None),
    ],
)
def test_values_that_make_no_sense_are_one_line(where: tuple[Any, ...], value: object) -> None:
    head, content = bundles.unpacked(to_bytes(bundles.bundle()))
    part: Any = content
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    assert "is not of the form of version 1" in refusal(bundles.packed(head, content))


class _Evil:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def test_nothing_in_it_is_unpickled(tmp_path: Path) -> None:
    """Inputs are pickles: they stay bytes out here. And a pickle in place of the file is no bundle."""
    evil = pickle.dumps(_Evil(str(tmp_path / "made")))
    whole = bundles.bundle()
    first = replace(whole.workload.inputs[0], payload=evil)
    again = from_bytes(to_bytes(replace(whole, workload=Workload((first,)))))
    assert again.workload.inputs[0].payload == evil
    assert refusal(evil) == "is not a proof bundle"
    assert not (tmp_path / "made").exists()
