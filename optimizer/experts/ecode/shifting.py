"""What a decoder reads in order to write its labels."""

import torch
from torch import Tensor
from transformers import PreTrainedConfig


def shifted(labels: Tensor, config: PreTrainedConfig) -> Tensor:
    """Labels (B, T), negative where nothing is asked, one place later behind the token that starts."""
    start, pad = config.decoder_start_token_id, config.pad_token_id
    assert start is not None and pad is not None
    first = labels.new_full((labels.shape[0], 1), start)
    return torch.cat((first, labels[:, :-1].masked_fill(labels[:, :-1] < 0, pad)), dim=1)
