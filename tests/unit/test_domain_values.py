"""Values of the domain: what identifies them, and what they say of themselves."""

import ast
import dataclasses
import importlib
import pkgutil
import sys
from pathlib import Path

import pytest

import optimizer.domain
from optimizer.domain import errors
from optimizer.domain.candidates import Candidate, Provenance
from optimizer.domain.evidence import Decision, Evaluation, Interval, Measurement, Reason
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.jobs import Stage
from optimizer.domain.results import FunctionResult
from optimizer.domain.workloads import Input, Origin, Workload, workload_hash

FOLDER = Path(optimizer.domain.__path__[0])
FUNCTION = Function("src/a.py", "Box.size", Span(0, 9), 1, 2, FunctionKind.METHOD, False, "def size", "0")
RULES = Provenance("rules", "a-rule", "1")


def candidate(source: str = "def size", imports: tuple[str, ...] = (), by: Provenance = RULES) -> Candidate:
    return Candidate(source, by, imports)


def interval(estimate: float) -> Interval:
    return Interval(estimate, estimate - 0.1, estimate + 0.1)


def measurement(estimate: float) -> Measurement:
    same = interval(estimate)
    return Measurement(same, same, same, (), 3, 1.0, Reason.ACCEPTED)


def call(key: str, origin: Origin = Origin.RECORDED, held_out: bool = False) -> Input:
    return Input(key, key.encode(), origin, held_out, 1, key)


def test_the_same_proposal_of_two_experts_is_one_candidate() -> None:
    assert candidate().id == candidate(by=Provenance("file", "a-model", "2", seed=7)).id


def test_another_source_or_another_import_is_another_candidate() -> None:
    ids = {
        candidate().id,
        candidate("def size2").id,
        candidate(imports=("import math",)).id,
        candidate("def size\0import math").id,
    }
    assert len(ids) == 3  # a NUL cannot stand in a source that Python reads


def test_a_source_with_half_a_surrogate_pair_has_an_id() -> None:
    assert len(candidate("x = '\udc80'").id) == 16


def test_a_function_is_named_by_its_path_and_its_own_name() -> None:
    assert (FUNCTION.label, FUNCTION.name) == ("src/a.py::Box.size", "size")


def test_the_same_inputs_in_another_order_are_the_same_workload() -> None:
    one, other = call("a"), call("b")
    assert workload_hash(Workload((one, other))) == workload_hash(Workload((other, one)))
    assert workload_hash(Workload((one,))) != workload_hash(Workload((one, other)))


def test_experts_and_benchmarks_see_what_is_not_held_out() -> None:
    workload = Workload((call("a"), call("b", held_out=True), call("c", Origin.GENERATED)))
    assert [one.id for one in workload.visible] == ["a", "c"]
    assert (workload.count(Origin.RECORDED), workload.count(Origin.DOCTEST)) == (2, 0)


@pytest.mark.parametrize(("second", "reported"), [(measurement(1.4), 1.4), (None, 1.6)])
def test_the_second_measurement_is_reported_where_there_is_one(
    second: Measurement | None, reported: float
) -> None:
    accepted = Decision(Stage.DECIDE, Reason.ACCEPTED)
    evaluation = Evaluation(candidate(), accepted, first=measurement(1.6), second=second)
    result = FunctionResult(FUNCTION, accepted, evaluations=(evaluation,), winner=candidate().id)
    assert result.reported == interval(reported)


def test_without_a_winner_nothing_is_reported() -> None:
    refused = Decision(Stage.BENCHMARK, Reason.NOT_FASTER)
    result = FunctionResult(FUNCTION, refused, evaluations=(Evaluation(candidate(), refused),))
    assert (result.winning, result.reported, refused.accepted) == (None, None, False)


def domain_modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules([str(FOLDER)])]


@pytest.mark.parametrize("name", domain_modules())
def test_the_domain_needs_nothing_but_the_standard_library(name: str) -> None:
    tree = ast.parse((FOLDER / f"{name}.py").read_text("utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    foreign = {
        one
        for one in imported
        if not one.startswith("optimizer.domain") and one.partition(".")[0] not in sys.stdlib_module_names
    }
    assert not foreign


@pytest.mark.parametrize("name", domain_modules())
def test_the_values_of_the_domain_cannot_be_changed(name: str) -> None:
    module = importlib.import_module(f"optimizer.domain.{name}")
    changeable = [
        thing.__name__
        for thing in vars(module).values()
        if isinstance(thing, type)
        and dataclasses.is_dataclass(thing)
        and not thing.__dataclass_params__.frozen  # type: ignore[attr-defined]  # typeshed leaves it out
    ]
    assert not changeable


def test_every_kind_of_error_has_an_exit_code_of_its_own() -> None:
    kinds = [
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, errors.OptimizerError)
        if "exit_code" in vars(thing)  # the others are kinds of one that has
    ]
    codes = [kind.exit_code for kind in kinds]
    assert len(codes) == len(set(codes)) >= 8
    assert 0 not in codes
