"""Tests of other people's code run in the real sandbox: what is seen of them, and what they cannot do."""

import pickle
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimizer.canonical import decode, show
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.isolation import Bind
from optimizer.domain.settings import Settings
from optimizer.domain.workloads import Origin
from optimizer.sandbox.bubblewrap import Bubblewrap, detect
from optimizer.workloads.recorded import Recording, record_calls, run_tests


@dataclass(frozen=True)
class OurPython:
    """The interpreter that runs these tests: it has pytest."""

    python: str
    binds: tuple[Bind, ...]


@pytest.fixture(scope="module")
def sandbox() -> Bubblewrap:
    return detect()


@pytest.fixture(scope="module")
def python() -> OurPython:
    folders = dict.fromkeys((Path(sys.prefix), Path(sys.base_prefix)))
    binds = tuple(Bind(path, str(path)) for path in folders if not str(path).startswith("/usr"))
    return OurPython(sys.executable, binds)


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


def function(root: Path, path: str, qualname: str, kind: FunctionKind = FunctionKind.FUNCTION) -> Function:
    """The function whose text starts at the only line with `def name` (or at a decorator right above)."""
    name = qualname.rsplit(".", 1)[-1]
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if f"def {name}(" in line)
    while at and lines[at - 1].strip().startswith("@"):
        at -= 1
    return Function(path, qualname, Span(0, 1), at + 1, at + 1, kind, False, "", "0" * 64)


def calls(recording: Recording, label: str) -> list[str]:
    return [show(decode(call.tree)) for call in recording.of(label)]


SHOP = {
    "shop/__init__.py": "",
    "shop/core.py": '''
        class Cart:
            def __init__(self, owner):
                self.owner = owner
                self.items = []

            def add(self, name, price, *, count=1):
                self.items.append((name, price * count))
                return self

            @classmethod
            def of(cls, owner):
                return cls(owner)

        def total(items, seen=[]):
            """Adds up.

            >>> total([("doctest", 7)])
            7
            """
            seen.append(1)
            return sum(price for _, price in items)

        def drop_first(items):
            items.pop(0)
            return items

        def evens(numbers):
            for number in numbers:
                if number % 2 == 0:
                    yield number

        def fib(n):
            return n if n < 2 else fib(n - 1) + fib(n - 2)

        def joined(left, right):
            left.append(1)
            return left is right

        def consume(stream):
            return list(stream)

        def slow(n):
            found = 0
            for i in range(n):
                found += i % 7
            return found
        ''',
    "tests/test_core.py": """
        import pytest
        from shop.core import Cart, total, drop_first, evens, fib, joined, consume, slow

        def test_cart():
            cart = Cart.of("ann").add("pen", 2, count=3)
            assert total(cart.items) == 6

        def test_drop_first():
            assert drop_first([1, 2, 3]) == [2, 3]

        def test_evens():
            assert list(evens([1, 2, 4])) == [2, 4]

        def test_fib():
            assert fib(12) == 144

        @pytest.mark.parametrize("n", [3, 5])
        def test_fib_small(n):
            assert fib(n) in (2, 5)

        def test_joined():
            same = []
            assert joined(same, same)

        def test_consume():
            assert consume(iter([1, 2])) == [1, 2]
            assert consume(x for x in (1, 2)) == [1, 2]

        def test_slow():
            assert slow(3_000_000) > 0

        def test_fails():
            assert False

        @pytest.mark.skip
        def test_skipped():
            pass

        @pytest.mark.xfail
        def test_expected_to_fail():
            assert False

        def test_writes_beside_itself():
            with open(__file__ + ".tmp", "w") as file:
                file.write("x")
        """,
}
SHOP_NAMES = ("total", "drop_first", "evens", "fib", "joined", "consume", "slow")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("shop"), SHOP)


@pytest.fixture(scope="module")
def recording(shop: Path, sandbox: Bubblewrap, python: OurPython) -> Recording:
    functions = [function(shop, "shop/core.py", name) for name in SHOP_NAMES]
    functions += [
        function(shop, "shop/core.py", name, FunctionKind.METHOD) for name in ("Cart.add", "Cart.of")
    ]
    return record_calls(sandbox, python, shop, functions, Settings(test_seconds=60))


def test_outcomes_and_the_share_of_time_are_seen(shop: Path, sandbox: Bubblewrap, python: OurPython) -> None:
    functions = [function(shop, "shop/core.py", name) for name in SHOP_NAMES]
    run = run_tests(sandbox, python, shop, functions, Settings(test_seconds=60))
    outcomes = dict(run.outcomes)
    assert outcomes["tests/test_core.py::test_cart"] == "passed"
    assert outcomes["tests/test_core.py::test_fails"] == "failed"
    assert outcomes["tests/test_core.py::test_skipped"] == "skipped"
    assert outcomes["tests/test_core.py::test_expected_to_fail"] == "xfailed"
    assert outcomes["tests/test_core.py::test_writes_beside_itself"] == "passed"
    assert len(outcomes) == 13
    assert not run.timed_out
    profile = run.profile("shop/core.py::slow")
    assert profile is not None
    assert profile.self_share > 0.3
    assert sorted(path.name for path in (shop / "tests").iterdir()) == ["test_core.py"]


