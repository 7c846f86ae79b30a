"""Folders of this machine that everybody may write to, and the empty root that stands in for its own."""

import tempfile
import uuid
from pathlib import Path

from tests.support.attacks import attack, told

WRITE = """
    tell([tried(write, f"{folder}/{sys.argv[1]}") for folder in
          ("/", "/dev", "/etc", "/root", "/usr", "/proc", "/dev/pts", "/var/tmp", "/run", "/home",
              "/tmp", "/dev/shm")])
    """


def test_what_is_written_stays_inside() -> None:
    mark = uuid.uuid4().hex
    *closed, tmp, shm = told(attack(WRITE, mark))
    assert set(closed) <= {"EROFS", "EACCES", "ENOENT", "EPERM"}
    assert (tmp, shm) == ("done", "done")
    for folder in ("/tmp", "/dev/shm", "/var/tmp", tempfile.gettempdir()):
        assert not Path(folder, mark).exists()
    assert told(attack("tell(sorted(os.listdir('/tmp') + os.listdir('/dev/shm')))")) == []
