"""A bundle that was changed by hand, hash and all, is denied by what else is in it."""

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from optimizer.domain.evidence import Sample, Side
from optimizer.domain.patches import Surroundings
from optimizer.domain.settings import Settings
from optimizer.proof.bundle import Bundle, Judging, judging_of
from optimizer.proof.claims import DRAWING, contradictions, drawn_interval
from optimizer.proof.surroundings import environment_differences, environment_hash, machine_differences
from tests.support import bundles

HERE = Surroundings("3.11.7", (("numpy", "2.4"), ("six", "1.17")), "0.1", "a processor", "Linux 6.1")
# Where a run is and what is looked for, not how a candidate is judged.
NOT_JUDGING = {
    "include", "exclude", "functions", "budget_seconds", "experts", "candidates_file", "ecode_model",
    "ecode_samples", "ecode_rows", "max_inputs",
    "python", "branch_prefix", "database_url", "home", "broker_url", "lease_seconds", "max_deaths",
    "max_open", "keep_samples_days", "bench_cores", "batch_size", "batch_seconds", "api_schemes",
    "api_hosts", "api_private",
}  # fmt: skip


def measured(whole: Bundle, **changes: Any) -> Bundle:
    second = replace(whole.claim, **changes)
    return replace(whole, evaluation=replace(whole.evaluation, second=second))


def test_an_honest_bundle_has_no_contradiction() -> None:
    assert contradictions(bundles.bundle()) == ()


def test_a_claim_that_its_samples_do_not_make_is_told_with_both() -> None:
    whole = bundles.bundle()
    bold = replace(whole.claimed, estimate=5.0, low=4.9, high=5.1)
    (found,) = contradictions(measured(whole, wall=bold))
    assert found.startswith(
        "second measurement: it says speed-up 5.000x (4.900 to 5.100), its samples say 2.008x"
    )


def test_intervals_that_another_version_drew_need_only_touch_ours() -> None:
    """As after a change of the statistics: what is near may be right, what is far off is not."""
    whole = bundles.bundle()
    where = replace(HERE, drawing=DRAWING + 1)
    whole = replace(
        whole, patch=replace(whole.patch, surroundings=where), environment_hash=environment_hash(where)
    )
    near = replace(whole.claimed, estimate=whole.claimed.estimate * 1.01, high=whole.claimed.high * 1.02)
    assert contradictions(measured(whole, wall=near)) == ()
    far = replace(whole.claimed, estimate=5.0, low=4.9, high=5.1)
    assert len(contradictions(measured(whole, wall=far))) == 1
    outside = replace(whole.claimed, estimate=5.0)
    assert len(contradictions(measured(whole, wall=outside))) == 1


@pytest.mark.parametrize("end", ["low", "high"])
def test_an_end_of_the_interval_counts_as_well(end: str) -> None:
    whole = bundles.bundle()
    moved = replace(whole.claimed, **{end: getattr(whole.claimed, end) * 1.001})
    assert len(contradictions(measured(whole, wall=moved))) == 1


def test_samples_that_were_changed_are_told_too() -> None:
    whole = bundles.bundle()
    faster = tuple(
        replace(one, wall_ns=one.wall_ns // 3) if one.side is Side.CANDIDATE else one
        for one in whole.claim.samples
    )
    found = contradictions(measured(whole, samples=faster))
    assert [text.split(" ", 5)[4] for text in found] == ["speed-up", "ratio", "ratio"]


@pytest.mark.parametrize(
    "samples",
    [
        tuple(one for one in bundles.samples() if one.side is not Side.CANDIDATE),
        tuple(one for one in bundles.samples() if one.size == 0),
    ],
    ids=["one-side", "one-size"],
)
def test_samples_that_no_interval_can_be_drawn_from(samples: tuple[Sample, ...]) -> None:
    assert drawn_interval(samples, bundles.SIZES, 0.99) is None
    assert any(
        "no speed-up can be drawn" in text
        for text in contradictions(measured(bundles.bundle(), samples=samples))
    )


def test_launches_that_were_left_out_are_missed() -> None:
    whole = bundles.bundle()
    some = tuple(one for one in whole.claim.samples if one.launch != 2)
    assert "second measurement: it says 4 launches, its samples are of 3" in contradictions(
        measured(whole, samples=some)
    )


def test_ids_and_hashes_have_to_fit() -> None:
    whole = bundles.bundle()
    other = replace(whole.workload.inputs[0], payload=b"other")
    inputs = replace(whole.workload, inputs=(other, *whole.workload.inputs[1:]))
    assert contradictions(replace(whole, workload=inputs)) == (
        "1 of 3 inputs are not what their ids were made from",
    )
    function = replace(whole.function, source="def total(items): return 1\n")
    assert contradictions(replace(whole, function=function)) == (
        "the function's text is not what its hash was made from",
    )
    assert contradictions(replace(whole, environment_hash="0" * 64)) == (
        "the environment's hash was not made from the packages listed",
    )


def test_the_hash_of_an_environment_is_of_python_and_packages_alone() -> None:
    assert environment_hash(replace(HERE, cpu="another", kernel="7", optimizer="9")) == environment_hash(HERE)
    assert environment_hash(replace(HERE, packages=HERE.packages[::-1])) == environment_hash(HERE)
    assert environment_hash(replace(HERE, python="3.12.1")) != environment_hash(HERE)
    assert environment_hash(replace(HERE, packages=HERE.packages[:1])) != environment_hash(HERE)


def test_differences_are_told_in_words() -> None:
    here = replace(HERE, python="3.12.1", packages=(("numpy", "2.5"), ("rich", "15")), kernel="Linux 7.0")
    assert environment_differences(HERE, here) == (
        "Python 3.11.7 there, 3.12.1 here",
        "numpy 2.4 there, 2.5 here",
        "rich 15 only here",
        "six 1.17 only there",
    )
    assert machine_differences(HERE, here) == ("kernel Linux 6.1 there, Linux 7.0 here",)
    assert environment_differences(HERE, HERE) == machine_differences(HERE, HERE) == ()


def test_every_setting_that_judging_depends_on_is_kept() -> None:
    kept = {one.name for one in dataclasses.fields(Judging)}
    assert kept | NOT_JUDGING == {one.name for one in dataclasses.fields(Settings)}
    assert judging_of('{"gate": 2, "unknown": 1}') == replace(judging_of("{}"), gate=2.0)