def test_arguments_are_those_before_the_body_ran(recording: Recording) -> None:
    assert calls(recording, "shop/core.py::drop_first") == ["(([1, 2, 3],), {})"]


def test_self_and_keyword_arguments_are_recorded(recording: Recording) -> None:
    [text] = calls(recording, "shop/core.py::Cart.add")
    assert text == "((shop.core.Cart(items=[], owner='ann'), 'pen', 2), {'count': 3})"
    assert calls(recording, "shop/core.py::Cart.of") == ["((<shop.core.Cart>, 'ann'), {})"]


def test_a_shared_default_is_not_passed_as_an_argument(recording: Recording) -> None:
    recorded = recording.of("shop/core.py::total")
    assert [show(decode(call.tree)) for call in recorded] == [
        "(([('pen', 6)],), {})",
        "(([('doctest', 7)],), {})",
    ]
    assert [call.origin for call in recorded] == [Origin.RECORDED, Origin.DOCTEST]


def test_a_generator_function_is_recorded_once_a_call(recording: Recording) -> None:
    assert calls(recording, "shop/core.py::evens") == ["(([1, 2, 4],), {})"]


def test_recursion_shows_the_outermost_calls_and_a_few_inner_ones(recording: Recording) -> None:
    seen = calls(recording, "shop/core.py::fib")
    assert {"((12,), {})", "((3,), {})", "((5,), {})"} <= set(seen)
    assert len(seen) <= 3 + 6


def test_arguments_that_are_one_object_stay_one_object(recording: Recording) -> None:
    [call] = recording.of("shop/core.py::joined")
    _, args, _ = pickle.loads(call.payload)  # made by this file: may be loaded
    assert args[0] is args[1]


def test_iterators_are_kept_and_generators_are_counted(recording: Recording) -> None:
    assert len(recording.of("shop/core.py::consume")) == 1
    assert recording.skipped_of("shop/core.py::consume") == (("an argument is a generator", 1),)


def test_where_modules_are_imported_from_is_recorded(recording: Recording) -> None:
    assert recording.module_of("shop/core.py::total") == "shop.core"
    assert {"/repo", "/repo/tests"} <= set(recording.sys_path)
    assert not any(path.startswith("/runners") for path in recording.sys_path)


def test_tests_that_crash_exit_or_segfault_do_not_hide_the_others(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "lib.py": "def f(x):\n    return x\n",
            "test_lib.py": """
                import os, ctypes, signal
                from lib import f
                def test_a(): assert f(1) == 1
                def test_exit(): os._exit(0)
                def test_b(): assert f(2) == 2
                def test_segfault(): ctypes.string_at(0)
                def test_killed(): os.kill(os.getpid(), signal.SIGKILL)
                def test_c(): assert f(3) == 3
                """,
        },
    )
    run = run_tests(sandbox, python, root, [function(root, "lib.py", "f")], Settings(test_seconds=60))
    assert {name.split("::")[1]: outcome for name, outcome in run.outcomes} == {
        "test_a": "passed",
        "test_b": "passed",
        "test_c": "passed",
        "test_exit": "crashed",
        "test_segfault": "crashed",
        "test_killed": "crashed",
    }
    recorded = record_calls(sandbox, python, root, [function(root, "lib.py", "f")], Settings(test_seconds=60))
    assert sorted(calls(recorded, "lib.py::f")) == ["((1,), {})", "((2,), {})", "((3,), {})"]


def test_a_hanging_test_is_named_and_the_others_still_run(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "lib.py": "def f(x):\n    return x\n",
            "test_lib.py": """
                import time
                def test_a(): pass
                def test_hangs():
                    while True: time.sleep(1)
                def test_b(): pass
                """,
        },
    )
    run = run_tests(sandbox, python, root, [function(root, "lib.py", "f")], Settings(test_seconds=5))
    assert dict(run.outcomes) == {
        "test_lib.py::test_a": "passed",
        "test_lib.py::test_b": "passed",
        "test_lib.py::test_hangs": "hung",
    }
    assert run.timed_out
    assert any("test_hangs" in note for note in run.notes)


def test_no_tests_and_broken_test_modules_are_said(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(tmp_path, {"lib.py": "def f(x):\n    return x\n"})
    run = run_tests(sandbox, python, root, [function(root, "lib.py", "f")], Settings(test_seconds=60))
    assert run.outcomes == ()
    assert "pytest found no tests" in run.notes
    write(root, {"test_bad.py": "import nothing_of_that_name\n\ndef test_a(): pass\n"})
    write(root, {"test_good.py": "def test_b(): pass\n"})
    run = run_tests(sandbox, python, root, [function(root, "lib.py", "f")], Settings(test_seconds=60))
    assert dict(run.outcomes) == {"test_bad.py": "collection-error", "test_good.py::test_b": "passed"}


def test_options_of_plugins_that_are_missing_are_left_out(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--no-such-option=3"\n',
            "lib.py": "def f(x):\n    return x\n",
            "test_lib.py": "def test_a(): pass\n",
        },
    )
    run = run_tests(sandbox, python, root, [function(root, "lib.py", "f")], Settings(test_seconds=60))
    assert dict(run.outcomes) == {"test_lib.py::test_a": "passed"}
    assert "pytest refused the repository's own options: run without them" in run.notes


