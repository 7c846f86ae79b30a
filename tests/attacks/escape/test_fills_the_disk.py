"""Many files, each within the limit of one, in the folder that is shown for writing; and one that is huge."""

import shutil
from pathlib import Path

import pytest

from optimizer.domain.isolation import Bind, Finished
from tests.support.attacks import attack, sandbox, told
from tests.support.inside import quick

MANY = """
    for number in range(3000):
        with open(f"/out/{number}", "wb", 0) as file:
            file.write(bytes(1 << 20))
    tell("filled")
    """
EMPTY = """
    for number in range(2_000_000):
        os.close(os.open(f"/out/{number}", os.O_CREAT))
    tell("filled")
    """


@pytest.fixture
def out(tmp_path: Path) -> Path:
    shutil.chown(tmp_path, sandbox().uid)
    return tmp_path


def filled(out: Path, script: str, disk_mb: int) -> Finished:
    limits = quick(disk_mb=disk_mb, file_mb=8)
    return attack(script, limits=limits, binds=(Bind(out, "/out", writable=True),))


def test_many_files_are_stopped_where_their_sum_is_too_large(out: Path) -> None:
    done = filled(out, MANY, disk_mb=30)
    assert (done.out_of_disk, done.timed_out, b"filled" in done.stdout) == (True, False, False)


def test_files_without_content_are_counted_as_well(out: Path) -> None:
    done = filled(out, EMPTY, disk_mb=5)
    assert (done.out_of_disk, b"filled" in done.stdout) == (True, False)


def test_what_others_write_meanwhile_is_not_blamed_on_it(out: Path, tmp_path: Path) -> None:
    (out / "before").write_bytes(bytes(60 << 20))
    script = "write('/out/little'); time.sleep(1); tell('ended')"
    done = attack(script, limits=quick(disk_mb=30), binds=(Bind(out, "/out", writable=True),))
    assert (told(done), done.out_of_disk) == ("ended", False)


def test_no_sparse_file_is_larger_than_allowed(out: Path) -> None:
    script = """
        def sparse(path):
            with open(path, "wb") as file:
                os.ftruncate(file.fileno(), 1 << 40)
        def allocated(path):
            with open(path, "wb") as file:
                os.posix_fallocate(file.fileno(), 0, 1 << 34)
        def sought(path):
            with open(path, "wb", 0) as file:
                file.seek(1 << 40)
                file.write(b"x")
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        tell([tried(way, f"{folder}/x") for folder in ("/out", "/tmp") for way in (sparse, allocated,
            sought)])
        """
    assert set(told(filled(out, script, disk_mb=30))) == {"EFBIG"}
