"""Patches: list, read with diff and evidence, review."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from api.evidence_models import Evidence
from api.fields import LARGEST, Before, Id, Limit, RepositoryUrl
from api.parts import Parts, PartsOf
from api.patch_models import PatchAnswer, PatchDetail, PatchPage, Review
from api.problems import problems
from db.listing import Page, list_patches, winner_of
from optimizer.domain.patches import PatchState
from optimizer.proof.export import bundle_bytes, bundle_name
from optimizer.stages.review import review
from optimizer.vcs.source import strip_credentials

router = APIRouter(tags=["patches"])

_NOT_GUESSED = {"X-Content-Type-Options": "nosniff"}  # what is in there, a repository's author chose
_JobId = Annotated[int | None, Query(ge=1, le=LARGEST, description="Only those of this job.")]
_Samples = Annotated[bool, Query(description="The raw timing samples, too: hundreds of them.")]


@router.get("/patches", summary="List patches", responses=problems(422))
def patches(
    parts: PartsOf,
    limit: Limit = 50,
    before: Before = None,
    repository: RepositoryUrl = None,
    state: PatchState | None = None,
    job: _JobId = None,
) -> PatchPage:
    """Newest first."""
    url = None if repository is None else strip_credentials(repository)
    found = list_patches(parts.sessions, Page(limit + 1, before), url, state, job)
    shown = [PatchAnswer.model_validate(line) for line in found[:limit]]
    return PatchPage(patches=shown, next=shown[-1].id if len(found) > limit else None)


@router.get("/patches/{patch_id}", summary="Read a patch", responses=problems(404, 422))
def patch(patch_id: Id, parts: PartsOf) -> PatchDetail:
    """With its text; the diff and the evidence have addresses of their own."""
    return PatchDetail.model_validate(parts.store.patch(patch_id))


@router.get(
    "/patches/{patch_id}/diff",
    summary="Read a patch's diff",
    response_class=Response,
    responses=problems(404, 422)
    | {200: {"content": {"text/x-diff": {"schema": {"type": "string"}}}, "description": "Unified."}},
)
def patch_diff(patch_id: Id, parts: PartsOf) -> Response:
    """As `git apply` takes it."""
    text = parts.store.patch(patch_id).diff.encode("utf-8", "backslashreplace")
    return Response(text, headers=_NOT_GUESSED, media_type="text/x-diff; charset=utf-8")


@router.get("/patches/{patch_id}/evidence", summary="Read a patch's evidence", responses=problems(404, 422))
def patch_evidence(patch_id: Id, parts: PartsOf, samples: _Samples = False) -> Evidence:
    """The verdict with what was checked, both measurements, growth with size, memory."""
    return Evidence.of(winner_of(parts.sessions, patch_id), samples)


@router.get(
    "/patches/{patch_id}/proof",
    summary="Fetch a patch's proof bundle",
    response_class=Response,
    responses=problems(404, 409, 422)
    | {
        200: {
            "content": {"application/gzip": {"schema": {"type": "string", "format": "binary"}}},
            "description": "A file for `optimizer verify`.",
        }
    },
)
def patch_proof(patch_id: Id, parts: PartsOf) -> Response:
    """All the evidence in one file, with which `optimizer verify FILE` judges the patch again anywhere."""
    found = parts.store.patch(patch_id)
    data = bundle_bytes(parts.store, found)
    named = f"attachment; filename*=UTF-8''{quote(bundle_name(found), safe='')}"
    return Response(
        data, headers={"Content-Disposition": named} | _NOT_GUESSED, media_type="application/gzip"
    )


@router.post(
    "/patches/{patch_id}/approve", summary="Approve a patch", responses=problems(400, 404, 409, 413, 422)
)
def approve_patch(patch_id: Id, parts: PartsOf, said: Review | None = None) -> PatchDetail:
    """A rejected patch may be approved, too; one that is merged or expired may not."""
    return _reviewed(parts, patch_id, PatchState.APPROVED, said)


@router.post(
    "/patches/{patch_id}/reject", summary="Reject a patch", responses=problems(400, 404, 409, 413, 422)
)
def reject_patch(patch_id: Id, parts: PartsOf, said: Review | None = None) -> PatchDetail:
    """Its change is not proposed again. An approved patch may be rejected, too."""
    return _reviewed(parts, patch_id, PatchState.REJECTED, said)


def _reviewed(parts: Parts, patch_id: int, to: PatchState, said: Review | None) -> PatchDetail:
    note = said.note if said else ""
    return PatchDetail.model_validate(review(parts.store, parts.store.patch(patch_id), to, note))
