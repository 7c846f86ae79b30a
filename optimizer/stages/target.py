"""The repository under test, made ready: environment, baseline tests, recorded calls, compiled modules."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.domain.candidates import Candidate
from optimizer.domain.checkouts import Checkout
from optimizer.domain.evidence import Decision, Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.isolation import Bind, Limits
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import Workload
from optimizer.engine import Engine, Watcher
from optimizer.environment import Environment
from optimizer.languages import language_of
from optimizer.languages.base import Language
from optimizer.languages.python.parameters import parameters
from optimizer.sandbox.runner import Target
from optimizer.stages.arena import Arena
from optimizer.stages.collect import build_workload
from optimizer.stages.compiled import Compiled, compiled_modules
from optimizer.stages.imported import imported_sources
from optimizer.stages.judge import Panel, guarded, judge, judge_round, make_referee
from optimizer.stages.route import ranked
from optimizer.vcs import read_blob
from optimizer.workloads.recorded import Recording, TestRun, record_calls, run_tests
from optimizer.workloads.testruns import REPO


@dataclass(frozen=True, slots=True)
class Facts:
    """What running the tests taught: enough to go on elsewhere without running them again."""

    tests: TestRun  # before anything is changed
    modules: tuple[tuple[str, str], ...]  # label -> the name its module had when it was called
    sys_path: tuple[str, ...]
    roots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetUnderTest:
    """All that is known of the repository before its functions are judged one by one."""

    checkout: Checkout
    environment: Environment
    tests: TestRun  # before anything is changed
    recording: Recording
    roots: tuple[str, ...]  # folders on the import path, relative to the repository's root
    compiled: Compiled
    engine: Engine
    watcher: Watcher
    broken: dict[str, str] = field(default_factory=dict)  # module -> why it cannot be imported

    @property
    def facts(self) -> Facts:
        return Facts(self.tests, self.recording.modules, self.recording.sys_path, self.roots)

    def ranked(self, functions: Sequence[Function]) -> list[Function]:
        return ranked(functions, dict(self.tests.profiles), _language(functions[0]).static_rank)

    def workload(self, function: Function) -> Workload:
        """Recorded calls, and what is generated from them and from annotations."""
        return build_workload(
            function,
            self.recording.of(function.label),
            self.engine.settings,
            module_source=read_blob(self.checkout, function.path).decode("utf-8", "replace"),
            skipped=self.recording.skipped_of(function.label),
        )

    def evaluate(self, function: Function, workload: Workload, candidate: Candidate) -> Evaluation:
        """One given candidate through the referee."""
        language = _language(function)
        with contextlib.closing(self._arena(function, language)) as arena:
            referee = make_referee(arena, workload, self._panel(language, frozenset()))
            if isinstance(referee, Decision):
                return Evaluation(candidate, referee)
            return referee.evaluate(candidate)

    def judge_round(
        self, function: Function, workload: Workload, candidates: Sequence[Candidate]
    ) -> list[Evaluation] | FunctionResult:
        """The candidates of one round through the referee; a result when the function cannot be judged."""
        language = _language(function)
        panel = self._panel(language, frozenset())
        with contextlib.closing(self._arena(function, language)) as arena:
            told = functools.partial(self.watcher.evaluated, function)
            found = judge_round(arena, workload, candidates, panel, told)
            self._remember(arena)
            if isinstance(found, list):
                return found
            tried = guarded(arena, candidates, panel)
            return FunctionResult(function, found, workload, self.tests.profile(function.label), tried)

    def _remember(self, arena: Arena) -> None:
        if arena.import_error:
            self.broken[arena.target.module] = arena.import_error

    def _panel(self, language: Language, rejected: frozenset[str]) -> Panel:
        engine = self.engine
        note = self.watcher.note
        return Panel(engine.experts, language.guard, engine.settings, engine.timing, rejected, note)

    def judge(self, function: Function, workload: Workload, rejected: frozenset[str]) -> FunctionResult:
        language = _language(function)
        panel = self._panel(language, rejected)
        profile = self.tests.profile(function.label)
        with contextlib.closing(self._arena(function, language)) as arena:
            result = judge(
                arena,
                workload,
                profile,
                self.environment.packages,
                panel,
                functools.partial(self.watcher.evaluated, function),
                imported_sources(self.checkout, function.path, arena.source.decode("utf-8", "replace")),
            )
            self._remember(arena)
            return result

    def _arena(self, function: Function, language: Language) -> Arena:
        inside = f"{REPO}/{function.path}"
        target = self.compiled.used_by(self._target(function, language), inside)
        return Arena(
            launcher=self.engine.sandbox,
            target=target,
            function=function,
            source=read_blob(self.checkout, function.path),
            inside=inside,
            limits=Limits(
                memory_mb=self.engine.settings.memory_mb,
                cpu_seconds=600,
                # For an import, which should take no longer than all the tests together.
                wall_seconds=min(60.0, self.engine.settings.test_seconds),
            ),
            core=self.engine.core,
            splice=language.splice,
            parameters=parameters(function),
            import_error=self.broken.get(target.module, ""),
        )

    def _target(self, function: Function, language: Language) -> Target:
        module = self.recording.module_of(function.label) or language.module_name(function.path, self.roots)
        ours = [path for path in self.recording.sys_path if _inside(path, REPO)]
        roots = [f"{REPO}/{root}".rstrip("/") for root in self.roots]
        return Target(
            python=self.environment.python,
            binds=(*self.environment.binds, Bind(self.checkout.worktree, REPO)),
            module=module or Path(function.path).stem,
            path=tuple(dict.fromkeys([*ours, *roots])),
            sites=tuple(map(str, sorted(self.environment.root.glob("lib/python*/site-packages")))),
            directory=REPO,
        )


def _language(function: Function) -> Language:
    language = language_of(function.path)
    assert language is not None  # it was extracted by one
    return language


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


@contextlib.contextmanager
def prepare_target(
    checkout: Checkout,
    environment: Environment,
    functions: Sequence[Function],
    engine: Engine,
    note: Callable[[str], None],
    watcher: Watcher,
) -> Iterator[TargetUnderTest]:
    """Runs the tests twice: as they are, for their outcomes and a profile, then to record calls."""
    settings, worktree = engine.settings, checkout.worktree
    watcher.stage("test", "the repository's own tests, before anything is changed")
    tests = run_tests(engine.sandbox, environment, worktree, functions, settings)
    for text in (*tests.notes, *_failing(tests)):
        note(text)
    watcher.stage("record", f"calls made by {len(tests.outcomes)} tests")
    recording = record_calls(engine.sandbox, environment, worktree, functions, settings)
    for text in recording.notes:
        note(text)
    found = _language(functions[0]).source_roots(worktree, [function.path for function in functions])
    declared = [source.removeprefix(".").strip("/") for source in environment.sources]
    roots = tuple(dict.fromkeys([*declared, *found]))
    with compiled_modules(engine.sandbox) as compiled:
        yield TargetUnderTest(checkout, environment, tests, recording, roots, compiled, engine, watcher)


@contextlib.contextmanager
def reopened_target(
    checkout: Checkout, environment: Environment, facts: Facts, engine: Engine, watcher: Watcher
) -> Iterator[TargetUnderTest]:
    """A target that was prepared before, perhaps on another machine. It has no calls: workloads are there."""
    recording = Recording((), (), facts.modules, facts.sys_path, 0.0)
    with compiled_modules(engine.sandbox) as compiled:
        yield TargetUnderTest(
            checkout, environment, facts.tests, recording, facts.roots, compiled, engine, watcher
        )


def _failing(tests: TestRun) -> list[str]:
    bad = [name for name, outcome in tests.outcomes if outcome not in ("passed", "skipped", "xfailed")]
    if not bad:
        return []
    many = f"{len(bad)} tests do" if len(bad) > 1 else "1 test does"
    return [f"{many} not pass before anything is changed, such as {bad[0]}"]
