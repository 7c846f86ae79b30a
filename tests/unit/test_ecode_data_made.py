"""What learning material is made here: functions of packages, and slow versions of functions."""

import json
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode.data import storage
from optimizer.experts.ecode.data.made import capped, pairs_made
from optimizer.experts.ecode.data.packages import of_packages
from optimizer.experts.ecode.data.parallel import in_tenths
from optimizer.experts.ecode.data.prepare import EXAMPLES, STATISTICS, TOKENIZER, prepare
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields, narrowed
from optimizer.experts.ecode.plan import Preparation, Sources
from optimizer.experts.ecode.tokenizer import load, train

SHOP = '''import os
from collections import deque

RATE = 0.2


class Shop:
    def prices(self, items, factor=RATE):
        """Each with its tax."""
        found = []
        for item in items:
            found.append(item * factor)
        return found


def walk(start, links):
    """In order of distance."""
    seen, queue = {start}, deque([start])
    while queue:
        for other in links[queue.popleft()]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return [each for each in sorted(seen) if each != start]
'''

SUM = "class Solution:\n    def sum(self, a):\n        return sum(a)"


def wheel(folder: Path, name: str, *licence: str, source: str = SHOP) -> None:
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/shop.py", source)
        archive.writestr(f"{name}/tests/test_shop.py", "def test_it():\n    x = 1\n    assert x\n")
        archive.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(["Name: x", *licence, "", ""]))


def functions(tmp_path: Path) -> list[Example]:
    wheel(tmp_path, "shop", "License-Expression: MIT")
    return list(of_packages(tmp_path, Counter()))


def test_a_packages_functions_come_with_their_fields_and_without_its_tests(tmp_path: Path) -> None:
    method, walk = functions(tmp_path)
    assert (method.fields.title, method.fields.description) == ("Shop.prices", "Each with its tax.")
    assert (method.fields.code, method.fields.context) == ("", "RATE = 0.2\nclass Shop:")
    assert walk.target.startswith("def walk(start, links):\n    seen, queue")
    assert (walk.origin, walk.licence, walk.task) == ("pypi/shop", "MIT", Task.TEXT_TO_CODE)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (("License-Expression: BSD-3-Clause",), True),
        (("Classifier: License :: OSI Approved :: Apache Software License",), True),
        (("License-Expression: GPL-3.0-only",), False),
        (("License-Expression: MIT AND GPL-3.0-only",), False),
        (("Classifier: License :: OSI Approved :: GNU General Public License (GPL)",), False),
        (
            (
                "Classifier: License :: OSI Approved :: MIT License",
                "Classifier: License :: OSI Approved :: GNU General Public License (GPL)",
            ),
            False,
        ),
        (
            (
                "Classifier: License :: OSI Approved :: MIT License",
                "Classifier: License :: Other/Proprietary License",
            ),
            False,
        ),
        (("License: MIT",), False),
        ((), False),
    ],
)
def test_only_what_says_that_its_licence_is_permissive_is_read(
    tmp_path: Path, told: tuple[str, ...], read: bool
) -> None:
    wheel(tmp_path, "shop", *told)
    dropped: Counter[str] = Counter()
    assert bool(list(of_packages(tmp_path, dropped))) is read
    assert (dropped["shop: no permissive licence"] == 1) is not read


def test_a_wheel_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop-1.0-py3-none-any.whl").write_bytes(b"PK")
    with pytest.raises(ConfigError, match=r"shop-1\.0"):
        list(of_packages(tmp_path, Counter()))


def test_slow_versions_read_slow_and_write_what_a_person_wrote(tmp_path: Path) -> None:
    known = functions(tmp_path)
    made = list(pairs_made(known, seed=1, most=4, processes=2))
    assert len(made) > 4
    for example, kinds in made:
        assert kinds
        assert example.target in {each.target for each in known}
        assert example.fields.code != example.target
        assert (example.task, example.decile) == (Task.FASTER, 9)
        uses_deque = "deque" in example.fields.code
        assert ("deque" in example.fields.context) is uses_deque


