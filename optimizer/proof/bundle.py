"""What a proof bundle holds: everything that judging one patch again needs, and what was claimed of it."""

import json
from dataclasses import dataclass, field, fields

import msgspec

from optimizer.domain.errors import NotFoundError
from optimizer.domain.evidence import Evaluation, Interval, Measurement
from optimizer.domain.functions import Function
from optimizer.domain.jobs import Job, Repository
from optimizer.domain.patches import NewPatch
from optimizer.domain.results import FunctionResult
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import FunctionProfile, Workload
from optimizer.proof.surroundings import environment_hash


@dataclass(frozen=True, slots=True)
class Judging:
    """The settings that judging depends on. Names and meanings are those of `Settings`."""

    gate: float
    max_launches: int
    max_memory_ratio: float
    float_tolerance: float
    search_seconds: float
    callgrind: bool
    seed: int
    memory_mb: int
    call_seconds: float
    test_command: str
    test_seconds: float
    install: bool
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """All of it is untrusted data when it was read from a file. docs/proof.md explains each field."""

    repository: Repository
    base_tree: str  # git tree id of the base commit
    function: Function
    workload: Workload = field(repr=False)
    evaluation: Evaluation = field(repr=False)  # of the accepted candidate
    profile: FunctionProfile | None
    patch: NewPatch = field(repr=False)
    judging: Judging
    environment_hash: str  # see `environment_hash`; empty where the surroundings are not known

    @property
    def claim(self) -> Measurement:
        """The measurement that is reported. A bundle has one; see `format.from_bytes`."""
        assert self.evaluation.second is not None
        return self.evaluation.second

    @property
    def claimed(self) -> Interval:
        return self.claim.wall


def bundle_of(job: Job, result: FunctionResult) -> Bundle:
    """From what the database has of a patch. Raises NotFoundError when that is not all of it."""
    won, patch = result.winning, result.patch
    if won is None or won.second is None or patch is None or result.workload is None:
        raise NotFoundError("There is no evidence of this patch in the database.")
    where = patch.surroundings
    return Bundle(
        repository=job.repository,
        base_tree=job.tree,
        function=result.function,
        workload=result.workload,
        evaluation=won,
        profile=result.profile,
        patch=patch,
        judging=judging_of(job.settings),
        environment_hash=environment_hash(where) if where else "",
    )


def judging_of(settings: str) -> Judging:
    """`settings`: JSON as it is kept with a job. What an older version did not know has its default."""
    known = json.loads(settings)
    values = {one.name: known.get(one.name, getattr(Settings(), one.name)) for one in fields(Judging)}
    return msgspec.convert(values, Judging)
