"""Annotations, guesses, values, mutations and growth, each by itself."""

import ast
import collections
import math
import pickle
from random import Random

import pytest

from optimizer.canonical import decode
from optimizer.languages.runners import canonical, payload
from optimizer.workloads import hints, payloads, shapes
from optimizer.workloads.annotations import Names, module_names, shape_of_annotation
from optimizer.workloads.drawing import draw, strategy_of
from optimizer.workloads.mutations import mutate
from optimizer.workloads.plain import (
    NotPlainError,
    OneShot,
    PlainCall,
    plain_call,
    show_call,
    show_tree,
    size_of_call,
    size_of_tree,
)
from optimizer.workloads.scaled import grow
from optimizer.workloads.shapes import (
    Anything,
    Choice,
    Constants,
    Floats,
    Ints,
    Mapping,
    Opaque,
    Record,
    Series,
    Struct,
    Texts,
)
from optimizer.workloads.signatures import Parameter, Receiver, class_initialiser, definition


def annotated(text: str, module: str = "") -> shapes.Shape | None:
    return shape_of_annotation(ast.parse(text, mode="eval").body, module_names(module))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int", Ints()),
        ("list[int]", Series("list", Ints())),
        ("typing.List['int']", Series("list", Ints())),
        ("'list[str]'", Series("list", Texts())),
        ("Optional[str]", Choice((Texts(), shapes.NONE))),
        ("int | None", Choice((Ints(), shapes.NONE))),
        ("Union[int, bool]", Choice((Ints(), shapes.BOOL))),
        ("tuple[int, str]", Record((Ints(), Texts()))),
        ("tuple[int, ...]", Series("tuple", Ints())),
        ("Sequence[Iterator[float]]", Series("list", Series("iterator", Choice((Floats(), Ints()))))),
        ("Iterable[int]", Choice(tuple(Series(kind, Ints()) for kind in ("list", "iterator", "tuple")))),
        ("Mapping[str, int]", Mapping("dict", Texts(), Ints())),
        ("collections.OrderedDict[str, int]", Mapping("OrderedDict", Texts(), Ints())),
        ("Iterator[int]", Series("iterator", Ints())),
        ("Literal['a', 3]", Constants(("a", 3))),
        ("Annotated[int, 'positive']", Ints()),
        ("Any", Anything()),
        ("Session", Opaque("Session")),
        ("Callable[[int], int]", Opaque("Callable")),
    ],
)
def test_annotations_are_read_without_importing(text: str, expected: shapes.Shape) -> None:
    assert annotated(text) == expected


def test_aliases_and_type_variables_of_the_module_are_known() -> None:
    module = "Vector = list[float]\nItem = TypeVar('Item')\nGrid: TypeAlias = 'list[Vector]'\n"
    assert annotated("Vector", module) == Series("list", Choice((Floats(), Ints())))
    assert annotated("list[Item]", module) == Series("list", Choice((Ints(), Texts())))
    assert annotated("Grid", module) == Series("list", Series("list", Choice((Floats(), Ints()))))
    assert annotated("Loop", "Loop = Loop\n") is None


def guessed(source: str, name: str = "a") -> shapes.Shape:
    node = definition(source)
    assert node is not None
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    at = [argument.arg for argument in arguments].index(name)
    return hints.guess(Parameter(name, None, defaults[at]), node)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def f(a):\n    return a.lower()\n", Texts),
        ("def f(a):\n    return a % 2 == 0\n", Ints),
        ("def f(a):\n    return range(a)\n", Ints),
        ("def f(a):\n    return a.items()\n", Mapping),
        ("def f(a=1.5):\n    return a\n", Floats),
        ("def f(a='x'):\n    return a\n", Texts),
        ("def f(a=()):\n    return a\n", Series),
        ("def f(a):\n    a.append(1)\n", Choice),
        ("def f(a):\n    return a\n", Ints),
        ("def f(a=object()):\n    return 1\n", Ints),
    ],
)
def test_unannotated_parameters_are_guessed(source: str, kind: type) -> None:
    assert isinstance(guessed(source), kind)


def test_names_are_a_weak_hint_and_nothing_is_anything() -> None:
    assert guessed("def f(matrix):\n    return matrix[0][1]\n", "matrix") == Series(
        "list", Series("list", Ints()), high=6
    )
    assert isinstance(guessed("def f(text):\n    return text % 2\n", "text"), Ints | Texts)
    assert guessed("def f(thing):\n    return thing\n", "thing") == Anything()


