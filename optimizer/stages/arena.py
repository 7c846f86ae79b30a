"""Where one function is judged: sandboxes with its original, a candidate, and a null function.

Each version has a sandbox of its own; the same module, limits and core. The original's are kept for
all candidates of a function, and so is the core: two programs that time on one core measure each other.
"""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.domain.candidates import Candidate
from optimizer.domain.functions import Function
from optimizer.domain.isolation import Bind, Command, Limits
from optimizer.sandbox.cores import reserved
from optimizer.sandbox.runner import ImportFailedError, Launcher, Session, Target, Zygote, start_zygote

TIMING_SEED = 0  # hash seed of everything that is timed
SEEDS = (TIMING_SEED, 1)  # the original is observed under both
CANDIDATE_SEED = 2  # a candidate that leans on the order of sets has no seed in common to lean on


@dataclass(slots=True)
class Arena:
    """Opens zygotes for one function on demand and closes them together."""

    launcher: Launcher
    target: Target
    function: Function
    source: bytes  # of the whole file
    inside: str  # where the file lies in the sandbox
    limits: Limits
    core: int | None
    splice: Callable[[bytes, Function, Candidate], bytes]
    parameters: tuple[str, ...] = ()  # names, for the contract
    import_error: str = ""  # of the original: it need not be waited for a second time
    _open: dict[tuple[str, int], Zygote] = field(default_factory=dict)
    _core: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _held: bool = False

    def original(self, seed: int) -> Zygote:
        if ("original", seed) not in self._open:
            self._open["original", seed] = self._start(seed, None)
        return self._open["original", seed]

    def null(self) -> Session:
        """A session of the original's version in which the function does nothing."""
        if ("null", TIMING_SEED) not in self._open:
            self._open["null", TIMING_SEED] = self._start(TIMING_SEED, None)
        return self._open["null", TIMING_SEED].fork(self.function.qualname, null=True)

    @contextlib.contextmanager
    def candidate(self, candidate: Candidate, seed: int) -> Iterator[Zygote]:
        """The candidate's version of the file over the original; closed at the end."""
        with self._version(self.splice(self.source, self.function, candidate), seed) as zygote:
            yield zygote

    @contextlib.contextmanager
    def original_anew(self) -> Iterator[Zygote]:
        """As a candidate's: started afresh, and from a file that nobody has compiled before."""
        with self._version(self.source + b"\n# \n", TIMING_SEED) as zygote:
            yield zygote

    @contextlib.contextmanager
    def _version(self, source: bytes, seed: int) -> Iterator[Zygote]:
        with tempfile.NamedTemporaryFile(suffix=".py") as file:
            file.write(source)
            file.flush()
            Path(file.name).chmod(0o644)
            zygote = self._start(seed, Bind(Path(file.name), self.inside))
            try:
                yield zygote
            finally:
                zygote.close()

    def _start(self, seed: int, overlay: Bind | None) -> Zygote:
        if overlay is None and self.import_error:
            raise ImportFailedError(self.import_error)
        if not self._held:
            self._core.enter_context(reserved(self.core))
            self._held = True
        command = Command((), limits=self.limits, core=self.core)
        try:
            return start_zygote(self.launcher, self.target, command, seed, overlay)
        except ImportFailedError as error:
            if overlay is None:
                self.import_error = str(error)
            raise

    def close(self) -> None:
        for zygote in self._open.values():
            zygote.close()
        self._open.clear()
        self._core.close()
        self._held = False
