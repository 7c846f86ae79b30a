"""The scheduler finds what a death, or a broker that forgot, left lying."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.domain.jobs import JobState, Repository, Submission
from optimizer.domain.work import NewItem, Plan, Queue
from optimizer.testing.memory_broker import MemoryBroker
from tests.support.fleets import broker_of, fleet_on
from tests.support.results import ended, function
from workers.control import Reconciled, reconcile
from workers.fleet import Fleet

_WHERE = Repository("https://example.org/team/shop.git", "shop")


@pytest.fixture
def fleet(database_url: str, tmp_path: Path) -> Iterator[Fleet]:
    opened = fleet_on(database_url, tmp_path)
    yield opened
    opened.close()


def _planned(fleet: Fleet, count: int) -> tuple[int, list[int]]:
    job, scan = fleet.work.submit(Submission(_WHERE.url), _WHERE)
    claim = fleet.work.claim(scan.id, Queue.SCAN, 60.0)
    assert claim is not None
    items = fleet.work.plan(claim, Plan((), tuple(NewItem(f"a.py::f{n}", b"") for n in range(count)), b""))
    assert items is not None
    fleet.broker.send(items)
    return job.id, [item.id for item in items]


def _reconcile(fleet: Fleet, grace: float = 0.0) -> Reconciled:
    return reconcile(fleet.work, fleet.broker, grace)


def test_nothing_is_said_twice_of_what_the_broker_knows(fleet: Fleet) -> None:
    _planned(fleet, 5)
    assert _reconcile(fleet) == Reconciled()
    assert len(broker_of(fleet).messages) == 5


def test_what_the_broker_forgot_is_told_again_and_only_that(fleet: Fleet) -> None:
    _, ids = _planned(fleet, 5)
    broker_of(fleet).messages = [(Queue.PROPOSE, ids[0]), (Queue.PROPOSE, ids[3])]
    assert _reconcile(fleet) == Reconciled(resent=3)
    assert broker_of(fleet).items(Queue.PROPOSE) == set(ids)
    assert len(broker_of(fleet).messages) == 5
    assert _reconcile(fleet) == Reconciled()


def test_one_forgotten_message_is_found_beside_many_others(fleet: Fleet) -> None:
    _, ids = _planned(fleet, 30)
    broker_of(fleet).messages.remove((Queue.PROPOSE, ids[7]))
    assert _reconcile(fleet) == Reconciled(resent=1)


def test_what_was_queued_a_moment_ago_may_still_be_on_its_way(fleet: Fleet) -> None:
    _planned(fleet, 3)
    broker_of(fleet).messages.clear()
    assert _reconcile(fleet, grace=3600.0) == Reconciled()


def test_what_a_dead_worker_held_is_others_at_once(fleet: Fleet) -> None:
    _, (item,) = _planned(fleet, 1)
    broker_of(fleet).messages.clear()  # it was delivered
    assert fleet.work.claim(item, Queue.PROPOSE, -1.0) is not None
    assert _reconcile(fleet, grace=3600.0) == Reconciled(freed=1)
    assert broker_of(fleet).messages == [(Queue.PROPOSE, item)]


def test_what_was_given_back_is_told_when_it_is_due_whatever_else_waits(fleet: Fleet) -> None:
    _, (first, second, *_) = _planned(fleet, 4)
    for item, delay in ((first, -1.0), (second, 3600.0)):
        claim = fleet.work.claim(item, Queue.PROPOSE, 60.0)
        assert claim is not None
        broker_of(fleet).messages.remove((Queue.PROPOSE, item))
        assert fleet.work.release(claim, delay)
    assert _reconcile(fleet, grace=3600.0) == Reconciled(resent=1)
    assert broker_of(fleet).messages[-1] == (Queue.PROPOSE, first)


def test_a_job_whose_last_worker_died_before_saying_so_is_closed(fleet: Fleet) -> None:
    job_id, (item,) = _planned(fleet, 1)
    claim = fleet.work.claim(item, Queue.PROPOSE, 60.0)
    assert claim is not None
    assert fleet.work.finish(claim, ended(function("f0", "a.py")))
    assert fleet.store.job(job_id).state is JobState.RUNNING
    assert _reconcile(fleet) == Reconciled(closed=1)
    assert fleet.store.job(job_id).state is JobState.DONE


def test_a_broker_that_is_down_is_told_the_next_time(fleet: Fleet) -> None:
    _, (item,) = _planned(fleet, 1)
    broker = broker_of(fleet)
    broker.messages.clear()
    assert fleet.work.claim(item, Queue.PROPOSE, -1.0) is not None
    broker.down = True
    assert _reconcile(fleet) == Reconciled(freed=1)
    broker.down = False
    assert _reconcile(fleet) == Reconciled(resent=1)


def test_two_schedulers_at_once_do_no_harm(fleet: Fleet) -> None:
    _, ids = _planned(fleet, 3)
    lost = MemoryBroker()
    assert reconcile(fleet.work, lost, 0.0) == Reconciled(resent=3)
    assert reconcile(fleet.work, lost, 0.0) == Reconciled()
    assert lost.items(Queue.PROPOSE) == set(ids)
