"""A trained model in memory, ready to write."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from transformers.utils import logging

from optimizer.experts.ecode import tokenizer
from optimizer.experts.ecode.decoding import rewrite, unchanged
from optimizer.experts.ecode.drafts import Draft, Sampling
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.modeling import EcodeForConditionalGeneration
from optimizer.experts.ecode.spelling import Alphabet


@dataclass(frozen=True, slots=True)
class Loaded:
    model: EcodeForConditionalGeneration
    alphabet: Alphabet  # of its tokens

    @property
    def writer(self) -> Writer:
        return self.alphabet.writer

    def drafts(self, items: Sequence[Fields], how: Sampling) -> list[list[Draft]]:
        """See `decoding.rewrite`."""
        return rewrite(self.model, self.alphabet, items, how)

    def unchanged(self, items: Sequence[Fields], how: Sampling) -> list[float]:
        """See `decoding.unchanged`."""
        return unchanged(self.model, self.writer, items, how)

    def fits(self, item: Fields) -> bool:
        return self.writer.fits(item)


def load(folder: Path) -> Loaded:
    """From a folder that `checkpoint.whole` has seen; on the GPU where there is one, in 16 bits there: a CPU
    is faster with 32 when few rows are written at once."""
    logging.disable_progress_bar()  # a job has its own
    gpu = torch.cuda.is_available()
    model = EcodeForConditionalGeneration.from_pretrained(
        folder, dtype=torch.bfloat16 if gpu else torch.float32, local_files_only=True
    )
    alphabet = Alphabet(Writer(tokenizer.load(folder), model.config))
    if gpu:
        nn.Module.cuda(model)
    return Loaded(model.eval(), alphabet)
