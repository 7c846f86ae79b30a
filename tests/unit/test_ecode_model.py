"""The model: shapes, masks, caches, copying, and that it can learn at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from optimizer.experts.ecode.configuration import EcodeConfig, EcodePaperConfig
from optimizer.experts.ecode.copying import CopyHead, Memory, followed
from optimizer.experts.ecode.gate import ExpertFeedForward, NoisyTopKGate
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration
from optimizer.experts.ecode.paper import EcodePaperForConditionalGeneration, load_public_parts

TINY: dict[str, Any] = {
    "vocab_size": 61, "d_model": 32, "d_field": 16, "d_ff": 48, "d_expert": 24, "num_layers": 2,
    "num_decoder_layers": 2, "num_field_layers": 1, "num_integration_layers": 1,
}  # fmt: skip
TINY_PAPER: dict[str, Any] = {
    "text_vocab_size": 50, "vocab_size": 61, "d_model": 48, "d_field": 16, "d_field_ff": 32, "num_layers": 2,
    "num_heads": 2, "num_attention_heads_across": 4, "pad_token_id": 0, "eos_token_id": 2, "bos_token_id": 1,
    "decoder_start_token_id": 1,
}  # fmt: skip

PLAIN: dict[str, Any] = {"plain": True, "fields": [], "copies": False, "num_experts": 1}


@pytest.fixture(autouse=True)
def one_seed() -> None:
    torch.manual_seed(0)


def small(**more: Any) -> Any:
    model: Any = EcodeForConditionalGeneration(EcodeConfig(**(TINY | more)))
    return model.eval()


def paper(**more: Any) -> Any:
    model: Any = EcodePaperForConditionalGeneration(EcodePaperConfig(**(TINY_PAPER | more)))
    return model.eval()


def inputs() -> dict[str, Tensor]:
    """Three functions, the second shorter, the third without fields."""
    generator = torch.Generator().manual_seed(1)
    found = {
        "input_ids": torch.randint(3, 50, (3, 10), generator=generator),
        "field_ids": torch.randint(3, 50, (3, 5, 6), generator=generator),
        "attention_mask": torch.ones(3, 10, dtype=torch.long),
        "field_mask": torch.ones(3, 5, 6, dtype=torch.long),
    }
    found["attention_mask"][1, 7:] = 0
    found["field_mask"][2] = 0
    return found


def test_the_paper_s_model_has_as_many_parameters_as_the_paper_s() -> None:
    with torch.device("meta"):
        model = EcodePaperForConditionalGeneration(EcodePaperConfig())
    count = sum(parameter.numel() for parameter in model.parameters())
    assert abs(count / 404.6e6 - 1) < 0.01


def test_the_small_model_fits_into_thirty_megabytes_at_two_bytes_each() -> None:
    with torch.device("meta"):
        model = EcodeForConditionalGeneration(EcodeConfig())
    assert 2 * sum(parameter.numel() for parameter in model.parameters()) < 29e6


@pytest.mark.parametrize("model", [small, paper])
def test_generating_with_a_cache_gives_what_it_gives_without(model: Callable[[], Any]) -> None:
    made = model()
    settings = {"max_new_tokens": 12, "do_sample": False, "eos_token_id": None}
    cached = made.generate(**inputs(), **settings, use_cache=True)
    assert torch.equal(cached, made.generate(**inputs(), **settings, use_cache=False))
    assert cached.shape == (3, 13)


def test_one_function_is_rewritten_as_it_is_among_others() -> None:
    model, batch = small(), inputs()
    together = model.generate(**batch, max_new_tokens=12, do_sample=False, eos_token_id=None)
    for row in range(3):
        length = int(batch["attention_mask"][row].sum())
        alone = {
            "input_ids": batch["input_ids"][row : row + 1, :length],
            "field_ids": batch["field_ids"][row : row + 1],
            "field_mask": batch["field_mask"][row : row + 1],
        }
        single = model.generate(**alone, max_new_tokens=12, do_sample=False, eos_token_id=None)
        assert torch.equal(single[0], together[row])


def test_what_stands_in_a_masked_field_changes_nothing() -> None:
    model, batch = small(), inputs()
    labels = torch.randint(3, 50, (3, 8))
    before = model(**batch, decoder_input_ids=labels).logits
    batch["field_ids"][2] = 7
    batch["input_ids"][1, 7:] = 9
    assert torch.allclose(before, model(**batch, decoder_input_ids=labels).logits, atol=1e-5)


def test_padding_of_what_was_read_changes_nothing_for_a_plain_decoder() -> None:
    model, batch = small(**PLAIN), inputs()
    labels = torch.randint(3, 50, (3, 8))
    together = model(**batch, decoder_input_ids=labels).logits
    alone = model(input_ids=batch["input_ids"][1:2, :7], decoder_input_ids=labels[1:2]).logits
    assert torch.allclose(together[1], alone[0], atol=1e-5)


def test_every_field_that_is_there_is_read() -> None:
    model, batch = small(), inputs()
    labels = torch.randint(3, 50, (3, 8))
    before = model(**batch, decoder_input_ids=labels).logits
    for number in range(5):
        changed = dict(batch, field_ids=batch["field_ids"].clone())
        changed["field_ids"][0, number] = 5
        after = model(**changed, decoder_input_ids=labels).logits
        assert not torch.allclose(before[0], after[0], atol=1e-4)
        assert torch.allclose(before[1], after[1], atol=1e-5)


@pytest.mark.parametrize("more", [{}, PLAIN])
def test_what_comes_later_is_not_seen(more: dict[str, Any]) -> None:
    model, batch = small(**more), inputs()
    one = torch.randint(3, 50, (3, 8))
    other = one.clone()
    other[:, 5:] = 4
    first, second = (model(**batch, decoder_input_ids=ids).logits for ids in (one, other))
    assert torch.allclose(first[:, :5], second[:, :5], atol=1e-5)


@pytest.mark.parametrize("more", [{}, PLAIN])
def test_several_new_tokens_behind_a_cache_are_what_one_by_one_are(more: dict[str, Any]) -> None:
    model, batch = small(**more), inputs()
    ids = torch.randint(3, 50, (3, 8))
    whole = model(**batch, decoder_input_ids=ids).logits
    first = model(**batch, decoder_input_ids=ids[:, :3], use_cache=True)
    memory = model.encoder(**batch)
    rest = model(decoder_input_ids=ids[:, 3:], encoder_outputs=memory, cache=first.cache, use_cache=True)
    assert torch.allclose(whole[:, 3:], rest.logits, atol=1e-5)


@pytest.mark.parametrize("model", [small, paper])
def test_a_saved_model_is_loaded_as_it_was(model: Callable[[], Any], tmp_path: Path) -> None:
    made = model()
    made.save_pretrained(tmp_path)
    assert [path.name for path in tmp_path.glob("*.safetensors")] == ["model.safetensors"]
    loaded = type(made).from_pretrained(tmp_path).eval()
    labels = torch.randint(3, 50, (3, 8))
    one, other = (each(**inputs(), decoder_input_ids=labels).logits for each in (made, loaded))
    assert torch.equal(one, other)


def test_it_computes_in_sixteen_bits_too() -> None:
    model = small().bfloat16()
    loss = model(**inputs(), labels=torch.randint(3, 50, (3, 8))).loss
    assert torch.isfinite(loss)


@pytest.mark.parametrize(
    "more", [{"fields": ["title"]}, {"fields": []}, {"num_experts": 1}, {"copies": False}, PLAIN]
)
def test_parts_can_be_left_out_by_configuration(more: dict[str, Any]) -> None:
    model, batch = small(**more), inputs()
    count = len(model.config.fields)
    batch["field_ids"], batch["field_mask"] = batch["field_ids"][:, :count], batch["field_mask"][:, :count]
    assert torch.isfinite(model(**batch, labels=torch.randint(3, 50, (3, 8))).loss)
    assert model.generate(**batch, max_new_tokens=3, do_sample=False).shape[0] == 3


def test_log_chances_sum_to_one_and_the_loss_is_theirs() -> None:
    model, batch = small(), inputs()
    labels = torch.randint(3, 50, (3, 8))
    chances = model(**batch, decoder_input_ids=model.prepare_decoder_input_ids_from_labels(labels)).logits
    assert torch.allclose(chances.exp().sum(-1), torch.ones(3, 8), atol=1e-4)
    expected = -chances.gather(-1, labels[..., None]).mean()
    assert torch.allclose(model(**batch, labels=labels).loss, expected, atol=1e-4)


def test_a_pointer_gives_its_chance_to_the_tokens_it_looks_at() -> None:
    head = CopyHead(4)
    with torch.no_grad():
        head.share.bias.fill_(20.0)  # all of it is copied
        head.query.weight.zero_()  # it looks everywhere alike
    memory = Memory(
        torch.randn(1, 4, 4), torch.tensor([[True, True, True, False]]), torch.tensor([[5, 5, 6, 7]])
    )
    runs = followed(torch.tensor([[8]]), memory, 1)
    chances = head.log_chances(
        torch.randn(1, 1, 4), torch.randn(1, 1, 9), memory, runs, head.keys(memory)
    ).exp()[0, 0]
    assert chances[[5, 6, 7]].tolist() == pytest.approx([2 / 3, 1 / 3, 0.0], abs=1e-4)


def test_what_was_written_last_is_found_where_it_was_read() -> None:
    read = torch.tensor([[3, 4, 5, 3, 6, 5]])
    memory = Memory(torch.zeros(1, 6, 4), torch.tensor([[True] * 5 + [False]]), read)
    runs = followed(torch.tensor([[3, 4, 6]]), memory, 3)
    lengths = runs.sum(0)[0].tolist()
    assert lengths[0] == [0, 1, 0, 0, 1, 0]  # behind each 3
    assert lengths[1] == [0, 0, 2, 0, 0, 0]  # behind 3 4
    assert lengths[2] == [0, 0, 0, 0, 0, 1]  # behind the 6
    assert not followed(torch.tensor([[5]]), memory, 1)[0, 0, 0, 0]  # what is masked was not read


def test_an_untrained_pointer_copies_what_follows_a_long_run() -> None:
    head = CopyHead(4)
    with torch.no_grad():
        head.share.bias.fill_(20.0)
    read = torch.tensor([[1, 2, 3, 4, 5, 1, 2, 3, 9, 8]])
    memory = Memory(torch.randn(1, 10, 4), torch.ones(1, 10, dtype=torch.bool), read)
    written = torch.tensor([[1, 2, 3, 4]])
    states, logits, runs = torch.randn(1, 4, 4), torch.randn(1, 4, 12), followed(written, memory, 4)
    chances = head.log_chances(states, logits, memory, runs, head.keys(memory))
    assert chances[0, 3].argmax() == 5


def test_a_gate_sends_each_token_to_k_experts() -> None:
    gate = NoisyTopKGate(8, experts=4, k=2)
    for mode in (gate.train(), gate.eval()):
        weights, _ = mode(torch.randn(50, 8))
        assert ((weights > 0).sum(-1) == 2).all()
        assert torch.allclose(weights.sum(-1), torch.ones(50))


def test_an_unbalanced_gate_costs_more_and_learns_to_be_balanced() -> None:
    gate = NoisyTopKGate(8, experts=4, k=1).train()
    tokens = torch.randn(200, 8) + 1.0
    with torch.no_grad():
        gate.clean.weight[0] = 1.0  # everything goes to the first
    before = gate(tokens)[1].item()
    optimizer = torch.optim.Adam(gate.parameters(), lr=0.05)
    for _ in range(60):
        optimizer.zero_grad()
        gate(tokens)[1].backward()
        optimizer.step()
    used = (gate.eval()(tokens)[0] > 0).float().mean(0)
    assert gate.train()(tokens)[1].item() < before / 3
    assert used.max() < 0.7


def test_experts_together_are_their_weighted_sum() -> None:
    layer = ExpertFeedForward(8, 12, experts=3, k=2).eval()
    states = torch.randn(2, 5, 8)
    made, _, weights = layer(states)
    expected = sum(weights[..., n, None] * expert(states) for n, expert in enumerate(layer.experts))
    assert torch.allclose(made, expected, atol=1e-5)


def test_public_parts_go_into_every_expert_and_all_three_stacks() -> None:
    model, other = paper(), paper()
    load_public_parts(
        model,
        load=lambda name, _kind: (
            other.encoder.experts["title"] if "bert" in name else other.encoder.code
        ).state_dict(),
    )
    for expert in model.encoder.experts.values():
        assert torch.equal(expert.pooler.dense.weight, other.encoder.experts["title"].pooler.dense.weight)
    for stack in (model.encoder.code, model.reader, model.writer.transformer):
        assert torch.equal(stack.wte.weight, other.encoder.code.wte.weight)
    assert model.writer.lm_head.weight is model.writer.transformer.wte.weight


def test_a_missing_public_part_is_an_error_that_says_so() -> None:
    with pytest.raises(OSError, match="nowhere"):
        load_public_parts(paper(), text="/nowhere/at/all")
