"""Writes with the model: several edits of each function in one batch, by beams (`beams.py`) or by samples.

A sample is the best token under noise that belongs to its seed and position (the Gumbel-max trick): so a
function is written the same alone and among others, and guessing tokens ahead changes nothing but the time.
B: rows, one for each sample; T: tokens written so far; V: vocabulary.
"""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from optimizer.experts.ecode.beams import search
from optimizer.experts.ecode.copying import Memory
from optimizer.experts.ecode.drafts import Draft, Sampling
from optimizer.experts.ecode.edits import lines_of
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.grammar import Grammar, grammar
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration
from optimizer.experts.ecode.spelling import Alphabet, Spelling, spelling


def rewrite(
    model: EcodeForConditionalGeneration, alphabet: Alphabet, items: Sequence[Fields], how: Sampling
) -> list[list[Draft]]:
    """The writings of each, the likeliest first; those that came to no end are left out."""
    found: list[list[Draft]] = []
    at_once = max(1, how.most_rows // how.samples)
    for start in range(0, len(items), at_once):
        found += _rewrite(model, alphabet, items[start : start + at_once], how)
    return found


@torch.inference_mode()
def _rewrite(
    model: EcodeForConditionalGeneration, alphabet: Alphabet, items: Sequence[Fields], how: Sampling
) -> list[list[Draft]]:
    writer = alphabet.writer
    memory, prefix, lines = _read(model, writer, items, how)
    seeds = [how.seed + number for number in range(how.samples)] * len(items)
    # The first sample may say that nothing is to be changed; the others what would be, if they had to.
    insists = torch.tensor([not how.beams and seed != how.seed for seed in seeds], device=model.device)
    spelt = [one for item in items for one in [_spelling(alphabet, item, how)] * how.samples]
    rules = grammar(writer, lines.repeat_interleave(how.samples), insists, spelt)
    if how.beams:
        ids, chances = search(model, memory, prefix, how, rules)
    else:
        ids, chances = write(model, memory, prefix, seeds, how, rules)
    rows = list(zip(ids[:, prefix.shape[1] :].tolist(), chances.tolist(), strict=True))
    return [
        list(_drafts(writer, item.code, rows[number * how.samples : (number + 1) * how.samples]))
        for number, item in enumerate(items)
    ]


@torch.inference_mode()
def unchanged(
    model: EcodeForConditionalGeneration, writer: Writer, items: Sequence[Fields], how: Sampling
) -> list[float]:
    """The chance, for each, that nothing is to be changed: that writing ends where it begins."""
    found: list[float] = []
    for start in range(0, len(items), how.most_rows):
        memory, prefix, lines = _read(model, writer, items[start : start + how.most_rows], how)
        allowed = grammar(writer, lines, torch.zeros_like(lines, dtype=torch.bool)).allowed(prefix, 1)
        logits = model(decoder_input_ids=prefix, encoder_outputs=memory).logits[:, -1:].float()
        chances = logits.masked_fill(~allowed, -torch.inf).softmax(-1)
        found += chances[:, 0, model.config.eos_token_id].tolist()
    return found


def _read(
    model: EcodeForConditionalGeneration, writer: Writer, items: Sequence[Fields], how: Sampling
) -> tuple[Memory, Tensor, Tensor]:
    """What the decoder looks at, what is written already (B, P), and how many lines were read (B,)."""
    read = {name: tensor.to(model.device) for name, tensor in writer.read(items).items()}
    prefix = torch.tensor([writer.prefix(item.language, how.decile) for item in items], device=model.device)
    lines = torch.tensor([len(lines_of(item.code)) for item in items], device=model.device)
    return model.encoder(**read), prefix, lines


def _spelling(alphabet: Alphabet, item: Fields, how: Sampling) -> Spelling | None:
    return spelling(alphabet, item) if how.spelt and item.language == "python" else None


def _drafts(writer: Writer, code: str, rows: Sequence[tuple[list[int], float]]) -> Iterator[Draft]:
    end = writer.config.eos_token_id
    for numbers, chance in rows:
        length = numbers.index(end) if end in numbers and chance > -math.inf else None
        text = None if length is None else writer.rewritten(code, numbers[:length])
        if text is not None and length is not None:
            yield Draft(text, chance, length + 1)


def write(
    model: EcodeForConditionalGeneration,
    memory: Memory,
    prefix: Tensor,
    seeds: Sequence[int],
    how: Sampling,
    rules: Grammar,
) -> tuple[Tensor, Tensor]:
    """Tokens (B, T) behind the prefix of each function, padded after the end, and log chances (B,) of what
    was written. Rows are one for each seed, those of a function side by side.

    A row whose seed is `how.seed` gets no noise."""
    end, pad = model.config.eos_token_id, model.config.pad_token_id
    assert isinstance(end, int) and isinstance(pad, int)
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    ids, known = prefix.repeat_interleave(how.samples, dim=0), 0
    chances = torch.zeros(len(seeds), device=prefix.device)
    done = torch.zeros(len(seeds), dtype=torch.bool, device=prefix.device)
    while ids.shape[1] < prefix.shape[1] + how.most_tokens and not done.all():
        guess = guessed(ids, memory, how.ahead)
        fed = torch.cat((ids[:, known:], guess), dim=1)
        logits = model(decoder_input_ids=fed, encoder_outputs=memory, cache=cache, use_cache=True).logits
        logits = logits[:, -guess.shape[1] - 1 :].float()
        allowed = rules.allowed(torch.cat((ids, guess), dim=1), logits.shape[1])
        logits = logits.masked_fill(~allowed, -torch.inf)
        chosen = torch.stack(
            [_chosen(logits[:, n], seeds, ids.shape[1] + n, how) for n in range(logits.shape[1])], dim=1
        )
        new = chosen[:, : _agreed(chosen, guess, done) + 1]
        each = logits[:, : new.shape[1]].log_softmax(-1).gather(-1, new[..., None])[..., 0]
        ended = done[:, None] | (torch.cumsum(new == end, dim=1) - (new == end).long() > 0)
        chances = chances + each.masked_fill(ended, 0.0).sum(1)
        ids = torch.cat((ids, new.masked_fill(ended, pad)), dim=1)
        done = done | (new == end).any(1)
        wrong = known + fed.shape[1] - (ids.shape[1] - 1)
        if wrong:
            cache.crop(-wrong)
        known = ids.shape[1] - 1
    return ids, chances


def guessed(ids: Tensor, memory: Memory, ahead: int) -> Tensor:
    """(B, up to `ahead`): what came, where it was read, behind the two tokens that were written last. Rows
    without such a place guess nothing of use; none at all where no row has one."""
    if not ahead or ids.shape[1] < 2:
        return ids[:, :0]
    read = memory.ids.repeat_interleave(len(ids) // len(memory.ids), dim=0)
    same = (read[:, :-1] == ids[:, -2, None]) & (read[:, 1:] == ids[:, -1, None])
    if not same.any():
        return ids[:, :0]
    place = same.long().argmax(1) + 2
    places = (place[:, None] + torch.arange(ahead, device=ids.device)).clamp(max=read.shape[1] - 1)
    return read.gather(1, places)


def _agreed(chosen: Tensor, guess: Tensor, done: Tensor) -> int:
    """How many guessed tokens were right in every row that is not done."""
    right = (chosen[:, : guess.shape[1]] == guess) | done[:, None]
    return int(right.all(0).long().cumprod(0).sum())


def _chosen(logits: Tensor, seeds: Sequence[int], position: int, how: Sampling) -> Tensor:
    """(B, V) -> (B,)"""
    scores = _nucleus(logits.log_softmax(-1) / how.temperature, how.top_p)
    noise = torch.stack([_noise(seed, position, logits.shape[-1], how) for seed in seeds]).to(scores.device)
    return (scores + noise).argmax(-1)


def _noise(seed: int, position: int, size: int, how: Sampling) -> Tensor:
    if seed == how.seed:
        return torch.zeros(size)
    generator = torch.Generator().manual_seed(seed * 1_000_003 + position)
    return -torch.empty(size).exponential_(generator=generator).log()


def _nucleus(scores: Tensor, top_p: float) -> Tensor:
    """The likeliest tokens that make up `top_p` together, and the first in any case (arXiv 1904.09751)."""
    ordered, places = scores.log_softmax(-1).exp().sort(dim=-1, descending=True)
    out = (ordered.cumsum(-1) - ordered) > top_p
    return scores.masked_fill(torch.zeros_like(out).scatter(-1, places, out), -torch.inf)
