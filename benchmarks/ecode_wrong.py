"""How much of what E-code gets wrong does the referee let through?

    python -m benchmarks.ecode_wrong --data FOLDER [--problems N] [--model FOLDER]

FOLDER holds pairs.dev.jsonl.gz and what goes with it. Fast versions held out, each slowed by one or more of
the kinds of experts/ecode/data/backwards; up to eight candidates of the model for each, as in production.
Each candidate is judged without timing, first as in a job whose tests are few: on every third call that is
known, on inputs made of those, and by the search. What passes gets a second opinion: on all calls, inputs
from other seeds, three times as many, and a search of twenty seconds. What fails there is wrong, and would
have been accepted had it been faster. What is the known fast version but for names and layout is right.

A second opinion may miss what the first one missed: the figure is a lower bound. Each that is found wrong is
printed, to be read.

Target: none.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import support, untimed
from benchmarks.ecode_problems import pairs_to_try
from benchmarks.mutant_pairs import Subject
from benchmarks.pairs import Pair
from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.evidence import Decision, VerdictKind
from optimizer.domain.settings import Settings
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.checkpoint import RANKER, SHIPPED, whole
from optimizer.experts.ecode.expert import EcodeExpert
from optimizer.experts.ecode.filtering import normalised
from optimizer.experts.ecode.ranking.ranker import read_ranker
from optimizer.languages.python import PYTHON

TARGET = 0
_FEW = 3  # of so many calls the first opinion sees one
_NONE, _UNKNOWN = "no difference", "the original cannot be judged"
_FIRST = Settings()
_SECOND = Settings(seed=1, max_inputs=3 * _FIRST.max_inputs, search_seconds=20.0)


@dataclass(frozen=True, slots=True)
class Written:
    """A candidate as a subject, and whether it is the version that is known to be right."""

    subject: Subject
    known: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    written: Written
    outcome: str  # "refused", "known right", "no second opinion", "right by both" or "wrong"
    detail: str = ""


def main() -> None:
    options = _options()
    pairs = pairs_to_try(options.data, "slowed", options.problems, options.seed)
    written = list(_written(pairs, options.model))
    opinions: list[Opinion] = []
    with ProcessPoolExecutor(options.workers) as pool:
        for opinion in pool.map(_judged, written):
            opinions.append(opinion)
            if opinion.outcome == "wrong":
                print(f"\n{_told(opinion)}", flush=True)
            support.progress(len(opinions), len(written))
    outcomes = Counter(one.outcome for one in opinions)
    wrong = outcomes["wrong"]
    passed = wrong + outcomes["known right"] + outcomes["right by both"]
    support.finish(
        wrong, TARGET, wrong <= TARGET, problems=len(pairs), candidates=len(written), let_through=passed,
        outcomes=outcomes,
    )  # fmt: skip


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of pairs.dev.jsonl.gz")
    parser.add_argument("--problems", type=int, help="so many, drawn at random; all without it")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def _written(pairs: Sequence[Pair], model: Path) -> Iterator[Written]:
    """What the model writes, as in production: the ranker has left out what is probably slower."""
    expert = EcodeExpert(whole(model), ranker=read_ranker(model / RANKER))
    asked = [ProposalRequest(pair.function, pair.module) for pair in pairs]
    for pair, candidates in zip(pairs, expert.propose_batch(asked), strict=True):
        for number, candidate in enumerate(candidates):
            name = f"{pair.name} #{number}"
            subject = Subject("E-code", name, pair.module, pair.function, candidate, pair.calls)
            yield Written(subject, _form(candidate.source) == _form(pair.candidate.source))


def _form(source: str) -> str:
    """A method by itself, but for names and layout."""
    code, _ = fields.without_docstring(fields.dedented(source, source))
    node = fields.parsed(code)
    return normalised(node) if node else code


def _judged(written: Written) -> Opinion:
    subject = written.subject
    few = replace(subject, calls=subject.calls[::_FEW])
    refused = PYTHON.guard(subject.function, subject.candidate, subject.module)
    first = refused.reason if refused else _difference(few, _FIRST)
    if first != _NONE:
        return Opinion(written, "refused", first)
    if written.known:
        return Opinion(written, "known right")
    second = _difference(subject, _SECOND)
    return Opinion(
        written, {_NONE: "right by both", _UNKNOWN: "no second opinion"}.get(second, "wrong"), second
    )


def _difference(subject: Subject, settings: Settings) -> str:
    """What the referee sees of one, `_NONE`, or `_UNKNOWN` where the original cannot be judged."""
    with untimed.referee(subject, settings) as referee:
        if isinstance(referee, Decision):
            return _UNKNOWN
        _, found = untimed.verdict(referee, subject.candidate)
        return _NONE if found.kind is VerdictKind.EQUIVALENT else untimed.shown(found)


def _told(opinion: Opinion) -> str:
    subject = opinion.written.subject
    return f"{subject.name}: {opinion.detail}\n{subject.function.source}\n{subject.candidate.source}"


if __name__ == "__main__":
    main()
