"""The expert: what becomes of drafts, and of a model that is missing or damaged."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest

from optimizer import bootstrap
from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.errors import ExpertError
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.domain.settings import Settings
from optimizer.experts.ecode import loading
from optimizer.experts.ecode.checkpoint import SUMS, Checkpoint, seal, whole
from optimizer.experts.ecode.drafts import Draft, Sampling
from optimizer.experts.ecode.expert import LEFT_ALONE, EcodeExpert
from optimizer.experts.ecode.fields import Fields, with_docstring
from optimizer.experts.ecode.filtering import without_dead_ends
from optimizer.experts.ecode.imports import missing
from optimizer.experts.ecode.ranking.ranker import Ranker
from optimizer.stages.propose import ready

METHOD = '''    def total(self, xs):
        """Adds them."""
        found = 0
        for x in xs:
            found = found + x
        return found
'''
MODULE = f"import os\n\n\nclass Cart:\n{METHOD}"


class Written:
    """Stands where a loaded model would: writes what it is told to."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.asked: list[Sequence[Fields]] = []
        self.chances: list[float] = []  # that nothing is to be changed

    def fits(self, item: Fields) -> bool:
        return len(item.code) < 1000

    def unchanged(self, items: Sequence[Fields], how: Sampling) -> list[float]:
        assert len(items) == len(self.chances)
        return self.chances

    def drafts(self, items: Sequence[Fields], how: Sampling) -> list[list[Draft]]:
        self.asked.append(items)
        return [[Draft(text, -float(at), 1) for at, text in enumerate(self.texts)] for _ in items]


def expert(*texts: str, ranker: Ranker | None = None) -> tuple[EcodeExpert, Written]:
    made = EcodeExpert(Checkpoint(Path("/nowhere"), "d1g35t"), ranker=ranker)
    written = Written(*texts)
    made.__dict__["_loaded"] = written
    return made, written


def request(source: str = METHOD, module: str = MODULE, qualname: str = "Cart.total") -> ProposalRequest:
    text = source.strip("\n").lstrip()
    function = Function("cart.py", qualname, Span(0, 0), 1, 1, FunctionKind.METHOD, False, text, "hash")
    return ProposalRequest(function, module)


def test_a_draft_stands_where_the_original_stood_with_its_docstring() -> None:
    made, _ = expert("def total(self, xs):\n    return sum(xs)")
    (candidate,) = made.propose(request())
    assert candidate.source == 'def total(self, xs):\n        """Adds them."""\n        return sum(xs)'
    assert (candidate.provenance.expert, candidate.imports) == ("ecode", ())


def test_lines_inside_of_strings_stay_and_a_comment_left_of_the_margin_does_no_harm() -> None:
    method = METHOD.replace("them.", "them.\n\n        All of them.\n        ")
    method = method.replace("        return", "# Slow.\n        return")
    made, _ = expert("def total(self, xs):\n    return sum(xs)")
    (candidate,) = made.propose(request(method, MODULE.replace(METHOD, method)))
    assert '"""Adds them.\n\n        All of them.\n        """\n' in candidate.source


def test_what_a_ranker_takes_for_slower_is_not_proposed_and_the_fastest_comes_first() -> None:
    made, _ = expert(
        "def total(self, xs):\n    return sum(list(xs))",
        "def total(self, xs):\n    return sum(xs)",
        "def total(self, xs):\n    return sum(xs, *(list(xs) for x in xs))",
        ranker=Ranker({"Call:list@0": 0.1, "Call:list@1": 1.0}),
    )
    found = [candidate.source.split("return ")[1] for candidate in made.propose(request())]
    assert found == ["sum(xs)", "sum(list(xs))"]


def test_a_docstring_goes_above_the_decorators_of_a_function_that_comes_first() -> None:
    code = "def f():\n    @cache\n    def g():\n        return 1\n    return g()"
    found = with_docstring(code, ('    """Says."""',))
    assert found == code.replace("f():\n", 'f():\n    """Says."""\n')


def test_a_docstring_goes_right_below_the_signature() -> None:
    found = with_docstring("def f(\n    a,\n):\n\n    # One.\n    return 1", ('    """Says."""',))
    assert found == 'def f(\n    a,\n):\n    """Says."""\n\n    # One.\n    return 1'


def test_drafts_that_parse_keep_the_signature_and_differ_are_proposed_likeliest_first() -> None:
    made, _ = expert(
        "def total(self, xs):\n    return sum(xs",
        "def total(self, ys):\n    return sum(ys)",
        "def total(self, xs):\n    return sum(xs)",
        "def total(self, xs):\n    # once more\n    return sum(xs)",
        "def total(self, xs):\n    found = 0\n    for x in xs:\n        found = found + x\n    return found",
        "def total(self, xs):\n    return sum(x for x in xs)",
    )
    found = [candidate.source.split("return ")[1] for candidate in made.propose(request())]
    assert found == ["sum(xs)", "sum(x for x in xs)"]


def test_each_edit_of_a_draft_is_a_candidate_too_behind_the_drafts() -> None:
    made, _ = expert(
        "def total(self, xs):\n    found = 0.0\n    for x in xs:\n        found += x\n    return found"
    )
    texts = [candidate.source for candidate in made.propose(request())]
    assert [("0.0" in text, "+=" in text) for text in texts] == [(True, True), (True, False), (False, True)]


