"""Problems from a file: JSON lines with a module, the name of a function or method in it, and calls of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

from optimizer.domain.errors import ConfigError
from optimizer.domain.functions import Function, FunctionKind
from optimizer.domain.settings import Settings
from optimizer.experts.ecode.data.storage import lines
from optimizer.experts.ecode.evaluation.judging import Problem
from optimizer.languages.python import PYTHON
from optimizer.languages.runners.canonical import encode
from optimizer.stages.collect import build_workload
from optimizer.workloads import payloads
from optimizer.workloads.recorded import RecordedCall
from optimizer.workloads.signatures import Receiver, signature_of

_PATH = "subject.py"
_KINDS = (FunctionKind.FUNCTION, FunctionKind.METHOD)


class Row(msgspec.Struct, frozen=True):
    """A line of the file. `calls` are arguments as Python literals: "[3, 1, 2], reverse=True"."""

    name: str
    source: str
    function: str  # or a method, "Cart.total"
    calls: tuple[str, ...] = ()
    init: str = ""  # arguments of a method's class: each call has an instance of its own
    group: str = ""  # of problems with the same task; empty: it is one of its own


def read_problems(path: Path, settings: Settings) -> Iterator[Problem]:
    """With inputs as production makes them of the calls. Raises ConfigError that names the line."""
    decoder = msgspec.json.Decoder(Row)
    for number, line in lines(path):
        try:
            yield _problem(decoder.decode(line), settings)
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError, TypeError, SyntaxError) as error:
            raise ConfigError(f"{path}:{number}: no problem: {error}") from error


def _problem(row: Row, settings: Settings) -> Problem:
    function = _function(row)
    signature = signature_of(function)
    receiver = signature.receiver if signature else Receiver.NONE
    calls = [_call(row, text, receiver) for text in row.calls]
    workload = build_workload(function, calls, settings, module_source=row.source)
    return Problem(row.name, row.group or row.name, row.source, function, workload)


def _function(row: Row) -> Function:
    """Raises ValueError for what is none of the module."""
    found = PYTHON.extract(_PATH, row.source.encode())
    for function in found if isinstance(found, tuple) else ():
        if function.qualname == row.function and function.kind in _KINDS:
            return function
    raise ValueError(f"its source has no function {row.function!r}, and no such method")


def _call(row: Row, text: str, receiver: Receiver) -> RecordedCall:
    """Raises ValueError, TypeError, SyntaxError for what is no row of literals."""
    args, named = _arguments(text)
    owner = row.function.rpartition(".")[0]
    if not owner:
        return RecordedCall(payloads.call(args, named), encode((args, named)))
    init = _arguments(row.init) if receiver is Receiver.SELF else None
    unseen = () if receiver is Receiver.NONE else (object(),)  # its own class is inside the sandbox only
    return RecordedCall(payloads.on_instance(owner, init, args, named), encode(((*unseen, *args), named)))


def _arguments(text: str) -> tuple[tuple[object, ...], dict[str, object]]:
    parsed = ast.parse(f"f({text})", mode="eval").body
    if not isinstance(parsed, ast.Call) or not isinstance(parsed.func, ast.Name):
        raise ValueError(f"{text!r} are no arguments")
    args = tuple(ast.literal_eval(each) for each in parsed.args)
    named = {each.arg: ast.literal_eval(each.value) for each in parsed.keywords if each.arg}
    if len(named) < len(parsed.keywords):
        raise ValueError(f"{text!r} has arguments without a name of their own")
    return args, named
