"""Writes the likeliest edits of a function, all of them different, by beam search.

A small model is sure of what it writes: of eight samples most are alike, right or wrong. Here each writing is
tried once, and the next best is looked at instead.
B: functions, K: writings of each, V: vocabulary. Rows are B * K, those of a function side by side.
"""

from typing import cast

import torch
from torch import Tensor
from transformers.cache_utils import DynamicCache, EncoderDecoderCache

from optimizer.experts.ecode.copying import Memory
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.grammar import Grammar
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration


def search(
    model: EcodeForConditionalGeneration, memory: Memory, prefix: Tensor, how: Sampling, rules: Grammar
) -> tuple[Tensor, Tensor]:
    """Tokens (B * K, T) behind the prefix (B * K, P), padded after the end, and log chances (B * K,), the
    likeliest of each function first. Where there are fewer than K writings, the others have no chance."""
    end, pad = model.config.eos_token_id, model.config.pad_token_id
    assert isinstance(end, int) and isinstance(pad, int)
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    ids, known = prefix, 0
    done = torch.zeros(len(prefix), dtype=torch.bool, device=prefix.device)
    chances = torch.zeros(len(prefix) // how.samples, how.samples, device=prefix.device)
    chances[:, 1:] = -torch.inf  # all of a function begin alike: the first stands for them
    while ids.shape[1] < prefix.shape[1] + how.most_tokens and not done.all():
        logits = model(
            decoder_input_ids=ids[:, known:], encoder_outputs=memory, cache=cache, use_cache=True
        ).logits[:, -1]
        known = ids.shape[1]
        chances, rows, new = _best(chances, _next(logits, rules.allowed(ids, 1)[:, 0], done, pad))
        ids, done = torch.cat((ids[rows], new[:, None]), dim=1), done[rows] | (new == end)
        # What was read is the same for all writings of a function: only what was written moves.
        cache.self_attention_cache.reorder_cache(cast("torch.LongTensor", rows))
    return ids, chances.flatten()


def _next(logits: Tensor, allowed: Tensor, done: Tensor, pad: int) -> Tensor:
    """(B * K, V): log chances of each token; a row that is done goes on with padding, at no cost. A row with
    no chance may have nothing that is allowed: its numbers are none."""
    found = logits.float().masked_fill(~allowed, -torch.inf).log_softmax(-1)
    found = found.nan_to_num(nan=-torch.inf, neginf=-torch.inf).masked_fill(done[:, None], -torch.inf)
    found[:, pad] = found[:, pad].masked_fill(done, 0.0)
    return found


def _best(chances: Tensor, following: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The K likeliest of each function: (B, K) log chances, the rows that they go on from, their tokens."""
    (functions, width), size = chances.shape, following.shape[1]
    longer = (chances[:, :, None] + following.view(functions, width, size)).flatten(1)
    chances, places = longer.topk(width)
    first = torch.arange(functions, device=places.device)[:, None] * width
    return chances, (first + places // size).flatten(), (places % size).flatten()
