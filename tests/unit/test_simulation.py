"""The simulated fleet: nothing is lost, and queues behave as theory has it."""

import random
from dataclasses import replace

import pytest

from benchmarks.simulation_costs import (
    RECORD,
    Broker,
    Costs,
    Database,
    Round,
    Scan,
    Transaction,
    Trial,
    read_costs,
)
from benchmarks.simulation_model import Fleet
from benchmarks.simulation_parts import Bins, Night, Servers, Shape
from benchmarks.simulation_report import FULL, Outcome, comparison, knees, outcome_of, staffing, table

_KINDS = (
    "submit", "claim", "job", "submission", "finished_scan", "found", "finished_labels", "add_event", "tried",
    "plan", "rejected", "advance", "facts", "extend", "finish", "close_job", "free", "close_jobs", "due",
    "waiting", "report", "under_review",
)  # fmt: skip
_NOTHING = Transaction(0.0, 0.0, 0.0, 0.0)
_FUNCTIONS = 20


def _costs(evaluate: float = 20.0, cpu: float = 1e-4, publish: float | None = None) -> Costs:
    """Of repositories that are all alike: 20 functions, each worth running, each judged in one round."""
    scan = Scan(_FUNCTIONS, _FUNCTIONS, 0.5, 0.25, 4.0, 0.05, 0.01, 3.0, 0.2, 0.3)
    rounds = (Round(0.1, evaluate), Round(0.05, None)) if publish else (Round(0.1, evaluate),)
    trial = Trial(0.2, 10_000, rounds, publish, "accepted" if publish else "none-accepted")
    one = Transaction(cpu, 100.0, 2 * cpu)
    database = Database(
        dict.fromkeys(_KINDS, one), _NOTHING, _NOTHING, _NOTHING, [(cpu, 100.0)] * 12, 0.0, 0.0
    )
    return Costs([scan], [trial], database, Broker(1e-5, 2e-5, 1, 9, 0.0, 1e-4), 2.0, 5.0)


def _mixed() -> Costs:
    """Functions that go one round or several, quickly or slowly, to a patch or not."""
    base = _costs()
    trials = [
        Trial(0.1, 5_000, (Round(0.1, 2.0),), None, "none-accepted"),
        Trial(0.3, 90_000, (Round(0.2, 70.0),), None, "none-accepted"),
        Trial(0.2, 20_000, (Round(0.1, 9.0), Round(0.1, 5.0), Round(0.1, None)), 6.0, "accepted"),
        Trial(0.2, 20_000, (Round(0.1, 9.0), Round(0.1, None)), 6.0, "tests-differ"),
        Trial(0.2, 20_000, (Round(0.1, None),), None, "no-candidate"),
    ]
    scans = [replace(base.scans[0], functions=10, worth=5), replace(base.scans[0], functions=30, worth=10)]
    return replace(base, trials=trials, scans=scans)


def _ran(costs: Costs, shape: Shape, night: Night, seed: int = 1) -> tuple[Fleet, Outcome]:
    fleet = Fleet(costs, shape, night, seed)
    return fleet, outcome_of(fleet, fleet.run())


