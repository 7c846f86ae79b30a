"""Code that the next run would execute: the interpreter, its library, and the byte code beside it."""

from pathlib import Path

from tests.support.attacks import returned

WRITE = """
def attack(n):
    import encodings, sysconfig
    library = os.path.dirname(os.path.dirname(encodings.__file__))
    places = [sys.executable, library + "/os.py", library + "/encodings/__pycache__/x.pyc",
              library + "/site-packages/evil.pth", library + "/sitecustomize.py", "/usr/lib/evil.so",
              "/usr/local/lib/evil.so", "/etc/ld.so.preload", "/etc/ld.so.cache", "/etc/passwd",
              "/runners/__pycache__/frames.pyc", "/runners/frames.py",
                  os.path.dirname(__file__) + "/__pycache__",
              "/lib/evil.so", "/bin/python3"]
    return json.dumps([tried(write, place) for place in places] + [tried(write, "/tmp/control")])
"""


def test_no_code_of_the_next_run_can_be_written(tmp_path: Path) -> None:
    *errors, control = returned(tmp_path, WRITE, 1)
    assert set(errors) <= {"EROFS", "EACCES", "ENOENT", "EISDIR", "ETXTBSY"}
    assert control == "done"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["subject.py"]
