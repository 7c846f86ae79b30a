"""Logs of a worker: what a line holds, whoever speaks, and what it never holds."""

import json
import logging
import os
import pty
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from optimizer.domain.errors import ConfigError
from workers import logs

_SECRET = "s3cr3t"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def _lines(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = captured.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_a_line_has_its_time_level_logger_and_the_ids_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=False)
    with logs.bound(job=3, item=17, function="shop/cart.py::total", queue="evaluate", worker="bench@a"):
        logs.logger("workers.tasks").info("judged", seconds=2.5)
    (line,) = _lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info", "logger": "workers.tasks", "event": "judged", "worker": "bench@a",
        "queue": "evaluate", "job": 3, "item": 17, "function": "shop/cart.py::total", "seconds": 2.5,
    }  # fmt: skip


def test_the_name_of_the_worker_is_on_every_line_of_every_thread(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True, worker="bench@a")
    thread = threading.Thread(target=lambda: logging.getLogger("kombu").warning("lost"))
    thread.start()
    thread.join()
    with logs.bound(worker="other"):
        logs.logger("a").info("said")
    assert [line["worker"] for line in _lines(capsys)] == ["bench@a", "other"]


def test_ids_are_gone_after_the_block_and_those_without_a_value_never_come(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(json=True)
    log = logs.logger("a")
    with logs.bound(job=3, function=None):
        with logs.bound(item=17, job=4):
            log.info("inner")
        log.info("outer")
    log.info("after")
    ids = [
        {name: line[name] for name in ("job", "item", "function") if name in line} for line in _lines(capsys)
    ]
    assert ids == [{"job": 4, "item": 17}, {"job": 3}, {}]


def test_threads_do_not_see_each_others_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)
    both = threading.Barrier(2)

    def work(job: int) -> None:
        with logs.bound(job=job):
            both.wait(60)
            logs.logger("a").info("said", said=job)

    threads = [threading.Thread(target=work, args=(job,)) for job in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = _lines(capsys)
    assert sorted(line["said"] for line in lines) == [1, 2]
    assert all(line["said"] == line["job"] for line in lines)


def test_what_libraries_and_warnings_say_goes_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)
    with logs.bound(item=17):
        logging.getLogger("celery.worker.strategy").info("Task %s received", "optimizer.scan")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("old", DeprecationWarning, stacklevel=1)
    said, warned = _lines(capsys)
    assert (said["event"], said["logger"], said["item"]) == (
        "Task optimizer.scan received", "celery.worker.strategy", 17,
    )  # fmt: skip
    assert (warned["logger"], warned["level"], warned["item"]) == ("py.warnings", "warning", 17)


def test_an_exception_is_told_with_its_place_and_without_what_variables_held(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(json=True)
    local = _SECRET
    try:
        raise ValueError("no such branch")
    except ValueError:
        logs.logger("a").exception("failed", size=len(local))
        logging.getLogger("b").exception("failed")
    ours, theirs = _lines(capsys)
    for line in (ours, theirs):
        assert line["exception"].endswith("ValueError: no such branch")
        assert "test_logs.py" in line["exception"]
        assert _SECRET not in line["exception"]


@pytest.mark.parametrize(
    "text",
    [
        f"redis://:{_SECRET}@broker:6379/0",
        f"postgresql://me:{_SECRET}@db/optimizer",
        f"postgresql:///optimizer?host=db&password={_SECRET}&user=me",
        f"https://{_SECRET}@github.com/team/shop.git",
    ],
)
def test_passwords_are_left_out_wherever_they_stand(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)
    log = logs.logger("a")
    with logs.bound(worker=text):
        log.info(text)
        log.info("x", nested={"deep": [text]}, **{text: 1})
        logging.getLogger("kombu").warning("Connection to %s lost", text)
        try:
            raise OSError(text)
        except OSError:
            log.exception("failed")
    out, err = capsys.readouterr()
    assert len(err.splitlines()) == 4
    assert all(json.loads(line)["worker"] for line in err.splitlines())
    assert _SECRET not in out + err


def test_no_log_level_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="no log level 'LOUD': use DEBUG, INFO"):
        logs.configure(json=True, level="LOUD")


def test_a_level_hides_what_is_below_it_and_schema_checks_are_no_news(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure(json=True, level="info")
    logs.logger("a").debug("hidden")
    logging.getLogger("alembic.runtime.migration").info("Context impl PostgresqlImpl.")
    logs.configure(json=True, level="DEBUG")
    logs.logger("a").debug("shown")
    assert [line["event"] for line in _lines(capsys)] == ["shown"]


def test_before_it_is_configured_nothing_is_printed_to_stdout(tmp_path: Path) -> None:
    done = _program("logs.logger('a').info('hidden'); logs.logger('a').warning('shown', job=3)")
    assert done.stdout == ""
    assert "hidden" not in done.stderr
    assert "shown" in done.stderr


def test_celery_keeps_to_it() -> None:
    done = _program(
        "logs.configure(json=True)",
        "import celery, logging",
        "app = celery.Celery('x', set_as_current=False)",
        "app.log.setup(loglevel='DEBUG', redirect_stdouts=True)",
        "logging.getLogger('celery.task').warning('task')",
        "logging.getLogger('kombu.connection').info('connected')",
        "import billiard.util",
        "billiard.util.info('pool')",
        "billiard.util.error('Process %r exited with %r', 'w1', 'signal 9')",
        "print('still stdout')",
    )
    assert done.stdout == "still stdout\n"
    events = [json.loads(line)["event"] for line in done.stderr.splitlines()]
    assert events == ["task", "connected", "Process 'w1' exited with 'signal 9'"]


def test_a_terminal_gets_lines_for_people_that_cannot_play_tricks_on_it() -> None:
    ours, terminal = pty.openpty()
    _program(
        "logs.configure(json=False)",
        "logs.logger('a').info('judged', function='cart.py::\\x1b[2Jtotal\\x07', item=17)",
        "try: raise ValueError('no such\\x1b branch')",
        "except ValueError: logs.logger('a').exception('failed')",
        stderr=terminal,
    )
    os.close(terminal)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "judged" in said
    assert "item=17" in said
    assert "\\x1b[2Jtotal" in said
    assert "ValueError: no such\\x1b branch" in said
    assert "Warning" not in said
    assert not said.startswith("{")


def test_a_terminal_gets_json_where_that_is_asked_for() -> None:
    ours, terminal = pty.openpty()
    _program("logs.configure(json=True)", "logs.logger('a').info('judged')", stderr=terminal)
    os.close(terminal)
    said = os.read(ours, 10_000).decode()
    os.close(ours)
    assert json.loads(said)["event"] == "judged"


def _program(*lines: str, stderr: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    script = "\n".join(("from workers import logs", *lines))
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=stderr, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done
