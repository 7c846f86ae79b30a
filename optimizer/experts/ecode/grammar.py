"""What may be written next: edits of lines that were read, one behind the other, and then the end.

B: rows, T: tokens written so far, N: those of the last of which the next one is asked for, V: vocabulary.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from optimizer.experts.ecode.edits import MOST_LINES
from optimizer.experts.ecode.inputs import Writer
from optimizer.experts.ecode.spelling import Spelling


@dataclass(frozen=True)
class Grammar:
    first_line: int  # the token of line 0
    lines: Tensor  # (B,), how many were read
    breaks: Tensor  # (V,), tokens that begin with a line break
    text: Tensor  # (V,), tokens of text
    end: int
    insists: Tensor  # (B,), rows that have to change something
    spelling: Sequence[Spelling | None] = ()  # of each row; None and () for text as it comes

    def of(self, rows: Tensor) -> Self:
        """That of some rows (N,) alone."""
        spelling = [self.spelling[row] for row in rows.tolist()] if self.spelling else ()
        return replace(self, lines=self.lines[rows], insists=self.insists[rows], spelling=spelling)

    def allowed(self, written: Tensor, last: int) -> Tensor:
        """(B, T) -> (B, last, V). Between edits: a line behind them, or the end. In one: text, of which the
        first token is a line break, or the line to go on with; that one is further on if nothing was
        written."""
        numbers = written - self.first_line
        named = (numbers >= 0) & (numbers <= self.lines[:, None])
        inside = (named.cumsum(1) % 2 == 1)[:, -last:, None]
        fresh = named[:, -last:, None] & inside
        passed = torch.where(named, numbers, 0).cummax(1).values[:, -last:, None]
        line = torch.arange(len(self.text), device=written.device) - self.first_line
        further = (line >= passed + fresh.long()) & (line <= self.lines[:, None, None])
        found = further | (inside & torch.where(fresh, self.breaks, self.text))
        begun = (named.cumsum(1) > 0)[:, -last:]
        found[:, :, self.end] = ~inside[:, :, 0] & (begun | ~self.insists[:, None])
        return self._spelt(found, written.tolist(), (inside & ~fresh)[:, :, 0].tolist())

    def _spelt(self, found: Tensor, written: list[list[int]], asked: list[list[bool]]) -> Tensor:
        for row, spelling in enumerate(self.spelling):
            for place, wanted in enumerate(asked[row]):
                if wanted and spelling:
                    end = len(written[row]) - len(asked[row]) + place + 1
                    text = self._text(written[row][:end])
                    found[row, place] &= spelling.allowed(text).to(found.device)
        return found

    def _text(self, written: list[int]) -> list[int]:
        """What stands behind the last token of a line."""
        last = max(at for at, one in enumerate(written) if 0 <= one - self.first_line <= MOST_LINES)
        return written[last + 1 :]


def grammar(
    writer: Writer, lines: Tensor, insists: Tensor, spelling: Sequence[Spelling | None] = ()
) -> Grammar:
    """Of rows with so many lines, and those of which a change is asked whether there is one or not."""
    size, device = writer.config.vocab_size, lines.device
    breaks, text = torch.zeros((2, size), dtype=torch.bool, device=device)
    breaks[sorted(writer.breaks)] = True
    text[writer.first_text : len(writer.tokenizer)] = True
    end = writer.config.eos_token_id
    assert isinstance(end, int)
    return Grammar(writer.first_line, lines, breaks, text, end, insists, spelling)
