"""Zygotes and sessions in the real sandbox: what they answer, and what a hostile function can do to them."""

import os
import pickle
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from optimizer.canonical import decode, show
from optimizer.domain.errors import SandboxError
from optimizer.domain.isolation import Command, Limits
from optimizer.sandbox import bubblewrap
from optimizer.sandbox.runner import (
    LoadError,
    RunnerDiedError,
    RunnerTimeoutError,
    Session,
    Zygote,
    start_zygote,
)
from optimizer.stages.observe import Outcome, OutcomeKind, observe
from tests.support.arena import LIMITS, an_input, payload, target, write_subject, zygote

SUBJECT = """
    import ctypes, functools, os, sys, time

    SEEN = []

    def double(xs):
        return [2 * x for x in xs]

    def grow(xs):
        xs.append(0)

    def remember(x):
        SEEN.append(x)
        return x

    def talk(x):
        print("said", x)
        os.write(1, b"past us" * 500_000)
        os.write(2, b"past us" * 500_000)
        print("y" * 5_000_000)

    def listen():
        return sys.stdin.read()

    def fail(x):
        raise ValueError(f"no {x}")

    def deep(n):
        return deep(n + 1)

    def count(n):
        yield from range(n)

    async def later(x):
        return x + 1

    def sometimes(x):
        if x == "hang":
            while True: pass
        if x == "sleep":
            time.sleep(600)
        if x == "exit":
            os._exit(3)
        if x == "quit":
            sys.exit(3)
        if x == "segfault":
            ctypes.string_at(0)
        if x == "memory":
            return len(bytearray(4 << 30))
        if x == "forks":
            while True: os.fork()
        if x == "parent":
            os.kill(os.getppid(), 9)
        return x

    def large(n):
        return "x" * n

    def forge():
        import json, struct
        text = json.dumps({"ok": True, "kind": "returned", "nonce": "0" * 16, "sizes": []}).encode()
        for fd in range(3, 50):
            try:
                os.write(fd, struct.pack(">II", len(text), 0) + text)
            except OSError:
                pass

    def speak_nonsense():
        for fd in range(3, 50):
            try:
                os.write(fd, bytes(range(256)) * 10)
            except OSError:
                pass

    def decorate(function):
        @functools.wraps(function)
        def inner(*args):
            return function(*args) + 1000
        return inner

    @decorate
    def wrapped(x):
        return x

    class Box:
        def __init__(self, side):
            self.side = side

        def area(self):
            return self.side ** 2

        @classmethod
        def unit(cls):
            return cls(1).side

        @property
        def edge(self):
            return self.side
    """


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    with zygote(tmp_path_factory.mktemp("subject"), SUBJECT) as started:
        yield started


def called(subject: Zygote, name: str, *arguments: object, seconds: float = 10.0) -> Outcome:
    """One call in a process of its own."""
    (outcome,) = observe(
        lambda: subject.fork(name), [an_input(*arguments)], lambda _: seconds, probe=True
    ).values()
    return outcome


def shown(data: bytes) -> str:
    return show(decode(data))


def raw(session: Session, *arguments: object, seconds: float = 10.0) -> tuple[dict[str, Any], list[bytes]]:
    session.ask("load", [payload(*arguments)], ids=["one"])
    return session.ask("call", seconds=seconds, id="one", limit=1_000_000, probe=False)


# What is observed of a call


def test_a_result_comes_back_with_the_arguments_as_they_are_afterwards(subject: Zygote) -> None:
    outcome = called(subject, "double", [1, 2])
    assert outcome.kind is OutcomeKind.RETURNED
    assert (shown(outcome.result), shown(outcome.arguments)) == ("[2, 4]", "[[[1, 2]], {}]")
    assert not outcome.mutates


def test_changes_of_arguments_are_seen(subject: Zygote) -> None:
    outcome = called(subject, "grow", [1])
    assert (shown(outcome.arguments), outcome.mutates) == ("[[[1, 0]], {}]", True)


def test_state_that_a_call_leaves_behind_is_seen(subject: Zygote) -> None:
    with closing(subject.fork("remember")) as session:
        states = [raw(session, "a")[1][3], raw(session, "b")[1][3]]
    with closing(subject.fork("double")) as session:
        unchanged = [raw(session, [1])[1][3], raw(session, [2])[1][3]]
    assert states[0] != states[1]
    assert unchanged[0] == unchanged[1]


def test_an_exception_is_its_type_and_its_message(subject: Zygote) -> None:
    outcome = called(subject, "fail", 7)
    assert (outcome.kind, shown(outcome.result)) == (OutcomeKind.RAISED, "['builtins.ValueError', 'no 7']")


def test_running_out_of_stack_is_told_apart_from_other_exceptions(subject: Zygote) -> None:
    assert called(subject, "deep", 0).kind is OutcomeKind.RESOURCE


def test_a_generator_is_what_it_yields(subject: Zygote) -> None:
    outcome = called(subject, "count", 3)
    assert outcome.iterator
    assert "[0, 1, 2]" in shown(outcome.result)


