"""The loader of the benchmark's pairs: texts of versions become one module and a replaced function."""

import gzip
import json
import pickle
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from benchmarks import pair_calls, pair_programs, pair_solutions, pairs, program_inputs
from benchmarks.pair_solutions import LeftOut, Spliced
from optimizer import canonical
from optimizer.languages.python import PYTHON
from optimizer.languages.runners import payload

_SLOW = """
class Solution2:
    def total(self, nums: List[int]) -> int:
        result = 0
        for one in nums:
            result += self.helper(one)
        return result
    def helper(self, one):
        return one
"""
_FAST = """
import numpy as np
class Solution:
    def helper(self, some):
        return sum(some)
    def total(self, values):
        return self.helper(values)
"""


def _row(**more: Any) -> dict[str, Any]:
    row = {"language": "python", "kind": "function", "problem": "total", "slow": _SLOW, "fast": _FAST}
    return {**row, **more}


def _pair(row: dict[str, Any], *inputs: str, reverse: bool = False) -> pairs.Pair:
    examples = {"examples": [{"input": text} for text in inputs]}
    found = pairs.pair_of("total 1", row, examples, {"inputs": inputs}, reverse=reverse)
    assert isinstance(found, pairs.Pair), found
    return found


def _module(source: str) -> types.ModuleType:
    module = types.ModuleType("subject")
    exec(source, module.__dict__)
    return module


def _changed(pair: pairs.Pair) -> str:
    return PYTHON.splice(pair.module.encode(), pair.function, pair.candidate).decode()


def _results(monkeypatch: pytest.MonkeyPatch, pair: pairs.Pair, source: str) -> list[object]:
    module = _module(source)
    monkeypatch.setitem(sys.modules, "subject", module)
    name, _, method = pair.function.qualname.partition(".")
    found = []
    for call in pair.calls:
        args, kwargs = payload.load(call.payload, lambda qualname: getattr(module, qualname))
        function = getattr(getattr(module, name), method) if method else getattr(module, name)
        found.append(function(*args, **kwargs))
    return found


def test_versions_of_other_names_become_one_function_that_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = _row(fast=_FAST.replace("import numpy as np\n", ""))
    for reverse in (False, True):
        pair = _pair(row, "nums = [1, 2, 3]", "nums = []", reverse=reverse)
        assert (
            _results(monkeypatch, pair, pair.module) == _results(monkeypatch, pair, _changed(pair)) == [6, 0]
        )


def test_helpers_of_the_same_name_are_kept_apart() -> None:
    pair = _pair(_row(), "nums = [1]")
    assert "def helper(self, one)" in pair.module
    assert "def helper_2(self, some)" in pair.module
    assert "self.helper_2(values)" in pair.candidate.source


def test_the_candidate_takes_the_signature_of_the_original_and_brings_its_imports() -> None:
    pair = _pair(_row(), "nums = [1]")
    assert pair.candidate.source.startswith("def total(self, nums: List[int]) -> int:")
    assert pair.candidate.imports == ("import numpy as np",)


def test_a_name_that_nothing_defines_leaves_the_pair_out() -> None:
    row = _row(fast="class Solution:\n    def total(self, nums):\n        return Tree(nums)\n")
    found = pairs.pair_of("total 1", row, {"examples": [{"input": "nums = []"}]}, None)
    assert found == LeftOut("needs a name that is not there: Tree")


def test_a_version_for_python_2_does_the_same_in_python_3(monkeypatch: pytest.MonkeyPatch) -> None:
    older = """
class Solution:
    def total(self, nums):
        result, k = 0, len(nums)
        k /= 2
        for a, b in itertools.izip(nums, map(int, nums)[::-1]):
            result += (a + b) / 2 + 0 * k
        for i in xrange(k):
            result += 0
        return len(zip(nums, nums)) * 0 + result
"""
    pair = _pair(_row(slow=older), "nums = [1, 2, 3]", "nums = [4, 5, 4]")
    assert _results(monkeypatch, pair, pair.module) == [6, 13]


def test_examples_are_read_in_the_order_of_the_parameters() -> None:
    assert pair_calls.arguments('b = "x, a = 1", a = [null, true]', ("a", "b")) == [[None, True], "x, a = 1"]
    assert pair_calls.arguments("n = 3", ("N",)) == [3]
    assert pair_calls.arguments("n = 3, k = 1", ("n",)) is None
    assert pair_calls.arguments("n = what()", ("n",)) is None


def test_a_call_holds_a_fresh_instance_as_a_recorded_one_does() -> None:
    (call,) = _pair(_row(), "nums = [1, 2]").calls
    assert pickle.loads(call.payload) == ("method", "Solution", (), {}, ([1, 2],), {})
    tree = canonical.decode(call.tree)
    assert canonical.show(tree) == "((subject.Solution(), [1, 2]), {})"


