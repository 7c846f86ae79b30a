"""The source tree is shown read-only: written, renamed, deleted, or reopened by a way around the name."""

from pathlib import Path

from optimizer.domain.isolation import Bind
from tests.support.attacks import attack, returned, sandbox, told

WAYS = """
def reopened(path):
    os.close(os.open(f"/proc/self/fd/{os.open(path, os.O_RDONLY)}", os.O_RDWR))
def nameless(folder):
    os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR))
def ways(path):
    folder = os.path.dirname(path)
    return [
        tried(write, path), tried(write, folder + "/new.py"), tried(os.unlink, path), tried(os.chmod,
            path, 0o777),
        tried(os.rename, path, folder + "/other.py"), tried(os.symlink, "/etc/passwd", folder + "/link"),
        tried(os.truncate, path, 0), tried(os.utime, path), tried(os.mkdir, folder + "/new"),
        tried(os.mkfifo, folder + "/pipe"), tried(reopened, path), tried(nameless, folder),
        tried(os.setxattr, path, "user.x", b"x"), tried(os.link, path, "/tmp/linked"),
    ]
"""


def open_to_all(folder: Path) -> Path:
    """Only that it is bound read-only stands in the way."""
    folder.chmod(0o777)
    file = folder / "module.py"
    file.write_text("before")
    file.chmod(0o666)
    return file


def test_nothing_in_a_read_only_tree_changes(tmp_path: Path) -> None:
    file = open_to_all(tmp_path)
    script = WAYS + "\ntell(ways('/data/module.py'))"
    errors = told(attack(script, binds=(Bind(tmp_path, "/data"),)))
    assert set(errors) <= {"EROFS", "EXDEV", "EPERM", "EACCES"}
    assert [path.name for path in tmp_path.iterdir()] == ["module.py"]
    assert file.read_text() == "before"
    assert "done" in told(attack(script, binds=(Bind(tmp_path, "/data", writable=True),)))


def test_a_function_cannot_change_its_own_module_nor_what_serves_it(tmp_path: Path) -> None:
    source = WAYS + "\ndef attack(n):\n    return json.dumps([ways(__file__), ways('/runners/serve.py')])\n"
    for errors in returned(tmp_path, source, 1):
        assert set(errors) <= {"EROFS", "EXDEV", "EPERM", "EACCES"}
    assert sandbox().uid != 0