@pytest.mark.parametrize(
    ("draft", "wanted"),
    [
        ("    return 1\n    return 1", "    return 1"),
        (
            "    for x in xs:\n        break\n        print(x)\n    return 1",
            "    for x in xs:\n        break\n    return 1",
        ),
        ("    return 1\n    yield 2", "    return 1\n    yield 2"),
        ("    return 1; return 2", "    return 1; return 2"),
        ("    if xs:\n        return 1\n    return 2", "    if xs:\n        return 1\n    return 2"),
        ("    return (", "    return ("),
    ],
)
def test_what_stands_behind_a_return_is_left_out(draft: str, wanted: str) -> None:
    head = "def f(xs):\n"
    assert without_dead_ends(head + draft, f"{head}    return 0") == head + wanted
    dead = f"{head}    return 0\n    return 1"
    assert without_dead_ends(head + draft, dead) == head + draft


def test_no_more_is_proposed_than_was_asked_for() -> None:
    made, _ = expert(*(f"def total(self, xs):\n    return sum(xs, {start})" for start in range(20)))
    assert len(list(made.propose(request()))) == made.sampling.samples


def test_imports_that_are_missing_come_with_the_candidate() -> None:
    made, _ = expert("def total(self, xs):\n    return reduce(lambda a, b: a + b, chain([0], xs))")
    (candidate,) = made.propose(request())
    assert candidate.imports == ("from itertools import chain", "from functools import reduce")


def test_a_draft_with_a_name_that_nothing_binds_is_dropped() -> None:
    made, _ = expert("def total(self, xs):\n    return add_all(xs)")
    assert list(made.propose(request())) == []
    bound = MODULE.replace("import os", "from adding import add_all")
    assert len(list(made.propose(request(module=bound)))) == 1


@pytest.mark.parametrize(
    ("draft", "needed"),
    [
        ("def f(xs):\n    return deque(xs)", ("from collections import deque",)),
        ("def f(xs):\n    return math.sqrt(xs)", ("import math",)),
        ("def f(xs):\n    deque = list\n    return deque(xs)", ()),
        ("def f(xs):\n    return [os.path for x in xs if helper(x)]", ()),
        ("def f(xs):\n    return lru_cache(xs)", None),
        ("def f(xs):\n    nonlocal total\n    total = xs", None),
    ],
)
def test_names_are_looked_up_in_the_draft_the_original_and_the_module(
    draft: str, needed: tuple[str, ...] | None
) -> None:
    original = "def f(xs):\n    return helper(xs)"
    assert missing(draft, original, "import os\n" + original) == needed


def test_functions_that_cannot_be_read_get_nothing_and_the_others_one_batch() -> None:
    made, written = expert("def total(self, xs):\n    return sum(xs)")
    long = "def total(self, xs):\n" + "    xs = xs\n" * 200 + "    return xs"
    found = made.propose_batch(
        [request(), request(long, long, "total"), request("x = 1", "x = 1", "x"), request()]
    )
    assert [len(each) for each in found] == [1, 0, 0, 1]
    assert [len(items) for items in written.asked] == [2]


def test_a_first_look_writes_nothing_and_leaves_out_what_may_well_stay_as_it_is() -> None:
    made, written = expert("def total(self, xs):\n    return sum(xs)")
    long = "def total(self, xs):\n" + "    xs = xs\n" * 200 + "    return xs"
    written.chances = [LEFT_ALONE, LEFT_ALONE - 0.01]
    looked = made.would_change([request(), request(long, long, "total"), request()])
    assert looked == [False, False, True]
    assert written.asked == []
    assert made.would_change([]) == []


def test_nothing_to_read_asks_no_model() -> None:
    made, written = expert()
    assert made.propose_batch([]) == []
    assert written.asked == []


def folder_with(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    seal(tmp_path)
    return tmp_path


def test_another_model_is_another_version(tmp_path: Path) -> None:
    first = whole(folder_with(tmp_path))
    assert whole(tmp_path) == first
    (tmp_path / "model.safetensors").write_bytes(b"others")
    seal(tmp_path)
    second = whole(tmp_path)
    assert EcodeExpert(first).version != EcodeExpert(second).version
    assert EcodeExpert(first).version != EcodeExpert(first, Sampling(samples=2)).version


@pytest.mark.parametrize("spoiled", ["model.safetensors", SUMS])
@pytest.mark.parametrize("how", ["missing", "cut", "odd"])
def test_a_model_that_is_not_whole_is_told_in_one_line(tmp_path: Path, spoiled: str, how: str) -> None:
    path = folder_with(tmp_path) / spoiled
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-3] if how == "cut" else b"\xff\n\n../x  y")
    with pytest.raises(ExpertError) as caught:
        whole(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_other_experts_go_on_without_a_model(tmp_path: Path) -> None:
    settings = Settings(experts=("rules", "ecode"), ecode_model=str(tmp_path / "none"))
    experts, reasons = bootstrap.make_experts(settings)
    assert [one.name for one in experts] == ["rules"]
    assert [reason.partition(":")[0] for reason in reasons] == ["the expert 'ecode' does not take part"]


def test_a_model_that_is_not_loaded_in_time_is_told_in_one_line_and_there_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk, loaded = Event(), Written()

    def load(_: Path) -> Written:
        disk.wait()
        return loaded

    monkeypatch.setattr(loading, "load", load)
    slow = EcodeExpert(Checkpoint(Path("/far"), "d1g35t"), load_seconds=0.0)
    reason = "its model in /far was not loaded within 0 seconds"
    assert ready([slow]) == ([], [f"the expert 'ecode' does not take part: {reason}"])
    disk.set()
    while ready([slow]) != ([slow], []):
        sleep(0.01)


def test_torch_is_not_imported_before_the_model_is_asked(tmp_path: Path) -> None:
    script = (
        "import sys; from optimizer import bootstrap; from optimizer.domain.settings import Settings;"
        f"wanted = Settings(experts=('rules', 'ecode'), ecode_model={str(tmp_path)!r});"
        "made, _ = bootstrap.make_experts(wanted);"
        "print([one.name for one in made], sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    folder_with(tmp_path)
    done: Any = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['rules', 'ecode'] []"
