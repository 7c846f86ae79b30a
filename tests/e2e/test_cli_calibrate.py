"""`optimizer calibrate`, for real and short; what it means for the commands that measure."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.bench import calibration
from optimizer.cli.main import run
from optimizer.domain.errors import NoisyMachineError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What times keeps this process off a core, which the tests after it want back."""
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path / "home"))
    cores = os.sched_getaffinity(0)
    yield tmp_path / "home"
    os.sched_setaffinity(0, cores)


def test_a_machine_is_calibrated_and_a_noisy_one_refuses(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A busy machine may rightly be called too noisy: both answers are consistent with the file."""
    code = run(["calibrate", "--quick", "--decisions", "4", "--json", "--quiet"])
    told = json.loads(capsys.readouterr().out)
    found = calibration.read(home / "calibration.json")
    assert (code == 0) == (calibration.too_noisy(found) == "") == (told["too_noisy"] == "")
    assert (found.decisions, found.wall.launches, told["decisions"]) == (4, 40, 4)
    assert found.wall.between > 0
    assert 0 < found.false_accept < 1

    (home / "calibration.json").write_text(
        json.dumps({**json.loads((home / "calibration.json").read_text()), "false_accept": 0.5})
    )
    assert run(["submit", str(Path.cwd())]) == NoisyMachineError.exit_code
    said = capsys.readouterr().err
    assert "too noisy to benchmark: identical code would be accepted in up to 50.00%" in said
