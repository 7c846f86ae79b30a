"""Runs the evidence in a proof bundle again: same inputs, same candidate, fresh processes."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from optimizer import vcs
from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import BundleError, RepositoryError
from optimizer.domain.evidence import Decision, Evaluation, Interval
from optimizer.domain.functions import Function
from optimizer.domain.patches import Surroundings
from optimizer.engine import Engine, Watcher
from optimizer.environment import Environment, build_environment
from optimizer.languages import language_of
from optimizer.proof.bundle import Bundle
from optimizer.proof.claims import contradictions
from optimizer.stages.surroundings import surroundings_of
from optimizer.stages.target import prepare_target


@dataclass(frozen=True, slots=True)
class Reproduced:
    """What was claimed, and what was found now."""

    bundle: Bundle
    decision: Decision  # of the new run
    found: Interval | None  # None when it did not come to a second measurement
    contradictions: tuple[str, ...]  # what the bundle says, and its own contents deny; one line each
    here: Surroundings

    @property
    def claimed(self) -> Interval:
        return self.bundle.claimed

    @property
    def reproduced(self) -> bool:
        """Accepted again: equivalent, and faster by more than the gate in both measurements; and what was
        claimed is what the bundle's own samples say."""
        return self.decision.accepted and not self.contradictions

    @property
    def overlap(self) -> bool | None:
        """Whether the two intervals have a value in common; None without a second one."""
        found, claimed = self.found, self.claimed
        return None if found is None else found.low <= claimed.high and claimed.low <= found.high


def reverify(bundle: Bundle, source: str, engine: Engine, watcher: Watcher) -> Reproduced:
    """Needs the bundle, its repository (`source`: URL or path) and the sandbox; no database.

    Raises BundleError when the bundle is not of that repository, else as a scan does.
    """
    engine.sandbox.check()
    watcher.stage("checkout", f"{vcs.hide_credentials(source)} at {bundle.patch.base_commit[:12]}")
    checkout = _checkout(bundle, source, engine)
    try:
        function = located(bundle, checkout)
        watcher.stage("environment")
        environment = build_environment(
            checkout.worktree, engine.settings, engine.home, engine.sandbox, checkout.repository.url
        )
        evaluation = _evaluate(bundle, function, checkout, environment, engine, watcher)
        denied = list(contradictions(bundle))
        if evaluation.verdict:  # it passed the guard; else it may not even be text that a file can hold
            denied += _other_change(bundle, function, checkout)
    finally:
        vcs.remove_worktree(checkout)
    found = evaluation.second.wall if evaluation.second else None
    return Reproduced(bundle, evaluation.decision, found, tuple(denied), surroundings_of(environment))


def _checkout(bundle: Bundle, source: str, engine: Engine) -> Checkout:
    commit = bundle.patch.base_commit
    try:
        return vcs.checkout(source, commit, engine.home)
    except RepositoryError as error:
        advice = "name a repository that has the patch's base commit with --repository"
        raise RepositoryError(f"{error} ({advice})") from None


def located(bundle: Bundle, checkout: Checkout) -> Function:
    """The function as it stands in the repository. Raises BundleError when it is not the bundle's: other
    bytes, another place, or a path or name that the repository does not have."""
    wanted, where = bundle.function, f"commit {bundle.patch.base_commit[:12]} of {checkout.repository.url}"
    language = language_of(wanted.path)
    if language is None or wanted.path not in {file.path for file in vcs.tracked_files(checkout)}:
        raise BundleError(f"the bundle is not of this repository: {wanted.path} is not in {where}")
    functions = language.extract(wanted.path, vcs.read_blob(checkout, wanted.path))
    if isinstance(functions, tuple):
        named = [one for one in functions if one.qualname == wanted.qualname]
        for one in named:
            if (one.content_hash, one.span) == (wanted.content_hash, wanted.span):
                return one
        if named:
            raise BundleError(
                f"{wanted.label} is not what the bundle was made from: it is different in {where}"
            )
    raise BundleError(f"the bundle is not of this repository: there is no {wanted.label} in {where}")


def _other_change(bundle: Bundle, function: Function, checkout: Checkout) -> Iterator[str]:
    """Whether commit and diff of the patch are those of the candidate that is judged."""
    language, patch = language_of(function.path), bundle.patch
    assert language is not None  # it was extracted by one
    before = vcs.read_blob(checkout, function.path)
    change = vcs.Change(function.path, language.splice(before, function, bundle.evaluation.candidate))
    commit = vcs.commit_alone(checkout, change, patch.text)
    if commit != patch.commit:
        yield f"commit {patch.commit[:12]} is not this change with this text, which is {commit[:12]}"
    if _changed_lines(vcs.diff(checkout, commit)) != _changed_lines(patch.diff):
        yield "the diff is not of the change that was judged"


def _changed_lines(diff: str) -> list[str]:
    """All but the line of abbreviated ids, which are as long as the repository has many objects."""
    return [line for line in diff.split("\n") if not line.startswith("index ")]


def _evaluate(
    bundle: Bundle,
    function: Function,
    checkout: Checkout,
    environment: Environment,
    engine: Engine,
    watcher: Watcher,
) -> Evaluation:
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(
            prepare_target(checkout, environment, [function], engine, watcher.note, watcher)
        )
        watcher.stage("judge", function.label)
        return target.evaluate(function, bundle.workload, bundle.evaluation.candidate)
