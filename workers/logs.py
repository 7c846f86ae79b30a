"""Logs of a worker: one line an event, with the ids of what it is about.

    with bound(job=3, item=17, function="shop/cart.py::total"):
        logger(__name__).info("judged", seconds=2.5)

Everything goes to stderr through one renderer, what Celery and other libraries say, too. Addresses lose
their passwords on the way, wherever in a line they stand.
"""

import logging
import re
import sys
from contextlib import AbstractContextManager
from typing import Any, cast

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from optimizer.domain.errors import ConfigError
from optimizer.vcs.source import hide_credentials

_FIRST = ("timestamp", "level", "logger", "event", "worker", "queue", "job", "item", "function")
_PASSWORD = re.compile(r"((?:pass\w*|pwd|secret|token)=)[^&\s\"'\\]+", re.IGNORECASE)
_TALKATIVE = ("alembic", "amqp", "matplotlib")  # at INFO they tell what is no news


def configure(json: bool, level: str = "INFO", worker: str = "") -> None:
    """Once a process, at its start. JSON is what whoever is no terminal gets, asked for or not. The name of
    the worker is on every line, of all its threads and children.

    Raises ConfigError for a level that there is not.
    """
    known = logging.getLevelNamesMapping()
    if level.upper() not in known:
        raise ConfigError(f"there is no log level {level!r}: use DEBUG, INFO, WARNING or ERROR")
    handler = logging.StreamHandler()
    handler.setFormatter(ProcessorFormatter(processors=_processors(json or not sys.stderr.isatty(), worker)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(known[level.upper()])
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    _keep_celery_from_it()


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Speaks through the standard library's logger of that name: silent below WARNING until `configure`."""
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return cast("structlog.stdlib.BoundLogger", wrapped)


def bound(**ids: object) -> AbstractContextManager[None]:
    """Adds the ids that are not None to every line within, of this thread: a new one begins without any."""
    given = {name: value for name, value in ids.items() if value is not None}
    return structlog.contextvars.bound_contextvars(**given)


def public(text: str) -> str:
    """A text without passwords: in the part of an address before its @, or given as an option."""
    return _PASSWORD.sub(r"\1***", hide_credentials(text))


def _processors(json: bool, worker: str) -> list[Processor]:
    render: Processor = structlog.processors.JSONRenderer() if json else _readable()
    return [
        structlog.contextvars.merge_contextvars,
        _named(worker),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Plain text: the variables in the frames may hold secrets, and megabytes.
        structlog.processors.format_exc_info,
        ProcessorFormatter.remove_processors_meta,
        _ordered,
        render,
        _without_secrets,
    ]


def _named(worker: str) -> Processor:
    given = {"worker": worker} if worker else {}
    return lambda _log, _method, event: {**given, **event}


def _ordered(_log: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What every line has comes first: people read JSON, too."""
    return {name: event[name] for name in (*_FIRST, *event) if name in event}


def _readable() -> Processor:
    """Without colours: an escape in a name that comes out of a repository could not be told from ours."""
    renderer = structlog.dev.ConsoleRenderer(colors=False, sort_keys=False, pad_event_to=0)
    return lambda log, method, event: _visible(str(renderer(log, method, event)))


def _visible(text: str) -> str:
    return "".join(
        one if one.isprintable() or one in "\n\t" else one.encode("unicode_escape").decode("ascii")
        for one in text
    )


def _without_secrets(_log: WrappedLogger, _method: str, rendered: Any) -> str:
    return public(str(rendered))


def _keep_celery_from_it() -> None:
    """Celery sets up logging of its own unless somebody says that he has done it."""
    from celery.signals import setup_logging  # noqa: PLC0415 - not every process of ours has Celery loaded

    setup_logging.connect(_done_already, weak=False, dispatch_uid="optimizer.logs")


def _done_already(**_given: object) -> None:
    """What the pool says of its dead children would go to stderr as it is."""
    from celery.utils.log import get_multiprocessing_logger  # noqa: PLC0415 - as above

    pool = get_multiprocessing_logger()
    pool.propagate = True
    pool.setLevel(logging.ERROR)
