"""What code in the real sandbox can see and do, tried from inside."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from optimizer.domain.errors import SandboxError
from optimizer.domain.isolation import Bind, Command, Finished
from optimizer.sandbox.bubblewrap import Bubblewrap, detect
from tests.support.attacks import gone, processes_with
from tests.support.inside import program, quick

SYSCALLS = """
import ctypes, errno, json, sys
libc = ctypes.CDLL(None, use_errno=True)
def tried(name, *arguments):
    result = getattr(libc, name)(*arguments)
    return errno.errorcode.get(ctypes.get_errno(), "0") if result == -1 else "allowed"
"""


@pytest.fixture(scope="module")
def box() -> Bubblewrap:
    return detect()


def told(finished: Finished) -> Any:
    """The JSON that the program printed."""
    assert finished.code == 0, finished.stderr.decode("utf-8", "replace")[-2000:]
    return json.loads(finished.stdout)


# What goes in and comes out


def test_input_output_and_status_pass_through(box: Bubblewrap) -> None:
    done = box.run(Command(("/bin/sh", "-c", "cat; echo problem >&2; exit 7")), b"text")
    assert (done.code, done.stdout, done.stderr) == (7, b"text", b"problem\n")


def test_a_program_ended_by_a_signal_is_told_by_a_negative_status(box: Bubblewrap) -> None:
    assert box.run(program("import os; os.kill(os.getpid(), 11)")).code == -signal.SIGSEGV


def test_megabytes_of_input_reach_a_program_that_answers_while_it_reads(box: Bubblewrap) -> None:
    data = bytes(range(256)) * 16_000
    done = box.run(Command(("/bin/cat",), limits=quick(output_bytes=5_000_000)), data)
    assert done.stdout == data


def test_a_program_that_does_not_read_its_input_ends_all_the_same(box: Bubblewrap) -> None:
    assert box.run(Command(("/bin/true",)), b"x" * 3_000_000).code == 0


def test_a_program_that_is_not_there_is_a_result(box: Bubblewrap) -> None:
    assert box.run(Command(("/nowhere/program",))).code != 0


# What can be seen


def test_nothing_of_the_machine_is_seen_but_the_system(box: Bubblewrap, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    script = """
        import json, os, sys
        print(json.dumps([sorted(os.listdir("/")), [p for p in sys.argv[1:] if os.path.exists(p)]]))
        """
    paths = (str(secret), "/etc/shadow", "/etc/hostname", "/root/.ssh", "/home/.", "/var/log", "/sys/kernel")
    root, seen = told(box.run(program(script, *paths)))
    allowed = {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr", "root"}
    assert (set(root) - allowed, seen) == (set(), [])


def test_the_environment_is_empty_of_ours_even_where_the_launcher_stands(
    box: Bubblewrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2-in-the-environment")
    script = """
        import glob, json, os
        texts = []
        for path in glob.glob("/proc/[0-9]*/environ"):
            try:
                texts.append(open(path, "rb").read().decode())
            except OSError:
                pass
        print(json.dumps([sorted(os.environ), "".join(texts)]))
        """
    names, texts = told(box.run(replace(program(script), environment=(("GIVEN", "yes"),))))
    assert set(names) <= {"GIVEN", "PWD", "LC_CTYPE"}
    assert "GIVEN" in names
    assert "hunter2" not in texts


def test_no_process_of_the_machine_is_seen(box: Bubblewrap) -> None:
    script = "import os, json; print(json.dumps([int(p) for p in os.listdir('/proc') if p.isdigit()]))"
    assert len(told(box.run(program(script)))) <= 3


def test_code_runs_as_somebody_without_any_right(box: Bubblewrap) -> None:
    script = """
        import json, os
        status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines())
        rights = [status[name] for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")]
        ids = [os.getuid(), os.geteuid(), os.getgid(), os.getgroups()]
        print(json.dumps([*ids, rights, status["NoNewPrivs"]]))
        """
    uid, effective, gid, groups, rights, no_new = told(box.run(program(script)))
    assert (uid, effective) == (box.uid, box.uid)
    assert set(groups) <= {gid, 65534}
    assert gid != 0
    assert ({int(one, 16) for one in rights}, no_new) == ({0}, "1")


def test_what_is_bound_read_only_cannot_be_written(box: Bubblewrap, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "file").write_text("before")
    (tmp_path / "file").chmod(0o666)
    script = """
        import errno, json
        def tried(path):
            try:
                open(path, "w").close()
            except OSError as error:
                return errno.errorcode[error.errno]
            return "written"
        print(json.dumps([tried("/data/file"), tried("/data/new"), tried("/usr/new"), tried("/etc/passwd")]))
        """
    found = told(box.run(program(script, binds=(Bind(tmp_path, "/data"),))))
    assert "written" not in found
    assert (tmp_path / "file").read_text() == "before"


def test_what_is_bound_for_writing_is_written(box: Bubblewrap, tmp_path: Path) -> None:
    shutil.chown(tmp_path, box.uid)
    binds = (Bind(tmp_path, "/deep/below/data", writable=True),)
    box.run(program("open('/deep/below/data/new', 'w').write('text')", binds=binds))
    assert (tmp_path / "new").read_text() == "text"


# The network


CONNECT = """
    import json, socket, sys
    def tried(family, address):
        try:
            with socket.socket(family) as sock:
                sock.settimeout(3)
                sock.connect(address)
            return "connected"
        except OSError as error:
            return type(error).__name__
    print(json.dumps([
        tried(socket.AF_INET, ("127.0.0.1", int(sys.argv[1]))),
        tried(socket.AF_UNIX, "\\0" + sys.argv[2]),
    ]))
    """


@pytest.fixture
def listening() -> Iterator[tuple[str, str]]:
    """A port and an abstract socket of this machine that take connections."""
    name = f"optimizer-{uuid.uuid4().hex}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind("\0" + name)
        unix.listen()
        yield str(tcp.getsockname()[1]), name


def test_nothing_answers_without_a_network(box: Bubblewrap, listening: tuple[str, str]) -> None:
    assert "connected" not in told(box.run(program(CONNECT, *listening)))


def test_the_installing_step_alone_has_one(box: Bubblewrap, listening: tuple[str, str]) -> None:
    assert told(box.run(replace(program(CONNECT, *listening), network=True))) == ["connected"] * 2


def test_no_message_leaves_over_udp_either(box: Bubblewrap) -> None:
    script = """
        import socket
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.sendto(b"data", ("192.0.2.1", 9))
        """
    done = box.run(program(script))
    assert b"Network is unreachable" in done.stderr


# Limits


def test_memory_beyond_the_limit_is_not_to_be_had(box: Bubblewrap) -> None:
    script = """
        blocks = []
        for _ in range(100):
            blocks.append(bytearray(b"x") * (10 << 20))
        print("all of it")
        """
    done = box.run(program(script, limits=quick(memory_mb=200)))
    assert b"all of it" not in done.stdout
    assert done.out_of_memory or b"MemoryError" in done.stderr


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm"])
def test_private_folders_are_no_larger_than_allowed(box: Bubblewrap, folder: str) -> None:
    script = """
        import os, sys
        written = 0
        try:
            for number in range(200):
                with open(f"{sys.argv[1]}/{number}", "wb", 0) as file:
                    written += file.write(bytes(1 << 20))
        except OSError as error:
            print(written, error.strerror)
        """
    done = box.run(program(script, folder, limits=quick(scratch_mb=16)))
    written, reason = done.stdout.decode().split(" ", 1)
    assert int(written) <= 16 << 20
    assert reason.strip() == "No space left on device"


def test_no_file_is_larger_than_allowed(box: Bubblewrap) -> None:
    script = """
        with open("/tmp/large", "wb", 0) as file:
            for _ in range(64):
                file.write(bytes(1 << 20))
        """
    done = box.run(program(script, limits=quick(file_mb=8, scratch_mb=200)))
    assert b"File too large" in done.stderr


def test_a_flood_of_output_is_cut_and_the_program_goes_on(box: Bubblewrap) -> None:
    script = "import sys; [sys.stdout.write('x' * 100_000) for _ in range(300)]; sys.stderr.write('end')"
    done = box.run(program(script, limits=quick(output_bytes=50_000)))
    assert (done.code, done.stdout, done.stderr) == (0, b"x" * 50_000, b"end")


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(box: Bubblewrap) -> None:
    mark = uuid.uuid4().hex
    script = """
        import os, time
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
        print("started", flush=True)
        time.sleep(600)
        """
    done = box.run(program(script, mark, limits=quick(wall_seconds=2.0)))
    assert (done.timed_out, b"started" in done.stdout) == (True, True)
    assert gone(mark)


def test_what_a_program_leaves_running_ends_with_it(box: Bubblewrap) -> None:
    mark = uuid.uuid4().hex
    script = """
        import os, time
        if os.fork() == 0:
            os.setsid()
            os.closerange(0, 10)
            time.sleep(600)
        """
    done = box.run(program(script, mark))
    assert (done.code, done.timed_out) == (0, False)
    assert gone(mark)


def test_an_endless_loop_ends_at_the_limit_of_cpu_time(box: Bubblewrap) -> None:
    done = box.run(program("while True: pass", limits=quick(cpu_seconds=1)))
    assert done.code in (-signal.SIGXCPU, -signal.SIGKILL)
    assert not done.timed_out


def test_a_sandbox_ends_with_the_process_that_started_it(box: Bubblewrap, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    script = f"""
from optimizer.sandbox.bubblewrap import detect
from tests.support.inside import program
detect().run(program("print('up', flush=True); import time; time.sleep(600)", {mark!r}))
"""
    owner = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    try:
        end = time.monotonic() + 30
        while not processes_with(mark) and time.monotonic() < end:
            time.sleep(0.02)
        assert processes_with(mark)
    finally:
        owner.kill()
        owner.wait()
    assert gone(mark)


# Attacks


def test_no_process_outside_can_be_signalled(box: Bubblewrap) -> None:
    script = """
        import os, signal, sys
        for target in (int(sys.argv[1]), -1):
            try:
                os.kill(target, signal.SIGTERM)
            except OSError as error:
                print(type(error).__name__)
        """
    with subprocess.Popen(["sleep", "600"]) as bystander:
        try:
            done = box.run(program(script, str(bystander.pid)))
            assert b"ProcessLookupError" in done.stdout
            assert bystander.poll() is None
        finally:
            bystander.kill()


@pytest.mark.parametrize(
    "call",
    [
        '"ptrace", 0, 0, 0, 0',
        '"unshare", 0x10000000',
        '"unshare", 0x00020000',
        '"setns", 0, 0',
        '"mount", b"none", b"/tmp", b"tmpfs", 0, None',
        '"chroot", b"/tmp"',
        '"personality", 0x0400000',  # READ_IMPLIES_EXEC
        '"process_vm_readv", 1, None, 0, None, 0, 0',
        '"syscall", 321, 0, 0, 0',  # bpf
        '"syscall", 425, 1, 0',  # io_uring_setup
    ],
    ids=lambda call: call.replace('"', "").replace(",", ""),
)
def test_system_calls_that_lead_out_are_refused(box: Bubblewrap, call: str) -> None:
    assert told(box.run(program(f"{SYSCALLS}\nprint(json.dumps(tried({call})))"))) == "EPERM"


def test_no_namespace_can_be_made_by_cloning(box: Bubblewrap) -> None:
    clone = "56, 0x10000000 | 17, 0, 0, 0, 0"  # CLONE_NEWUSER | SIGCHLD
    assert told(box.run(program(f'{SYSCALLS}\nprint(json.dumps(tried("syscall", {clone})))'))) == "EPERM"


def test_a_thread_can_be_started_all_the_same(box: Bubblewrap) -> None:
    script = "import threading; t = threading.Thread(target=print, args=('ran',)); t.start(); t.join()"
    assert box.run(program(script)).stdout == b"ran\n"


# What timing needs


def test_a_pinned_program_stays_on_its_core(box: Bubblewrap) -> None:
    core = max(os.sched_getaffinity(0))
    script = """
        import json, os
        try:
            os.sched_setaffinity(0, range(64))
        except OSError as error:
            print(json.dumps([sorted(os.sched_getaffinity(0)), error.strerror]))
        """
    found = told(box.run(replace(program(script), core=core)))
    assert found == [[core], "Operation not permitted"]


def test_addresses_are_the_same_in_every_run(box: Bubblewrap) -> None:
    places = {told(box.run(program("print(id(object))"))) for _ in range(3)}
    assert len(places) == 1


def test_the_cpu_time_of_threads_and_children_is_counted(box: Bubblewrap) -> None:
    script = """
        import os, time
        def busy():
            while time.process_time() < 0.3: pass
        if os.fork() == 0:
            busy()
            os._exit(0)
        os.wait()
        busy()
        print("done", flush=True)
        time.sleep(30)
        """
    running = box.start(program(script), stdout=subprocess.PIPE)
    try:
        assert running.process.stdout is not None
        assert running.process.stdout.readline() == b"done\n"
        assert running.cpu_ns() > 550_000_000 or box.cgroup_version == 0
    finally:
        running.close()


def test_sandboxes_of_several_threads_do_not_disturb_each_other(box: Bubblewrap) -> None:
    codes: list[int] = []

    def run(number: int) -> None:
        codes.append(box.run(Command(("/bin/sh", "-c", f"exit {number}"))).code)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == list(range(6))


@pytest.mark.parametrize("cgroup_version", [None, 0], ids=["cgroups if there are any", "rlimits"])
def test_what_runs_outside_does_not_count_against_the_limit_of_processes(
    box: Bubblewrap, cgroup_version: int | None
) -> None:
    """As an ordinary user; as root without cgroups, the sandboxes' own uid is counted over all of them."""
    limited = box if cgroup_version is None else replace(box, cgroup_version=cgroup_version)
    script = "import os; pid = os.fork(); pid and os.waitpid(pid, 0); print('forked' if pid else '', end='')"
    with contextlib.ExitStack() as stack:
        for _ in range(30):
            stack.callback(stack.enter_context(subprocess.Popen(["sleep", "600"])).kill)
        done = limited.run(program(script, limits=quick(processes=20)))
    assert done.stdout == b"forked"


@pytest.mark.parametrize("cgroup_version", [None, 0], ids=["cgroups if there are any", "rlimits"])
def test_a_fork_bomb_stops_with_either_kind_of_limit(box: Bubblewrap, cgroup_version: int | None) -> None:
    limited = box if cgroup_version is None else replace(box, cgroup_version=cgroup_version)
    script = """
        import os, time
        count = 0
        try:
            while count < 500:
                if os.fork() == 0:
                    time.sleep(30)
                    os._exit(0)
                count += 1
        except OSError:
            pass
        print(count, flush=True)
        """
    done = limited.run(program(script, limits=quick(processes=40)))
    assert 0 < int(done.stdout) <= 40


# Machines that lack something


@pytest.mark.parametrize(
    ("missing", "package"), [("bwrap", "bubblewrap"), ("setpriv", "util-linux"), ("taskset", "util-linux")]
)
def test_a_missing_program_is_an_error_that_names_its_package(
    missing: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in {"bwrap", "setarch", "setpriv", "prlimit", "taskset"} - {missing}:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match=f"{missing} .*apt-get install {package}"):
        detect()
