"""The scheduler's duties go on when the time of day jumps."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from celery import Celery

from optimizer.domain.jobs import Repository, Submission
from optimizer.domain.work import Queue
from optimizer.testing.clock import make_clock
from optimizer.testing.fleet import COMPOSE, PROGRAM, environment
from optimizer.testing.services import Service
from tests.support.fleets import fleet_on
from tests.support.redis_server import redis_server
from workers.scheduler import Every, InProcess

_WHERE = Repository("https://example.org/team/shop.git", "shop")


@pytest.fixture
def scheduler(postgres_url: str, tmp_path: Path) -> Iterator[Service]:
    clock = make_clock(tmp_path)
    with redis_server() as broker:
        variables = environment(tmp_path, postgres_url, broker.url, OPTIMIZER_LEASE_SECONDS="3")
        command, log = [*PROGRAM, "scheduler"], tmp_path / "log"
        service = Service("scheduler", command, log, variables | clock.variables, COMPOSE.parent)
        service.ready = lambda: "beat: Starting" in service.log.read_text()
        service.start()
        try:
            service.wait_ready()
            yield service
        finally:
            service.kill()


def test_what_the_dead_held_is_freed_after_the_clock_was_put_back_a_day(
    scheduler: Service, postgres_url: str, tmp_path: Path
) -> None:
    (tmp_path / "clock").write_text(str(-86400))
    fleet = fleet_on(postgres_url, tmp_path)
    _, item = fleet.work.submit(Submission(_WHERE.url), _WHERE)
    assert fleet.work.claim(item.id, Queue.SCAN, -1.0) is not None
    end = time.monotonic() + 60
    while next(iter(fleet.work.backlog())).held:
        assert time.monotonic() < end, scheduler.said()
        time.sleep(0.1)
    fleet.close()


def test_each_duty_has_its_turn_whatever_others_there_are() -> None:
    done: list[str] = []
    app = Celery(set_as_current=False, broker="memory://")
    app.conf.beat_schedule = {
        name: {"task": name, "schedule": Every(seconds), "kwargs": {"duty": partial(done.append, name)}}
        for name, seconds in (("often", 0.02), ("seldom", 0.2))
    }
    beat = InProcess(app, max_interval=1)
    end = time.monotonic() + 20
    while done.count("seldom") < 2:
        assert time.monotonic() < end
        time.sleep(max(0.0, min(0.01, beat.tick())))
    assert done.count("often") > done.count("seldom")


def test_the_clock_of_a_test_turns_nothing_but_the_time_of_day(tmp_path: Path) -> None:

    clock = make_clock(tmp_path)
    clock.set(-3600)
    program = "import time as t, datetime as d\nprint(t.time(), d.datetime.now().timestamp(), t.monotonic())"
    said = subprocess.check_output([sys.executable, "-c", program], env={**os.environ, **clock.variables})
    day, date, monotonic = (float(word) for word in said.split())
    assert abs(day - (time.time() - 3600)) < 60
    assert abs(date - day) < 60
    assert abs(monotonic - time.monotonic()) < 60
