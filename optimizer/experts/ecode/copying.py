"""What a decoder looks at, and pointing at it: a token is chosen from the vocabulary or copied from there.

After the pointer-generator (arXiv 1704.04368): what is made faster is mostly what was there before. Where the
last tokens that were written stand in what was read is looked up, not learnt: what comes next there is the
best guess to begin with (what induction heads have to find out for themselves, arXiv 2209.11895).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.utils.generic import ModelOutput


@dataclass
class Memory(ModelOutput):
    """All that the decoder may look at; kept for a whole generation. It always has the three, though its base
    allows one field without a default."""

    last_hidden_state: Tensor  # (B, M, D)
    mask: Tensor = None  # type: ignore[assignment]  # (B, M), True for tokens
    ids: Tensor = None  # type: ignore[assignment]  # (B, M), the tokens themselves


_LONGEST = 4  # tokens in a row that are compared


def selected(memory: Memory, rows: Tensor) -> Memory:
    """Those rows (N,) of it."""
    return Memory(
        last_hidden_state=memory.last_hidden_state[rows], mask=memory.mask[rows], ids=memory.ids[rows]
    )


def repeated(memory: Memory, times: int) -> Memory:
    """Each row so many times, side by side."""
    return selected(memory, torch.arange(len(memory.ids), device=memory.ids.device).repeat_interleave(times))


def beside(memory: Tensor, written: Tensor) -> Tensor:
    """written (B * K, T, ...), K rows to each of the memory (B, ...), as (B, K * T, ...): what was read is
    held once for all writings of it, and looked at by all of them at once."""
    return written.reshape(len(memory), -1, *written.shape[2:])


def followed(written: Tensor, memory: Memory, last: int) -> Tensor:
    """(4, B, K * T, M): whether the last 1, 2, 3, 4 tokens written, up to each of the `last` T, stand right
    before each place of the memory. written (B * K, at least T), as many more as there are up to 3."""
    found: list[Tensor] = []
    read = memory.ids.masked_fill(~memory.mask, -3)
    for back in range(_LONGEST):
        asked = beside(read, _moved(written, back, -1)[:, -last:])
        same = asked[:, :, None] == _moved(read, back + 1, -2)[:, None, :]
        found.append(same & found[-1] if found else same)
    return torch.stack(found)


def _moved(ids: Tensor, by: int, filler: int) -> Tensor:
    return functional.pad(ids, (by, 0), value=filler)[:, : ids.shape[1]]


class CopyHead(nn.Module):
    """Mixes the vocabulary's distribution with one over the tokens of the memory. T: all that look at one row
    of it (see `beside`).

    states (B, T, D) of the decoder, logits (B, T, vocabulary) made from them, runs as of `followed`."""

    def __init__(self, width: int) -> None:
        super().__init__()
        # How much each token more of a run counts; e^8 for four outweighs a long memory from the start.
        self.reading = nn.Parameter(torch.full((_LONGEST,), 2.0))
        self.pointing = nn.Parameter(torch.full((_LONGEST,), 2.0))
        self.found = nn.Linear(width, width, bias=False)
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.share = nn.Linear(width, 1)  # how much is copied

    def read(self, memory: Memory, runs: Tensor) -> Tensor:
        """(B, T, D): what stands in the memory where it probably goes on."""
        scores = torch.einsum("k,kbtm->btm", self.reading, runs.to(self.reading.dtype))
        looks = scores.float().masked_fill(~memory.mask[:, None, :], -1e9).softmax(-1)
        return self.found(looks.to(memory.last_hidden_state.dtype) @ memory.last_hidden_state)

    def keys(self, memory: Memory) -> Tensor:
        """(B, M, D): the same for all that is written."""
        found: Tensor = self.key(memory.last_hidden_state)
        return found

    def log_chances(
        self, states: Tensor, logits: Tensor, memory: Memory, runs: Tensor, keys: Tensor
    ) -> Tensor:
        """Log probabilities (B, T, vocabulary)."""
        made, copied, looks = self._parts(states, logits, memory, runs, keys)
        ids = memory.ids[:, None, :].expand(-1, made.shape[1], -1)
        pointed = torch.zeros_like(made).scatter_add(-1, ids, looks)
        return torch.logaddexp(made, copied + (pointed + 1e-9).log())

    def log_chance_of(
        self, labels: Tensor, states: Tensor, logits: Tensor, memory: Memory, runs: Tensor
    ) -> Tensor:
        """The same for the labels (B, T) alone, shape (B, T): no second tensor as large as the logits."""
        made, copied, looks = self._parts(states, logits, memory, runs, self.keys(memory))
        pointed = (looks * (memory.ids[:, None, :] == labels[:, :, None])).sum(-1)
        chosen = made.gather(-1, labels[:, :, None])[..., 0]
        return torch.logaddexp(chosen, copied[..., 0] + (pointed + 1e-9).log())

    def _parts(
        self, states: Tensor, logits: Tensor, memory: Memory, runs: Tensor, keys: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Log chances when made (B, T, vocabulary), the log share that is copied (B, T, 1), where it looks
        (B, T, M)."""
        scores = self.query(states) @ keys.transpose(1, 2) / states.shape[-1] ** 0.5
        scores = scores.float() + torch.einsum("k,kbtm->btm", self.pointing, runs.to(self.pointing.dtype))
        looks = scores.masked_fill(~memory.mask[:, None, :], -1e9).softmax(-1)
        share = self.share(states).float()
        made = logits.float().log_softmax(-1) + functional.logsigmoid(-share)
        return made, functional.logsigmoid(share), looks