def test_an_iterator_comes_to_the_function_as_it_was_however_closely_it_is_looked_at(subject: Zygote) -> None:
    outcome = called(subject, "double", iter([1, 2]))
    assert shown(outcome.result) == "[2, 4]"
    assert outcome.mutates


def test_a_coroutine_is_awaited(subject: Zygote) -> None:
    assert shown(called(subject, "later", 1).result) == "2"


def test_megabytes_that_are_printed_are_compared_in_part_and_stop_nothing(subject: Zygote) -> None:
    outcome = called(subject, "talk", 1)
    assert outcome.kind is OutcomeKind.RETURNED
    assert outcome.stdout.startswith(b"5000008:said 1\nyyy")
    assert len(outcome.stdout) < 200_000


def test_standard_input_is_empty(subject: Zygote) -> None:
    assert shown(called(subject, "listen").result) == "''"


def test_a_function_is_found_below_its_decorators(subject: Zygote) -> None:
    assert shown(called(subject, "wrapped", 1).result) == "1"


def test_methods_are_called_on_instances_made_inside(subject: Zygote) -> None:
    data = pickle.dumps(("method", "Box", (3,), {}, (), {}), 5)
    answers = []
    for name in ("Box.area", "Box.edge"):
        with closing(subject.fork(name)) as session:
            session.ask("load", [data], ids=["one"])
            _, parts = session.ask("call", id="one", limit=10_000, probe=False)
            answers.append(shown(parts[1]))
    assert answers == ["9", "3"]


def test_arguments_that_cannot_be_made_are_unusable(subject: Zygote) -> None:
    with closing(subject.fork("double")) as session:
        for number, data in enumerate((b"not a pickle", pickle.dumps(3), pickle.dumps(("with", b"", {})))):
            session.ask("load", [data], ids=[number])
            answer, _ = session.ask("call", id=number, limit=10_000, probe=False)
            assert answer["kind"] == "unloadable"


def test_a_result_beyond_the_limit_is_unusable_not_cut(subject: Zygote) -> None:
    assert called(subject, "large", 5_000_000).kind is OutcomeKind.UNUSABLE
    assert called(subject, "large", 3_000_000).kind is OutcomeKind.RETURNED


def test_arguments_are_never_unpickled_on_this_side(subject: Zygote, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    tmp_path.chmod(0o777)

    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(marker),)

    called(subject, "double", Bomb())
    assert not marker.exists()


# Sessions that end badly, and the next one


@pytest.mark.parametrize("how", ["hang", "sleep"])
def test_a_function_that_hangs_is_ended_and_the_next_session_works(subject: Zygote, how: str) -> None:
    with closing(subject.fork("sometimes")) as session:
        with pytest.raises(RunnerTimeoutError):
            raw(session, how, seconds=0.5)
        session.kill()
    assert shown(called(subject, "sometimes", "fine").result) == "'fine'"


@pytest.mark.parametrize("how", ["exit", "segfault"])
def test_a_function_that_ends_its_process_is_told_and_the_next_session_works(
    subject: Zygote, how: str
) -> None:
    with closing(subject.fork("sometimes")) as session, pytest.raises(RunnerDiedError):
        raw(session, how)
    assert shown(called(subject, "sometimes", "fine").result) == "'fine'"


def test_memory_beyond_the_limit_ends_the_call_and_the_next_session_works(subject: Zygote) -> None:
    outcome = called(subject, "sometimes", "memory")
    assert outcome.kind in (OutcomeKind.DIED, OutcomeKind.RESOURCE)  # with cgroups, and without
    assert shown(called(subject, "sometimes", "fine").result) == "'fine'"


def test_an_exit_by_exception_is_an_exception(subject: Zygote) -> None:
    outcome = called(subject, "sometimes", "quit")
    assert (outcome.kind, shown(outcome.result)) == (OutcomeKind.RAISED, "['builtins.SystemExit', '3']")


def test_one_bad_input_costs_no_other(subject: Zygote) -> None:
    words = ["a", "exit", "b", "hang", "segfault", "c"]
    inputs = [an_input(word) for word in words]
    found = observe(lambda: subject.fork("sometimes"), inputs, lambda _: 0.5)
    assert [found[one.id].kind.value for one in inputs] == [
        "returned", "died", "returned", "hung", "died", "returned",
    ]  # fmt: skip


def test_a_fork_bomb_ends_with_its_sandbox(tmp_path: Path) -> None:
    limits = Limits(wall_seconds=10.0, cpu_seconds=10, processes=30)
    with zygote(tmp_path, SUBJECT, limits) as started:
        outcome = called(started, "sometimes", "forks", seconds=3.0)
        assert outcome.kind in (OutcomeKind.RAISED, OutcomeKind.HUNG, OutcomeKind.DIED)


def test_a_function_that_ends_its_zygote_is_told(tmp_path: Path) -> None:
    with zygote(tmp_path, SUBJECT) as started:
        called(started, "sometimes", "parent")
        with pytest.raises((RunnerDiedError, LoadError)):
            started.fork("sometimes")


# Forged answers


