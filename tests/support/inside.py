"""Python inside the sandbox: the installation that runs the tests, without its virtual environment."""

import functools
import textwrap
from dataclasses import replace

from optimizer.domain.isolation import Bind, Command, Limits
from optimizer.environment.interpreter import Interpreter, find_interpreter

QUICK = Limits(wall_seconds=20.0, cpu_seconds=20)


@functools.cache
def interpreter() -> Interpreter:
    return find_interpreter("")


def program(script: str, *arguments: str, limits: Limits = QUICK, binds: tuple[Bind, ...] = ()) -> Command:
    """A command that runs the script, which may be indented."""
    argv = (interpreter().base, "-S", "-s", "-c", textwrap.dedent(script), *arguments)
    return Command(argv, (*interpreter().binds(), *binds), limits=limits)


def quick(**limits: float) -> Limits:
    return replace(QUICK, **limits)  # type: ignore[arg-type]  # numbers of either kind
