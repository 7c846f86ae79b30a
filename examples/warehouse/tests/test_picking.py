from warehouse.models import Picker, Task
from warehouse.picking import assign_tasks, take_batch, workload


def test_no_task_is_given_twice(tasks, pickers):
    plan = assign_tasks(tasks, pickers)
    given = [reference for references in plan.values() for reference in references]
    assert len(given) == len(set(given)) > 50
    assert list(plan) == [picker.name for picker in pickers]


def test_pickers_stay_within_their_zones_and_time(tasks, pickers):
    by_reference = {task.reference: task for task in tasks}
    plan = assign_tasks(tasks, pickers)
    for picker in pickers:
        chosen = [by_reference[reference] for reference in plan[picker.name]]
        assert sum(task.minutes for task in chosen) <= picker.minutes
        assert {task.zone for task in chosen} <= picker.zones


def test_urgent_tasks_go_first_and_short_ones_among_equals():
    tasks = [
        Task("late", "dry", 3, 5),
        Task("long", "dry", 1, 9),
        Task("short", "dry", 1, 4),
        Task("same", "dry", 1, 4),
    ]
    assert assign_tasks(tasks, [Picker("Ann", frozenset({"dry"}))]) == {"Ann": ["short", "same", "long", "late"]}


def test_a_batch_leaves_the_queue(tasks):
    queue = list(tasks)
    batches = []
    while queue:
        batches.append(take_batch(queue, 120))
    assert [task for batch in batches for task in batch] == tasks
    assert all(sum(task.minutes for task in batch) <= 120 for batch in batches)


def test_a_task_that_does_not_fit_stays_at_the_front():
    queue = [Task("t1", "dry", 1, 10), Task("t2", "dry", 1, 30), Task("t3", "dry", 1, 1)]
    assert [task.reference for task in take_batch(queue, 25)] == ["t1"]
    assert [task.reference for task in queue] == ["t2", "t3"]


def test_work_is_added_up_by_zone(tasks):
    assert sum(workload(tasks).values()) == sum(task.minutes for task in tasks)
