"""Inputs made here: drawn from shapes, recorded ones changed a little, and edge cases."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random

from hypothesis import strategies as st

from optimizer.domain.workloads import Input
from optimizer.workloads import drawing, hints, shapes
from optimizer.workloads.annotations import Names, shape_of_annotation
from optimizer.workloads.calls import Base, Target, Values, fresh, over, values_of
from optimizer.workloads.edges import edges
from optimizer.workloads.fitting import fits
from optimizer.workloads.mutations import mutate
from optimizer.workloads.shapes import Anything, Choice, Opaque, Series, Shape
from optimizer.workloads.signatures import Parameter, Receiver, Signature

Sample = Callable[[Shape], list[object]]

_KEYWORDS = ("a", "b", "key", "name", "x1")
_BASES = 8  # recorded calls that generated ones are built over
_EDGE_SHARE, _MUTATION_SHARE = 0.4, 0.3  # of all generated inputs


@dataclass(frozen=True, slots=True)
class Plan:
    """All that generation goes by. `observed`: parameters whose values were seen."""

    target: Target
    shapes: tuple[tuple[str, Shape], ...]  # by parameter, those of the class ("init:...") too
    optional: frozenset[str]
    observed: frozenset[str]
    annotated: frozenset[str]
    bases: tuple[Base, ...] = field(repr=False)
    seed: int

    @property
    def settable(self) -> tuple[tuple[str, Shape], ...]:
        """Parameters that values can be made for."""
        return tuple((name, shape) for name, shape in self.shapes if not shapes.is_opaque(shape))

    @property
    def can_start_fresh(self) -> bool:
        """Whether calls can be made without a recorded one."""
        needs_self = self.target.signature.receiver is Receiver.SELF and self.target.init is None
        settable = {name for name, _ in self.settable}
        return not needs_self and all(name in settable or name in self.optional for name, _ in self.shapes)


def make_plan(target: Target, bases: Sequence[Base], names: Names, seed: int) -> Plan:
    """`bases`: the visible recorded calls."""
    seen: dict[str, list[Shape]] = {}
    for base in bases:
        for name, value in values_of(target, base).items():
            seen.setdefault(name, []).append(shapes.shape_of(value))
    found: dict[str, Shape] = {}
    annotated: set[str] = set()
    for name, parameter, signature in _parameters(target):
        annotation = shape_of_annotation(parameter.annotation, names)
        if annotation is not None and not isinstance(annotation, Anything):
            annotated.add(name)
        found[name] = _shape(name, parameter, signature, seen.get(name), annotation, bool(bases))
    return Plan(
        target=target,
        shapes=tuple(found.items()),
        optional=frozenset(n for n, p, _ in _parameters(target) if not p.required or "*" in n),
        observed=frozenset(seen),
        annotated=frozenset(annotated),
        bases=_varied(bases),
        seed=seed,
    )


def _parameters(target: Target) -> Iterator[tuple[str, Parameter, Signature]]:
    for prefix, signature in (("", target.signature), ("init:", target.init)):
        if signature is None or (prefix and target.signature.receiver is not Receiver.SELF):
            continue
        for parameter in signature.parameters:
            yield prefix + parameter.name, parameter, signature
        if signature.varargs:
            yield f"{prefix}*{signature.varargs.name}", signature.varargs, signature
        if signature.varkeywords and not prefix:
            yield f"**{signature.varkeywords.name}", signature.varkeywords, signature


def _shape(
    name: str,
    parameter: Parameter,
    signature: Signature,
    seen: list[Shape] | None,
    annotation: Shape | None,
    recorded: bool,
) -> Shape:
    telling = annotation is not None and not shapes.is_opaque(annotation) and annotation != Anything()
    if seen:
        observed = shapes.widened(shapes.merged(seen))
        return shapes.merged((observed, annotation)) if telling and annotation is not None else observed
    if recorded and not telling and parameter.required and not name.startswith(("*", "init:")):
        return Opaque("recorded")  # only ever seen as something that cannot be made here
    guessed = annotation or hints.guess(parameter, signature.node)
    if name.removeprefix("init:").startswith("**"):
        return shapes.Mapping("dict", shapes.Constants(_KEYWORDS), guessed, high=2)
    if "*" in name:
        return Series("list", guessed, high=4)
    return guessed


def _varied(bases: Sequence[Base]) -> tuple[Base, ...]:
    """Some of different sizes, the smallest and the largest among them."""
    ordered = sorted(bases, key=lambda base: base.size)
    step = max(1, -(-len(ordered) // _BASES))
    return tuple({base.payload: base for base in [*ordered[::step], *ordered[-1:]]}.values())


def generate(plan: Plan, filled: Sequence[Values], count: int) -> tuple[Input, ...]:
    """At most `count` inputs: edge cases first, all of them held out, of the others every second one.

    `filled`: what `fill` made for this plan.
    """
    if not plan.bases and not plan.can_start_fresh:
        return ()
    found: dict[str, Input] = {}
    for item in _interleaved(_edge_inputs(plan, filled)):
        if len(found) >= count * _EDGE_SHARE:
            break
        found.setdefault(item.id, item)
    mutated = _unique(_mutated(plan), found, int(count * _MUTATION_SHARE))
    found.update((item.id, item) for item in mutated)
    drawn = _unique(_drawn(plan, filled), found, count - len(found))
    ordinary = [
        replace(item, held_out=number % 2 == 0) for number, item in enumerate(_zipped(mutated, drawn))
    ]
    return (*[item for item in found.values() if item.note.startswith("edge")], *ordinary)


def _unique(items: Iterator[Input], known: dict[str, Input], count: int) -> list[Input]:
    found: dict[str, Input] = {}
    for item in items:
        if len(found) >= count:
            break
        if item.id not in known:
            found.setdefault(item.id, item)
    return list(found.values())


def _zipped(one: list[Input], other: list[Input]) -> list[Input]:
    """Taken in turns, two at a time, so that halving takes half of each."""
    pairs = [[one[at : at + 2], other[at : at + 2]] for at in range(0, max(len(one), len(other)), 2)]
    return [item for pair in pairs for part in pair for item in part]


def _interleaved(groups: Sequence[Iterator[Input | None]]) -> Iterator[Input]:
    """One of each group in turn: a cap leaves something of every parameter."""
    left = list(groups)
    while left:
        for group in list(left):
            try:
                item = next(group)
            except StopIteration:
                left.remove(group)
                continue
            if item is not None:
                yield item


def _random(plan: Plan, purpose: str) -> Random:
    return Random(f"{plan.target.function.content_hash}:{plan.seed}:{purpose}")


def _number(plan: Plan, purpose: str) -> int:
    return _random(plan, purpose).getrandbits(62)


def _samples(plan: Plan) -> Sample:
    """A few ordinary values of a shape; the same ones each time."""

    known: dict[str, list[object]] = {}  # by text: as keys 1 and True would be the same

    def sample(shape: Shape) -> list[object]:
        if shapes.is_opaque(shape):
            return []
        if repr(shape) not in known:
            known[repr(shape)] = drawing.draw(drawing.strategy_of(shape), 5, _number(plan, "sample"))
        return known[repr(shape)]

    return sample


def fill(plan: Plan, count: int) -> list[dict[str, object]]:
    """Values for all parameters that can be made, at least once; optional ones are left out at times."""
    settable = dict(plan.settable)
    required = {name: drawing.strategy_of(s) for name, s in settable.items() if name not in plan.optional}
    optional = {name: drawing.strategy_of(s) for name, s in settable.items() if name in plan.optional}
    if not settable:
        return [{}]
    return drawing.draw(st.fixed_dictionaries(required, optional=optional), count, _number(plan, "fill"))


def _assemble(plan: Plan, number: int, values: Values, rest: Values, note: str) -> Input | None:
    """Over a recorded call where there are any, else with `rest` for the other parameters."""
    held_out = note.startswith("edge")
    if plan.bases:
        usable = {name: value for name, value in values.items() if not name.startswith(("init:", "**"))}
        return over(plan.target, plan.bases[number % len(plan.bases)], usable, held_out, note)
    return fresh(plan.target, {**rest, **values}, held_out, note)


def _drawn(plan: Plan, filled: Sequence[Values]) -> Iterator[Input]:
    for number, values in enumerate(filled):
        item = _assemble(plan, number, values, {}, "drawn")
        if item is None and plan.can_start_fresh:
            item = fresh(plan.target, values, False, "drawn")
        if item is not None:
            yield item


def _mutated(plan: Plan) -> Iterator[Input]:
    random = _random(plan, "mutate")
    known = [(base, values_of(plan.target, base)) for base in plan.bases]
    for _ in range(300 if any(values for _, values in known) else 0):
        base, values = random.choice(known)
        if not values:
            continue
        names = random.sample(sorted(values), min(len(values), random.choice([1, 1, 2])))
        changed = {name: mutate(values[name], random) for name in names}
        kept = {name: value for name, value in changed.items() if _within(plan, name, value)}
        item = over(plan.target, base, kept, False, "changed a little") if kept else None
        if item is not None:
            yield item


def _edge_inputs(plan: Plan, filled: Sequence[Values]) -> list[Iterator[Input | None]]:
    """One group of edge cases a parameter, and one for arguments that are the same object."""
    sample = _samples(plan)
    rest = [values for values in filled if plan.optional.isdisjoint(values)] or filled
    settable = dict(plan.settable)

    def of_parameter(name: str, shape: Shape) -> Iterator[Input | None]:
        loose = name not in plan.annotated
        for number, (note, value) in enumerate(edges(shape, sample, loose=loose)):
            if "**" in name and not _are_keywords(value):
                continue
            if not _within(plan, name, value):
                continue
            yield _assemble(plan, number, {name: value}, rest[number % len(rest)], note)

    def aliased() -> Iterator[Input | None]:
        for left, right in combinations(
            [name for name in settable if "*" not in name and ":" not in name], 2
        ):
            for value in _both(settable[left], settable[right], sample):
                yield _assemble(plan, 0, {left: value, right: value}, rest[0], "edge: one object twice")

    groups = [of_parameter(name, shape) for name, shape in settable.items()]
    return [*groups, aliased()]


def _within(plan: Plan, name: str, value: object) -> bool:
    """Whether an annotation, if there is one, allows the value."""
    return name not in plan.annotated or fits(dict(plan.shapes)[name], value)


def _are_keywords(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _both(left: Shape, right: Shape, sample: Sample) -> list[object]:
    """A mutable value that two parameters can share."""
    kinds = [
        {type(option) for option in (shape.options if isinstance(shape, Choice) else (shape,))}
        for shape in (left, right)
    ]
    if not kinds[0] & kinds[1] & {Series, shapes.Mapping}:
        return []
    for value in sample(left):
        if isinstance(value, list | dict | set) and value:
            return [value]
    return []
