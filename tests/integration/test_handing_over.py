"""First calls in real sessions: what leaves before the clock stops, and what a session keeps of a batch."""

import marshal
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from optimizer.canonical import decode, show
from optimizer.sandbox.runner import Session, Zygote
from tests.support.arena import payload, zygote

SUBJECT = """
    def double(xs):
        return [2 * x for x in xs]

    def grow(xs):
        xs.append(len(xs))
        return len(xs)

    def count(n):
        yield from range(n)

    async def later(n):
        return n + 1

    def words(xs):
        return {str(x) for x in xs}
"""


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    with zygote(tmp_path_factory.mktemp("handing_over"), SUBJECT) as started:
        yield started


def handed_over(session: Session, *values: object, form: str = "marshal", **fields: Any) -> bytes:
    blobs = [payload(value) for value in values]
    settings: dict[str, Any] = {
        "consume": False,
        "arguments": False,
        "limit": 10_000,
        "hand_over": form,
        **fields,
    }
    return session.timed("sealed", blobs, 20.0, **settings)[2][0]


def test_results_leave_with_the_answer(subject: Zygote) -> None:
    with closing(subject.fork("double")) as session:
        assert handed_over(session, [1, 2], [3]) == marshal.dumps([[[2, 4], [6]], []], 2)


def test_changed_arguments_leave_with_them(subject: Zygote) -> None:
    with closing(subject.fork("grow")) as session:
        assert handed_over(session, [7], arguments=True) == marshal.dumps([[2], [([[7, 1]], {})]], 2)


def test_iterators_and_coroutines_leave_as_what_they_come_to(subject: Zygote) -> None:
    with closing(subject.fork("count")) as session:
        assert handed_over(session, 3, consume=True) == marshal.dumps([[[0, 1, 2]], []], 2)
    with closing(subject.fork("later")) as session:
        assert handed_over(session, 3) == marshal.dumps([[4], []], 2)


def test_what_marshal_cannot_say_is_encoded(subject: Zygote) -> None:
    with closing(subject.fork("words")) as session:
        assert show(decode(handed_over(session, [1], form="canonical"))) == "[[{'1'}], []]"


def test_the_function_that_does_nothing_hands_over_what_was_rehearsed(subject: Zygote) -> None:
    with closing(subject.fork("double", null=True)) as session:
        blobs = [payload([1, 2])]
        fields: dict[str, Any] = {
            "consume": False,
            "arguments": False,
            "limit": 10_000,
            "hand_over": "marshal",
        }
        session.ask("rehearse", blobs, 20.0, **fields)
        assert session.timed("sealed", blobs, 20.0, **fields)[2] == [marshal.dumps([[[2, 4]], []], 2)]


def test_results_are_those_of_the_round_that_was_asked_for(subject: Zygote) -> None:
    with closing(subject.fork("grow")) as session:
        session.ask("load", [payload([])], ids=["a"])
        session.ask("prepare", ids=["a"], rounds=5, fresh=False, consume=False)
        session.clock("go", keep=2)
        _, parts = session.ask("outputs", indexes=[0], limit=10_000)
    assert show(decode(parts[1])) == "3"
