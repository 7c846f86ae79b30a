"""An expert of one's own: prepared, trained, listed, evaluated; and data out of the results."""

import json
from pathlib import Path

import pytest
import yaml

from db.store import open_store
from db.upgrade import upgrade
from optimizer.experts.ecode.data import storage
from tests.support import results as made
from tests.support.cli import PROGRAM, program

SUM = "class Solution:\n    def sum(self, a):\n        return sum(a)"
TINY = {
    "d_model": 32, "d_field": 16, "d_ff": 48, "d_expert": 24,
    "num_layers": 1, "num_decoder_layers": 1, "num_field_layers": 1, "num_integration_layers": 1,
}  # fmt: skip


def configuration(tmp_path: Path) -> Path:
    rows = [
        {
            "source": "here", "licence": "MIT", "kind": "function", "problem": f"sum {n}",
            "language": "python",
            "slow": SUM.replace("return sum(a)", f"t = {n}\n        for x in a: t += x\n        return t"),
            "fast": SUM.replace("sum(a)", f"sum(a) + {n}"), "python_ratio": 3.0, "measured_in": "python",
        }
        for n in range(12)
    ]  # fmt: skip
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    path = tmp_path / "ecode.yaml"
    data = {"sources": {"pairs": [str(tmp_path / "pairs.jsonl")]}, "vocabulary": 400}
    path.write_text(yaml.safe_dump({"data": data, "training": {"steps": 2, "half": False, "model": TINY}}))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `prepare` and `train` left."""
    tmp_path = tmp_path_factory.mktemp("ecode")
    path, folder = configuration(tmp_path), tmp_path / "run"
    prepared = program(tmp_path / "home", "experts", "prepare", str(path), "--folder", str(folder))
    assert prepared.returncode == 0, prepared.stderr
    assert "examples of" in prepared.stdout
    trained = program(tmp_path / "home", "experts", "train", str(path), "--folder", str(folder), "--quiet")
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout == f"{folder / 'model'}: ready for the setting ecode-model\n"
    return folder


def test_a_model_trained_here_is_an_expert(folder: Path, tmp_path: Path) -> None:
    chosen = ("--set", "experts=rules,ecode", "--set", f"ecode_model={folder / 'model'}")
    listed = program(tmp_path, "experts", "--json", *chosen)
    assert [one["name"] for one in json.loads(listed.stdout)] == ["rules", "ecode"]
    assert listed.stderr == ""
    assert (folder / "model" / "ranker.json").is_file()
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert [json.loads(line)["step"] for line in (folder / "log.jsonl").read_text().splitlines()][-1] == 2


def test_the_rules_and_the_model_that_comes_along_are_asked_by_default(tmp_path: Path) -> None:
    plain = ("env", "--unset=OPTIMIZER_EXPERTS", *PROGRAM)
    listed = program(tmp_path, "experts", "--json", starter=plain)
    assert [one["name"] for one in json.loads(listed.stdout)] == ["rules", "ecode"]


def test_a_damaged_model_is_one_line_and_the_rules_go_on(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    copy.mkdir()
    for file in (folder / "model").iterdir():
        (copy / file.name).write_bytes(file.read_bytes()[:100])
    chosen = ("--set", "experts=rules,ecode", "--set", f"ecode_model={copy}")
    listed = program(tmp_path / "home", "experts", "--json", *chosen)
    assert (listed.returncode, [one["name"] for one in json.loads(listed.stdout)]) == (0, ["rules"])
    (line,) = listed.stderr.splitlines()
    assert line.startswith("note: the expert 'ecode' does not take part: ")


def test_training_without_data_says_what_to_run_first(tmp_path: Path) -> None:
    path = configuration(tmp_path)
    refused = program(tmp_path, "experts", "train", str(path), "--folder", str(tmp_path / "none"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "run `optimizer experts prepare` first" in refused.stderr


def test_experts_are_evaluated_on_problems_of_ones_own(tmp_path: Path) -> None:
    body = "    for x in xs:\n        if x not in found:\n            found.append(x)\n    return found\n"
    source = f"def unique(xs):\n    found = []\n{body}"
    calls = ["[3, 1, 3]", "[]", "xs=[1, 1]"]
    problem = {"name": "unique", "source": source, "function": "unique", "calls": calls}
    (tmp_path / "problems.jsonl").write_text(json.dumps(problem) + "\n")
    done = program(
        tmp_path / "home", "experts", "evaluate", str(tmp_path / "problems.jsonl"),
        "--best-of", "2", "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {(row["proposer"], row["k"]): row for row in json.loads(done.stdout)}
    assert found["copy input", 1]["correct"]["value"] == 1.0
    assert found["copy input", 2]["speed_up"]["value"] == 1.0
    assert set(found) == {(name, k) for name in ("copy input", "rules") for k in (1, 2)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "problems.jsonl:1"),
        ('{"name": "a", "source": "x = 1", "function": "f"}', "no function 'f'"),
        ('{"name": "a", "source": "def f(): 1", "function": "f", "calls": ["g()"]}', "problems.jsonl:1"),
    ],
)
def test_a_problem_that_is_none_is_named_by_its_line(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "problems.jsonl").write_text(line + "\n")
    refused = program(tmp_path / "home", "experts", "evaluate", str(tmp_path / "problems.jsonl"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr


def test_results_are_exported_as_examples(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    url = f"sqlite:///{home}/optimizer.db"
    upgrade(url)
    with open_store(url) as store:
        store.save_result(store.create_job(made.new_job()).id, made.with_patch())
    done = program(home, "experts", "export-data", str(tmp_path / "judged.jsonl.gz"))
    assert done.returncode == 0, done.stderr
    examples = list(storage.read(tmp_path / "judged.jsonl.gz"))
    assert done.stdout == f"{tmp_path / 'judged.jsonl.gz'}: {len(examples)} examples\n"
    assert made.candidate().source in {one.target for one in examples}
