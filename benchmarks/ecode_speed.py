"""How fast E-code writes, step by step of what was done for it.

    python -m benchmarks.ecode_speed --data FOLDER [--functions N] [--model FOLDER]

FOLDER holds pairs.dev.jsonl.gz and problem_examples.jsonl.gz. N fast versions held out, each slowed as for
`benchmarks.ecode_written`, the first ones where the model changes anything, are rewritten in ten ways, one
after the other, from Transformers' own `generate` without a cache to eight samples, or beams, of several
functions in one batch. Tokens are those that were written, without padding. Guessing ahead has to give the
same texts.

Target: eight beams of eight functions in a batch give 4 times the tokens a second of `generate` with
its cache, function by function, and guessing ahead changes no text.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from benchmarks import support
from benchmarks.ecode_problems import pairs_to_try
from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.fields import Fields, of_request
from optimizer.experts.ecode.loading import Loaded, load

TARGET = 4.0
_ONE = Sampling(samples=1, beams=False, ahead=0, most_rows=1)
_AHEAD = 8
_GENERATE, _MANY = "generate, with its cache", "eight samples of eight functions"
_BEAMS = "eight beams of eight functions"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files")
    parser.add_argument("--functions", type=int, default=16)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    options = parser.parse_args()
    loaded = load(whole(options.model).folder)
    items = _functions(options.data, loaded, options.functions)
    loaded.drafts(items[:2], _ONE)  # what is only done once
    rates: dict[str, float] = {}
    texts: dict[str, list[list[str]]] = {}
    for name, write in _ways(loaded).items():
        began = time.perf_counter()
        texts[name], tokens = write(items)
        rates[name] = tokens / (time.perf_counter() - began)
        print(
            f"{name:48} {rates[name]:8.0f} tokens a second, {rates[name] / rates[_first(rates)]:5.1f} times"
        )
    same = all(
        texts[name] == texts[name + ", guessing ahead"]
        for name in texts
        if name + ", guessing ahead" in texts
    )
    print(f"guessing ahead writes the same: {same}")
    figure = rates[_BEAMS] / rates[_GENERATE]
    support.finish(round(figure, 2), TARGET, same and figure >= TARGET, tokens_a_second=rates)


def _first(rates: dict[str, float]) -> str:
    return next(iter(rates))


def _functions(folder: Path, loaded: Loaded, most: int) -> list[Fields]:
    """Slowed ones, as the model is made for: it rarely changes others, and nothing is written of those."""
    pairs = pairs_to_try(folder, "slowed", 4 * most, seed=0)
    read = [of_request(ProposalRequest(pair.function, pair.module)) for pair in pairs]
    fit = [each for each in read if each is not None and loaded.fits(each)]
    drafts = loaded.drafts(fit, replace(_ONE, most_rows=16))
    found = [item for item, row in zip(fit, drafts, strict=True) if row and row[0].tokens > 1]
    assert len(found) >= most, f"only {len(found)} functions are changed"
    return found[:most]


Way = Callable[[Sequence[Fields]], tuple[list[list[str]], int]]


def _ways(loaded: Loaded) -> dict[str, Way]:
    """Each gives its texts, and how many tokens it wrote."""

    def ours(how: Sampling) -> Way:
        return lambda items: _drafted(loaded, items, how)

    eight = replace(_ONE, samples=8, most_rows=8)
    many = replace(eight, most_rows=64)
    return {
        "generate, without a cache": lambda items: _generated(loaded, items, use_cache=False),
        _GENERATE: lambda items: _generated(loaded, items, use_cache=True),
        "one sample": ours(_ONE),
        "one sample, guessing ahead": ours(replace(_ONE, ahead=_AHEAD)),
        "eight samples": ours(eight),
        "eight samples, guessing ahead": ours(replace(eight, ahead=_AHEAD)),
        _MANY: ours(many),
        f"{_MANY}, guessing ahead": ours(replace(many, ahead=_AHEAD)),
        "eight beams": ours(replace(eight, beams=True)),
        _BEAMS: ours(replace(many, beams=True)),
    }


@torch.inference_mode()
def _generated(loaded: Loaded, items: Sequence[Fields], use_cache: bool) -> tuple[list[list[str]], int]:
    model: Any = loaded.model
    texts, tokens = [], 0
    for item in items:
        prefix = loaded.writer.prefix(item.language, _ONE.decile)
        found = model.generate(
            **loaded.writer.read([item]),
            decoder_input_ids=torch.tensor([prefix]),
            max_new_tokens=_ONE.most_tokens,
            do_sample=False,
            use_cache=use_cache,
        )
        tokens += found.shape[1] - len(prefix)
        texts.append([loaded.writer.text(found[0].tolist())])
    return texts, tokens


def _drafted(loaded: Loaded, items: Sequence[Fields], how: Sampling) -> tuple[list[list[str]], int]:
    drafts = loaded.drafts(items, how)
    tokens = sum(draft.tokens for row in drafts for draft in row)
    return [[draft.text for draft in row] for row in drafts], tokens


if __name__ == "__main__":
    main()
