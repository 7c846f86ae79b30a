"""Runs small trusted sources in this process and describes what they did."""

import ast
import contextlib
import io
import signal
from collections.abc import Iterator
from typing import Any

LIMIT_SECONDS = 0.5  # of CPU time: other load on the machine does not count


class OverdueError(Exception):
    """Still running at the limit."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises OverdueError in the block when it takes more CPU time. Main thread only."""

    def stop(*_: object) -> None:
        raise OverdueError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def loaded(source: str, namespace: dict[str, Any] | None = None) -> dict[str, Any]:
    """The names that a module's source defines, on top of those given."""
    names: dict[str, Any] = {"__name__": "observed"} if namespace is None else dict(namespace)
    exec(source, names)
    return names


def last_value(snippet: str, names: dict[str, Any]) -> Any:
    """Runs the statements; the value of the last one, an expression."""
    *statements, last = ast.parse(snippet).body
    assert isinstance(last, ast.Expr), snippet
    exec(compile(ast.Module(statements, []), "<snippet>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<snippet>", "eval"), names)


def outcome(snippet: str, names: dict[str, Any]) -> tuple[object, str]:
    """The value (or the exception) and the standard output of a snippet."""
    printed = io.StringIO()
    value: object
    with contextlib.redirect_stdout(printed):
        try:
            with time_limit(LIMIT_SECONDS):
                value = last_value(snippet, names)
        except Exception as error:
            value = f"{type(error).__name__}: {error}"
    return value, printed.getvalue()


def described(snippet: str, names: dict[str, Any]) -> tuple[str, str, str]:
    """As `outcome`, with the exact type: 1, 1.0 and True are three."""
    value, printed = outcome(snippet, names)
    return type(value).__name__, repr(value), printed


def call_with_arguments(expression: str, names: dict[str, Any]) -> tuple[str, str, str]:
    """What a call gave, printed, and left of its arguments. Generators are read to their end."""
    call = ast.parse(expression, mode="eval").body
    assert isinstance(call, ast.Call), expression
    arguments = ", ".join(ast.unparse(argument) for argument in call.args)
    snippet = (
        f"arguments = [{arguments}]\n"
        f"result = {ast.unparse(call.func)}(*arguments)\n"
        "(list(result) if hasattr(result, 'send') else result), arguments"
    )
    return described(snippet, names)
