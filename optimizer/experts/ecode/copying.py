"""What a decoder looks at, and pointing at it: a token is chosen from the vocabulary or copied from there.

After the pointer-generator (arXiv 1704.04368): what is made faster is mostly what was there before.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers.utils.generic import ModelOutput


@dataclass
class Memory(ModelOutput):
    """All that the decoder may look at; kept for a whole generation. It always has the three, though its base
    allows one field without a default."""

    last_hidden_state: Tensor  # (B, M, D)
    mask: Tensor = None  # type: ignore[assignment]  # (B, M), True for tokens
    ids: Tensor = None  # type: ignore[assignment]  # (B, M), the tokens themselves


class CopyHead(nn.Module):
    """Mixes the vocabulary's distribution with one over the tokens of the memory.

    states (B, T, D) of the decoder, logits (B, T, vocabulary) made from them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.share = nn.Linear(width, 1)  # how much is copied

    def log_chances(self, states: Tensor, logits: Tensor, memory: Memory) -> Tensor:
        """Log probabilities (B, T, vocabulary)."""
        made, copied, looks = self._parts(states, logits, memory)
        ids = memory.ids[:, None, :].expand(-1, made.shape[1], -1)
        pointed = torch.zeros_like(made).scatter_add(-1, ids, looks)
        return torch.logaddexp(made, copied + (pointed + 1e-9).log())

    def log_chance_of(self, labels: Tensor, states: Tensor, logits: Tensor, memory: Memory) -> Tensor:
        """The same for the labels (B, T) alone, shape (B, T): no second tensor as large as the logits."""
        made, copied, looks = self._parts(states, logits, memory)
        pointed = (looks * (memory.ids[:, None, :] == labels[:, :, None])).sum(-1)
        chosen = made.gather(-1, labels[:, :, None])[..., 0]
        return torch.logaddexp(chosen, copied[..., 0] + (pointed + 1e-9).log())

    def _parts(self, states: Tensor, logits: Tensor, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        """Log chances when made (B, T, vocabulary), the log share that is copied (B, T, 1), where it looks
        (B, T, M)."""
        keys = self.key(memory.last_hidden_state)
        scores = self.query(states) @ keys.transpose(1, 2) / states.shape[-1] ** 0.5
        looks = scores.float().masked_fill(~memory.mask[:, None, :], -1e9).softmax(-1)
        share = self.share(states).float()
        made = logits.float().log_softmax(-1) + nn.functional.logsigmoid(-share)
        return made, nn.functional.logsigmoid(share), looks
