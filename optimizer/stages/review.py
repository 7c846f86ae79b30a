"""What a person decides of a patch."""

from optimizer.domain.errors import OptimizerError
from optimizer.domain.patches import Patch, PatchState, can_become
from optimizer.ports import Store


def review(store: Store, patch: Patch, to: PatchState, note: str) -> Patch:
    """The patch in its new state; nothing is changed where it is in that state already.

    Raises OptimizerError when its state does not allow it, or somebody else was faster.
    """
    if patch.state is to:
        return patch
    if not can_become(patch.state, to):
        raise OptimizerError(f"patch {patch.id} is {patch.state.value}: it cannot become {to.value}")
    if not store.review(patch.id, patch.state, to, note):
        raise OptimizerError(f"patch {patch.id} was changed by somebody else just now: look at it again")
    return store.patch(patch.id)
