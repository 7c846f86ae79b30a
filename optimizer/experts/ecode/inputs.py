"""From fields and examples to the tensors that the model takes. Padding is on the right.

    read:    <python> import re <context> <line0> def f(x): <line1> y = x <line2> return y <line3>
    written: <s> <python> <fast9> <line1> return x <line3> </s>

What is written are edits: from which line on, the lines that come there, and where the code that was read
goes on. Every line begins with its line break, the first one too.

B: batch, F: fields, L: tokens of a field, S: of code, T: that are written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from optimizer.experts.ecode.configuration import EcodeConfig
from optimizer.experts.ecode.edits import MOST_LINES, Edit, applied, between, lines_of
from optimizer.experts.ecode.examples import Example, Task
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.tokenizer import CONTEXT, MASK, line, speed

_NOT_ASKED = -100
_BREAK = "\u010a"  # what byte-level tokens have for a line break


@dataclass(frozen=True)
class Writer:
    """Turns text into numbers. What stands in somebody's code is never one of the special tokens."""

    tokenizer: PreTrainedTokenizerFast
    config: EcodeConfig

    def numbers(self, text: str) -> list[int]:
        backend = self.tokenizer.backend_tokenizer
        backend.encode_special_tokens = True
        return backend.encode(text, add_special_tokens=False).ids

    def special(self, token: str) -> int:
        found = self.tokenizer.convert_tokens_to_ids(token)
        assert isinstance(found, int)
        return found

    def text(self, numbers: Sequence[int]) -> str:
        return str(self.tokenizer.decode(list(numbers), skip_special_tokens=True))

    @cached_property
    def first_line(self) -> int:
        """The token of line 0; those of the others follow."""
        return self.special(line(0))

    @property
    def first_text(self) -> int:
        """Tokens from here on are text."""
        return self.first_line + MOST_LINES + 1

    @cached_property
    def breaks(self) -> frozenset[int]:
        """Tokens that begin with a line break: no other sign of a token is one."""
        return frozenset(
            number for token, number in self.tokenizer.get_vocab().items() if token.startswith(_BREAK)
        )

    def code(self, fields: Fields, masked: bool = False) -> list[int]:
        """The language, the context, the function; `masked`: "<mask>" in it stands for what is missing."""
        whole = "".join(f"\n{each}" for each in lines_of(fields.code))
        pieces = whole.split(MASK) if masked else [whole]
        found = self.numbers(pieces[0])
        for piece in pieces[1:]:
            found += [self.special(MASK), *self.numbers(piece)]
        found = list(self._with_lines(found))
        context = [*self._inline(fields), *self.numbers(fields.context)]
        room = max(0, self.config.max_length_code - len(found) - 2)
        return [self.special(f"<{fields.language}>"), *context[:room], self.special(CONTEXT), *found]

    def _inline(self, fields: Fields) -> Iterator[int]:
        for name in self.config.inline_fields:
            yield from (*self._field(fields, name), self.special(CONTEXT))

    def _with_lines(self, numbers: Sequence[int]) -> Iterator[int]:
        at = self.first_line
        for number in numbers:
            if number in self.breaks:
                yield at
                at += 1
            yield number
        yield at

    def fits(self, fields: Fields) -> bool:
        """Whether the function can be read whole; context is cut."""
        few = len(lines_of(fields.code)) <= MOST_LINES
        return few and len(self.code(fields)) <= self.config.max_length_code

    def edits(self, code: str, target: str) -> list[int]:
        """What is written to make the target of the code."""
        found: list[int] = []
        for edit in between(code, target):
            text = "".join(f"\n{each}" for each in edit.lines)
            found += [self.first_line + edit.start, *self.numbers(text), self.first_line + edit.end]
        return found

    def rewritten(self, code: str, numbers: Sequence[int]) -> str | None:
        """The code after the edits in what was written; None where they are none. Inverse of `edits`."""
        edits: list[Edit] = []
        rest = list(numbers)
        while rest:
            end = next((at for at in range(1, len(rest)) if self._is_line(rest[at])), None)
            if end is None or not self._is_line(rest[0]):
                return None
            before, *lines = self.text(rest[1:end]).split("\n")
            if before:
                return None
            edits.append(Edit(rest[0] - self.first_line, rest[end] - self.first_line, tuple(lines)))
            rest = rest[end + 1 :]
        return applied(code, edits)

    def _is_line(self, number: int) -> bool:
        return self.first_line <= number < self.first_text

    def prefix(self, language: str, decile: int | None) -> list[int]:
        """What is written already when writing begins."""
        start = self.config.decoder_start_token_id
        assert start is not None
        return [start, self.special(f"<{language}>"), self.special(speed(decile))]

    def read(self, items: Sequence[Fields], masked: Sequence[bool] | None = None) -> dict[str, Tensor]:
        """`input_ids` (B, S), `field_ids` (B, F, L), and their masks. A missing field is masked whole."""
        marks = masked or [False] * len(items)
        codes = [self.code(item, mask) for item, mask in zip(items, marks, strict=True)]
        texts = [[self._field(item, name) for name in self.config.fields] for item in items]
        ids, mask = self._padded(codes)
        found = {"input_ids": ids, "attention_mask": mask}
        if self.config.fields:
            flat, flat_mask = self._padded([text for row in texts for text in row])
            shape = (len(items), len(self.config.fields), -1)
            found |= {"field_ids": flat.view(shape), "field_mask": flat_mask.view(shape)}
        return found

    def _field(self, item: Fields, name: str) -> list[int]:
        return self.numbers(item.text(name))[: self.config.max_fields_length]

    def _padded(self, rows: Sequence[Sequence[int]], filler: int | None = None) -> tuple[Tensor, Tensor]:
        width = max(1, *(len(row) for row in rows)) if rows else 1
        pad = self.config.pad_token_id if filler is None else filler
        ids = torch.tensor([[*row, *[pad] * (width - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        return ids, mask

    def learn(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """As `read`, with what the decoder reads and what it should write, (B, T), and `weights` (B,)."""
        found = self.read(
            [each.fields for each in examples], [each.task is Task.DENOISE for each in examples]
        )
        end = self.config.eos_token_id
        assert isinstance(end, int)
        given, asked = [], []
        for each in examples:
            prefix = self.prefix(each.fields.language, each.decile)
            target = self.edits(each.fields.code, each.target)
            given.append([*prefix, *target])
            asked.append([*[_NOT_ASKED] * (len(prefix) - 1), *target, end])
        found["decoder_input_ids"], _ = self._padded(given)
        found["labels"], _ = self._padded(asked, _NOT_ASKED)
        found["weights"] = torch.tensor([each.weight for each in examples])
        return found

    def size(self, example: Example) -> tuple[int, int]:
        """Tokens of code that are read, and that are written: what a batch is measured by."""
        return len(self.code(example.fields)), len(self.edits(example.fields.code, example.target))