def test_unittest_suites_in_a_src_layout_run_too(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "src/lib/__init__.py": "def f(x):\n    return x\n",
            "tests/__init__.py": "",
            "tests/lib_tests.py": """
                import unittest
                from lib import f
                class FTest(unittest.TestCase):
                    def test_f(self):
                        self.assertEqual(f("x"), "x")
                """,
        },
    )
    watched = [function(root, "src/lib/__init__.py", "f")]
    run = run_tests(sandbox, python, root, watched, Settings(test_seconds=60))
    assert [outcome for _, outcome in run.outcomes] == ["passed"]
    recorded = record_calls(sandbox, python, root, watched, Settings(test_seconds=60))
    assert calls(recorded, "src/lib/__init__.py::f") == ["(('x',), {})"]
    assert recorded.module_of("src/lib/__init__.py::f") == "lib"


def test_a_hot_function_is_sampled_over_the_run_and_capped(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "lib.py": "def f(x):\n    return x\n",
            "test_lib.py": """
                from lib import f
                def test_hot():
                    for n in range(300_000): f(n)
                def test_later():
                    f("later")
                    f([1] * 5000)
                    f(b"x" * 1_000_000)
                """,
        },
    )
    watched = [function(root, "lib.py", "f")]
    recorded = record_calls(sandbox, python, root, watched, Settings(test_seconds=60))
    kept = recorded.of("lib.py::f")
    values = [pickle.loads(call.payload)[1][0] for call in kept]
    assert 12 <= len(values) <= 24
    assert "later" in values
    assert [1] * 5000 in values
    assert max(value for value in values if isinstance(value, int)) > 50_000
    assert dict(recorded.skipped_of("lib.py::f")) == {"an argument is too large": 1}


def test_pickling_that_misbehaves_is_counted_and_changes_no_outcome(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "lib.py": """
                def f(x):
                    return x
                class Odd:
                    def __reduce__(self):
                        f(1)
                        raise ZeroDivisionError("reduce")
                def deep(n):
                    return f(n) if n == 0 else deep(n - 1)
                """,
            "test_lib.py": """
                import sys, threading
                import pytest
                from lib import f, Odd, deep
                def test_odd(): assert isinstance(f(Odd()), Odd)
                def test_deep():
                    with pytest.raises(RecursionError):
                        deep(10**6)
                def test_after(): assert f("after") == "after"
                def test_thread():
                    thread = threading.Thread(target=f, args=("thread",))
                    thread.start()
                    thread.join()
                """,
        },
    )
    watched = [function(root, "lib.py", "f"), function(root, "lib.py", "deep")]
    recorded = record_calls(sandbox, python, root, watched, Settings(test_seconds=60))
    assert sorted(calls(recorded, "lib.py::f")) == ["(('after',), {})", "(('thread',), {})"]
    assert recorded.skipped_of("lib.py::f") == (("an argument cannot be pickled", 1),)
    assert recorded.notes == ()


def test_doctests_of_modules_that_hang_exit_or_do_not_import_hide_no_others(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    good = 'def f(x):\n    """\n    >>> f({})\n    """\n    return x\n'
    root = write(
        tmp_path,
        {
            "a_exits.py": good.format(1) + "import os\nos._exit(3)\n",
            "b_broken.py": good.format(2) + "import nothing_of_that_name\n",
            "c_good.py": good.format(3),
        },
    )
    watched = [function(root, path, "f") for path in ("a_exits.py", "b_broken.py", "c_good.py")]
    recorded = record_calls(sandbox, python, root, watched, Settings(test_seconds=60))
    assert [(label, len(found)) for label, found in recorded.calls] == [("c_good.py::f", 1)]
    assert any(note.startswith("b_broken cannot be imported") for note in recorded.notes)


def test_reports_through_a_link_or_a_pipe_are_not_followed(
    tmp_path: Path, sandbox: Bubblewrap, python: OurPython
) -> None:
    root = write(
        tmp_path,
        {
            "lib.py": "def f(x):\n    return x\n",
            "test_lib.py": """
                import os
                def test_link():
                    os.unlink("/out/events-0.jsonl")
                    os.symlink("/etc/passwd", "/out/events-0.jsonl")
                """,
        },
    )
    watched = [function(root, "lib.py", "f")]
    run = run_tests(sandbox, python, root, watched, Settings(test_seconds=60))
    assert run.outcomes == ()
    write(
        root,
        {
            "test_lib.py": (root / "test_lib.py")
            .read_text()
            .replace('os.symlink("/etc/passwd", ', "os.mkfifo(")
        },
    )
    run = run_tests(sandbox, python, root, watched, Settings(test_seconds=60))
    assert run.outcomes == ()
