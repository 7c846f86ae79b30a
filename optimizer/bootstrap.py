"""The one place where parts are wired together.

What takes long to import is imported where it is made: most commands need the database alone.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from db.results import Results, open_results
from db.revision import has_newest
from optimizer.bench import calibration
from optimizer.bench.protocol import Protocol
from optimizer.domain.calibration import Calibration
from optimizer.domain.errors import ConfigError, ExpertError, NoisyMachineError
from optimizer.domain.settings import Settings
from optimizer.engine import Engine
from optimizer.experts.file import FileExpert
from optimizer.ports import Expert, Store
from optimizer.sandbox import bubblewrap
from optimizer.sandbox.cores import own_core
from optimizer.stages.propose import without

if TYPE_CHECKING:
    from optimizer.experts.ecode.expert import EcodeExpert


def rules_expert(_settings: Settings) -> Expert:
    from optimizer.experts.rules import expert  # noqa: PLC0415 - start-up time

    return expert.rules_expert()


def ecode_expert(settings: Settings) -> "EcodeExpert":
    """Raises ExpertError where its model is missing or damaged."""
    from optimizer.experts.ecode.checkpoint import RANKER, SHIPPED, whole  # noqa: PLC0415 - start-up time
    from optimizer.experts.ecode.drafts import Sampling  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.expert import EcodeExpert  # noqa: PLC0415 - likewise
    from optimizer.experts.ecode.ranking.ranker import read_ranker  # noqa: PLC0415 - likewise

    folder = Path(settings.ecode_model).expanduser() if settings.ecode_model else SHIPPED
    how = Sampling(samples=settings.ecode_samples, most_rows=settings.ecode_rows)
    ranker = read_ranker(folder / RANKER) if (folder / RANKER).is_file() else None
    return EcodeExpert(whole(folder), how, ranker)


# Every expert: its name, and how it is made from the settings.
EXPERTS: dict[str, Callable[[Settings], Expert]] = {
    "rules": rules_expert,
    "ecode": ecode_expert,
    "file": lambda settings: FileExpert.read(Path(settings.candidates_file)),
}


def home_of(settings: Settings) -> Path:
    """Where mirrors, environments and the embedded database live."""
    if settings.home:
        return Path(settings.home).expanduser().absolute()
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(os.environ.get("OPTIMIZER_HOME") or Path(state) / "optimizer").absolute()


def ready_home(settings: Settings) -> Path:
    """The same, made where it is missing. Raises ConfigError when it cannot be written."""
    home = home_of(settings)
    try:
        home.mkdir(parents=True, exist_ok=True)
        reason = "" if os.access(home, os.W_OK | os.X_OK) else "read-only, or another user's"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    if reason:
        raise ConfigError(f"{home} cannot be written ({reason}): set OPTIMIZER_HOME to another folder")
    return home


def database_url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{home_of(settings) / 'optimizer.db'}"


def make_store(settings: Settings) -> Store:
    """Opens the results database; the embedded one is made, and brought up to date, by itself."""
    return make_results(settings).store


def make_results(settings: Settings) -> Results:
    """The same with all its parts."""
    url = database_url(settings)
    if url.startswith("sqlite"):
        ready_home(settings)
        _bring_up_to_date(url)
    return open_results(url)


def _bring_up_to_date(url: str) -> None:
    if not has_newest(url):
        from db.upgrade import upgrade  # noqa: PLC0415 - start-up time

        upgrade(url)


def make_experts(settings: Settings) -> tuple[Sequence[Expert], Sequence[str]]:
    """Those that can work here, and for each other one a line that says why not. Raises ConfigError."""
    names = [*settings.experts, *(["file"] if settings.candidates_file else [])]
    made = {name: expert_or_reason(name, settings) for name in dict.fromkeys(names)}
    return (
        [one for one in made.values() if not isinstance(one, str)],
        [one for one in made.values() if isinstance(one, str)],
    )


def expert_or_reason(name: str, settings: Settings) -> Expert | str:
    """Raises ConfigError for a name that is none, and where the user's own input is at fault."""
    check_expert(name)
    try:
        return EXPERTS[name](settings)
    except ExpertError as error:
        return without(name, error)


def check_expert(name: str) -> None:
    """Raises ConfigError when there is none of that name."""
    if name not in EXPERTS:
        raise ConfigError(f"there is no expert {name!r}: known are {', '.join(EXPERTS)}")


def timing_core() -> int | None:
    """The last of our cores is for what is timed, this process keeps to the others; None on one core."""
    reserved = keep_off(1)
    return reserved[0] if reserved else None


def keep_off(count: int) -> list[int]:
    """Leaves the last cores, so many, to what is timed: this process and its children keep to the others.
    Which they are; none where no other core would be left."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) <= count:
        return []
    os.sched_setaffinity(0, cores[:-count])
    return cores[-count:]


def check_quiet(settings: Settings) -> None:
    """Raises NoisyMachineError where the calibration says that nothing can be told from noise."""
    _quiet_enough(ready_home(settings), Protocol(max_launches=settings.max_launches))


def measuring(settings: Settings, cores: Sequence[int]) -> tuple[int | None, Protocol, str]:
    """For one process of a worker that times: one of the cores, which no other one has, the protocol, and
    what people should know of the machine. Raises NoisyMachineError; ConfigError when all cores are taken."""
    home = ready_home(settings)
    protocol = Protocol(max_launches=settings.max_launches)
    found, remark = _quiet_enough(home, protocol)
    core = own_core(home, cores) if cores else None
    return core, replace(protocol, false_accept=found.false_accept if found else None), remark


def make_engine(settings: Settings, store: Store | None = None) -> Engine:
    os.umask(0o022)  # what we write is read by the sandbox's own uid
    home = ready_home(settings)
    protocol = Protocol(max_launches=settings.max_launches)
    found, remark = _quiet_enough(home, protocol)
    experts, absent = make_experts(settings)
    return Engine(
        store=store or make_store(settings),
        sandbox=bubblewrap.find(),
        experts=experts,
        settings=settings,
        home=home,
        core=timing_core(),
        timing=replace(protocol, false_accept=found.false_accept if found else None),
        remarks=tuple(filter(None, (remark, *absent))),
    )


def calibration_path(home: Path) -> Path:
    return home / "calibration.json"


def calibration_of(home: Path, protocol: Protocol) -> tuple[Calibration | None, str]:
    """The one that holds for measurements made here and now, and what people should know of it."""
    from optimizer.stages.calibrate import this_machine  # noqa: PLC0415 - start-up time

    path = calibration_path(home)
    try:
        found = calibration.read(path)
    except FileNotFoundError:
        return None, "this machine is not calibrated: `optimizer calibrate` takes about a minute"
    except (OSError, ValueError) as error:
        return None, f"{path} is not used ({error}): run `optimizer calibrate`"
    reason = calibration.unusable(found, this_machine(), protocol)
    if reason:
        return None, f"{path} is not used: {reason}; run `optimizer calibrate`"
    return found, ""


def _quiet_enough(home: Path, protocol: Protocol) -> tuple[Calibration | None, str]:
    """The same; raises NoisyMachineError where it says that nothing can be told from noise."""
    found, remark = calibration_of(home, protocol)
    reason = calibration.too_noisy(found) if found else ""
    if reason:
        raise NoisyMachineError(
            f"this machine is too noisy to benchmark: {reason}; stop what else runs here, "
            f"then run `optimizer calibrate` again"
        )
    return found, remark
