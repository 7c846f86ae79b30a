"""Signs in the text that a function may be worth its time."""

from optimizer.domain.functions import Unparsed
from optimizer.languages.python.extract import extract
from optimizer.languages.python.signs import Signs, signs, static_rank


def of(text: str, qualname: str = "f") -> Signs:
    found = extract("m.py", text.encode())
    assert not isinstance(found, Unparsed), found.reason
    return signs(next(item for item in found if item.qualname == qualname))


def test_loops_comprehensions_and_calls_are_counted() -> None:
    text = (
        "def f(xs):\n    out = []\n    for x in sorted(xs):\n        while g(x):\n"
        "            out.append([h(y) for y in x])\n"
        "    return out\n"
    )
    assert of(text) == Signs(
        loops=2, depth=3, recursive=False, comprehensions=1, statements=5, calls_in_loops=3
    )


def test_a_function_without_loops_has_no_depth() -> None:
    assert of("def f(x):\n    return g(x)\n") == Signs(statements=1)


def test_recursion_is_seen_in_functions_and_methods() -> None:
    assert of("def f(n):\n    return f(n - 1)\n").recursive
    assert of("class A:\n    def f(self):\n        return self.f()\n", "A.f").recursive
    assert not of("class A:\n    def f(self):\n        return self.g(f)\n", "A.f").recursive


def test_decorated_methods_at_any_indentation_are_read() -> None:
    text = "if 1:\n  class A:\n     @p(\n 1)\n     # c\n     def f(self):\n        for x in y: pass\n"
    assert of(text, "A.f").loops == 1
    assert (
        of("def g():\n    @p\n    def f():\n        nonlocal_ = [1 for x in y]\n", "g.<locals>.f").depth == 1
    )


def test_nested_loops_and_recursion_come_before_straight_code() -> None:
    straight = of("def f(x):\n" + "    x = g(x)\n" * 40)
    one = of("def f(xs):\n    for x in xs:\n        g(x)\n")
    two = of("def f(xs):\n    for x in xs:\n        for y in xs:\n            g(x)\n")
    recursive = of("def f(x):\n    return f(x - 1) + f(x - 2)\n")
    assert static_rank(straight) < static_rank(one) < static_rank(two)
    assert static_rank(straight) < static_rank(recursive)


def test_a_sum_of_thousands_of_terms_is_no_obstacle() -> None:
    assert of("def f(x):\n    return " + "+".join(["x"] * 900) + "\n").statements == 1
