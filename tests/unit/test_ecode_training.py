"""Training: the same curve twice, on after a kill, and that the model can learn at all."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from optimizer.domain.errors import ConfigError
from optimizer.experts.ecode import tokenizer as tokenizers
from optimizer.experts.ecode.batches import batched, split
from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration
from optimizer.experts.ecode.optimizing import optimiser
from optimizer.experts.ecode.plan import Plan, read_plan
from optimizer.experts.ecode.training import CURVES, LOG, MODEL, made, train

TINY = {
    "d_model": 64, "d_field": 16, "d_ff": 96, "d_expert": 64, "num_layers": 1, "num_decoder_layers": 2,
    "num_field_layers": 1, "num_integration_layers": 1, "num_heads": 2, "dropout_rate": 0.0,
}  # fmt: skip


def example(number: int) -> Example:
    name = f"f{number}"
    code = (
        f"def {name}(xs):\n    out = []\n    for x in xs:\n        out.append(x + {number})\n    return out"
    )
    target = f"def {name}(xs):\n    return [x + {number} for x in xs]"
    fields = Fields(code=code, title=name, input="xs", output="list")
    return Example(fields, target, Task.FASTER, 9, 1.0, "test", "MIT", name)


EXAMPLES = [example(number) for number in range(50)]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tokenizers.train([text for each in EXAMPLES for text in (each.fields.code, each.target)], 420)


def losses(folder: Path) -> list[tuple[int, float]]:
    rows = [json.loads(line) for line in (folder / LOG).read_text().splitlines()]
    return [(row["step"], row["loss"]) for row in rows if "loss" in row]


def plan(**more: Any) -> Plan:
    wanted: dict[str, Any] = {
        "steps": 6, "batch_tokens": 500, "warmup_steps": 2, "save_steps": 3, "log_steps": 1, "threads": 1,
        "held_out": 0.1, "half": False, "model": TINY | {"dropout_rate": 0.1},
    }  # fmt: skip
    return Plan(**(wanted | more))


def test_a_seed_gives_the_same_curve_twice_and_another_seed_another(tokenizer: Any, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 1), ("three", 2)):
        train(EXAMPLES, tokenizer, plan(seed=seed), tmp_path / name, quiet=True)
    assert losses(tmp_path / "one") == losses(tmp_path / "two")
    assert losses(tmp_path / "one") != losses(tmp_path / "three")
    assert len(losses(tmp_path / "one")) == 6
    assert (tmp_path / "one" / CURVES).read_bytes().startswith(b"\x89PNG")
    assert list((tmp_path / "one" / "runs").rglob("events.out.tfevents*"))


class Killed(BaseException):
    pass


@pytest.mark.parametrize("optimizer", ["adamw", "muon"])
def test_a_run_that_is_killed_goes_on_to_the_same_curve(
    tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    wanted = plan(optimizer=optimizer)
    train(EXAMPLES, tokenizer, wanted, tmp_path / "whole", quiet=True)
    forward, calls = EcodeForConditionalGeneration.forward, []

    def dies(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.training:
            calls.append(1)
        if len(calls) == 5:  # two steps behind the checkpoint
            raise Killed
        return forward(self, *args, **kwargs)

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(EcodeForConditionalGeneration, "forward", dies)
        train(EXAMPLES, tokenizer, wanted, tmp_path / "torn", quiet=True)
    model = train(EXAMPLES, tokenizer, wanted, tmp_path / "torn", resume=True, quiet=True)
    assert losses(tmp_path / "torn") == losses(tmp_path / "whole")
    shipped = EcodeForConditionalGeneration.from_pretrained(tmp_path / "whole" / MODEL)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor.to(torch.bfloat16), shipped.state_dict()[name].to(torch.bfloat16)), name


def test_the_model_learns_fifty_pairs_by_heart(tokenizer: Any, tmp_path: Path) -> None:
    heart = plan(
        steps=150, batch_tokens=2000, learning_rate=4e-3, warmup_steps=10, save_steps=1000, log_steps=50,
        held_out=0.0, model=TINY,
    )  # fmt: skip
    model: Any = train(EXAMPLES, tokenizer, heart, tmp_path, quiet=True)
    model.eval()
    writer = Writer(tokenizer, model.config)
    assert exact(model, writer, EXAMPLES) >= 0.95


def exact(model: Any, writer: Writer, examples: Sequence[Example]) -> float:
    given = writer.read([each.fields for each in examples])
    prefix = torch.tensor([writer.prefix("python", 9)] * len(examples))
    found = model.generate(**given, decoder_input_ids=prefix, max_new_tokens=60, do_sample=False)
    texts = [written(writer, row.tolist(), each) for row, each in zip(found, examples, strict=True)]
    return sum(text == each.target for text, each in zip(texts, examples, strict=True)) / len(examples)


def written(writer: Writer, row: list[int], each: Example) -> str | None:
    end = row.index(writer.config.eos_token_id) if writer.config.eos_token_id in row else len(row)
    return writer.rewritten(each.fields.code, row[3:end])


def test_batches_hold_every_example_once_and_no_more_than_they_may() -> None:
    drawn = random.Random(1)
    sizes = [(drawn.randrange(1, 300), drawn.randrange(100)) for _ in range(500)] + [(5000, 3)]
    found = batched(sizes, 1000, seed=3)
    assert sorted(number for batch in found for number in batch) == list(range(501))
    for batch in found:
        together = sum(max(sizes[number][side] for number in batch) for side in (0, 1))
        assert len(batch) == 1 or len(batch) * together <= 1000
    assert found == batched(sizes, 1000, seed=3) != batched(sizes, 1000, seed=4)


def test_a_problem_is_either_learnt_or_watched() -> None:
    learnt, watched = split(EXAMPLES * 2, 0.2, seed=1)
    assert (len(learnt), len(watched)) == (80, 20)
    assert not {each.problem for each in learnt} & {each.problem for each in watched}


def test_what_is_written_in_code_is_never_a_special_token(tokenizer: Any) -> None:
    writer = Writer(tokenizer, EcodeConfig())
    text = "def f():\n    return '<pad></s><mask>'"
    assert not {*range(20)} & {*writer.numbers(text)}
    assert writer.text(writer.numbers(text)) == text


def test_masks_are_tokens_only_where_a_function_is_to_be_restored(tokenizer: Any) -> None:
    writer = Writer(tokenizer, EcodeConfig())
    fields = Fields(code="def f():\n    <mask>")
    assert writer.special("<mask>") in writer.code(fields, masked=True)
    assert writer.special("<mask>") not in writer.code(fields)


def test_context_is_cut_and_the_function_is_not(tokenizer: Any) -> None:
    writer = Writer(tokenizer, EcodeConfig(max_length_code=40))
    short = Fields(code="def f(xs):\n    return xs", context="import os\n" * 50)
    assert writer.fits(short)
    assert writer.text(writer.code(short)).endswith(short.code)
    assert not writer.fits(Fields(code="def f(xs):\n" + "    x = 1\n" * 50))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("training: {steps: x}", "training: .*steps"),
        ("a: [", "no YAML"),
        ("training: {steps: 3, batch: 4}", "no batch"),
        ("training: {}", "steps"),
        ("data: {}", "no section 'training'"),
    ],
)
def test_a_plan_that_cannot_be_read_is_told_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_plan(path)


def test_training_leaves_the_arithmetic_of_the_process_as_it_was(tmp_path: Path, tokenizer: Any) -> None:
    train(EXAMPLES, tokenizer, plan(), tmp_path, quiet=True)
    smallest = float.fromhex("0x1p-1022")
    assert smallest / 4 > 0.0


def test_training_goes_on_from_the_weights_of_a_folder(tmp_path: Path, tokenizer: Any) -> None:
    train(EXAMPLES[:5], tokenizer, plan(steps=2), tmp_path / "first", quiet=True)
    begun = plan(begin_with=str(tmp_path / "first" / MODEL))
    kept = EcodeForConditionalGeneration.from_pretrained(tmp_path / "first" / MODEL).state_dict()
    found = made(begun, tokenizer).state_dict()
    assert all(torch.equal(found[name], kept[name].float()) for name in kept)
    with pytest.raises(ConfigError, match="nowhere, to begin with, holds no model"):
        made(plan(begin_with="nowhere"), tokenizer)


def test_muon_gets_the_matrices_of_hidden_layers_and_adamw_all_else(tokenizer: Any) -> None:
    wanted = plan(optimizer="muon", learning_rate=0.5)
    model = made(wanted, tokenizer)
    found = optimiser(model, wanted)
    assert found is not None
    matrices, others = ({id(each) for each in group["params"]} for group in found.param_groups)
    of = {name: id(each) for name, each in model.named_parameters()}
    assert {of["encoder.code.layers.0.attention.query.weight"], of["copy_head.key.weight"]} <= matrices
    gates = {at for name, at in of.items() if ".gate.clean." in name}
    assert gates and {of["encoder.embed_tokens.weight"], *gates} <= others
    assert matrices | others == set(of.values()) and not matrices & others
    assert [group["lr"] for group in found.param_groups] == [0.5, 0.5]
    assert optimiser(model, plan()) is None
