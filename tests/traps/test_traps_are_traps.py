"""Each trap is one: wrong where its witness says so, and right wherever its visible calls look."""

import ast
from collections import Counter

import pytest

from optimizer.domain.evidence import Reason
from tests.traps.catalogue import ALL
from tests.traps.honest import HONEST
from tests.traps.observe import call_with_arguments, described, loaded, outcome
from tests.traps.trap import Honest, Trap, module_source

JUDGEMENTS = {reason for reason in Reason if reason.value.startswith(("different-", "adds-"))} | {
    Reason.SIGNATURE,
    Reason.KIND,
    Reason.DECORATORS,
    Reason.NOT_ONE_FUNCTION,
    Reason.CRASH,
    Reason.HANG,
}

each_trap = pytest.mark.parametrize("trap", ALL, ids=lambda trap: trap.name)
each_honest = pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.name)


def defined_names(source: str) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(source).body if isinstance(node, functions)}


@each_trap
def test_the_witness_shows_that_the_candidate_is_wrong(trap: Trap) -> None:
    right = described(trap.witness, loaded(trap.module))
    wrong = described(trap.witness, loaded(trap.changed_module))
    assert right != wrong


@each_trap
def test_the_visible_calls_do_not_show_it(trap: Trap) -> None:
    shared = loaded(module_source(trap.imports, trap.context, ""))
    right = loaded(trap.original, shared)
    wrong = loaded("\n".join((*trap.candidate_imports, trap.candidate)), shared)
    assert [outcome(call, right) for call in trap.calls] == [outcome(call, wrong) for call in trap.calls]


@each_trap
def test_a_trap_is_one_annotated_function_on_both_sides(trap: Trap) -> None:
    assert len(defined_names(trap.original)) == 1
    assert defined_names(trap.original) == defined_names(trap.candidate)
    (function,) = ast.parse(trap.original).body
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    arguments = function.args.args + function.args.kwonlyargs
    assert all(argument.annotation for argument in arguments)
    assert function.returns is not None


@each_trap
def test_the_reasons_are_judgements_of_behaviour_and_few(trap: Trap) -> None:
    assert trap.reasons
    assert trap.reasons <= JUDGEMENTS
    assert len(trap.reasons) <= 4


@each_honest
def test_an_honest_rewrite_does_the_same(honest: Honest) -> None:
    for call in (*honest.calls, *honest.probes):
        expected = call_with_arguments(call, loaded(honest.module))
        assert expected == call_with_arguments(call, loaded(honest.changed_module)), call


def test_there_are_enough_traps_and_no_two_of_a_name() -> None:
    names = Counter([trap.name for trap in ALL] + [honest.name for honest in HONEST])
    assert max(names.values()) == 1
    assert len(ALL) >= 45
    assert len(HONEST) >= 12


def test_every_way_of_differing_has_a_trap() -> None:
    covered = frozenset().union(*(trap.reasons for trap in ALL))
    assert covered >= JUDGEMENTS - {Reason.CRASH, Reason.DIFFERENT_EFFECTS}
