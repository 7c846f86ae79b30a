"""The user's home, the database, the mirrors of other repositories: looked for by name and by content."""

import tempfile
import uuid
from pathlib import Path

from optimizer.domain.isolation import Bind
from tests.support.attacks import attack, told

SEARCH = """
    named = [path for path in sys.argv[2:] if os.path.lexists(path)]
    found = []
    for folder, folders, files in os.walk("/"):
        if folder in ("/proc", "/usr", sys.prefix):
            folders[:] = []
        for name in files:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.path.getsize(path) < 10_000:
                try:
                    found += [path] if sys.argv[1].encode() in open(path, "rb").read() else []
                except OSError:
                    pass
    tell([named, found])
    """


def test_no_file_of_the_machine_is_found_by_name_or_content() -> None:
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o755)
        for name in ("results.sqlite", "mirrors/other.git/config", "worktrees/other-1234/secret.py"):
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(mark)
        names = [str(path) for path in home.rglob("*")]
        system = ["/etc/shadow", "/etc/hostname", "/etc/machine-id", "/root/.ssh", "/root/.bashrc", "/home/.",
                  "/var/lib", "/var/run/docker.sock", "/run/systemd", "/boot", "/opt",
                      "/sys/kernel"]  # fmt: skip
        assert told(attack(SEARCH, mark, *names, *system)) == [[], []]
        shown = (Bind(home, "/shown"),)
        assert len(told(attack(SEARCH, mark, binds=shown))[1]) == 3  # the search does find what is there
