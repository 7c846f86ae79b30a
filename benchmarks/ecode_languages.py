"""What E-code writes in the languages that the engine does not run yet, by syntax and likeness.

    python -m benchmarks.ecode_languages --data FOLDER [--pairs N] [--model FOLDER]

FOLDER holds pairs.dev.jsonl.gz. For each language the slow version of N pairs is rewritten once, without
noise, and compared with the fast version that a person wrote: whether it parses, how often anything changed,
BLEU, and CodeBLEU without its floor for garbage. Beside it stands the input as it was: likeness says little
of speed. Last, how well the gate's weights tell the language: each program goes to the language whose mean
weights (of the others) are the nearest. Where all experts do the same for all, that is one in four.

Target: 95 % of what is written parses, in the language where that is the least.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks import support
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.configuration import LANGUAGES
from optimizer.experts.ecode.data.sources import known, of_pairs, read_pairs
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.evaluation.codebleu import corpus_codebleu
from optimizer.experts.ecode.evaluation.syntax import parses
from optimizer.experts.ecode.examples import Example
from optimizer.experts.ecode.loading import Loaded, load

TARGET = 0.95


@dataclass(frozen=True, slots=True)
class Row:
    language: str
    proposer: str
    pairs: int
    parse: float
    changed: float
    bleu: float
    codebleu: float


def main() -> None:
    options = _options()
    loaded = load(whole(options.model).folder)
    pairs = read_pairs(options.data / "pairs.dev.jsonl.gz")
    examples = of_pairs(pairs, known(pairs, [])).examples
    chosen = {language: _chosen(examples, language, loaded, options.pairs) for language in LANGUAGES}
    rows = [row for language, found in chosen.items() for row in _rows(language, found, loaded)]
    for row in rows:
        print(
            f"{row.language:10} {row.proposer:6} {row.pairs:4} pairs: parse {row.parse:.1%}, changed "
            f"{row.changed:.1%}, BLEU {row.bleu:.3f}, CodeBLEU {row.codebleu:.3f}"
        )
    told = _told(chosen, loaded)
    print(
        "language told by the gate's weights: " + ", ".join(f"{name} {it:.1%}" for name, it in told.items())
    )
    least = min(row.parse for row in rows if row.proposer == "E-code")
    support.finish(round(least, 4), TARGET, least >= TARGET, told=told)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with pairs.dev.jsonl.gz")
    parser.add_argument("--pairs", type=int, default=60, help="of each language")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    return parser.parse_args()


def _chosen(examples: Sequence[Example], language: str, loaded: Loaded, most: int) -> list[Example]:
    """Of each slow version the first pair, of those that the model can read whole."""
    own = [each for each in examples if each.fields.language == language and loaded.fits(each.fields)]
    return list({each.fields.code: each for each in own}.values())[:most]


def _rows(language: str, examples: Sequence[Example], loaded: Loaded) -> list[Row]:
    codes = [each.fields.code for each in examples]
    drafts = loaded.drafts([each.fields for each in examples], Sampling(samples=1))
    made = [row[0].text if row else code for row, code in zip(drafts, codes, strict=True)]
    return [_row(language, "input", codes, examples), _row(language, "E-code", made, examples)]


def _row(language: str, proposer: str, texts: Sequence[str], examples: Sequence[Example]) -> Row:
    count = len(examples)
    likeness = corpus_codebleu(
        [(text, each.target) for text, each in zip(texts, examples, strict=True)], language
    )
    return Row(
        language,
        proposer,
        count,
        parse=sum(parses(text, language) for text in texts) / count,
        changed=sum(text != each.fields.code for text, each in zip(texts, examples, strict=True)) / count,
        bleu=likeness.ngrams,
        codebleu=likeness.total,
    )


def _told(chosen: dict[str, list[Example]], loaded: Loaded) -> dict[str, float]:
    """Share of the programs whose language the weights of the gates tell; nothing without gates."""
    weights = {
        language: np.stack([_weights(each, loaded) for each in examples])
        for language, examples in chosen.items()
    }
    if not next(iter(weights.values())).size:
        return {}
    return {
        language: float(np.mean([_nearest(weights, language, row) == language for row in range(len(own))]))
        for language, own in weights.items()
    }


def _nearest(weights: dict[str, NDArray[np.float64]], language: str, row: int) -> str:
    """The language of the nearest mean, the program itself left out of its own."""
    asked = weights[language][row]
    means = {
        name: (np.delete(own, row, axis=0) if name == language else own).mean(axis=0)
        for name, own in weights.items()
    }
    return min(means, key=lambda name: float(np.linalg.norm(means[name] - asked)))


@torch.inference_mode()
def _weights(example: Example, loaded: Loaded) -> NDArray[np.float64]:
    """Of each expert of each layer, the mean over what a person would write here: (layers * experts,)."""
    batch = loaded.writer.learn([example])
    gates = loaded.model(**{name: tensor.to(loaded.model.device) for name, tensor in batch.items()}).gates
    means = [gate[0].mean(dim=0).double().cpu().numpy() for gate in gates or ()]
    return np.concatenate(means) if means else np.empty(0)


if __name__ == "__main__":
    main()
