"""Runs other people's code inside bubblewrap: nothing of this machine is in reach but what is bound.

Layers, outermost first: a launcher shell that enters the cgroup and sets rlimits; bubblewrap (own
PID, IPC, network, mount and UTS namespaces, read-only system, sized private /tmp and /dev/shm, empty
environment, a seccomp filter); when we are root, `setpriv` to an unprivileged uid; and `setarch -R`:
addresses are not randomised, so that processes can be compared. It comes last, since the kernel turns
them random again when root, with fewer rights than it could have, starts a program.
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.domain.errors import SandboxError
from optimizer.domain.isolation import Command, Finished, Limits
from optimizer.sandbox import cgroups, seccomp
from optimizer.sandbox.capture import End, capture
from optimizer.sandbox.disk import DiskWatch

UID = 61917  # belongs to nobody: above what systemd hands out, below its dynamic range
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = ("alternatives", "ld.so.cache", "localtime", "ssl", "ca-certificates", "mime.types")
_ETC_NETWORK = ("resolv.conf", "hosts", "nsswitch.conf", "gai.conf")
# $1: cgroup.procs files, $2: 512-byte blocks of a file, $3: CPU seconds, $4: kilobytes of address space
# or "unlimited"; the rest is the command.
_LAUNCHER = """
for procs in $1; do echo 0 > "$procs" || exit 125; done
ulimit -c 0; ulimit -f "$2"; ulimit -t "$3"; ulimit -v "$4"
shift 4; exec "$@"
"""
_PASSWD = f"root:x:0:0::/root:/bin/sh\nsandbox:x:{UID}:{UID}::/tmp:/bin/sh\n"


@dataclass(slots=True)
class Running:
    """A sandbox that runs until it is closed."""

    process: subprocess.Popen[bytes]
    cgroup: cgroups.Cgroup

    def cpu_ns(self) -> int:
        """CPU time of the whole sandbox, threads and children included, nanoseconds."""
        counted = self.cgroup.cpu_ns()
        return _tree_cpu_ns(self.process.pid) if counted is None else counted

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        self.cgroup.close()


def _tree_cpu_ns(pid: int) -> int:
    """Summed over the living process tree: /proc/<pid>/schedstat, first field."""
    total, pending = 0, [pid]
    while pending:
        task = Path(f"/proc/{pending.pop()}")
        with contextlib.suppress(OSError, ValueError, IndexError):
            for thread in (task / "task").iterdir():
                total += int((thread / "schedstat").read_text().split()[0])
                pending.extend(int(child) for child in (thread / "children").read_text().split())
    return total


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """The Sandbox port on this machine. `cgroup_version` is found out once, by `detect`."""

    program: str
    cgroup_version: int
    rooted: bool = field(default_factory=lambda: os.geteuid() == 0)

    @property
    def uid(self) -> int:
        """Who code runs as, seen from outside; writable binds must belong to it."""
        return UID if self.rooted else os.geteuid()

    def check(self) -> None:
        """Tries it once, and removes what killed runs left; raises SandboxError with what to do."""
        cgroups.sweep()
        atexit.register(cgroups.remove_own)  # of a sandbox that Ctrl-C stopped at its very start
        try:
            done = self.run(Command(("/bin/true",), limits=Limits(wall_seconds=20)))
        except OSError as error:
            raise SandboxError(f"the sandbox does not start: {error} (see: optimizer doctor)") from error
        if done.code:
            reason = _first_line(done.stderr or b"no message")
            raise SandboxError(f"the sandbox does not start: {reason} (see: optimizer doctor)")

    def run(self, command: Command, stdin: bytes = b"") -> Finished:
        began = time.monotonic()
        running = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            writable = [bind.source for bind in command.binds if bind.writable]
            watch = DiskWatch(writable, command.limits)
            stdout, stderr, end = capture(running.process, stdin, command.limits, watch.exceeded)
            if end is not End.ITSELF:
                os.killpg(running.process.pid, signal.SIGKILL)
            code = running.process.wait()
            memory = running.cgroup.out_of_memory()
        finally:
            running.close()
        if code == 125 and b"bwrap" in stderr and not self._starts(command):
            raise SandboxError(_first_line(stderr))
        seconds = time.monotonic() - began
        return Finished(
            _status(code),
            stdout,
            stderr,
            seconds,
            end is End.TIME,
            out_of_memory=memory,
            out_of_disk=end is End.DISK,
        )

    def _starts(self, command: Command) -> bool:
        """Whether the sandbox does: a program inside may speak and end as if it did not."""
        running = self.start(replace(command, argv=("/bin/true",)))
        try:
            return running.process.wait() == 0
        finally:
            running.close()

    def start(
        self,
        command: Command,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
        pass_fds: tuple[int, ...] = (),
    ) -> Running:
        """Starts the command and returns at once. `pass_fds` keep their numbers inside."""
        cgroup = cgroups.create(self.cgroup_version, command.limits)
        try:
            with _filter_file(seccomp.program()) as rules, _filter_file(_PASSWD.encode()) as passwd:
                argv = self._argv(command, cgroup, rules, passwd)
                process = subprocess.Popen(
                    argv,
                    env={},
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    pass_fds=(*pass_fds, rules, passwd),
                    start_new_session=True,
                )
        except BaseException:
            cgroup.close()
            raise
        return Running(process, cgroup)

    def _argv(self, command: Command, cgroup: cgroups.Cgroup, rules: int, passwd: int) -> list[str]:
        limits = command.limits
        space = "unlimited" if cgroup.folders else str(limits.memory_mb * 1024)
        launcher = ["/bin/sh", "-c", _LAUNCHER, "sh", " ".join(cgroup.joins), str(limits.file_mb * 2048)]
        launcher += [str(limits.cpu_seconds), space]
        pin = [] if command.core is None else ["taskset", "-c", str(command.core)]
        return [
            *launcher,
            *pin,
            self.program,
            *self._isolation(command),
            *_system_binds(command.network),
            *("--perms", "0644", "--ro-bind-data", str(passwd), "/etc/passwd", "--seccomp", str(rules)),
            *_own_binds(command),
            *("--chdir", command.directory, "--"),
            *self._drop(),
            *("setarch", "-R", "--"),
            *_process_limit(cgroup, limits),
            *command.argv,
        ]

    def _isolation(self, command: Command) -> list[str]:
        flags = "--unshare-ipc --unshare-pid --unshare-uts --unshare-cgroup-try --die-with-parent".split()
        flags += ["--new-session", "--hostname", "sandbox"]
        if not command.network:
            flags.append("--unshare-net")
        if self.rooted:
            return [*flags, *"--cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID".split()]
        return [*flags, "--unshare-user", "--disable-userns", "--cap-drop", "ALL"]

    def _drop(self) -> list[str]:
        if not self.rooted:
            return []
        return ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "--inh-caps=-all", "--"]


def _process_limit(cgroup: cgroups.Cgroup, limits: Limits) -> list[str]:
    """What is left without cgroups. The kernel counts processes by user and user namespace, so the
    limit is set inside: outside, all that the user runs would count."""
    most = limits.processes
    return [] if cgroup.folders else ["prlimit", f"--nproc={most}:{most}", "--"]


def _own_binds(command: Command) -> list[str]:
    size = str(command.limits.scratch_mb * 1024 * 1024)
    private = ["--size", size, "--perms", "1777", "--tmpfs"]
    args = ["--proc", "/proc", "--dev", "/dev", *private, "/dev/shm", *private, "/tmp"]
    for folder in _ancestors(bind.target for bind in command.binds):
        args += ["--perms", "0755", "--dir", folder]  # else they would be closed to our uid
    for bind in command.binds:
        args += ["--bind" if bind.writable else "--ro-bind", str(bind.source), bind.target]
    for folder in ("/dev", "/"):  # whom they belong to could fill them, without any limit
        args += ["--remount-ro", folder]
    for name, value in command.environment:
        args += ["--setenv", name, value]
    return args


def _ancestors(targets: Iterable[str]) -> list[str]:
    """Folders above the targets, outermost first, without those of the system."""
    folders = {str(parent) for target in targets for parent in Path(target).parents}
    return sorted(
        name for name in folders if not name.startswith(("/usr", "/etc")) and name not in ("/", "/tmp")
    )


def _system_binds(network: bool) -> list[str]:
    args = ["--perms", "0755", "--dir", "/etc"]
    for folder in map(Path, _SYSTEM):
        if folder.is_symlink():
            args += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            args += ["--ro-bind", str(folder), str(folder)]
    for name in (*_ETC, *(_ETC_NETWORK if network else ())):
        args += ["--ro-bind-try", str(Path("/etc", name).resolve()), f"/etc/{name}"]
    return args


@contextlib.contextmanager
def _filter_file(data: bytes) -> Iterator[int]:
    """A read-once file descriptor with these bytes."""
    fd = os.memfd_create("optimizer", 0)
    try:
        os.write(fd, data)
        os.lseek(fd, 0, os.SEEK_SET)
        yield fd
    finally:
        os.close(fd)


def _status(code: int) -> int:
    """bubblewrap reports a signal as 128 + n; we report it as -n, as subprocess does."""
    return 128 - code if code > 128 else code


def _first_line(data: bytes) -> str:
    return data.decode("utf-8", "replace").strip().splitlines()[0]


def missing_programs() -> tuple[tuple[str, str], ...]:
    """(program, Debian package) pairs that are not on this machine."""
    needed = {
        "bwrap": "bubblewrap",
        "setarch": "util-linux",
        "setpriv": "util-linux",
        "prlimit": "util-linux",
        "taskset": "util-linux",
    }
    return tuple((name, package) for name, package in needed.items() if not shutil.which(name))


def detect() -> Bubblewrap:
    """The sandbox of this machine, tried once; raises SandboxError with what to do."""
    box = find()
    box.check()
    return box


def find() -> Bubblewrap:
    """The sandbox of this machine, not yet tried; raises SandboxError when a program is missing."""
    for name, package in missing_programs():
        raise SandboxError(f"{name} is not installed: apt-get install {package} (see: optimizer doctor)")
    return Bubblewrap(str(shutil.which("bwrap")), cgroups.version())
