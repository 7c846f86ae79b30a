"""Byte-level BPE for code and text: indentation is one token, digits stand alone, nothing is unknown."""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from optimizer.experts.ecode.configuration import LANGUAGES
from optimizer.experts.ecode.edits import MOST_LINES
from optimizer.experts.ecode.examples import DECILES

PAD, START, END, MASK, CONTEXT = "<pad>", "<s>", "</s>", "<mask>", "<context>"
ANY = "<any>"  # speed: nothing is known or asked
# Their order is their number, which EcodeConfig knows of the first three.
SPECIAL = (
    PAD, START, END, MASK, CONTEXT, ANY,
    *(f"<fast{decile}>" for decile in range(DECILES)),
    *(f"<{language}>" for language in LANGUAGES),
    *(f"<line{number}>" for number in range(MOST_LINES + 1)),
)  # fmt: skip
# A line break with the indentation after it; a word with the space before it; digits one by one; other signs.
_PIECES = r"\n[ \t]*| ?[A-Za-z_]+| ?\d| ?[^\sA-Za-z_\d]+|[^\S\n]+"


def speed(decile: int | None) -> str:
    """The token that asks for it."""
    return ANY if decile is None else f"<fast{decile}>"


def line(number: int) -> str:
    """The token that stands before this line, counted from 0; behind the last one, that of their number."""
    return f"<line{number}>"


def train(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Learns the merges; deterministic for the same texts in the same order."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=START,
        eos_token=END,
        mask_token=MASK,
        additional_special_tokens=[each for each in SPECIAL if each not in (PAD, START, END, MASK)],
        clean_up_tokenization_spaces=False,
    )


def load(folder: Path) -> PreTrainedTokenizerFast:
    """Of this machine alone: no hub is asked. Raises OSError where there is none."""
    return PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
