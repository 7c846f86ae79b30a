"""A program that belongs to root and takes its rights, among the system's own and in the repository."""

import os
import shutil
from pathlib import Path

from optimizer.domain.isolation import Bind
from tests.support.attacks import attack, sandbox, told

RUN = """
    import stat, subprocess
    marked = bool(os.stat("/data/cat").st_mode & stat.S_ISUID)
    lines = subprocess.run(["/data/cat", "/proc/self/status"], capture_output=True, text=True,
        check=True).stdout
    fields = dict(line.split(":", 1) for line in lines.splitlines())
    su = subprocess.run(["su", "-c", "id -u"], capture_output=True, text=True, input="")
    tell([marked, fields["Uid"].split(), fields["CapEff"].strip(), su.stdout])
    """


def test_the_mark_is_without_effect(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    program = tmp_path / "cat"
    shutil.copy("/bin/cat", program)
    program.chmod(0o4755)
    assert program.stat().st_uid == os.geteuid()
    marked, uids, rights, su = told(attack(RUN, binds=(Bind(tmp_path, "/data"),)))
    assert marked
    assert set(uids) == {str(sandbox().uid)}
    assert (int(rights, 16), su) == (0, "")