def test_nodes_are_made_of_lists_where_the_version_speaks_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "class Solution:\n    def total(self, head: Optional[ListNode], root: TreeNode):\n        return {}\n"
    )
    both = "(head.next.val, root.left, root.right.left.val)"
    row = _row(slow=text.format(both), fast=text.format(f"tuple({both})"))
    pair = _pair(row, "head = [1, 2], root = [1, null, 3, 4]")
    assert _results(monkeypatch, pair, pair.module) == [(2, None, 4)]


def test_the_workload_is_the_one_that_production_makes() -> None:
    workload = _pair(_row(), "nums = [1, 2, 3]", "nums = [5]").workload()
    assert sum(item.origin == "recorded" for item in workload.inputs) == 2
    assert sum(item.origin == "generated" for item in workload.inputs) > 20


_PROGRAM = """
import sys, math
from sys import stdin, setrecursionlimit
setrecursionlimit(10**7)
n = int(eval(input()))
best = 0
def main():
    global best
    best = max(map(int, sys.stdin.readline().split()))
    if best > 100:
        print("large")
        exit()
if __name__ == "__main__":
    main()
    print(math.gcd(n, best), *[best], sep="-", end="!")
"""
_SHORT = "n = int(input())\nprint(n)\n"


def test_a_program_becomes_a_function_of_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = _pair(_row(kind="program", slow=_PROGRAM, fast=_SHORT), "1\n20\n", "1\n200\n")
    assert _results(monkeypatch, pair, pair.module) == ["1-20!", "large\n"]
    assert _results(monkeypatch, pair, _changed(pair)) == ["1\n", "1\n"]
    assert _results(
        monkeypatch, _pair(_row(kind="program", slow=_SHORT, fast=_PROGRAM), "4\n6 2\n"), pair.module
    ) == ["2-6!"]


def test_a_program_that_meets_the_end_of_its_text_says_so_as_input_does() -> None:
    wrapped = pair_programs.spliced(_SHORT, _SHORT)
    assert isinstance(wrapped, Spliced)
    program = _module(wrapped.module).program
    try:
        program("")
    except EOFError as error:
        assert str(error) == "EOF when reading a line"
    else:
        raise AssertionError("it read what was not there")


def test_programs_that_cannot_be_functions_are_left_out_with_the_reason() -> None:
    assert pair_programs.spliced("print(open('x').read())", _SHORT) == LeftOut("opens files")
    assert pair_programs.spliced("import nonesuch", _SHORT) == LeftOut("needs the module nonesuch")
    assert pair_programs.spliced("print 1", _SHORT) == LeftOut("written for Python 2")
    older = _FAST.replace("sum(some)", "sum(sorted(some, cmp=lambda a, b: cmp(a, b)))")
    assert pair_solutions.spliced(_SLOW, older) == LeftOut("written for Python 2")
    assert pair_solutions.spliced("def total(): pass", _FAST) == LeftOut("no single class Solution")


def test_the_inputs_of_a_program_are_never_changed_and_every_third_is_held_out() -> None:
    workload = _pair(
        _row(kind="program", slow=_PROGRAM, fast=_SHORT), "1\n2\n", "1\n3\n", "1\n4\n"
    ).workload()
    assert [item.held_out for item in workload.inputs] == [False, False, True]
    assert [item.text for item in workload.inputs] == ["'1\\n2\\n'", "'1\\n3\\n'", "'1\\n4\\n'"]


def test_a_folder_is_loaded_with_what_was_left_out(tmp_path: Path) -> None:
    rows = [
        _row(),
        _row(kind="program", slow="exec('')", fast=_SHORT),
        _row(language="java"),
        _row(problem="x"),
    ]
    _write(tmp_path / "pairs.dev.jsonl.gz", *rows)
    _write(
        tmp_path / "problem_examples.jsonl.gz", {"problem": "total", "examples": [{"input": "nums = [2]"}]}
    )
    _write(tmp_path / "program_tests.json.gz", {})
    loaded = pairs.load(tmp_path)
    assert [pair.name for pair in loaded.pairs] == ["total 1"]
    assert loaded.left_out == (("total 2", "runs text as code"), ("x 1", "no example can be read"))


def _write(path: Path, *rows: dict[str, Any]) -> None:
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def test_texts_are_made_the_same_each_time_small_ones_first() -> None:
    for problem in program_inputs.known():
        made = program_inputs.texts(problem)
        assert made == program_inputs.texts(problem)
        assert len(made) >= 8
        assert all(text.endswith("\n") for text in made)
    assert program_inputs.texts("nonesuch") == ()


def test_a_made_grid_is_as_large_as_it_says_and_not_all_light() -> None:
    for text in program_inputs.texts("p03273"):
        first, *rows = text.splitlines()
        assert [len(rows), len(rows[0])] == [int(word) for word in first.split()]
        assert "#" in "".join(rows)
