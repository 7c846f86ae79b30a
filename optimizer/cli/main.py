"""The program `optimizer`: its commands, and what becomes of errors."""

import contextlib
import errno
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper

import click

from optimizer import __version__
from optimizer.cli.calibrate import calibrate
from optimizer.cli.database import db
from optimizer.cli.doctor import doctor
from optimizer.cli.experts import experts
from optimizer.cli.health import health
from optimizer.cli.interrupts import interruptible, note_interrupts
from optimizer.cli.jobs import job, jobs
from optimizer.cli.output import note
from optimizer.cli.patches import patch, patches
from optimizer.cli.plotting import plot
from optimizer.cli.proof import proof
from optimizer.cli.queue import cancel, retry
from optimizer.cli.results import query, rejected
from optimizer.cli.schedule import schedule
from optimizer.cli.serve import serve
from optimizer.cli.settings import config
from optimizer.cli.status import status
from optimizer.cli.submit import submit
from optimizer.cli.token import token
from optimizer.cli.verify import verify
from optimizer.cli.worker import scheduler, worker
from optimizer.domain.errors import ConfigError, OptimizerError, StoppedError

_INTERRUPTED = StoppedError.exit_code
_DEFECT = 70  # EX_SOFTWARE of sysexits.h
# A disk that is full, and a folder that cannot be what the settings say.
_MACHINE = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST,
)  # fmt: skip


@click.group(epilog="Each command has its own --help, with an example. Exit codes: docs/commands.md.")
@click.version_option(__version__, prog_name="optimizer", message="%(prog)s %(version)s")
def optimizer() -> None:
    """Find functions that can be made faster, prove it, and publish each change as a branch."""


for _command in (
    submit, jobs, job, patches, patch, verify, rejected, query, experts, doctor, calibrate, config, db,
    worker, scheduler, schedule, cancel, retry, status, health, serve, token,
):  # fmt: skip
    optimizer.add_command(_command)
patch.add_command(plot)
patch.add_command(proof)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program: one command, by default what this process was started with. Returns its exit code."""
    _prepare_streams()
    note_interrupts()
    try:
        return run(sys.argv[1:] if arguments is None else arguments)
    finally:
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.flush()


def run(arguments: Sequence[str]) -> int:
    """Runs one command. Returns its exit code; nothing but a defect of this program shows a traceback."""
    typed = list(arguments)
    try:
        with interruptible():
            code = optimizer.main(args=typed, prog_name="optimizer", standalone_mode=False, obj=typed)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        note("optimizer: interrupted")
        return _INTERRUPTED
    except StoppedError as stopped:
        note(f"optimizer: {stopped}")
        return stopped.exit_code
    except OptimizerError as error:
        note(f"optimizer: error: {_public(str(error))}")
        return error.exit_code
    except OSError as error:
        return _system_error(error)
    except Exception:
        return _defect()


def _system_error(error: OSError) -> int:
    """Some are the machine's matter, or its user's; the rest is a defect."""
    if error.errno not in _MACHINE:
        return _defect()
    where = f": {error.filename}" if error.filename else ""
    note(f"optimizer: error: {error.strerror}{where}")
    return ConfigError.exit_code


def _defect() -> int:
    note(_public(traceback.format_exc().rstrip()))
    note("optimizer: this is a defect of optimizer itself: please report it with the lines above")
    return _DEFECT


def _public(text: str) -> str:
    from optimizer.vcs.source import hide_credentials  # noqa: PLC0415 - start-up time

    return hide_credentials(text)


def _prepare_streams() -> None:
    """File names need not be UTF-8, nor the terminal: what cannot be written is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
