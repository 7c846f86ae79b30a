"""What one process of a worker keeps while it lives: experts loaded once, targets that are open."""

import contextlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec

from optimizer import vcs
from optimizer.bench.protocol import Protocol
from optimizer.bootstrap import expert_or_reason, keep_off, measuring, ready_home
from optimizer.config import configure
from optimizer.domain.jobs import Job, Submission
from optimizer.domain.settings import Settings
from optimizer.encoding import unpack
from optimizer.engine import Engine, FullSandbox
from optimizer.environment import build_environment
from optimizer.experts.file import FileExpert
from optimizer.ports import Expert
from optimizer.sandbox import bubblewrap
from optimizer.stages.target import Facts, TargetUnderTest, reopened_target
from workers.fleet import Fleet
from workers.watching import Noted

_FILE = "file"  # the expert whose candidates come with the job
_OPEN_TARGETS = 4  # working trees and environments of as many jobs as one worker is likely to meet in turns
# Settings that are this machine's, whatever machine the job came from.
_LOCAL = (
    "home", "database_url", "broker_url", "lease_seconds", "max_deaths", "max_open", "keep_samples_days",
    "bench_cores", "batch_size", "batch_seconds", "ecode_model", "ecode_rows",
)  # fmt: skip


@dataclass
class Context:
    """One a process, made after the fork. `close` when it ends."""

    fleet: Fleet
    environ: dict[str, str]
    _experts: dict[str, Expert | str] = field(default_factory=dict)  # or why it is not to be had here
    _targets: "OrderedDict[int, tuple[contextlib.ExitStack, TargetUnderTest]]" = field(
        default_factory=OrderedDict
    )

    @cached_property
    def _cores(self) -> Sequence[int]:
        """Kept for what is timed, by whichever worker of this machine: nothing else of ours runs there."""
        return keep_off(self.fleet.settings.bench_cores)

    @cached_property
    def sandbox(self) -> FullSandbox:
        assert self._cores is not None  # left before the first sandbox starts
        return bubblewrap.find()

    @cached_property
    def _measuring(self) -> tuple[int | None, Protocol, str]:
        return measuring(self.fleet.settings, self._cores)

    def close(self) -> None:
        while self._targets:
            self._targets.popitem()[1][0].close()
        self.fleet.close()

    def settings_for(self, submission: Submission, files: dict[str, str]) -> Settings:
        """The repository's own, then this machine's environment, then what came with the job."""
        return configure(files, self.environ, submission.flags).settings

    def settings_of(self, job: Job) -> Settings:
        """As the scan found them, with what is this machine's own."""
        kept = msgspec.convert(json.loads(job.settings), Settings)
        return replace(kept, **{name: getattr(self.fleet.settings, name) for name in _LOCAL})

    def experts_for(self, settings: Settings, candidates: str = "") -> Sequence[Expert]:
        """Each is made once in the life of the process: loading a model takes long. Raises ConfigError."""
        found = [one for one in self._asked(settings) if not isinstance(one, str)]
        return [*found, FileExpert.parse(candidates, "candidates")] if candidates else found

    def _asked(self, settings: Settings) -> list[Expert | str]:
        names = [name for name in dict.fromkeys(settings.experts) if name != _FILE]
        for name in names:
            if name not in self._experts:
                self._experts[name] = expert_or_reason(name, settings)
        return [self._experts[name] for name in names]

    def engine_for(self, settings: Settings, candidates: str = "", timed: bool = False) -> Engine:
        """`timed`: for an evaluation, on a core of its own. Raises NoisyMachineError, SandboxError."""
        core, timing, remark = self._measuring if timed else (None, Protocol(), "")
        return Engine(
            store=self.fleet.store,
            sandbox=self.sandbox,
            experts=self.experts_for(settings, candidates),
            settings=settings,
            home=ready_home(self.fleet.settings),
            core=core,
            timing=replace(timing, max_launches=settings.max_launches),
            remarks=tuple(
                filter(None, (remark, *(one for one in self._asked(settings) if isinstance(one, str))))
            ),
        )

    def target(self, job: Job, submission: Submission, timed: bool) -> TargetUnderTest:
        """The job's target on this machine; the one used longest ago is closed for it."""
        if job.id in self._targets:
            self._targets.move_to_end(job.id)
            return self._targets[job.id][1]
        while len(self._targets) >= _OPEN_TARGETS:
            self._targets.popitem(last=False)[1][0].close()
        with contextlib.ExitStack() as stack:
            target = self._open(job, submission, timed, stack)
            self._targets[job.id] = (stack.pop_all(), target)
        return target

    def _open(
        self, job: Job, submission: Submission, timed: bool, stack: contextlib.ExitStack
    ) -> TargetUnderTest:
        engine = self.engine_for(self.settings_of(job), submission.candidates, timed)
        checkout = vcs.checkout(submission.source, job.commit, engine.home)
        stack.callback(vcs.remove_worktree, checkout)
        environment = build_environment(
            checkout.worktree, engine.settings, engine.home, engine.sandbox, checkout.repository.url
        )
        facts = unpack(self.fleet.work.facts(job.id), Facts)
        watcher = Noted(self.fleet.store, job.id)
        return stack.enter_context(reopened_target(checkout, environment, facts, engine, watcher))


def shared_flags(flags: dict[str, object]) -> dict[str, object]:
    """Of the settings given with a job those that are the job's, not those of the machine it was given on."""
    return {name: value for name, value in flags.items() if name not in (*_LOCAL, "candidates_file")}
