"""Runs uv in a sandbox. The only place where a target's installation code gets a network."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.errors import TargetError
from optimizer.domain.isolation import Bind, Command, Finished, Limits
from optimizer.environment.index import PackageIndex
from optimizer.environment.interpreter import Interpreter, uv_program
from optimizer.environment.logins import FOLDER, LOGIN_VARIABLES, login_files
from optimizer.environment.project import read_text
from optimizer.environment.requirements import requirement_files, without_self
from optimizer.ports import Sandbox
from optimizer.vcs.source import hide_credentials
from optimizer.vcs.worktree import remove_tree

LIMITS = Limits(
    memory_mb=4096,
    wall_seconds=900,
    cpu_seconds=1800,
    processes=512,
    file_mb=2048,
    scratch_mb=2048,
    disk_mb=20_000,
)
_NO_NETWORK = re.compile(
    r"dns error|failed to fetch|connection (refused|reset|closed)|timed out|network is unreachable"
    r"|error sending request|could not connect|temporary failure|status code 5\d\d",
    re.IGNORECASE,
)
# Builds ask git for the version; here there is neither a history nor tags.
_VERSION_VARIABLES = (
    "SETUPTOOLS_SCM_PRETEND_VERSION",
    "PDM_BUILD_SCM_VERSION",
    "PBR_VERSION",
    "POETRY_DYNAMIC_VERSIONING_BYPASS",
)
_NO_VERSION = "999.0"  # above any minimum that the project's own configuration may ask for


@dataclass(frozen=True, slots=True)
class Workshop:
    """A folder in which one environment is made. Paths inside the sandbox are those outside."""

    folder: Path
    shared_cache: Path
    sandbox: Sandbox
    index: PackageIndex
    interpreter: Interpreter

    @property
    def source(self) -> Path:
        return self.folder / "source"

    @property
    def venv(self) -> Path:
        return self.folder / "venv"

    @property
    def built(self) -> Path:
        return self.folder / "built"

    @property
    def private_cache(self) -> Path:
        return self.folder / "cache"

    @property
    def python(self) -> str:
        return str(self.venv / "bin" / "python")

    def open(self, worktree: Path) -> None:
        """Copies the source, so that a build may write into it, and makes the empty environment."""
        shutil.copytree(worktree, self.source, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        for file in requirement_files(self.source):
            path = self.source / file
            path.write_text(without_self(path.read_text("utf-8", "replace")), encoding="utf-8")
        self._make_venv()
        for folder in (self.built, self.private_cache, self.shared_cache):
            folder.mkdir(parents=True, exist_ok=True)
        uid = getattr(self.sandbox, "uid", os.geteuid())
        for folder in (self.source, self.venv, self.built, self.private_cache, self.shared_cache):
            give(folder, uid)

    def install_wheels(self, arguments: tuple[str, ...]) -> Finished:
        """Into the still empty environment, from wheels alone: no code of any package runs, so the
        cache may be shared by all targets and the index may ask for a password."""
        variables = self.index.without_credentials
        with self._logins() as binds:
            given = LOGIN_VARIABLES if binds else ()
            return self._install(
                ("--no-build", *arguments), self.shared_cache, (*variables, *given), (self.venv,), binds
            )

    def install(self, arguments: tuple[str, ...]) -> Finished:
        """Builds what has no wheel: with a cache that is thrown away, and without credentials."""
        return self._install(arguments, self.private_cache, self.index.without_credentials, (self.venv,))

    def build_project(self) -> Finished:
        """Builds the target and unpacks it into `built`. The environment stays as empty as it is."""
        version = _known_version(self.source)
        variables = tuple((name, version) for name in _VERSION_VARIABLES)
        arguments = ("--no-deps", "--target", str(self.built), ".")
        return self._install(
            arguments, self.private_cache, self.index.without_credentials + variables, (self.built,)
        )

    def compile(self) -> Finished:
        """Byte code, once: sandboxes see the environment read-only and could not keep it."""
        packages = next(self.venv.glob("lib/python*/site-packages"), self.venv)
        argv = (self.python, "-I", "-m", "compileall", "-q", "-q", "-j", "1", str(packages))
        binds = (*self.interpreter.binds(), Bind(self.venv, str(self.venv), writable=True))
        return self.sandbox.run(Command(argv, binds, directory=str(self.venv), limits=LIMITS))

    def close(self) -> None:
        """Takes back what was given to the sandbox's user, and drops what only the building needed."""
        give(self.venv, os.geteuid())
        for path in self.venv.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o755)
        for folder in (self.source, self.built, self.private_cache):
            remove_tree(folder)

    @contextlib.contextmanager
    def _logins(self) -> Iterator[tuple[Bind, ...]]:
        """The index's passwords in files that only the sandbox's user can read."""
        files = login_files(dict(self.index.variables))
        folder = self.folder / "logins"
        folder.mkdir(mode=0o700)
        try:
            for name, text in files.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).touch(0o600)
                (folder / name).write_text(text, encoding="utf-8")
            give(folder, getattr(self.sandbox, "uid", os.geteuid()))
            yield (Bind(folder, FOLDER),) if files else ()
        finally:
            remove_tree(folder)

    def _make_venv(self) -> None:
        command = [uv_program(), "venv", "--quiet", "--no-config", "--no-project", "--relocatable"]
        done = subprocess.run(
            [*command, "--python", self.interpreter.base, str(self.venv)],
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode != 0:
            raise TargetError(
                f"no environment can be made from {self.interpreter.base}: {complaint(done.stderr)}"
            )

    def _install(
        self,
        arguments: tuple[str, ...],
        cache: Path,
        variables: tuple[tuple[str, str], ...],
        targets: tuple[Path, ...],
        extra: tuple[Bind, ...] = (),
    ) -> Finished:
        uv = uv_program()
        argv = (uv, "pip", "install", "--python", self.python, *self.index.options, *arguments)
        binds = (
            Bind(Path(uv), uv),
            *self.interpreter.binds(),
            *self.index.binds,
            *extra,
            Bind(self.venv, str(self.venv)),
            *(Bind(path, str(path), writable=True) for path in (self.source, cache, *targets)),
        )
        own = {
            "HOME": "/tmp",
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "UV_CACHE_DIR": str(cache),
            "UV_LINK_MODE": "copy",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_CONCURRENT_BUILDS": "2",
        }
        environment = (*own.items(), *variables)
        return self.sandbox.run(Command(argv, binds, environment, str(self.source), LIMITS, network=True))


def failed_for_want_of_network(done: Finished) -> bool:
    return done.timed_out or bool(_NO_NETWORK.search(done.stderr.decode("utf-8", "replace")))


def reason(done: Finished) -> str:
    """One line of why it failed."""
    if done.timed_out:
        return f"stopped after {LIMITS.wall_seconds:g} s"
    if done.out_of_memory:
        return f"more than {LIMITS.memory_mb} MB of memory"
    if done.out_of_disk:
        return f"more than {LIMITS.disk_mb} MB, or half of what was free, written to disk"
    return complaint(done.stderr.decode("utf-8", "replace"))


def complaint(stderr: str) -> str:
    """uv draws its errors as a tree, over several lines; the words of it, cut at 240 characters."""
    lines = stderr.splitlines()
    starts = [number for number, line in enumerate(lines) if re.match(r"\s*(\u00d7|error:|\u2570)", line)]
    chosen = lines[starts[0] if starts else max(len(lines) - 3, 0) :]
    words = re.sub(r"[\u2500-\u257f\u25b6\u00d7]|\s+", " ", " ".join(chosen))
    words = " ".join(words.split())
    return hide_credentials(words.removeprefix("error: "))[:240] or "no reason given"


def give(folder: Path, uid: int) -> None:
    """Makes everything in the folder the user's. Only root can, and only root has to."""
    if os.geteuid() != 0 or folder.lstat().st_uid == uid == 0:
        return
    if folder.name == "uv-cache" and folder.lstat().st_uid == uid:
        return  # large, and only that user ever wrote to it
    for parent, folders, names in os.walk(folder):
        for name in (".", *folders, *names):
            os.chown(Path(parent, name), uid, uid, follow_symlinks=False)


def _known_version(source: Path) -> str:
    """Of a source distribution, which states it."""
    for line in read_text(source / "PKG-INFO").splitlines():
        if re.fullmatch(r"Version: [\w.!+-]+", line):
            return line.removeprefix("Version: ")
    return _NO_VERSION
