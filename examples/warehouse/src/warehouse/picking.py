"""Who picks what."""

from warehouse.models import Picker, Task


def assign_tasks(tasks: list[Task], pickers: list[Picker]) -> dict[str, list[str]]:
    """Give each picker the most urgent tasks that are left in their zones, while their time lasts.

    Among equally urgent tasks the shorter one goes first.

    >>> tasks = [Task("t1", "cold", 2, 10), Task("t2", "cold", 1, 10), Task("t3", "dry", 1, 10)]
    >>> assign_tasks(tasks, [Picker("Ann", frozenset({"cold"}), 15)])
    {'Ann': ['t2']}
    """
    plan: dict[str, list[str]] = {}
    taken: set[str] = set()
    for picker in pickers:
        minutes = picker.minutes
        chosen: list[str] = []
        for task in sorted(tasks, key=lambda task: (task.priority, task.minutes)):
            if task.minutes <= minutes and task.zone in picker.zones and task.reference not in taken:
                taken.add(task.reference)
                chosen.append(task.reference)
                minutes -= task.minutes
        plan[picker.name] = chosen
    return plan


def take_batch(queue: list[Task], minutes: int) -> list[Task]:
    """Take tasks from the front of the queue as long as they fit into the time.

    >>> queue = [Task("t1", "dry", 1, 10), Task("t2", "dry", 1, 10), Task("t3", "dry", 1, 10)]
    >>> [task.reference for task in take_batch(queue, 25)], [task.reference for task in queue]
    (['t1', 't2'], ['t3'])
    """
    batch: list[Task] = []
    while queue and queue[0].minutes <= minutes:
        task = queue.pop(0)
        minutes -= task.minutes
        batch.append(task)
    return batch


def workload(tasks: list[Task]) -> dict[str, int]:
    """Minutes of work by zone."""
    minutes: dict[str, int] = {}
    for task in tasks:
        minutes[task.zone] = minutes.get(task.zone, 0) + task.minutes
    return minutes
