"""A token in the environment of whoever started the scan, looked for in every process there is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.attacks import PRELUDE, attack, told

SEARCH = """
    texts, errors = [dict(os.environ).__repr__()], set()
    for pattern in ("environ", "cmdline", "task/*/environ"):
        for path in glob.glob("/proc/[0-9]*/" + pattern):
            try:
                texts.append(open(path, "rb").read().decode("latin-1"))
            except OSError as error:
                errors.add(errno.errorcode[error.errno])
    tell([any("hunter" + "2" in text for text in texts), len(texts), sorted(errors)])
    """


def test_a_secret_in_the_environment_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    found, looked, _ = told(attack(SEARCH))
    assert (found, looked > 2) == (False, True)


def test_the_same_search_finds_it_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    script = tmp_path / "search.py"
    script.write_text(PRELUDE + "\n".join(line[4:] for line in SEARCH.splitlines()))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, check=True)
    assert json.loads(done.stdout)[0]
