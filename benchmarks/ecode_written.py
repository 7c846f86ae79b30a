"""How often E-code writes, but for names and layout, the very version that a slow one was made of.

    python -m benchmarks.ecode_written --data FOLDER [--problems N] [--parts] [--variant NAME=FOLDER]

FOLDER holds pairs.dev.jsonl.gz and problem_examples.jsonl.gz. Fast versions held out, each slowed by one or
more of the kinds of experts/ecode/data/backwards; eight writings of each, and up to eight candidates made of
them as in production: single edits are candidates, too. Nothing is run: what else is right, only
`benchmarks.ecode` can tell. Where a share is lost stands in the columns: the first says that nothing is to be
changed; one does not parse; of one comes no candidate (another signature, nothing new, a name that nobody
knows). `--parts` adds eight samples in place of beams, the model without known names and closed brackets, and
with one field at a time kept from it; `--variant` one trained otherwise.

Target: the share found among eight is 50 % or more.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from benchmarks import support
from benchmarks.ecode_problems import pairs_to_try
from benchmarks.pairs import Pair
from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Draft, Sampling
from optimizer.experts.ecode.filtering import normalised, worth_judging
from optimizer.experts.ecode.imports import missing
from optimizer.experts.ecode.loading import Loaded, load

TARGET = 0.5


@dataclass(frozen=True, slots=True)
class Written:
    """Of all problems: shares of the problems, and then for each writing."""

    problems: int
    found_first: float
    found: float
    unchanged_first: float
    any_candidate: float
    parsed: float
    candidates: float


@dataclass(frozen=True, slots=True)
class _Slow:
    read: fields.Fields
    module: str
    fast: str  # its normal form


@dataclass(frozen=True, slots=True)
class _Way:
    """How a model is asked."""

    name: str
    model: Path
    how: Sampling = field(default_factory=Sampling)
    unread: str = ""  # a field that is kept from it


def main() -> None:
    options = _options()
    pairs = pairs_to_try(options.data, "slowed", options.problems, options.seed)
    rows = {}
    for way in _ways(options):
        loaded = load(whole(way.model).folder)
        problems = [slow for pair in pairs for slow in _slow(pair, loaded, way.unread)]
        rows[way.name] = found = _written(problems, loaded, way.how)
        print(
            f"{way.name:26} {found.problems}: found {found.found:.1%}, first {found.found_first:.1%}, "
            f"unchanged {found.unchanged_first:.1%}, any candidate {found.any_candidate:.1%}; "
            f"for each writing parsed {found.parsed:.1%}, candidates {found.candidates:.1%}",
            flush=True,
        )
    share = rows["E-code"].found
    support.finish(
        round(share, 4), TARGET, share >= TARGET, rows={name: asdict(row) for name, row in rows.items()}
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files")
    parser.add_argument("--problems", type=int, default=100, help="so many, drawn at random")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    parser.add_argument("--parts", action="store_true", help="add the model without what can be left out")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME=FOLDER", help="another model")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    options = parser.parse_args()
    if any("=" not in variant for variant in options.variant):
        parser.error("--variant has to be NAME=FOLDER")
    return options


def _ways(options: argparse.Namespace) -> Iterator[_Way]:
    yield _Way("E-code", options.model)
    if options.parts:
        yield _Way("E-code by samples", options.model, Sampling(beams=False))
        yield _Way("E-code without spelling", options.model, Sampling(spelt=False))
        for name in fields.NAMES:
            yield _Way(f"E-code without {name}", options.model, unread=name)
    for variant in options.variant:
        name, folder = variant.split("=", 1)
        yield _Way(name, Path(folder))


def _slow(pair: Pair, loaded: Loaded, unread: str) -> Sequence[_Slow]:
    """The one, or nothing where the model cannot read it or one side is no single function."""
    read = fields.of_request(ProposalRequest(pair.function, pair.module))
    fast, _ = fields.without_docstring(fields.dedented(pair.candidate.source, pair.candidate.source))
    node = fields.parsed(fast)
    if read is None or node is None or not loaded.fits(read):
        return ()
    hidden = {unread: ""} if unread else {}
    return [_Slow(replace(read, **hidden), pair.module, normalised(node))]


def _written(problems: Sequence[_Slow], loaded: Loaded, how: Sampling) -> Written:
    drafts = loaded.drafts([each.read for each in problems], how)
    kept = [_kept(each, found, how) for each, found in zip(problems, drafts, strict=True)]
    first = [found[0].text if found else each.read.code for each, found in zip(problems, drafts, strict=True)]
    samples = sum(len(found) for found in drafts)
    return Written(
        len(problems),
        _share(_is_fast(text, each) for text, each in zip(first, problems, strict=True)),
        _share(
            any(_is_fast(text, each) for text in texts) for texts, each in zip(kept, problems, strict=True)
        ),
        _share(text == each.read.code for text, each in zip(first, problems, strict=True)),
        _share(bool(texts) for texts in kept),
        sum(fields.parsed(one.text) is not None for found in drafts for one in found) / samples,
        sum(map(len, kept)) / samples,
    )


def _kept(slow: _Slow, drafts: Sequence[Draft], how: Sampling) -> list[str]:
    texts = worth_judging(drafts, slow.read.code, how.samples)
    return [text for text in texts if missing(text, slow.read.code, slow.module) is not None]


def _is_fast(text: str, slow: _Slow) -> bool:
    node = fields.parsed(text)
    return node is not None and normalised(node) == slow.fast


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
