"""Runs a version of a function on inputs and keeps everything observable of each call."""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import RunnerDiedError, RunnerTimeoutError, Session

ENCODING_LIMIT = 4_000_000  # bytes of arguments and result after a call
_BATCH = 200  # payloads sent at once
_LONGEST_NS = 10**12  # no call is waited for so long
MOST_DEATHS = 6  # of processes; then the rest of the inputs is left


class OutcomeKind(StrEnum):
    RETURNED = "returned"
    RAISED = "raised"
    RESOURCE = "resource"  # recursion depth or memory, told by an exception
    HUNG = "hung"
    DIED = "died"  # the process ended: a signal, os._exit, the memory limit
    UNUSABLE = "unusable"  # the arguments cannot be made here, or the result is too large


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call. The parts are canonical encodings, compared as bytes."""

    kind: OutcomeKind
    arguments: bytes = field(default=b"", repr=False)  # after the call
    result: bytes = field(default=b"", repr=False)  # or the exception's type and message
    stdout: bytes = field(default=b"", repr=False)
    state: bytes = field(default=b"", repr=False)
    effects: bytes = field(default=b"", repr=False)
    nanoseconds: int = 0  # the sandbox's word: used for planning only
    opaque: bool = False
    iterator: bool = False
    mutates: bool = False
    note: str = ""


Fork = Callable[[], Session]


def observe(
    fork: Fork,
    inputs: Sequence[Input],
    limit: Callable[[Input], float],
    probe: bool = False,
    budget_seconds: float = 60.0,
    stop: Callable[[Input, Outcome], bool] = lambda _input, _outcome: False,
    most_deaths: int = MOST_DEATHS,
) -> dict[str, Outcome]:
    """Outcomes by input id, in order, in one process as long as it lives.

    `limit`: seconds for one call. `stop` ends the run early (a counterexample was found). Inputs not
    reached within the budget are missing.
    """
    found: dict[str, Outcome] = {}
    began, deaths = time.monotonic(), 0
    pending = list(inputs)
    while pending and deaths < most_deaths:
        session = fork()
        with contextlib.closing(session):
            done, ended = _serve(session, pending, limit, probe, began + budget_seconds, stop, found)
        pending = pending[done:]
        deaths += 1
        if ended:
            break
    return found


def _serve(
    session: Session,
    pending: Sequence[Input],
    limit: Callable[[Input], float],
    probe: bool,
    deadline: float,
    stop: Callable[[Input, Outcome], bool],
    found: dict[str, Outcome],
) -> tuple[int, bool]:
    """(inputs done, whether to stop altogether) in one process."""
    for index, item in enumerate(pending):
        if time.monotonic() > deadline:
            return index, True
        if index % _BATCH == 0:
            batch = pending[index : index + _BATCH]
            session.ask("load", [one.payload for one in batch], ids=[one.id for one in batch])
        outcome = call(session, item, limit(item), probe)
        found[item.id] = outcome
        if stop(item, outcome):
            return index + 1, True
        if outcome.kind in (OutcomeKind.HUNG, OutcomeKind.DIED):
            return index + 1, False
    return len(pending), True


def call(session: Session, item: Input, seconds: float, probe: bool = False) -> Outcome:
    """One call of an input whose payload is loaded. A session that hung or died is of no more use."""
    try:
        header, parts = session.ask("call", seconds=seconds, id=item.id, limit=ENCODING_LIMIT, probe=probe)
    except RunnerTimeoutError:
        session.kill()
        return Outcome(OutcomeKind.HUNG, note=f"no answer in {seconds:.1f} s")
    except RunnerDiedError as error:
        return Outcome(OutcomeKind.DIED, note=str(error))
    return outcome_of(header, parts)


def outcome_of(header: Mapping[str, Any], parts: Sequence[bytes]) -> Outcome:
    """The answer to one call."""
    kind = str(header.get("kind"))
    if len(parts) != 5 or kind not in ("returned", "raised", "resource"):
        return Outcome(OutcomeKind.UNUSABLE, note=f"{kind}: {header.get('error', '')}")
    arguments, result, stdout, state, effects = parts
    return Outcome(
        OutcomeKind(kind),
        arguments,
        result,
        stdout,
        state,
        effects,
        nanoseconds=_nanoseconds(header.get("ns")),
        opaque=bool(header.get("opaque")),
        iterator=bool(header.get("iterator")),
        mutates=bool(header.get("mutates")),
    )


def _nanoseconds(claim: object) -> int:
    return min(max(1, claim), _LONGEST_NS) if isinstance(claim, int) else 1