def test_what_is_unpacked_in_a_loop_holds_tuples_of_that_many() -> None:
    guess = guessed("def f(pairs):\n    return [low + high for low, high in pairs]\n", "pairs")
    assert isinstance(guess, shapes.Choice)
    items = [option.item for option in guess.options if isinstance(option, Series)]
    assert [len(item.items) for item in items if isinstance(item, shapes.Record)] == [2, 2]


def test_one_of_several_arguments_of_max_is_no_series() -> None:
    assert isinstance(guessed("def f(low):\n    return max(low, 3)\n", "low"), Ints)
    assert isinstance(guessed("def f(items):\n    return max(items)\n", "items"), shapes.Choice | Series)


def test_shapes_of_values_are_merged_and_widened() -> None:
    shape = shapes.merged(shapes.shape_of(value) for value in ([1, 5], [9], None, ["x"]))
    assert shape == Choice(
        (Series("list", Choice((Ints(1, 9), Texts("x", 1, 1, ("x",)))), 1, 2), shapes.NONE)
    )
    assert shapes.widened(Ints(1, 9)) == Ints(0, 15)
    assert shapes.widened(Ints(-4, 2)) == Ints(-9, 7)
    assert shapes.shape_of([{"a": 1}, {"a": 2}]) == Series("list", Struct((("a", Ints(1, 2)),)), 2, 2)
    assert shapes.shape_of(1e308) == Floats(1e308, 1e308)
    assert shapes.widened(Floats(-1e308, 1e308)) == Floats()


def test_drawing_gives_the_same_values_for_the_same_seed() -> None:
    strategy = strategy_of(Series("list", Choice((Ints(), Texts(), Floats()))))
    first = draw(strategy, 30, 7)
    assert first == draw(strategy, 30, 7)
    assert first != draw(strategy, 30, 8)
    assert len(first) == 30
    assert set(draw(strategy_of(shapes.BOOL), 50, 1)) == {False, True}


def tree_of(*args: object, **kwargs: object) -> bytes:
    data: bytes = canonical.encode((args, kwargs))  # type: ignore[no-untyped-call]  # runs inside
    return data


def test_plain_values_come_back_with_their_aliasing() -> None:
    row = [1, 2]
    cyclic: list[object] = [3]
    cyclic.append(cyclic)
    call = plain_call(decode(tree_of([row, row], {"a": {1.5, "x"}}, cyclic, key=row)))
    rows, table, again = call.args
    assert rows == [[1, 2], [1, 2]]
    assert isinstance(rows, list)
    assert rows[0] is rows[1] is dict(call.kwargs)["key"]
    assert table == {"a": {1.5, "x"}}
    assert isinstance(again, list)
    assert again[1] is again
    assert call.opaque == frozenset()


def test_instances_are_opaque_and_the_arguments_after_them_are_not() -> None:
    shared = [1]
    call = plain_call(decode(tree_of(ValueError(shared), print, lambda: 0, shared, collections.deque([1]))))
    assert call.opaque == {0, 1, 2, 4}
    assert call.args[3] == [1]


@pytest.mark.parametrize("value", [[], ((), []), ((),), ((1,), {1: 2})])
def test_trees_that_are_no_calls_are_refused(value: object) -> None:
    data = canonical.encode(value)  # type: ignore[no-untyped-call]  # runs inside
    with pytest.raises(NotPlainError):
        plain_call(decode(data))


def test_sizes_count_leaves_and_characters_and_magnitudes() -> None:
    assert size_of_call([[1, [2, 3]], "abc", {"k": None}]) == 3 + 3 + 2
    assert size_of_call([120]) == size_of_tree(decode(tree_of(120))) == 120
    assert size_of_call([10**9, math.nan, math.inf]) == 10**6
    assert size_of_tree(decode(tree_of([1, [2, 3]], "abc", key={"k": None}))) == 8
    assert size_of_call([]) == 0


def test_texts_are_short_and_for_people() -> None:
    assert show_call([[1, "a"], (2,)], {"key": {3}}) == "[1, 'a'], (2,), key=set({3})"
    assert show_call([OneShot([1])], {}) == "iter([1])"
    assert len(show_call([list(range(10**6))], {})) == 2000
    assert show_tree(decode(tree_of([1, "a"], key=None))) == "[1, 'a'], key=None"
    huge = 10**6000
    assert show_call([huge], {}) == f"<int of {huge.bit_length()} bits>"


class Thing:
    def __init__(self, name: str = "none") -> None:
        self.name = name


