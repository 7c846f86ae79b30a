"""The parts of a pre-norm Transformer: rotary positions, attention that may use a cache, gated feed-forward.

B: batch, T: positions of the queries, S: positions of the keys, H: heads, D: width of the model.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.cache_utils import EncoderDecoderCache


def rotated(states: Tensor, start: int, theta: float) -> Tensor:
    """Rotary positions (arXiv 2104.09864) for states (B, H, T, D/H) of which the first stands at `start`."""
    half = states.shape[-1] // 2
    rates = theta ** (-torch.arange(half, device=states.device, dtype=torch.float32) / half)
    places = torch.arange(start, start + states.shape[-2], device=states.device, dtype=torch.float32)
    angles = places[:, None] * rates  # (T, half)
    cosine, sine = angles.cos().to(states.dtype), angles.sin().to(states.dtype)
    one, other = states[..., :half], states[..., half:]
    return torch.cat((one * cosine - other * sine, one * sine + other * cosine), dim=-1)


class Attention(nn.Module):
    """Of a sequence to itself, with rotary positions, or to what was encoded, without."""

    def __init__(self, width: int, heads: int, theta: float, dropout: float, layer: int = 0) -> None:
        super().__init__()
        self.heads, self.theta, self.dropout, self.layer = heads, theta, dropout, layer
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)

    def to_itself(
        self,
        states: Tensor,
        mask: Tensor | None,
        causal: bool = False,
        cache: EncoderDecoderCache | None = None,
    ) -> Tensor:
        """`mask`: True where a key may be seen, broadcast to (B, 1, T, S)."""
        start = cache.get_seq_length(self.layer) if cache is not None else 0
        query = rotated(self._split(self.query(states)), start, self.theta)
        key = rotated(self._split(self.key(states)), start, self.theta)
        value = self._split(self.value(states))
        if cache is not None:
            key, value = cache.self_attention_cache.update(key, value, self.layer)
        if causal and start and query.shape[2] > 1:  # several new tokens behind old ones
            mask, causal = _behind(query.shape[2], key.shape[2], query.device), False
        return self._attend(query, key, value, mask, causal and query.shape[2] > 1)

    def to_memory(
        self, states: Tensor, memory: Tensor, mask: Tensor, cache: EncoderDecoderCache | None = None
    ) -> Tensor:
        """Keys and values of the memory are computed once for a cache."""
        query = self._split(self.query(states))
        if cache is not None and cache.is_updated.get(self.layer):
            layer: Any = cache.cross_attention_cache.layers[self.layer]
            return self._attend(query, layer.keys, layer.values, mask, False)
        key, value = self._split(self.key(memory)), self._split(self.value(memory))
        if cache is not None:
            key, value = cache.cross_attention_cache.update(key, value, self.layer)
            cache.is_updated[self.layer] = True
        return self._attend(query, key, value, mask, False)

    def _split(self, states: Tensor) -> Tensor:
        """(B, T, D) -> (B, H, T, D/H)."""
        return states.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def _attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        dropout = self.dropout if self.training else 0.0
        found = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, dropout_p=dropout, is_causal=causal
        )
        return self.out(found.transpose(1, 2).flatten(-2))


def _behind(new: int, all_: int, device: torch.device) -> Tensor:
    """(new, all): the last `new` positions see themselves and what is before them."""
    return torch.ones(new, all_, dtype=torch.bool, device=device).tril(all_ - new)


class FeedForward(nn.Module):
    """SwiGLU (arXiv 2002.05202)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, states: Tensor) -> Tensor:
        return self.down(functional.silu(self.gate(states)) * self.up(states))


class EncoderLayer(nn.Module):
    """Pre-norm: each part adds to what comes in."""

    def __init__(self, width: int, heads: int, hidden: int, theta: float, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, heads, theta, dropout)
        self.feed_forward = FeedForward(width, hidden)
        self.before_attention, self.before_feed_forward = nn.RMSNorm(width), nn.RMSNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        states = states + self.dropout(self.attention.to_itself(self.before_attention(states), mask))
        return states + self.dropout(self.feed_forward(self.before_feed_forward(states)))


class Encoder(nn.Module):
    """A stack of layers with a last norm."""

    def __init__(
        self, layers: int, width: int, heads: int, hidden: int, theta: float, dropout: float
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(width, heads, hidden, theta, dropout) for _ in range(layers))
        self.norm = nn.RMSNorm(width)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """`mask` (B, S): True for tokens. A row without any gives finite numbers, which nobody reads."""
        alone = ~mask.any(dim=1, keepdim=True)
        seen = (mask | alone)[:, None, None, :]
        for layer in self.layers:
            states = layer(states, seen)
        return self.norm(states)