@pytest.mark.parametrize("lifetime", [float("inf"), 3000.0, 200.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_function_ends_exactly_once_however_many_workers_die(lifetime: float, seed: int) -> None:
    shape = Shape((3, 1, 8, 2), lifetime=lifetime)
    fleet, outcome = _ran(_mixed(), shape, Night(30, changed_functions=0.8), seed)
    assert outcome.functions == sum(len(job.trials) for job in fleet.jobs if not job.failed) > 100
    assert all(item.ended for item in fleet.items)
    assert len(fleet.items) == round(fleet.ended.total())
    assert [job.left for job in fleet.jobs] == [0] * 30
    assert [line.store.items for line in fleet.lines.values()] == [[]] * 4
    assert (outcome.deaths > 0) == (lifetime < float("inf"))


def test_what_becomes_of_a_function_is_what_was_measured() -> None:
    fleet, outcome = _ran(_mixed(), Shape((2, 1, 6, 2)), Night(20))
    assert all(item.ended == item.trial.reason for item in fleet.items if item.trial)
    assert outcome.accepted == sum(item.trial.reason == "accepted" for item in fleet.items if item.trial)


def test_a_function_over_which_every_worker_dies_is_set_aside() -> None:
    shape = Shape((1, 1, 4, 1), lifetime=60.0, restart=1.0)
    fleet, _ = _ran(_costs(evaluate=2000.0), shape, Night(1))
    assert {item.ended for item in fleet.items} == {"set-aside"}


def test_a_scan_over_which_every_worker_dies_ends_its_job() -> None:
    costs = _costs()
    endless = replace(costs, scans=[replace(costs.scans[0], tests=5000.0)])
    fleet, outcome = _ran(endless, Shape((2, 1, 1, 1), lifetime=60.0, restart=1.0), Night(2))
    assert (outcome.functions, fleet.deaths > 6) == (0, True)


@pytest.mark.parametrize("name", ["scan", "propose", "evaluate", "publish"])
def test_a_queue_is_as_long_as_its_arrivals_times_their_wait(name: str) -> None:
    """Little's law; the length is taken over time, the waits item by item."""
    costs = replace(_costs(publish=25.0), scans=_mixed().scans)
    fleet = Fleet(costs, Shape((2, 1, 6, 2)), Night(40))
    seconds = fleet.run()
    line = fleet.lines[name]
    length, rate = line.area / seconds, len(line.waits) / seconds
    assert length > 0
    assert length == pytest.approx(rate * sum(line.waits) / len(line.waits), rel=1e-6)


def test_waiting_for_one_server_is_as_long_as_theory_says() -> None:
    """M/M/1: the mean wait is load / (1 - load) services."""
    rng, server, now, waited = random.Random(5), Servers(1), 0.0, 0.0
    for _ in range(300_000):
        now += rng.expovariate(0.7)
        waited += server.wait(now, rng.expovariate(1.0))
    assert waited / 300_000 == pytest.approx(0.7 / 0.3, rel=0.05)
    assert server.busy.total() / now == pytest.approx(0.7, rel=0.02)


def test_several_servers_work_side_by_side() -> None:
    servers = Servers(2)
    assert [servers.wait(0.0, 10.0) for _ in range(4)] == [0.0, 0.0, 10.0, 10.0]
    assert servers.wait(25.0, 1.0) == 0.0


@pytest.mark.parametrize("cpu", [1e-4, 0.5])
def test_nothing_is_busier_than_all_the_time(cpu: float) -> None:
    _, outcome = _ran(_costs(cpu=cpu), Shape((4, 1, 8, 1), database_cores=1), Night(20, window=0.0))
    assert all(0 <= share <= 1 + 1e-9 for share in outcome.utilisation.values())
    assert max(outcome.utilisation.values()) > 0.9


def test_one_worker_of_each_kind_takes_as_long_as_all_the_work_of_one_function() -> None:
    costs = _costs(publish=6.0)
    alone = replace(costs, scans=[replace(costs.scans[0], functions=1, worth=1)])
    shape = Shape((1, 1, 1, 1), batch_seconds=0.2, lease=1e6)
    scan, trial = alone.scans[0], alone.trials[0]
    made = scan.checkout_cold + scan.environment_cold
    work = made + scan.reading + scan.tests + scan.compile + trial.workload
    work += sum(one.propose + 0.2 for one in trial.rounds)  # each batch waits for others
    work += 2 * (made + scan.reopen) + trial.evaluate + 6.0  # on two machines that know nothing of it
    seconds = Fleet(alone, shape, Night(1, window=0.0)).run()
    assert work <= seconds <= work * 1.001


def test_one_worker_that_judges_takes_as_long_as_all_that_is_to_be_judged() -> None:
    fleet = Fleet(_costs(), Shape((4, 2, 1, 1), lease=1e6), Night(10, window=0.0))
    seconds = fleet.run()
    judged = 20.0 * len(fleet.items)
    assert judged < seconds < 1.1 * judged


def test_a_seed_gives_the_same_night_twice_and_another_seed_another() -> None:
    shape, night = Shape((2, 1, 6, 1), lifetime=2000.0), Night(15)
    first, again, other = (_ran(_mixed(), shape, night, seed)[1] for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_twice_the_bench_slots_judge_about_twice_as_much_where_these_are_what_lacks() -> None:
    night = Night(80, window=0.0)
    few = _ran(_costs(), Shape((10, 2, 10, 1)), night)[1]
    many = _ran(_costs(), Shape((20, 2, 20, 1)), night)[1]
    assert few.utilisation["evaluate"] > 0.9
    assert many.sustained_hour / few.sustained_hour == pytest.approx(2.0, rel=0.1)


def test_twice_the_bench_slots_judge_no_more_where_the_database_is_full() -> None:
    night, slow = Night(40, window=0.0), _costs(evaluate=1.0, cpu=0.4)
    few = _ran(slow, Shape((10, 4, 20, 1), database_cores=1), night)[1]
    many = _ran(slow, Shape((10, 4, 40, 1), database_cores=1), night)[1]
    assert few.utilisation["database"] > 0.95
    assert many.sustained_hour / few.sustained_hour == pytest.approx(1.0, rel=0.1)


def test_a_machine_makes_an_environment_once_and_all_of_them_one_where_they_share() -> None:
    fleet = Fleet(_costs(), Shape((1, 1, 3, 1)), Night(4))
    apart = fleet.run()
    assert fleet.cold <= 4 * (1 + 3)
    assert Fleet(_costs(), Shape((1, 1, 3, 1), shared_environments=True), Night(4)).run() < apart


def test_a_repository_without_changes_costs_a_look() -> None:
    fleet = Fleet(_costs(), Shape((1, 1, 1, 1)), Night(10, window=0.0, changed_repositories=0.0))
    assert fleet.run() < 10 * 0.5
    assert fleet.items == []


def test_a_fleet_has_one_of_each_kind_and_as_many_as_it_was_to_have() -> None:
    shape, night = Shape(()), Night(50)
    for workers in (10, 37, 200):
        counts = staffing(_mixed(), night, workers, shape)
        assert sum(counts) == workers
        assert min(counts) >= 1
    scan, _, evaluate, _ = staffing(_costs(), night, 100, shape)
    assert evaluate > 5 * scan


def test_a_shared_part_is_full_where_the_busiest_share_grows_to() -> None:
    outcome = _ran(_costs(cpu=0.01), Shape((2, 1, 10, 1)), Night(20))[1]
    full = knees(outcome)
    assert full["database"] / outcome.workers * outcome.utilisation["database"] == pytest.approx(FULL)
    assert "| busy: database |" in table([outcome], ["14 workers"])
    assert "| the same | " in comparison({"as it is": outcome, "the same": outcome})


def test_amounts_are_kept_by_the_minute() -> None:
    bins = Bins()
    bins.spread(50.0, 80.0)
    assert dict(bins.by_minute) == {0: 10.0, 1: 60.0, 2: 10.0}
    assert (bins.total(), bins.rate(0.0, 180.0), bins.peak()) == (80.0, 80 / 180, 1.0)


def test_the_measured_costs_are_read_and_can_be_simulated() -> None:
    costs = read_costs(RECORD)
    assert len(costs.scans) >= 5
    assert len(costs.trials) >= 50
    assert {"accepted", "none-accepted"} <= {trial.reason for trial in costs.trials}
    assert all(0 < one.cpu < one.wall for one in costs.database.transactions.values() if one.wall)
    fleet, outcome = _ran(costs, Shape((1, 1, 7, 1)), Night(2))
    assert outcome.functions == len(fleet.items)
    assert all(item.ended for item in fleet.items)
