"""Collects a function's workload: recorded calls, generated ones, and larger ones of the same shape."""

from collections.abc import Sequence
from dataclasses import replace

from optimizer.canonical import BadEncodingError, decode
from optimizer.domain.functions import Function, FunctionKind
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Input, Origin, Workload
from optimizer.workloads.annotations import module_names
from optimizer.workloads.calls import TEXT, Base, Target, base_of
from optimizer.workloads.generated import Plan, fill, generate, make_plan
from optimizer.workloads.payloads import payload_id
from optimizer.workloads.plain import show_tree, size_of_tree
from optimizer.workloads.recorded import RecordedCall
from optimizer.workloads.scaled import scale
from optimizer.workloads.signatures import class_initialiser, signature_of

_ENOUGH = 6  # recorded calls, from which on every third is held out


def build_workload(
    function: Function,
    calls: Sequence[RecordedCall],
    settings: Settings,
    *,
    module_source: str = "",
    skipped: Sequence[tuple[str, int]] = (),
) -> Workload:
    """The inputs of one function: the same ones for the same arguments, on every machine.

    `module_source` is where type aliases and the class of a method are looked up; `skipped` says why
    calls could not be kept. No inputs at all is a result: nothing could be recorded or made.
    """
    recorded = _recorded(calls)
    inputs = {item.id: item for item in recorded}
    plan = _plan(function, calls, recorded, settings, module_source)
    if plan is not None:
        filled = fill(plan, settings.max_inputs)
        made = generate(plan, filled, settings.max_inputs)
        larger = scale(plan, filled if plan.can_start_fresh else [])
        for item in _balanced([item for item in (*made, *larger) if item.id not in inputs]):
            inputs.setdefault(item.id, item)
    return Workload(tuple(inputs.values()), tuple(skipped))


def _recorded(calls: Sequence[RecordedCall]) -> list[Input]:
    unique = {payload_id(call.payload): call for call in calls}
    held_out = len(unique) >= _ENOUGH
    return [
        _input(key, call, held_out and number % 3 == 2) for number, (key, call) in enumerate(unique.items())
    ]


def _input(key: str, call: RecordedCall, held_out: bool) -> Input:
    try:
        tree = decode(call.tree)
        size, text = size_of_tree(tree), show_tree(tree, TEXT)
    except (BadEncodingError, ValueError):
        size, text = len(call.payload), f"<arguments of {len(call.payload)} bytes>"
    return Input(key, call.payload, call.origin, held_out, size, text)


def _plan(
    function: Function,
    calls: Sequence[RecordedCall],
    recorded: Sequence[Input],
    settings: Settings,
    module_source: str,
) -> Plan | None:
    visible = {item.id for item in recorded if not item.held_out}
    bases: list[Base] = []
    for call in calls:
        base = base_of(call.payload, call.tree) if payload_id(call.payload) in visible else None
        if base is not None:
            bases.append(base)
    return plan_for(function, bases, module_source, settings.seed)


def plan_for(function: Function, bases: Sequence[Base], module_source: str, seed: int) -> Plan | None:
    """How calls of the function are made; None where it cannot be said what they look like."""
    if function.kind not in (FunctionKind.FUNCTION, FunctionKind.METHOD):
        return None
    signature = signature_of(function)
    if signature is None:
        return None
    init = class_initialiser(module_source, function.qualname)
    target = Target(function, signature, init if function.kind is FunctionKind.METHOD else None)
    return make_plan(target, bases, module_names(module_source), seed)


def _balanced(items: Sequence[Input]) -> list[Input]:
    """At least half of what was generated is held out: ordinary ones are moved over until that is so."""
    missing = (len(items) + 1) // 2 - sum(item.held_out for item in items)
    result = []
    for item in items:
        move = missing > 0 and not item.held_out and not item.note.startswith("scaled")
        missing -= move
        result.append(replace(item, held_out=True) if move else item)
    return result


def origins(workload: Workload) -> tuple[tuple[str, int], ...]:
    """Counts by origin, for people."""
    return tuple((origin.value, workload.count(origin)) for origin in Origin if workload.count(origin))