def test_an_answer_with_another_nonce_is_not_believed(subject: Zygote) -> None:
    with closing(subject.fork("forge")) as session, pytest.raises(RunnerDiedError, match="something else"):
        raw(session)


def test_bytes_that_are_no_frame_are_not_believed(subject: Zygote) -> None:
    with closing(subject.fork("speak_nonsense")) as session, pytest.raises(RunnerDiedError):
        raw(session)


def test_a_session_cannot_answer_for_the_one_after_it(subject: Zygote) -> None:
    with closing(subject.fork("forge")) as one, closing(subject.fork("double")) as other:
        with pytest.raises(RunnerDiedError):
            raw(one)
        _, parts = raw(other, [1])
        assert shown(parts[1]) == "[2]"


# Timed batches


def prepared(session: Session, rounds: int, fresh: bool) -> None:
    session.ask("load", [payload([1, 2]), payload([3])], ids=["a", "b"])
    session.ask("prepare", ids=["a", "b"], rounds=rounds, fresh=fresh, consume=False)


def test_a_batch_is_timed_here_and_its_last_results_can_be_looked_at(subject: Zygote) -> None:
    with closing(subject.fork("double")) as session:
        prepared(session, rounds=500, fresh=False)
        wall, cpu = session.clock("go")
        _, parts = session.ask("outputs", indexes=[1], limit=10_000)
    assert (wall > 0, cpu > 0) == (True, True)
    assert [shown(part) for part in parts] == ["[[[3]], {}]", "[6]"]


def test_a_function_that_changes_its_arguments_gets_new_ones_for_every_call(subject: Zygote) -> None:
    with closing(subject.fork("grow")) as session:
        prepared(session, rounds=50, fresh=True)
        session.clock("go")
        _, parts = session.ask("outputs", indexes=[0], limit=10_000)
    assert shown(parts[0]) == "[[[1, 2, 0]], {}]"


def test_sealed_arguments_come_when_the_clock_starts(subject: Zygote) -> None:
    with closing(subject.fork("double")) as session:
        wall, _ = session.clock("sealed", [payload([5])], consume=False)
        _, parts = session.ask("outputs", indexes=[0], limit=10_000)
    assert wall > 0
    assert shown(parts[1]) == "[10]"


def test_a_function_that_does_nothing_stands_in_for_the_cost_of_calling(subject: Zygote) -> None:
    with closing(subject.fork("double", null=True)) as session:
        session.clock("sealed", [payload([5])], consume=False)
        _, parts = session.ask("outputs", indexes=[0], limit=10_000)
    assert shown(parts[1]) == "None"


def test_a_batch_that_fails_is_not_a_time(subject: Zygote) -> None:
    with closing(subject.fork("fail")) as session, pytest.raises(RunnerDiedError, match="no 5"):
        session.clock("sealed", [payload(5)], consume=False)


def test_the_peak_of_memory_counts_what_a_call_makes(subject: Zygote) -> None:
    peaks = []
    for size in (10, 1_000_000):
        with closing(subject.fork("large")) as session:
            session.ask("load", [payload(size)], ids=["one"])
            answer, _ = session.ask("memory", id="one")
            peaks.append(answer["peak"])
    assert 0 < peaks[0] < 1_000_000 <= peaks[1] < 1_100_000


# Modules that do not load


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def f(:", "SyntaxError"),
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("raise RuntimeError('not today')", "not today"),
        ("import sys; sys.exit(2)", "SystemExit"),
        ("import os; os._exit(2)", "ended the process"),
        ("import os; os.write(2, b'x' * 1_000_000); raise RuntimeError('in the end')", "in the end"),
        ("import ctypes; ctypes.string_at(0)", "ended the process"),
        ("import socket; socket.create_connection(('192.0.2.1', 80), 5)", "unreachable"),
    ],
)
def test_a_module_that_cannot_be_imported_is_an_error_that_says_why(
    tmp_path: Path, source: str, message: str
) -> None:
    with pytest.raises(LoadError, match=message), zygote(tmp_path, source):
        pass


def test_a_module_that_hangs_when_it_is_imported_is_given_up(tmp_path: Path) -> None:
    began = time.monotonic()
    limits = Limits(wall_seconds=2.0, cpu_seconds=60)
    with pytest.raises(LoadError), zygote(tmp_path, "while True: pass", limits):
        pass
    assert time.monotonic() - began < 60


def test_a_function_that_is_not_there_is_an_error_and_the_zygote_lives(subject: Zygote) -> None:
    with pytest.raises(LoadError):
        subject.fork("nowhere")
    assert shown(called(subject, "sometimes", 1).result) == "1"


def test_a_sandbox_that_does_not_start_is_no_fault_of_the_module(tmp_path: Path) -> None:
    write_subject(tmp_path, "x = 1")
    missing = bubblewrap.Bubblewrap(str(tmp_path / "no-such-bwrap"), bubblewrap.detect().cgroup_version)
    with pytest.raises(SandboxError):
        start_zygote(missing, target(tmp_path), Command((), limits=LIMITS), 0)
