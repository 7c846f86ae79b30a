"""What a patch is worth (`patches --min-impact`), and how its time grows (`patch plot`), by the program."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.store import SqlStore, open_store
from db.upgrade import upgrade
from optimizer.cli.main import run
from optimizer.domain.evidence import Exponent, Scaling, SizePoint
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import FunctionProfile
from tests.support import results as made

POINTS = tuple(SizePoint(4**power, 40.0 * 16**power, 300.0 * 4**power) for power in range(1, 6))
SWEPT = Scaling(POINTS, Exponent(2.0, 1.99, 2.01), Exponent(1.0, 0.99, 1.01), 7.5)


class Printed(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Printed]


def result(name: str, share: float | None, speedup: float, scaling: Scaling | None = SWEPT) -> FunctionResult:
    """`share`: of the tests' time, with all that it calls."""
    whole = made.with_patch(made.function(name), estimate=speedup)
    won = replace(whole.evaluations[-1], scaling=scaling)
    assert whole.patch is not None
    return replace(
        whole,
        evaluations=(*whole.evaluations[:-1], won),
        profile=None if share is None else FunctionProfile(share, share),
        patch=replace(whole.patch, branch=f"optimizer/{name}"),
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """Four patches: saving 10 %, 0.04 %, and two that the tests' profile did not see."""
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path}/optimizer.db"
    upgrade(url)
    with open_store(url) as opened:
        job = opened.create_job(made.new_job())
        for one in (
            result("unseen", None, 2.0),
            result("cold", 0.0008, 2.0),
            result("hot", 0.2, 2.0),
            result("faster", None, 4.0, scaling=None),
        ):
            opened.save_result(job.id, one)
        yield opened


@pytest.fixture
def optimizer(store: SqlStore, capsys: pytest.CaptureFixture[str]) -> Command:
    def command(*arguments: str) -> Printed:
        code = run(arguments)
        return Printed(code, *capsys.readouterr())

    return command


def names(patches: Any) -> list[str]:
    return [patch["function"].partition("::")[2] for patch in patches]


def test_patches_come_in_the_order_of_what_they_save(optimizer: Command) -> None:
    listed = optimizer("patches")
    rows = [row.split() for row in listed.out.splitlines()[1:]]
    assert [row[2].partition("::")[2] for row in rows] == ["hot", "cold", "faster", "unseen"]
    assert rows[0][3:6] == ["10", "%", "2.00x"]
    assert rows[1][3:6] == ["0.04", "%", "2.00x"]
    assert rows[2][3] == "4.00x"
    assert listed.err == ""
    data = optimizer("patches", "--json").data
    assert names(data) == ["hot", "cold", "faster", "unseen"]
    assert [patch["impact"] for patch in data] == [pytest.approx(0.1), pytest.approx(0.0004), None, None]
    assert names(optimizer("job", "show", "1", "--json").data["patches"]) == names(data)


@pytest.mark.parametrize("least", ["0.1%", "0.001", "0.1 %"])
def test_cold_code_is_hidden_and_counted(optimizer: Command, least: str) -> None:
    listed = optimizer("patches", "--min-impact", least)
    assert [row.split()[2] for row in listed.out.splitlines()[1:]] == ["shop/cart.py::hot"]
    assert listed.err == "3 hidden by --min-impact: 1 under 0.1 % of the tests' time, 2 of unknown impact\n"
    assert names(optimizer("patches", "--min-impact", least, "--json").data) == ["hot"]


def test_what_is_enough_is_not_counted_as_hidden(optimizer: Command) -> None:
    listed = optimizer("patches", "--min-impact", "0")
    assert listed.err == "2 hidden by --min-impact: 2 of unknown impact\n"
    assert len(listed.out.splitlines()) == 3


@pytest.mark.parametrize("least", ["", "much", "-1%", "101%", "1.5", "0,1%", "nan"])
def test_what_is_no_share_is_refused(optimizer: Command, least: str) -> None:
    refused = optimizer("patches", "--min-impact", least)
    assert (refused.code, refused.out) == (2, "")
    assert "is not a share such as 0.1% or 0.001" in refused.err


def test_impact_is_among_the_facts_of_a_patch(optimizer: Command) -> None:
    assert "impact:     10 % of the tests' time\n" in optimizer("patch", "show", "optimizer/hot").out
    assert "impact:     unknown\n" in optimizer("patch", "show", "optimizer/unseen").out


def test_a_plot_in_the_terminal_has_both_curves_and_what_they_say(optimizer: Command) -> None:
    drawn = optimizer("patch", "plot", "optimizer/hot")
    assert (drawn.code, drawn.err) == (0, "")
    assert "n^2.00 (95% CI 1.99 to 2.01) before, n^1.00" in " ".join(drawn.out.split())
    assert "On inputs of fewer than about 7.50 elements it is slower" in drawn.out
    drawing = drawn.out.partition("(o before, x after;")[2]
    assert drawing.count("o") > 3
    assert drawing.count("x") > 3
    assert max(map(len, drawn.out.splitlines())) <= 100
    data = optimizer("patch", "plot", "optimizer/hot", "--json").data
    assert data["points"][0] == {"elements": 4, "original_ns": 640.0, "candidate_ns": 1200.0}
    assert (data["original"]["high"], data["crossover"], data["file"]) == (2.01, 7.5, None)


@pytest.mark.parametrize(("file", "begins"), [("a.svg", b"<?xml"), ("a.PNG", b"\x89PNG\r\n")])
def test_a_picture_is_written_and_the_same_each_time(
    optimizer: Command, tmp_path: Path, file: str, begins: bytes
) -> None:
    written = optimizer("patch", "plot", "optimizer/hot", "--output", file)
    data = (tmp_path / file).read_bytes()
    assert (written.code, written.err, written.out) == (0, "", f"{file}: {len(data):,} bytes\n")
    assert data.startswith(begins)
    assert optimizer("patch", "plot", "optimizer/hot", "--output", file).code == 2
    assert optimizer("patch", "plot", "optimizer/hot", "--output", file, "--force").code == 0
    assert (tmp_path / file).read_bytes() == data


def test_the_picture_has_axes_both_sides_and_the_crossover(optimizer: Command, tmp_path: Path) -> None:
    optimizer("patch", "plot", "optimizer/hot", "--output", "a.svg")
    text = (tmp_path / "a.svg").read_text()
    for part in ("size of the input, elements", "time of one call", "before", "after", "shop/cart.py::hot"):
        assert part in text
    assert "slower under about 8 elements" in text


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (("optimizer/hot", "--output", "a.gif"), 2, "neither an .svg nor a .png file"),
        (("optimizer/hot", "--output", "nowhere/a.svg"), 2, "No such file or directory"),
        (("optimizer/faster",), 7, "fewer than two sizes"),
        (("optimizer/nothing",), 7, "There is no patch"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    optimizer: Command, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    refused = optimizer("patch", "plot", *arguments)
    assert (refused.code, refused.out) == (code, "")
    assert refused.err.startswith("optimizer: error: ")
    assert complaint in refused.err
    assert refused.err.count("\n") == 1