def test_the_three_forms_of_a_payload_are_loaded() -> None:
    shared = [1]
    args, kwargs = payload.load(payloads.call([shared, shared, OneShot([1, 2])], {"key": 2}), Thing)
    assert args[0] is args[1]
    assert list(args[2]) == [1, 2]
    assert kwargs == {"key": 2}
    base = pickle.dumps(("call", (Thing("a"), 1), {}), 5)
    args, kwargs = payload.load(payloads.with_changes(base, {1: [5], "key": 3}), Thing)
    assert (args[0].name, args[1], kwargs) == ("a", [5], {"key": 3})
    made = payloads.on_instance("Thing", (["b"], {}), [4], {})
    args, _ = payload.load(made, {"Thing": Thing}.__getitem__)
    assert (args[0].name, args[1]) == ("b", 4)
    args, _ = payload.load(payloads.on_instance("Thing", None, [], {}), {"Thing": Thing}.__getitem__)
    assert args == [Thing]


@pytest.mark.parametrize("value", [("other", 1), 7, (), ("call", 1), ("with", b"", {9: 1}, 2)])
def test_what_is_no_payload_is_refused(value: object) -> None:
    with pytest.raises(payload.PayloadError):
        payload.load(pickle.dumps(value), Thing)


def test_loading_twice_gives_fresh_objects() -> None:
    data = payloads.call([[1]], {})
    first, _ = payload.load(data, Thing)
    second, _ = payload.load(data, Thing)
    assert first == second
    assert first[0] is not second[0]


@pytest.mark.parametrize(
    "value", [[3, 1, 2], "abc", {"a": 1, "b": [2]}, (1, "x"), {1, 2}, 5, 2.5, b"ab", True, None]
)
def test_mutations_change_a_copy(value: object) -> None:
    before = repr(value)
    results = [mutate(value, Random(number)) for number in range(60)]
    assert repr(value) == before
    assert all(isinstance(result, type(value)) for result in results)
    assert value is None or len({repr(result) for result in results}) > (1 if value is True else 4) - 1


def test_growing_keeps_order_distinctness_and_permutations() -> None:
    random = Random(1)
    grown = grow([1, 4, 9], 16, random)
    assert isinstance(grown, list)
    assert len(set(grown)) == len(grown) == 48
    assert grown == sorted(grown)
    falling = grow([9, 4, 1], 4, random)
    assert isinstance(falling, list)
    assert falling == sorted(falling, reverse=True)
    mixed = grow([2, 0, 1], 4, random)
    assert isinstance(mixed, list)
    assert sorted(mixed) == list(range(12))
    assert mixed != sorted(mixed)
    repeated = grow([7, 7, 7], 4, random)
    assert isinstance(repeated, list)
    assert len(set(repeated)) < 12
    assert len(repeated) == 12


def test_growing_keeps_squares_palindromes_words_and_graphs() -> None:
    random = Random(2)
    matrix = grow([[1, 2], [3, 4]], 16, random)
    assert isinstance(matrix, list)
    assert [len(row) for row in matrix] == [8] * 8
    text = grow("abcba", 4, random)
    assert isinstance(text, str)
    assert text == text[::-1]
    words = grow("a bc def", 4, random)
    assert isinstance(words, str)
    assert sorted(words.split()) == sorted(["a", "bc", "def"] * 4)
    graph = grow({"a": ["b"], "b": ["a"]}, 8, random)
    assert isinstance(graph, dict)
    assert len(graph) == 16
    assert {name for names in graph.values() for name in names} <= graph.keys()
    empty: list[object] = []
    assert grow(empty, 4, random) == empty


def test_growth_is_bounded() -> None:
    large = list(range(50_000))
    assert grow(large, 64, Random(3)) is large


def test_definitions_in_classes_and_with_decorators_are_read() -> None:
    node = definition("@decorated\n    @again(1)\n    async def f(self, a, *, b=1):\n        return a\n")
    assert node is not None
    assert node.name == "f"
    init = class_initialiser("class A:\n    class B:\n        x = 1\n", "A.B.run")
    assert init is not None
    assert init.parameters == ()
    assert init.receiver is Receiver.SELF
    fields = class_initialiser("@dataclass(frozen=True)\nclass A:\n    x: int\n    y: str = 'a'\n", "A.run")
    assert fields is not None
    assert [(item.name, item.required) for item in fields.parameters] == [("x", True), ("y", False)]
    assert class_initialiser("class A(Base): pass\n", "A.run") is None
    assert class_initialiser("", "A.run") is None
    assert Names().aliases == {}
    assert plain_call(decode(tree_of())) == PlainCall((), ())
