"""Every way in which a function or a candidate can end is explained to people."""

import re
from pathlib import Path

from optimizer.domain.evidence import Reason

DOCUMENT = Path(__file__).parents[2] / "docs" / "reasons.md"
ROW = re.compile(r"^\| `([a-z-]+)` \| (.+) \|$", re.MULTILINE)


def explained() -> dict[str, str]:
    return dict(ROW.findall(DOCUMENT.read_text("utf-8")))


def test_every_reason_is_explained() -> None:
    assert {reason.value for reason in Reason} - explained().keys() == set()


def test_nothing_is_explained_that_is_no_reason() -> None:
    assert explained().keys() - {reason.value for reason in Reason} == set()


def test_every_explanation_is_a_sentence() -> None:
    assert {name for name, text in explained().items() if len(text.split()) < 5} == set()
