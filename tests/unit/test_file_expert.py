"""Candidates from a JSONL file."""

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.errors import ConfigError
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.file import FileExpert

MODULE = """\
import math


class Box:
    def size(self):
        return 1
"""
SOURCE = "def size(self):\n        return 1"


def request(parent: str | None = None) -> ProposalRequest:
    at = MODULE.index(SOURCE)
    span = Span(at, at + len(SOURCE))
    function = Function("a.py", "Box.size", span, 5, 6, FunctionKind.METHOD, False, SOURCE, "0")
    return ProposalRequest(function, MODULE, parent=parent)


def written(folder: Path, *entries: Any) -> FileExpert:
    file = folder / "candidates.jsonl"
    file.write_text("\n".join(json.dumps(entry) for entry in entries), "utf-8")
    return FileExpert.read(file)


def proposed(expert: FileExpert) -> list[Candidate]:
    return list(expert.propose(request()))


def test_the_candidates_of_a_function_are_proposed_in_their_order(tmp_path: Path) -> None:
    expert = written(
        tmp_path,
        {"function": "a.py::Box.size", "source": "def size(self):\n    return 2", "summary": "two"},
        {"function": "a.py::other", "source": "def other(): pass"},
        {"function": "a.py::Box.size", "source": "def size(self):\n    return 3", "imports": ["import re"]},
    )
    assert [(one.summary, one.imports) for one in proposed(expert)] == [("two", ()), ("", ("import re",))]


@pytest.mark.parametrize(
    "source",
    [
        "def size(self):\n    return 2",
        "    def size(self):\n        return 2\n",
        "\n\ndef size(self):\n    return 2\n\n",
    ],
)
def test_a_source_of_any_indentation_is_put_at_the_original_s(tmp_path: Path, source: str) -> None:
    (found,) = proposed(written(tmp_path, {"function": "a.py::Box.size", "source": source}))
    assert found.source == "def size(self):\n        return 2"


def test_who_made_a_candidate_is_kept(tmp_path: Path) -> None:
    entry = {"function": "a.py::Box.size", "source": "def size(self): ...", "model": "small", "seed": 7}
    (found,) = proposed(written(tmp_path, entry))
    made = found.provenance
    assert (made.expert, made.detail, made.seed) == ("file", "small", 7)


def test_a_variant_is_not_offered_candidates_written_against_the_original(tmp_path: Path) -> None:
    expert = written(tmp_path, {"function": "a.py::Box.size", "source": "def size(self): ..."})
    assert list(expert.propose(request(parent="0123"))) == []


def test_another_content_is_another_version(tmp_path: Path) -> None:
    one = written(tmp_path, {"function": "f", "source": "1"}).version
    other = written(tmp_path, {"function": "f", "source": "2"}).version
    assert one != other


def test_empty_lines_and_an_empty_file_are_fine(tmp_path: Path) -> None:
    file = tmp_path / "candidates.jsonl"
    file.write_text("\n\n", "utf-8")
    assert FileExpert.read(file).candidates == {}


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.jsonl"):
        FileExpert.read(tmp_path / "missing.jsonl")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '{"source": "x"}',
        '{"function": "f"}',
        '{"function": 1, "source": "x"}',
        '{"function": "f", "source": "x", "imports": "import re"}',
        '{"function": "f", "source": "x", "imports": [1]}',
        '{"function": "f", "source": "x", "seed": "7"}',
        "[" * 100_000,
        "\ufeff\u0000",
    ],
    ids=lambda line: repr(line[:30]),
)
def test_a_line_that_is_wrong_is_an_error_that_names_it(tmp_path: Path, line: str) -> None:
    file = tmp_path / "candidates.jsonl"
    file.write_text(f'{{"function": "f", "source": "x"}}\n{line}\n', "utf-8")
    with pytest.raises(ConfigError, match=r"candidates\.jsonl:2: "):
        FileExpert.read(file)


def test_bytes_that_are_not_utf_8_are_an_error_that_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "candidates.jsonl"
    file.write_bytes(b"\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"candidates\.jsonl:1: "):
        FileExpert.read(file)


def test_a_separator_of_lines_inside_a_text_does_not_end_the_line(tmp_path: Path) -> None:
    file = tmp_path / "candidates.jsonl"
    file.write_text('{"function": "a.py::Box.size", "source": "def size(self): return \'\u2028\'"}', "utf-8")
    assert len(proposed(FileExpert.read(file))) == 1


def test_lines_inside_a_string_are_not_indented_with_the_code(tmp_path: Path) -> None:
    source = 'def size(self):\n    return """a\nb"""'
    (found,) = proposed(written(tmp_path, {"function": "a.py::Box.size", "source": source}))
    assert found.source.endswith('"""a\nb"""')
