"""How a model is trained, as it stands in a configuration file (YAML)."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import msgspec
import yaml

from optimizer.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides about the weights, together with the data."""

    steps: int
    batch_tokens: int = 8192  # tokens of code read and written, padding included, for one step
    learning_rate: float = 1e-3
    warmup_steps: int = 200
    weight_decay: float = 0.01
    clip: float = 1.0
    seed: int = 1
    half: bool = True  # bfloat16 where products are summed up; weights stay in 32 bits
    threads: int = 2  # on a CPU; another number of them gives another curve in its last digits
    save_steps: int = 200
    log_steps: int = 10
    held_out: float = 0.02  # share of the problems whose loss is watched
    model: dict[str, Any] = field(default_factory=dict)  # of EcodeConfig, where it differs from ecode-small
    begin_with: str = ""  # a folder with the weights to start from


def read_plan(path: Path) -> Plan:
    """Raises ConfigError that names the file and what is wrong in it."""
    known = {each.name for each in fields(Plan)}
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        plan = msgspec.convert(content, Plan)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is no YAML: {str(error).splitlines()[0]}") from error
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    if content.keys() - known:
        wrong = ", ".join(sorted(content.keys() - known))
        raise ConfigError(f"{path}: there is no {wrong}; known are {', '.join(sorted(known))}")
    return plan
