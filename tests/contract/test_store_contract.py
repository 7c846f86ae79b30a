"""What every Store must do, asked of each implementation on each database."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import Decision, Evaluation, Exponent, Interval, Reason, Scaling
from optimizer.domain.jobs import JobState, Stage
from optimizer.domain.workloads import Workload
from optimizer.ports import Store
from tests.support.results import (
    URL,
    accepted,
    call,
    candidate,
    ended,
    endless,
    function,
    guarded,
    new_job,
    new_patch,
    refused,
    with_patch,
    workload,
)

# --- jobs


def test_a_new_job_is_running_and_can_be_read_back(store: Store) -> None:
    made = store.create_job(new_job())
    assert store.job(made.id) == made
    assert (made.state, made.finished_at, made.error) == (JobState.RUNNING, None, "")
    assert (made.repository.url, made.commit, made.settings) == (URL, "c" * 40, '{"gate": 1.05}')


def test_times_have_a_zone_and_are_now(store: Store) -> None:
    made = store.job(store.create_job(new_job()).id)
    assert made.created_at.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - made.created_at) < timedelta(minutes=5)


def test_an_unknown_job_is_not_found(store: Store) -> None:
    for use in (
        lambda: store.job(7),
        lambda: store.move_job(7, JobState.RUNNING, JobState.DONE),
        lambda: store.add_event(7, "checkout", "begun"),
        lambda: store.save_result(7, ended()),
    ):
        with pytest.raises(NotFoundError, match="no job 7"):
            use()


def test_jobs_are_listed_newest_first_up_to_the_limit(store: Store) -> None:
    made = [store.create_job(new_job(url)).id for url in ("/a", "/b", "/a")]
    assert [job.id for job in store.jobs()] == made[::-1]
    assert [job.id for job in store.jobs(limit=2)] == made[:0:-1]


def test_a_job_moves_only_from_the_expected_state(store: Store) -> None:
    job = store.create_job(new_job())
    assert not store.move_job(job.id, JobState.INTERRUPTED, JobState.DONE)
    assert store.job(job.id) == job
    assert store.move_job(job.id, JobState.RUNNING, JobState.FAILED, "the disk is full")
    failed = store.job(job.id)
    assert (failed.state, failed.error) == (JobState.FAILED, "the disk is full")
    assert failed.finished_at is not None


def test_a_resumed_job_has_neither_an_end_nor_an_error(store: Store) -> None:
    job = store.create_job(new_job())
    store.move_job(job.id, JobState.RUNNING, JobState.INTERRUPTED, "stopped")
    assert store.job(job.id).finished_at is None
    store.move_job(job.id, JobState.INTERRUPTED, JobState.RUNNING)
    assert store.job(job.id) == job


def test_of_many_who_move_a_job_at_once_one_succeeds(store: Store) -> None:
    job = store.create_job(new_job())
    with ThreadPoolExecutor(4) as pool:
        moves = [pool.submit(store.move_job, job.id, JobState.RUNNING, JobState.DONE) for _ in range(8)]
    assert sorted(move.result() for move in moves) == [False] * 7 + [True]


def test_the_unfinished_job_is_the_newest_open_one_of_its_repository(store: Store) -> None:
    assert store.unfinished_job(URL) is None
    older, newer, other = (store.create_job(new_job(url)).id for url in (URL, URL, "/other"))
    store.move_job(newer, JobState.RUNNING, JobState.INTERRUPTED)
    found = store.unfinished_job(URL)
    assert found is not None
    assert found.id == newer
    store.move_job(newer, JobState.INTERRUPTED, JobState.FAILED)
    found = store.unfinished_job(URL)
    assert found is not None
    assert found.id == older != other


def test_events_come_back_in_order_and_of_one_job(store: Store) -> None:
    job, other = store.create_job(new_job()).id, store.create_job(new_job()).id
    for target, message in ((job, "one"), (other, "else"), (job, "two\x00 \udc80")):
        store.add_event(target, "extract", message)
    events = store.events(job)
    assert [(e.job_id, e.stage, e.message) for e in events] == [
        (job, "extract", "one"),
        (job, "extract", "two\x00 \udc80"),
    ]
    assert events[0].at <= events[1].at


# --- results


def test_a_result_comes_back_whole(store: Store) -> None:
    job = store.create_job(new_job()).id
    result = with_patch()
    patch_id = store.save_result(job, result)
    assert patch_id is not None
    assert store.patch_result(patch_id) == result


@pytest.mark.parametrize("evaluation", [guarded(), endless(), replace(accepted(), verdict=None)])
def test_evaluations_with_missing_or_odd_parts_come_back(store: Store, evaluation: Evaluation) -> None:
    job = store.create_job(new_job()).id
    result = replace(with_patch(), evaluations=(evaluation, accepted()), workload=None, profile=None)
    patch_id = store.save_result(job, result)
    assert patch_id is not None
    assert store.patch_result(patch_id) == result


def test_a_ratio_that_is_no_number_stays_none(store: Store) -> None:
    odd = Interval(math.nan, math.nan, math.nan)
    won = accepted()
    assert won.second is not None
    won = replace(
        won, second=replace(won.second, wall=odd), scaling=Scaling((), Exponent(math.nan, 0.0, 1.0))
    )
    job = store.create_job(new_job()).id
    patch_id = store.save_result(job, replace(with_patch(), evaluations=(won,)))
    assert patch_id is not None
    back = store.patch_result(patch_id).evaluations[0]
    assert back.second is not None
    assert back.scaling is not None
    assert back.scaling.original is not None
    assert math.isnan(back.second.wall.estimate)
    assert math.isnan(back.scaling.original.estimate)
    assert math.isnan(store.patch(patch_id).speedup)


@pytest.mark.parametrize(
    "odd", ["nul \x00", "surrogate \udce9", "mark \ufdd00041", "emoji \U0001f600", "\ufdd0"]
)
def test_odd_characters_survive_everywhere(store: Store, odd: str) -> None:
    job = store.create_job(new_job(url=odd)).id
    won = accepted(candidate(source=odd))
    result = replace(
        with_patch(function(f"f{odd}", path=odd, source=odd)),
        workload=Workload((replace(call(b"\x00\xff"), text=odd, note=odd),), ((odd, 1),)),
        decision=Decision(Stage.PUBLISH, Reason.ACCEPTED, odd),
        evaluations=(won, _shown(odd)),
        winner=won.candidate.id,
        patch=replace(new_patch(), text=odd, diff=odd),
    )
    patch_id = store.save_result(job, result)
    assert patch_id is not None
    assert store.patch_result(patch_id) == result
    assert store.finished_labels(job) == {f"{odd}::f{odd}"}
    assert store.tried(odd, "f1")
    assert store.rejected()[0]["counterexample"] == {
        "input_id": "b" * 16,
        "input_text": odd,
        "origin": "generated",
        "expected": odd,
        "actual": "0",
        "found_by": "search",
        "first_text": "items=[1, nan]",
        "payload": "gAA=",
    }
    assert store.view("accepted_patches")[1][0][3] == f"{odd}::f{odd}"


def _shown(odd: str) -> Evaluation:
    evaluation = refused()
    assert evaluation.verdict is not None
    assert evaluation.verdict.counterexample is not None
    shown = replace(evaluation.verdict.counterexample, input_text=odd, expected=odd)
    return replace(evaluation, verdict=replace(evaluation.verdict, counterexample=shown))


def test_names_of_any_length_can_be_saved(store: Store) -> None:
    job = store.create_job(new_job()).id
    long = function("f" * 20_000, path="p/" * 5_000 + "m.py")
    store.save_result(job, ended(long))
    assert store.finished_labels(job) == {long.label}


def test_saving_a_function_again_changes_nothing(store: Store) -> None:
    job = store.create_job(new_job()).id
    first = store.save_result(job, with_patch())
    again = store.save_result(job, with_patch(estimate=9.0))
    assert first == again is not None
    assert [patch.speedup for patch in store.patches()] == [2.0]
    assert [row.count for row in store.funnel(job)] == [1, 1, 1]


def test_the_same_function_saved_by_many_at_once_is_saved_once(store: Store) -> None:
    job = store.create_job(new_job()).id
    with ThreadPoolExecutor(4) as pool:
        saves = [pool.submit(store.save_result, job, with_patch()) for _ in range(8)]
    assert {save.result() for save in saves} == {store.patches()[0].id}
    assert len(store.patches()) == 1


def test_new_inputs_may_arrive_from_several_sides_in_any_order(store: Store) -> None:
    job = store.create_job(new_job()).id
    expected = set()
    for turn in range(3):
        payloads = [f"{turn} {number}".encode() for number in range(400)]
        loads = {"up": workload(*payloads), "down": workload(*payloads[::-1])}
        results = [replace(ended(function(f"{name}{turn}")), workload=load) for name, load in loads.items()]
        with ThreadPoolExecutor(len(results)) as pool:
            list(pool.map(lambda result: store.save_result(job, result), results))
        expected |= {result.function.label for result in results}
    assert store.finished_labels(job) == expected


def test_functions_of_one_name_in_two_files_are_two(store: Store) -> None:
    job = store.create_job(new_job()).id
    for path in ("a.py", "b.py"):
        assert store.save_result(job, ended(function(path=path))) is None
    assert store.finished_labels(job) == {"a.py::total", "b.py::total"}


def test_one_input_may_be_used_in_two_ways(store: Store) -> None:
    job = store.create_job(new_job()).id
    shown, held = call(b"one"), call(b"one", held_out=True, note="edge: one")
    ids = [
        store.save_result(job, replace(with_patch(function(name)), workload=Workload((item, call(b"two")))))
        for name, item in (("f", shown), ("g", held))
    ]
    kept = [store.patch_result(patch_id).workload for patch_id in ids if patch_id is not None]
    assert [load.inputs[0] for load in kept if load] == [shown, held]
