"""Measures identical code against itself, as the referee measures candidates: the machine's own noise."""

import contextlib
import hashlib
import os
import pickle
import platform
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from optimizer import __version__
from optimizer.bench import calibration, sequential
from optimizer.bench.protocol import Protocol
from optimizer.domain.calibration import Calibration, Machine
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.errors import SandboxError
from optimizer.domain.evidence import Decision
from optimizer.domain.isolation import Bind, Limits
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Origin
from optimizer.languages.python import PYTHON
from optimizer.sandbox.runner import Launcher, Target
from optimizer.stages.arena import TIMING_SEED, Arena
from optimizer.stages.benchmark import calibrate, launch_once
from optimizer.stages.evaluate import Referee
from optimizer.stages.sizes import size_classes
from optimizer.stages.surroundings import cpu_model
from optimizer.stages.verify import original_outcomes

# Ordinary work of different kinds: arithmetic, a dictionary, text, sorting.
SUBJECTS = {
    "arithmetic": """\
def f(xs):
    total = 0
    for x in xs:
        total += x * x % 7
    return total
""",
    "dictionary": """\
def f(xs):
    seen = {}
    for x in xs:
        seen[x % 17] = seen.get(x % 17, 0) + 1
    return seen
""",
    "text": "def f(xs):\n    return ', '.join(str(x) for x in xs)\n",
    "sorting": "def f(xs):\n    return sorted(xs, key=lambda x: (x % 10, -x))\n",
}
_ELEMENTS = (60, 1000, 300, 300)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look."""

    launches: int = 30  # of every subject
    decisions: int = 40  # of the whole referee, over all subjects
    simulations: int = 20_000


QUICK = Effort(launches=10, decisions=8, simulations=6000)


def calibrated(
    launcher: Launcher,
    core: int | None,
    settings: Settings,
    protocol: Protocol,
    effort: Effort,
    told: Callable[[str], None] = lambda _text: None,
) -> Calibration:
    """Raises SandboxError when the built-in functions cannot be run."""
    summaries, accepts, decisions = [], 0, 0
    for number, (name, source) in enumerate(SUBJECTS.items()):
        told(name)
        with _referee(source, _inputs(number), launcher, core, settings, protocol) as referee:
            summaries.append(_launches(referee, effort.launches, number))
            for _ in range(effort.decisions // len(SUBJECTS)):
                decisions += 1
                accepts += referee.evaluate(_same(referee)).decision.accepted
    told("simulation")
    return _concluded(summaries, accepts, decisions, settings.gate, protocol, effort)


def _concluded(
    subjects: Sequence[Sequence[sequential.Summary]],
    accepts: int,
    decisions: int,
    gate: float,
    protocol: Protocol,
    effort: Effort,
) -> Calibration:
    launches: list[calibration.Launch] = [
        (*one.wall[0], *one.cpu[0]) for summaries in subjects for one in summaries
    ]
    false = calibration.accepts(launches, 1.0, gate, protocol, effort.simulations)
    some = max(1, effort.simulations // 20)
    wall = [[one.wall[0][0] for one in summaries] for summaries in subjects]
    cpu = [[one.cpu[0][0] for one in summaries] for summaries in subjects]
    return Calibration(
        machine=this_machine(),
        optimizer=__version__,
        protocol=calibration.numbers(protocol),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        wall=calibration.noise(wall, [one[1] for one in launches]),
        cpu=calibration.noise(cpu, [one[3] for one in launches]),
        simulated=effort.simulations,
        simulated_accepts=false,
        false_accept=calibration.upper_bound(false, effort.simulations),
        power=calibration.accepts(launches, calibration.GAIN, gate, protocol, some) / some,
        decisions=decisions,
        accepts=accepts,
    )


def this_machine() -> Machine:
    cpu, kernel, cores = cpu_model(), platform.release(), os.cpu_count() or 1
    own = ""
    with contextlib.suppress(OSError):
        own = Path("/etc/machine-id").read_text("ascii", "replace").strip()
    text = f"{cpu}\n{kernel}\n{cores}\n{own}"
    return Machine(cpu, kernel, cores, hashlib.sha256(text.encode()).hexdigest()[:16])


def _inputs(number: int) -> list[Input]:
    """Eight visible ones and as many held out."""
    rng, found = random.Random(number), []
    for index in range(16):
        values = [rng.randrange(1000) for _ in range(_ELEMENTS[number])]
        payload = pickle.dumps(("call", (values,), {}), 5)
        key = hashlib.sha256(payload).hexdigest()[:16]
        found.append(Input(key, payload, Origin.GENERATED, index % 2 == 1, len(values), repr(values)[:200]))
    return found


def _same(referee: Referee) -> Candidate:
    return Candidate(referee.arena.function.source, Provenance("calibration", "identical", "1"))


def _launches(referee: Referee, count: int, seed: int) -> list[sequential.Summary]:
    rng, found = random.Random(seed), []
    with referee.arena.candidate(_same(referee), TIMING_SEED) as zygote:
        for launch in range(count):
            samples = launch_once(
                referee.arena, zygote, referee.classes, launch, rng, referee.settings.gate, referee.protocol
            )
            found.append(sequential.summary(samples, launch, [0]))
    return found


@contextlib.contextmanager
def _referee(
    source: str,
    inputs: Sequence[Input],
    launcher: Launcher,
    core: int | None,
    settings: Settings,
    protocol: Protocol,
) -> Iterator[Referee]:
    """Without a guard: identical code would not pass it."""
    with tempfile.TemporaryDirectory(prefix="optimizer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "subject.py").write_text(source)
        (folder / "subject.py").chmod(0o644)
        with contextlib.closing(_arena(folder, source.encode(), launcher, core)) as arena:
            expected = original_outcomes(arena, inputs, 2.0, 60.0)
            if isinstance(expected, Decision):
                raise SandboxError(f"a built-in function does not run in the sandbox: {expected.detail}")
            classes = calibrate(arena, size_classes(expected, protocol), protocol)
            yield Referee(arena, expected, classes, lambda *_: None, settings, protocol)


def _arena(folder: Path, source: bytes, launcher: Launcher, core: int | None) -> Arena:
    functions = PYTHON.extract("subject.py", source)
    assert isinstance(functions, tuple)
    python = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))  # not a venv's
    prefix = Path(sys.base_prefix)
    binds = (Bind(prefix, str(prefix)), Bind(folder, "/repo"))
    target = Target(str(python), binds, "subject", ("/repo",), (), "/repo")
    return Arena(launcher, target, functions[0], source, "/repo/subject.py", Limits(), core, PYTHON.splice)
