"""Open patches whose base moved: what becomes of each, and their changes on the newer commit.

A patch says that its change is equivalent and faster on one commit. On a newer one that is a new claim: it is
made only with new evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from optimizer import vcs
from optimizer.domain.checkouts import Checkout
from optimizer.domain.errors import RepositoryError, UnreachableError
from optimizer.domain.evidence import Decision, Evaluation, Reason
from optimizer.domain.functions import Function, Unparsed
from optimizer.domain.jobs import Stage
from optimizer.domain.patches import Patch, PatchState
from optimizer.domain.refresh import Branch, Current, Expire, Merged, Recheck, Rechecked, There, fate
from optimizer.domain.results import FunctionResult
from optimizer.languages import language_of
from optimizer.ports import Store
from optimizer.stages.publish import publish
from optimizer.stages.target import TargetUnderTest

_ATTEMPTS = 2
# Of these nothing follows but that the machine was not quiet enough: worth one more look.
_NOISE = (Reason.UNDECIDED, Reason.NOT_REPEATED)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What is left to do after the open patches were looked through."""

    rechecks: tuple[Recheck, ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """Of the functions that a recheck is about."""
        return frozenset(one.function.label for one in self.rechecks)


def refresh_patches(
    patches: Sequence[Patch], checkout: Checkout, store: Store, note: Callable[[str], None]
) -> Refreshed:
    """Settles the patches that are merged or given up, and says which are to be verified on the checkout's
    commit. `patches`: those under review, the newest first. Nothing is run. Raises RepositoryError."""
    moved = [patch for patch in patches if patch.base_commit != checkout.commit]
    branches = vcs.branch_states(checkout, [patch.branch for patch in moved])
    rechecks: dict[str, Recheck] = {}
    for patch in moved:
        evidence = store.patch_result(patch.id)
        decided = fate(patch, evidence, there(evidence, checkout), branches[patch.branch], checkout.commit)
        newer = rechecks.get(patch.function)
        if isinstance(decided, Recheck) and newer:
            decided = Expire(f"patch {newer.patch_id} is a newer one of the same function")
        if isinstance(decided, Recheck):
            rechecks[patch.function] = decided
        else:
            _settle(patch, decided, checkout.commit, store, note)
    return Refreshed(tuple(rechecks.values()))


def there(evidence: FunctionResult, checkout: Checkout) -> There:
    """The function of a patch as it stands in the checkout's commit."""
    wanted = evidence.function
    language = language_of(wanted.path)
    if language is None or wanted.path not in {file.path for file in vcs.tracked_files(checkout)}:
        return There(None)
    data = vcs.read_blob(checkout, wanted.path)
    functions = language.extract(wanted.path, data)
    if isinstance(functions, Unparsed):
        return There(None, unreadable=functions.reason)
    found = next((one for one in functions if one.qualname == wanted.qualname), None)
    return There(found, merged=found is not None and _is_in(evidence, found, data))


def _is_in(evidence: FunctionResult, found: Function, data: bytes) -> bool:
    """Whether the candidate would change nothing any more, as the guard reads it."""
    won, language = evidence.winning, language_of(found.path)
    if won is None or language is None or found.content_hash == evidence.function.content_hash:
        return False
    refused = language.guard(found, won.candidate, data.decode("utf-8", "replace"))
    return refused is not None and refused.reason is Reason.SAME


def _settle(
    patch: Patch, decided: Current | Merged | Expire, commit: str, store: Store, note: Callable[[str], None]
) -> None:
    """Unless a person was quicker: then what he said holds."""
    if isinstance(decided, Current):
        if decided.reason:
            note(f"patch {patch.id} stays as it is: {decided.reason}")
        return
    merged = isinstance(decided, Merged)
    state = PatchState.MERGED if merged else PatchState.EXPIRED
    reason = f"in {commit[:12]}" if isinstance(decided, Merged) else decided.reason
    if store.review(patch.id, patch.state, state, reason):
        note(f"patch {patch.id} of {patch.function} {'is merged' if merged else 'expired'}: {reason}")


def recheck(wanted: Recheck, target: TargetUnderTest) -> Rechecked:
    """The change through the referee, with the patch's own inputs. The target is of the newer commit, ready
    for what is timed; where the change holds, `rebase` goes on."""
    function, profile = wanted.function, target.tests.profile(wanted.function.label) or wanted.profile
    judged = _judged(wanted, target)
    if isinstance(judged, FunctionResult):
        why = f"it could not be judged: {judged.decision.reason}: {judged.decision.detail}"
        return Rechecked(replace(judged, profile=profile, decision=_stays(wanted, why)))
    result = FunctionResult(function, judged.decision, wanted.workload, profile, (judged,))
    if judged.decision.accepted:
        return Rechecked(replace(result, winner=judged.candidate.id))
    return _given_up(wanted, result, f"{judged.decision.reason}: {judged.decision.detail}")


def _judged(wanted: Recheck, target: TargetUnderTest) -> Evaluation | FunctionResult:
    for attempt in range(1, _ATTEMPTS + 1):
        found = target.judge_round(wanted.function, wanted.workload, [wanted.candidate])
        if isinstance(found, FunctionResult):
            return found
        if attempt == _ATTEMPTS or found[0].decision.reason not in _NOISE:
            return found[0]
    raise AssertionError("the last attempt returns")


def rebase(wanted: Recheck, judged: Rechecked, target: TargetUnderTest) -> Rechecked:
    """The branch on the newer commit, if the repository's tests end on it as they do without the change.

    What `recheck` gave up or left alone is handed through. Raises UnreachableError.
    """
    if judged.expired or judged.result.winner is None:
        return judged
    try:
        state = vcs.branch_states(target.checkout, [wanted.branch])[wanted.branch]
        if state is not Branch.OURS:
            return _given_up(wanted, judged.result, f"its branch was {state.value} meanwhile")
        result = publish(judged.result, target, target.engine, wanted.branch)
    except UnreachableError:
        raise
    except RepositoryError as error:  # the branch is checked out, say
        return Rechecked(replace(judged.result, winner=None, decision=_stays(wanted, str(error))))
    if result.patch is None:
        return _given_up(wanted, result, f"{result.decision.reason}: {result.decision.detail}")
    found = result.reported
    gain = f" at {found.estimate:.2f}x" if found else ""
    return Rechecked(replace(result, decision=_said(wanted, f"goes on from here{gain}")))


def _given_up(wanted: Recheck, result: FunctionResult, reason: str) -> Rechecked:
    return Rechecked(replace(result, winner=None, decision=_said(wanted, f"expired: {reason}")), reason)


def _stays(wanted: Recheck, reason: str) -> Decision:
    return _said(wanted, f"stays as it is: {reason}")


def _said(wanted: Recheck, what: str) -> Decision:
    return Decision(Stage.PUBLISH, Reason.REVERIFIED, f"patch {wanted.patch_id} {what}")
