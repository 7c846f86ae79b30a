"""A patch's evidence as the bytes of one file, and how such a file is called."""

from optimizer.domain.errors import BundleError
from optimizer.domain.patches import Patch
from optimizer.ports import Store
from optimizer.proof.bundle import bundle_of
from optimizer.proof.format import SUFFIX, to_bytes


def bundle_bytes(store: Store, patch: Patch) -> bytes:
    """Raises NotFoundError without evidence, BundleError when there is too much of it."""
    try:
        return to_bytes(bundle_of(store.job(patch.job_id), store.patch_result(patch.id)))
    except BundleError as error:
        raise BundleError(f"patch {patch.id}: {error}") from None


def bundle_name(patch: Patch) -> str:
    """The last part of the branch, which has no character that a file name could not have."""
    return patch.branch.rsplit("/", 1)[-1] + SUFFIX
