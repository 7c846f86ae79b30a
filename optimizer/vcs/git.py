"""Runs git so that nothing in a repository, and nothing of this user's settings, decides what is run."""

import contextlib
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from optimizer.domain.errors import MirrorError, RepositoryError
from optimizer.vcs.source import hide_credentials

NETWORK_SECONDS = 600.0  # the most that one transfer may take
LOCAL_SECONDS = 600.0  # the same for everything else: a large tree on a slow disk

# The whole of git's "global" configuration. A file, not `-c`: only a file reaches the second process
# (upload-pack, receive-pack) that git starts for a transfer from a path.
_CONFIG = """\
[safe]
\tdirectory = *
[core]
\thooksPath = /dev/null
\tfsmonitor = false
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tsymlinks = true
\tautocrlf = false
[protocol]
\tversion = 2
[protocol "ext"]
\tallow = never
[filter "lfs"]
\tsmudge =
\tclean =
\tprocess =
\trequired = false
[submodule]
\trecurse = false
[uploadpack]
\tallowAnySHA1InWant = true
[http]
\tlowSpeedLimit = 100
\tlowSpeedTime = 60
[gc]
\tauto = 0
[maintenance]
\tauto = false
[commit]
\tgpgSign = false
[push]
\tgpgSign = false
\trecurseSubmodules = no
[advice]
\tdetachedHead = false
"""

# What a repository's own configuration must not override.
_FORCED = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=",
    "core.alternateRefsCommand=true",
    "log.showSignature=false",  # would start gpg.program
    "protocol.ext.allow=never",
    "gc.auto=0",
)

# The rest of GIT_* (GIT_DIR, GIT_INDEX_FILE, GIT_CONFIG_PARAMETERS...) belongs to whoever started us,
# for instance a git hook.
_KEPT = frozenset({"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT"})
_USERS_OWN = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})

# What a call over the network takes from the user's own settings: how to log in, and through which proxy.
_LOGIN_SETTINGS = re.compile(r"(credential|http)\..+", re.IGNORECASE)


class Output(NamedTuple):
    code: int
    stdout: bytes
    stderr: str  # without credentials

    @property
    def text(self) -> str:
        """Standard output as text, without the last line end."""
        return os.fsdecode(self.stdout).rstrip("\n")


@dataclass(frozen=True, slots=True)
class Git:
    """git on this machine; `home` is the folder that holds our mirrors and configuration."""

    home: Path

    def run(
        self,
        *arguments: str,
        git_dir: Path | None = None,
        directory: Path | None = None,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        protocols: str = "none",
        timeout: float = LOCAL_SECONDS,
        users_settings: bool = False,
    ) -> Output:
        """Any exit status is a result. RepositoryError when git is missing or takes too long.

        `protocols` are the transports allowed, separated by colons. With `users_settings` the
        user's global configuration counts, as for a command that the user types.
        """
        where = [f"--git-dir={git_dir}"] if git_dir else ["-C", str(directory)] if directory else []
        settings = [part for setting in _FORCED for part in ("-c", setting)]
        configuration = {} if users_settings else self._own_configuration()
        ours = _environment(protocols) | configuration | dict(environment or {})
        kept = ours.keys() | (_KEPT | _USERS_OWN if users_settings else _KEPT)
        command = [*_without_foreign_variables(kept), "git", *settings, *where, *arguments]
        return _execute(command, ours, stdin, timeout, self.home)

    def read(self, *arguments: str, git_dir: Path, stdin: bytes = b"", index: Path | None = None) -> Output:
        """A command that has no reason to fail. MirrorError, with git's own words, if it does."""
        environment = {"GIT_INDEX_FILE": str(index)} if index else {}
        output = self.run(*arguments, git_dir=git_dir, stdin=stdin, environment=environment)
        if output.code != 0:
            raise MirrorError(f"git {arguments[0]} failed in {git_dir}: {reason_in(output.stderr)}")
        return output

    def at_most(self, *arguments: str, git_dir: Path, most: int) -> bytes | None:
        """The standard output of a command that may have far too much to say: None beyond `most` bytes."""
        command = ["git", f"--git-dir={git_dir}", *arguments]
        ours = _environment("none") | self._own_configuration()
        process = _start([*_without_foreign_variables(ours.keys() | _KEPT), *command], ours, self.home)
        assert process.stdout is not None
        try:
            text = process.stdout.read(most + 1)
        finally:
            _kill(process)  # whether it has ended or not: it has nothing more to say
        return text if len(text) <= most else None

    def login_settings(self) -> dict[str, str]:
        """The user's own credential helpers and proxies, as variables for one call over the network."""
        variables: dict[str, str] = {}
        for scope in ("--system", "--global"):
            output = self.run("config", scope, "--includes", "--list", "-z", users_settings=True)
            for item in os.fsdecode(output.stdout).split("\0"):
                key, _, value = item.partition("\n")
                if _LOGIN_SETTINGS.fullmatch(key):
                    variables = add_setting(variables, key, value)
        return variables

    def _own_configuration(self) -> dict[str, str]:
        return {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": str(self._config_file()),
            "GIT_ATTR_NOSYSTEM": "1",
        }

    def _config_file(self) -> Path:
        file = self.home / "gitconfig"
        with contextlib.suppress(FileNotFoundError):
            if file.read_text() == _CONFIG:
                return file
        self.home.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f"gitconfig.{os.getpid()}")
        temporary.write_text(_CONFIG)
        return temporary.replace(file)


