"""Writes the likeliest edits of a function, all of them different, by beam search.

A small model is sure of what it writes: of eight samples most are alike, right or wrong. Here each writing is
tried once, and the next best is looked at instead.
B: functions, K: writings of each, V: vocabulary. Rows are B * K, those of a function side by side.
"""

from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from optimizer.experts.ecode.copying import Memory, selected
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.grammar import Grammar
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration


def search(
    model: EcodeForConditionalGeneration, memory: Memory, prefix: Tensor, how: Sampling, rules: Grammar
) -> tuple[Tensor, Tensor]:
    """Tokens (B * K, T) behind the prefix (B, P), padded after the end, and log chances (B * K,), the
    likeliest of each function first. Where there are fewer than K writings, the others have no chance."""
    end, pad = model.config.eos_token_id, model.config.pad_token_id
    assert isinstance(end, int) and isinstance(pad, int)
    reader = _Reader(model, memory, how.samples)
    ids, longest = prefix.repeat_interleave(how.samples, dim=0), prefix.shape[1] + how.most_tokens
    from_rows = torch.arange(len(ids), device=ids.device)
    done = torch.zeros(len(ids), dtype=torch.bool, device=ids.device)
    chances = torch.zeros(len(prefix), how.samples, device=ids.device)
    chances[:, 1:] = -torch.inf  # all of a function begin alike: the first stands for them
    while ids.shape[1] < longest and (living := ~done & chances.flatten().isfinite()).any():
        rows, logits = reader.read(ids, living.view_as(chances), from_rows)
        following = logits.new_full((len(ids), logits.shape[-1]), -torch.inf, dtype=torch.float32)
        following[rows] = _next(logits, rules.of(rows).allowed(ids[rows], 1)[:, 0])
        following[done] = -torch.inf
        following[done, pad] = 0.0  # goes on at no cost
        chances, from_rows, new = _best(chances, following)
        ids, done = torch.cat((ids[from_rows], new[:, None]), dim=1), done[from_rows] | (new == end)
    return ids, chances.flatten()


@dataclass
class _Reader:
    """The model, fed with the rows alone that go on: most are done long before the last one is. Of each
    function there are as many as of the one that has most, so that they look at what was read together (see
    `beside`)."""

    model: EcodeForConditionalGeneration
    memory: Memory  # of the functions that have a row left
    width: int  # K
    cache: EncoderDecoderCache = field(
        default_factory=lambda: EncoderDecoderCache(DynamicCache(), DynamicCache())
    )
    known: int = 0  # tokens that the cache has
    functions: Tensor = field(init=False)  # those in the memory, in its order
    places: Tensor = field(init=False)  # (B * K,): the place in the cache of each row that was fed last

    def __post_init__(self) -> None:
        self.functions = torch.arange(len(self.memory.ids), device=self.memory.ids.device)
        self.places = self.functions.repeat_interleave(self.width)

    def read(self, ids: Tensor, living: Tensor, from_rows: Tensor) -> tuple[Tensor, Tensor]:
        """Rows (N,) of the tokens (B * K, T), the living (B, K) among them, and logits (N, V) behind them;
        `from_rows` (B * K,): whose past each row goes on with."""
        (functions,) = torch.where(living.any(1))
        living = living[functions]
        beams = (~living).long().argsort(dim=1, stable=True)[:, : int(living.sum(1).max())]
        rows = functions[:, None] * self.width + beams
        places = self.places[from_rows[rows]]
        # What fills up has a past that is there, whichever; nobody asks what is written behind it.
        places = torch.where(living.gather(1, beams), places, places[:, :1])
        self._keep(functions, places.flatten())
        fed, rows = ids[rows.flatten(), self.known :], rows.flatten()
        found = self.model(
            decoder_input_ids=fed, encoder_outputs=self.memory, cache=self.cache, use_cache=True
        )
        self.known, self.places[rows] = ids.shape[1], torch.arange(len(rows), device=rows.device)
        return rows, found.logits[:, -1]

    def _keep(self, functions: Tensor, places: Tensor) -> None:
        """In the cache what the rows stand behind, in the memory their functions."""
        self.cache.self_attention_cache.reorder_cache(cast("torch.LongTensor", places))
        if len(functions) < len(self.functions):
            left = torch.searchsorted(self.functions, functions)
            self.cache.cross_attention_cache.batch_select_indices(left)
            self.memory, self.functions = selected(self.memory, left), functions


def _next(logits: Tensor, allowed: Tensor) -> Tensor:
    """(N, V): log chances of each token. A row may have nothing that is allowed: its numbers are none."""
    found = logits.float().masked_fill(~allowed, -torch.inf).log_softmax(-1)
    return found.nan_to_num(nan=-torch.inf, neginf=-torch.inf)


def _best(chances: Tensor, following: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The K likeliest of each function: (B, K) log chances, the rows that they go on from, their tokens."""
    (functions, width), size = chances.shape, following.shape[1]
    longer = (chances[:, :, None] + following.view(functions, width, size)).flatten(1)
    chances, places = longer.topk(width)
    first = torch.arange(functions, device=places.device)[:, None] * width
    return chances, (first + places // size).flatten(), (places % size).flatten()
