"""A real Postgres for tests: one that is there already, else one that is started and thrown away.

    with server(os.environ) as url, fresh_database(url) as database:
        ...

Never a reason to skip a test: where there is no server and no binaries, the error names the package.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from optimizer.domain.errors import DatabaseError
from optimizer.testing.services import Service

VARIABLE = "OPTIMIZER_TEST_POSTGRES"
DEFAULT = "postgresql://postgres@127.0.0.1:5432/postgres"
_BINARIES = Path("/usr/lib/postgresql")


@contextmanager
def server(environ: Mapping[str, str]) -> Iterator[str]:
    """The URL of a server on which databases may be created.

    The one that OPTIMIZER_TEST_POSTGRES names, which must answer; else the one at the default
    address; else a throw-away one.
    """
    named = environ.get(VARIABLE, "")
    if named and not answers(named):
        raise DatabaseError(f"The Postgres that {VARIABLE} names does not answer.")
    if named or answers(DEFAULT):
        yield named or DEFAULT
        return
    with throwaway() as url:
        yield url


def answers(url: str) -> bool:
    try:
        _connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """The URL of an empty database of its own name, dropped afterwards whoever still uses it."""
    name = f"optimizer_test_{uuid.uuid4().hex}"
    # template0: nobody is ever connected to it, so two of these never stand in each other's way.
    _execute(server_url, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def _execute(url: str, statement: str) -> None:
    with _connect(url) as connection:
        connection.execute(statement.encode())


@contextmanager
def throwaway(password: str = "", binaries: Path = _BINARIES, path: str | None = None) -> Iterator[str]:
    """The URL of a server started from the system's binaries, on a socket in a private folder.

    With a password, that is what the user `postgres` needs; without, nobody needs one.
    Its files are not synced to disk: it is fast, and worth nothing after a crash of the machine.
    """
    with restartable(password, binaries, path) as (url, _):
        yield url


@contextmanager
def restartable(
    password: str = "", binaries: Path = _BINARIES, path: str | None = None
) -> Iterator[tuple[str, Service]]:
    """The same, with the server: it may be killed and started again, and keeps what it had committed."""
    folder_of_binaries = _find_binaries(binaries, path)
    folder = Path(tempfile.mkdtemp(prefix="optimizer-pg-", dir="/tmp"))  # short: a socket's path is limited
    try:
        user = _as_other_user(folder)
        _initialise(folder_of_binaries / "initdb", folder, user, password)
        service = _service(folder_of_binaries / "postgres", folder, user)
        _start(service)
        try:
            secret = f":{password}" if password else ""
            yield f"postgresql://postgres{secret}@/postgres?host={folder}", service
        finally:
            service.stop(number=signal.SIGINT)  # "fast": clients are cut off, nothing is waited for
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries(binaries: Path, path: str | None) -> Path:
    """The folder of `initdb` and `postgres`: the newest of Debian's, else the one on the PATH."""
    packaged = sorted(binaries.glob("*/bin/initdb"), key=lambda found: _version(found.parts[-3]))
    on_path = shutil.which("initdb", path=path)
    if packaged:
        return packaged[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise DatabaseError(
        f"No Postgres answers at {DEFAULT} and there are no binaries to start one: "
        "run `apt-get install postgresql`, or name a server in " + VARIABLE
    )


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())


def _as_other_user(folder: Path) -> Sequence[str]:
    """The command that starts a program as somebody who is not root, which Postgres insists on.

    Whoever it is, the program is stopped when this process dies, even when it is killed.
    """
    if os.geteuid() != 0:
        return []
    name = next(name for name in ("postgres", "nobody") if _exists(name))
    entry = pwd.getpwnam(name)
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return [
        "setpriv", "--pdeathsig", "KILL",
        f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups",
    ]  # fmt: skip


def _exists(name: str) -> bool:
    return any(entry.pw_name == name for entry in pwd.getpwall())


def _initialise(initdb: Path, folder: Path, user: Sequence[str], password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    secret.chmod(0o644)  # the folder is private already; the other user must read it
    method = [f"--pwfile={secret}", "--auth=scram-sha-256"] if password else ["--auth=trust"]
    options = ["--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(
        [*user, str(initdb), f"--pgdata={folder / 'data'}", *options, *method],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    if done.returncode != 0:
        raise DatabaseError(f"initdb failed: {_last_line(done.stderr)}")


def _service(postgres: Path, folder: Path, user: Sequence[str]) -> Service:
    settings = ("listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=100")
    options = [part for setting in settings for part in ("-c", setting)]
    command = [*user, str(postgres), "-D", str(folder / "data"), *options]
    return Service("postgres", command, folder / "log", directory=folder, ready=lambda: _is_ready(folder))


def _start(service: Service) -> None:
    service.start()
    try:
        service.wait_ready()
    except TimeoutError as error:
        raise DatabaseError(str(error)) from error


def _is_ready(folder: Path) -> bool:
    """When the server has written so: asking it would need its password."""
    try:
        return (folder / "data" / "postmaster.pid").read_text().rstrip().endswith("ready")
    except OSError:
        return False


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