def add_setting(variables: Mapping[str, str], key: str, value: str) -> dict[str, str]:
    """Settings as variables: unlike `-c` they are not seen by other users of the machine."""
    count = int(variables.get("GIT_CONFIG_COUNT", "0"))
    added = {f"GIT_CONFIG_KEY_{count}": key, f"GIT_CONFIG_VALUE_{count}": value}
    return {**variables, **added, "GIT_CONFIG_COUNT": str(count + 1)}


def reason_in(stderr: str) -> str:
    """The line of git's complaint that says most."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    for mark in ("fatal: ", "error: ", "! [", "ssh: "):
        for line in lines:
            if line.startswith(mark):
                return line.removeprefix("fatal: ").removeprefix("error: ")
    return lines[-1] if lines else "git gave no reason"


def _environment(protocols: str) -> dict[str, str]:
    ssh = shlex.quote(os.environ.get("GIT_SSH", "ssh"))
    return {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", f"{ssh} -oBatchMode=yes -oConnectTimeout=30"),
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",  # of a partial clone: would start its remote's uploadpack
        "GIT_PAGER": "cat",
    }


def _without_foreign_variables(kept: Set[str]) -> list[str]:
    foreign = [name for name in os.environ if name.startswith("GIT_") and name not in kept]
    return ["env", *(f"--unset={name}" for name in foreign)] if foreign else []


def _execute(
    command: Sequence[str], environment: Mapping[str, str], stdin: bytes, timeout: float, directory: Path
) -> Output:
    process = _start(command, environment, directory)
    try:
        stdout, stderr = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise RepositoryError(
            f"git gave no answer within {timeout:g} s: check the network, try again"
        ) from None
    except BaseException:  # Ctrl-C: git runs in a group of its own and would go on
        _kill(process)
        raise
    return Output(process.returncode, stdout, hide_credentials(os.fsdecode(stderr)))


def _start(
    command: Sequence[str], environment: Mapping[str, str], directory: Path
) -> "subprocess.Popen[bytes]":
    try:
        # Importing GitPython looks for git and fails without it; `doctor` must run there too.
        from git import Git as GitPython  # noqa: PLC0415
        from git.exc import GitCommandNotFound  # noqa: PLC0415
    except ImportError as error:
        raise RepositoryError("git is not installed: install the package `git`") from error
    try:
        started = GitPython(directory).execute(
            list(command),
            istream=subprocess.PIPE,
            as_process=True,
            env=dict(environment),
            start_new_session=True,  # so that helpers (git-remote-https, ssh) end with it
        )
    except GitCommandNotFound as error:
        raise RepositoryError("git is not installed: install the package `git`") from error
    process = cast("subprocess.Popen[bytes]", started.proc)
    started.proc = None  # ours to end: the wrapper would signal the process once more when collected
    return process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