def test_a_solution_of_known_rank_is_the_fast_side_and_no_better_for_it(tmp_path: Path) -> None:
    known = [replace(each, decile=3) for each in functions(tmp_path)]
    assert {each.decile for each, _ in pairs_made(known, 1, 2, processes=1)} == {3}


def test_slow_versions_are_the_same_however_many_processes_make_them(tmp_path: Path) -> None:
    known = functions(tmp_path)
    assert list(pairs_made(known, 1, 2, processes=1)) == list(pairs_made(known, 1, 2, processes=2))


def test_a_kind_that_came_too_often_is_dropped() -> None:
    example = Example(Fields("a"), "b", Task.FASTER, 9, 1.0, "", "", "p")
    pairs = [(example, ("common",)), (example, ("common",)), (example, ("common", "rare"))]
    dropped: Counter[str] = Counter()
    assert len(list(capped(pairs, 1, dropped))) == 2
    assert dropped.total() == 1


def test_a_context_is_narrowed_to_what_the_code_uses() -> None:
    context = "import os\nfrom a import b\nclass C(D):\nTABLE = [\nx = 1"
    assert narrowed(context, "def f():\n    return x") == "class C(D):\nTABLE = [\nx = 1"


def test_everything_is_prepared_from_files_the_same_each_time(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels", "shop", "License-Expression: MIT")
    row = {
        "source": "here", "licence": "MIT", "kind": "function", "problem": "sum", "language": "python",
        "slow": SUM.replace("return sum(a)", "t = 0\n        for x in a: t += x\n        return t"),
        "fast": SUM,
        "python_ratio": 3.0, "measured_in": "python",
    }  # fmt: skip
    (tmp_path / "pairs.jsonl").write_text(json.dumps(row) + "\n")
    sources = Sources(pairs=(str(tmp_path / "pairs.jsonl"),), packages=str(tmp_path / "wheels"))
    wanted = Preparation(sources, made_of_each=2, vocabulary=400)
    told: list[str] = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        prepare(wanted, tmp_path / name, told.append)
    examples = list(storage.read(tmp_path / "one" / EXAMPLES))
    assert examples == list(storage.read(tmp_path / "other" / EXAMPLES))
    assert {each.task for each in examples} == set(Task)
    assert len(load(tmp_path / "one" / TOKENIZER)) == 400
    counted = json.loads((tmp_path / "one" / STATISTICS).read_text())
    assert sum(counted["tasks"].values()) == len(examples)
    assert told[0] == "3 functions and pairs without near-duplicates"
    (tmp_path / "wheels" / "shop-1.0-py3-none-any.whl").unlink(missing_ok=True)
    (tmp_path / "other" / EXAMPLES).unlink()
    counts = (tmp_path / "other" / STATISTICS).read_text()
    told.clear()
    prepare(wanted, tmp_path / "other", told.append, resume=True)
    assert examples == list(storage.read(tmp_path / "other" / EXAMPLES))
    assert counts == (tmp_path / "other" / STATISTICS).read_text()
    assert not any("are made of" in text for text in told)  # taken from where they lie


def test_a_tokenizer_that_is_given_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    wheel(tmp_path / "wheels", "shop", "License-Expression: MIT")
    train(["def f(a):\n    return a"], 400).save_pretrained(tmp_path / "kept")
    sources = Sources(packages=str(tmp_path / "wheels"))
    wanted = Preparation(sources, made_of_each=0, tokenizer=str(tmp_path / "kept"))
    prepare(wanted, tmp_path, lambda _: None)
    one, other = load(tmp_path / TOKENIZER), load(tmp_path / "kept")
    assert one.get_vocab() == other.get_vocab()
    with pytest.raises(ConfigError, match="nowhere holds no tokenizer"):
        prepare(replace(wanted, tokenizer="nowhere"), tmp_path, lambda _: None)


def test_what_takes_long_says_how_far_it_is_ten_times() -> None:
    told: list[str] = []
    assert list(in_tenths(range(25), 25, told.append, "read")) == list(range(25))
    assert (len(told), told[0], told[-1]) == (10, "read: 3 of 25", "read: 25 of 25")
