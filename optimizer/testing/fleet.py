"""A fleet for tests: the very commands that docker-compose.yml names, as processes on this machine."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from optimizer.testing.redis import free_port
from optimizer.testing.services import Service

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
PROGRAM = (sys.executable, "-m", "optimizer.cli.main")
# Variables of whoever runs the tests that are none of the fleet's matter.
_FOREIGN = ("OPTIMIZER_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONWARNINGS")


@dataclass(frozen=True, slots=True)
class Commands:
    """What the file says is to run, in our words: `optimizer` is this checkout's."""

    once: Sequence[Sequence[str]]  # to their end, before anything else
    lasting: Mapping[str, Sequence[str]]  # by the name of their service


def read_compose(path: Path = COMPOSE) -> Commands:
    """The services that are ours. Raises KeyError or ValueError for a file of another form."""
    once, lasting = [], {}
    services: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text())["services"]
    for name, service in services.items():
        command = service.get("command", [""])
        if command[0] != "optimizer":
            continue
        if service.get("restart") == "no":
            once.append(_ours(command))
        else:
            lasting[name] = _ours(command)
    return Commands(once, lasting)


def _ours(command: Sequence[str]) -> list[str]:
    """On this machine's loopback, and on ports that are free: several fleets may be running here."""
    words = [*PROGRAM, *command[1:]]
    for place, word in enumerate(words[:-1]):
        if word.endswith("-host") or word == "--host":
            words[place + 1] = "127.0.0.1"
        elif word.endswith("-port") or word == "--port":
            words[place + 1] = str(free_port())
    return words


def environment(home: Path, database_url: str, broker_url: str, **settings: str) -> dict[str, str]:
    """For all of its processes, and for commands beside them. No model is asked: each would load it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    own = {
        "OPTIMIZER_HOME": str(home),
        "OPTIMIZER_DATABASE_URL": database_url,
        "OPTIMIZER_BROKER_URL": broker_url,
        "OPTIMIZER_EXPERTS": "rules",
        "PYTHONPATH": str(COMPOSE.parent),
    }
    return kept | own | settings


def services(commands: Commands, folder: Path, variables: Mapping[str, str]) -> list[Service]:
    """Not started yet; each writes its log into the folder."""
    return [
        Service(name, command, folder / f"{name}.log", variables, COMPOSE.parent)
        for name, command in commands.lasting.items()
    ]
