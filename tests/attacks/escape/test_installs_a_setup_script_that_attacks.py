"""A setup.py (here: the project's own build backend) that looks around, writes, and leaves a process."""

import ast
import uuid
from pathlib import Path

import pytest

from optimizer.domain.settings import Settings
from optimizer.environment import build_environment
from tests.support.attacks import gone, offer_wheels, sandbox, write_tree
from tests.support.wheels import project_files

ATTACK = """
    import subprocess, sys
    def tried(action):
        try:
            return action()
        except OSError as error:
            return type(error).__name__
    def write(path):
        with open(path, "w") as file:
            file.write("owned")
        return "done"
    found = [os.environ.get("SECRET_TOKEN"), os.environ.get("HOME"), os.path.exists({secret!r})]
    found += [tried(lambda: write(path)) for path in {places!r}]
    found.append(tried(lambda: write("/tmp/control")))
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {mark!r}],
                     start_new_session=True, stdin=-3, stdout=-3, stderr=-3)
    pathlib.Path("src/thing/found.txt").write_text(repr(found))
    with zipfile.ZipFile(pathlib.Path(wheel_directory, name), "a") as wheel:
        wheel.writestr("thing/found.txt", repr(found))
"""


def test_it_sees_writes_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer_wheels(tmp_path / "wheels", monkeypatch)
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    home, mark = tmp_path / "home", uuid.uuid4().hex
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    before = (Path.home() / ".attacked").exists()
    places = [str(Path.home() / ".attacked"), str(tmp_path / "new"), str(home / "gitconfig"),
        "/usr/lib/owned",
              str(home / "environments" / "other" / "x"), "/etc/profile.d/owned.sh"]  # fmt: skip
    extra = ATTACK.format(secret=str(secret), places=places, mark=mark).strip()
    worktree = write_tree(tmp_path / "target", project_files("thing", extra=extra))
    built = build_environment(worktree, Settings(), home, sandbox())
    assert built.generated is not None
    found = ast.literal_eval((worktree / "src/thing/found.txt").read_text())
    token, their_home, seen, *wrote = found
    assert (token, their_home, seen) == (None, "/tmp", False)
    assert set(wrote[:-1]) <= {"PermissionError", "OSError", "FileNotFoundError"}
    assert wrote[-1] == "done"
    assert gone(mark)
    assert (Path.home() / ".attacked").exists() is before
