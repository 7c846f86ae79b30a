"""A conftest.py runs beside the recorder: it forges what is recorded, floods it, ends it, or swaps its
file."""

import uuid
from pathlib import Path

import pytest

from optimizer.workloads import events
from tests.support.attacks import gone, recorded


def test_forged_events_are_calls_at_most_of_what_is_watched(tmp_path: Path) -> None:
    forged = """
        import base64, glob, json
        def pytest_sessionfinish():
            data = base64.b64encode(b"not a pickle").decode()
            forged = [{"e": "call", "f": f, "s": s, "p": data, "t": "", "m": "../../etc/passwd"}
                      for f, s in ((0, 3), (7, 0), (-1, 0), (0, 10**9), ("0", 0), (1.0, 0), (True, 0))]
            forged += [{"e": "exit", "code": "0"}, {"e": "path", "p": ["/" + "x" * 9000, 7]}, [], "x",
                None, 10**400]
            forged += [{"e": "outcome", "id": ["x"], "o": {}}, {"e": "profile", "samples": -1,
                "counts": [[9, 9]]}]
            with open(glob.glob("/out/events-*")[0], "a") as file:
                file.write("".join(json.dumps(event) + "\\n" for event in forged) + "[" * 100_000 +
                    "\\n\\xff\\n")
        """
    found = recorded(tmp_path, {"conftest.py": forged})
    payloads = [call.payload for call in found.of("subject.py::subject")]
    assert b"not a pickle" in payloads  # one that is well-formed, for the sandbox to refuse
    assert len(payloads) == 2
    assert any("could not be read" in note for note in found.notes)
    assert all(len(path) <= 4096 for path in found.sys_path)


def test_a_file_of_events_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_text('{"e": "note", "t": "hunter2"}\n')
    swap = f"""
        import glob, os
        def pytest_sessionfinish():
            for path in glob.glob("/out/events-*"):
                os.unlink(path)
                os.symlink({str(secret)!r}, path)
        """
    found = recorded(tmp_path / "tree", {"conftest.py": swap})
    assert "hunter2" not in repr(found.notes)
    assert found.of("subject.py::subject") == ()


def test_a_pipe_in_place_of_the_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    swap = """
        import glob, os
        def pytest_sessionfinish():
            for path in glob.glob("/out/events-*"):
                os.unlink(path)
                os.mkfifo(path)
        """
    assert recorded(tmp_path, {"conftest.py": swap}).calls == ()


def test_a_recording_without_end_is_read_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_TOTAL", 300_000)
    flood = """
        import glob, json
        def pytest_sessionstart():
            with open(glob.glob("/out/events-*")[0], "a") as file:
                for number in range(2000):
                    file.write(json.dumps({"e": "note", "t": "x" * 1000}) + "\\n")
                file.write("y" * 50_000_000)
        """
    found = recorded(tmp_path, {"conftest.py": flood})
    assert sum(map(len, found.notes)) < 100_000
    assert found.calls == ()  # they come after the limit


def test_a_recorder_that_is_ended_leaves_what_was_known(tmp_path: Path) -> None:
    ends = """
        import os, sys
        def pytest_runtest_teardown():
            sys.setprofile(None)
            for pid in (os.getppid(), os.getpid()):
                try:
                    os.kill(pid, 9)
                except OSError:
                    pass
        """
    found = recorded(tmp_path, {"conftest.py": ends})
    assert len(found.of("subject.py::subject")) == 1
    assert any("ended early" in note for note in found.notes), found.notes


def test_it_writes_nowhere_and_leaves_no_process(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    places = [f"/tmp/{mark}", str(Path.home() / mark), "/runners/record.py", "/in/spec.json", f"/usr/{mark}"]
    attack = f"""
        import os, subprocess, sys
        wrote = []
        for path in {places!r}:
            try:
                open(path, "w").close()
                wrote.append(path)
            except OSError:
                pass
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", {mark!r}],
            start_new_session=True)
        def pytest_sessionfinish():
            import subject
            subject.subject((wrote, os.environ.get("SECRET_TOKEN"), os.path.exists("/etc/shadow")))
        """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_TOKEN", "hunter2")
        found = recorded(tmp_path / "tree", {"conftest.py": attack})
    assert found.calls
    assert gone(mark)
    assert not [path for path in places if mark in path and Path(path).exists()]


def test_a_disk_is_not_filled_through_the_copy_of_the_repository(tmp_path: Path) -> None:
    fill = """
        def pytest_sessionstart():
            for number in range(3000):
                with open(f"/repo/{number}", "wb") as file:
                    file.write(bytes(1 << 20))
            raise SystemExit("filled")
        """
    found = recorded(tmp_path, {"conftest.py": fill}, disk_mb=30)
    assert any("wrote too much to disk" in note for note in found.notes), found.notes
