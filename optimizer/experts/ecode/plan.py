"""How a model's data is prepared and how it is trained, as both stand in one configuration file (YAML)."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
import yaml

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode.data.recipe import Recipe

_Section = TypeVar("_Section", "Plan", "Preparation")


@dataclass(frozen=True, slots=True)
class Sources:
    """Files, and a folder; those that are not given add nothing."""

    pairs: tuple[str, ...] = ()  # slow and fast versions, see data/sources.py
    singles: tuple[str, ...] = ()
    packages: str = ""  # a folder with wheels
    examples: tuple[str, ...] = ()  # as `optimizer experts export-data` writes them
    held_out: tuple[str, ...] = ()  # pairs to evaluate with: nothing like them is learnt from


@dataclass(frozen=True, slots=True)
class Preparation:
    """The section `data`."""

    sources: Sources = field(default_factory=Sources)
    recipe: Recipe = field(default_factory=Recipe)
    made_of_each: int = 4  # slow versions made of each Python function; 0: none
    made_of_kind: int = 2000  # of one kind in all
    functions: int = 0  # slow versions are made of so many functions, drawn at random; 0: of all
    vocabulary: int = 4096
    tokenizer: str = ""  # a folder with one to take as it is, as that of a model to go on from
    processes: int = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """The section `training`: everything that decides about the weights, together with the data."""

    steps: int
    batch_tokens: int = 8192  # tokens of code read and written, padding included, for one step
    optimizer: Literal["adamw", "muon"] = "adamw"  # see optimizing.py
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
    return _section(path, "training", Plan)


def read_preparation(path: Path) -> Preparation:
    """Raises ConfigError that names the file and what is wrong in it."""
    return _section(path, "data", Preparation)


def _section(path: Path, name: str, kind: type[_Section]) -> _Section:
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        section = content.get(name) if isinstance(content, dict) else None
        if not isinstance(section, dict):
            raise ConfigError(f"{path} has no section {name!r}")
        found = msgspec.convert(section, kind)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is no YAML: {str(error).splitlines()[0]}") from error
    except (msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}, {name}: {error}") from error
    known = {each.name for each in fields(kind)}
    if section.keys() - known:
        wrong = ", ".join(sorted(section.keys() - known))
        raise ConfigError(f"{path}, {name}: there is no {wrong}; known are {', '.join(sorted(known))}")
    return found
