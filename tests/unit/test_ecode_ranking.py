"""The ranker: what it counts, what it learns, and that it reads both directions alike."""

import math
import random
from pathlib import Path

import pytest

from optimizer.domain.errors import ExpertError
from optimizer.experts.ecode.data.sources import Pair
from optimizer.experts.ecode.ranking.fitting import Measured, fit, of_pairs
from optimizer.experts.ecode.ranking.ranker import Ranker, read_ranker, write_ranker
from optimizer.experts.ecode.ranking.structure import structure

LOOP = "    for x in xs:\n        if x in list(ys):\n            found.append(x)\n"
SLOW = f"def f(xs, ys):\n    found = []\n{LOOP}    return found"
FAST = "def f(xs, ys):\n    known = set(ys)\n    return [x for x in xs if x in known]"


def measured() -> list[Measured]:
    """A call of list in a loop costs threefold; what else stands there is drawn and costs nothing."""
    rng = random.Random(1)
    found = []
    for number in range(80):
        noise = "\n".join(
            f"    v{n} = {rng.choice(['sorted(xs)', 'max(xs)', 'xs + xs', 'len(xs)'])}" for n in range(4)
        )
        slow = f"def f(xs):\n{noise}\n    for x in xs:\n        y = list(xs)\n    return y"
        fast = f"def f(xs):\n{noise}\n    y = list(xs)\n    for x in xs:\n        pass\n    return y"
        found.append(Measured(slow, fast, math.log(3), f"p{number}"))
    return found


def test_structure_is_counted_by_how_deep_it_stands_in_loops() -> None:
    found = structure(SLOW)
    assert (found["Call:list@1"], found["Call:.append@1"], found["Call:set@0"]) == (1, 1, 0)
    assert (found["depth"], structure(FAST)["Compare:In@1"]) == (1, 1)
    assert structure("def f(n):\n    return f(n - 1)")["Call:itself@0"] == 1


def test_a_ranker_learns_what_costs_time() -> None:
    ranker = fit(measured(), strength=10)
    assert ranker.gain(SLOW, FAST) > 0.2
    assert ranker.gain(FAST, SLOW) == pytest.approx(-ranker.gain(SLOW, FAST))
    assert ranker.gain(SLOW, SLOW) == 0.0


def test_what_is_probably_fastest_comes_first_and_equals_keep_their_order() -> None:
    ranker = fit(measured(), strength=10)
    renamed = FAST.replace("known", "there")
    assert ranker.ordered(SLOW, [("a", SLOW), ("b", FAST), ("c", renamed), ("d", "def f(")]) == [
        "b",
        "c",
        "a",
        "d",
    ]


def test_a_ranker_is_the_same_after_it_was_written_and_read(tmp_path: Path) -> None:
    ranker = fit(measured(), strength=10)
    write_ranker(tmp_path / "ranker.json", ranker)
    assert read_ranker(tmp_path / "ranker.json").gain(SLOW, FAST) == pytest.approx(
        ranker.gain(SLOW, FAST), abs=1e-4
    )


@pytest.mark.parametrize("content", [None, b"{", b'{"a": "b"}'])
def test_a_ranker_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ranker.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ExpertError, match=r"ranker\.json"):
        read_ranker(path)


def test_only_python_pairs_that_were_timed_in_python_are_learnt_from() -> None:
    def pair(**more: object) -> Pair:
        fields = {
            "kind": "function",
            "language": "python",
            "measured_in": "python",
            "python_ratio": 2.0,
        } | more
        return Pair("s", "MIT", problem="p", slow=SLOW, fast=FAST, **fields)  # type: ignore[arg-type]

    (found,) = of_pairs(
        [
            pair(),
            pair(kind="program"),
            pair(language="java"),
            pair(measured_in="upstream"),
            pair(python_ratio=None),
        ]
    )
    assert (found.log_ratio, found.group) == (math.log(2), "p")


def test_nothing_is_fitted_to_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        fit([])
    assert Ranker({}).gain(SLOW, FAST) == 0.0
