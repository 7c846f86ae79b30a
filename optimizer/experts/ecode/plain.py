"""The plain decoder that `ecode-small` is compared with: one stack reads the code, and writes behind it."""

import torch
from torch import Tensor

from optimizer.experts.ecode.copying import Memory


def behind(written: Tensor, memory: Memory, known: int) -> tuple[Tensor, Tensor]:
    """States (B, M + T, D) of what was read and written, (B, T, D) once a cache knows the rest, and which of
    all (B, 1, the same, S) each may see. What was read moves to the right, so that no padding stands between
    the two."""
    moved, mask = _to_the_right(memory)
    states = written if known else torch.cat((moved, written), dim=1)
    length = known + states.shape[1]
    seen = torch.nn.functional.pad(mask, (0, length - mask.shape[1]), value=True)
    before = torch.ones(states.shape[1], length, dtype=torch.bool, device=mask.device).tril(known)
    itself = torch.eye(length, dtype=torch.bool, device=mask.device)[
        known:
    ]  # a row of padding sees something
    return states, ((seen[:, None, :] & before) | itself)[:, None]


def _to_the_right(memory: Memory) -> tuple[Tensor, Tensor]:
    order = memory.mask.long().argsort(dim=1, stable=True)  # padding first
    places = order[:, :, None].expand_as(memory.last_hidden_state)
    return memory.last_hidden_state.gather(1, places), memory.mask.gather(1, order)
