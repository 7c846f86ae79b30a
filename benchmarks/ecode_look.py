"""What E-code's first look lets through: known slow functions, and those of published packages.

    python -m benchmarks.ecode_look --data FOLDER [--problems N] [--packages NAME ...] [--model FOLDER]

FOLDER holds pairs.dev.jsonl.gz and problem_examples.jsonl.gz. The look is the chance that nothing is to be
changed; a function is run where that is under a limit. Three kinds of functions: fast versions slowed by what
the model was taught, the slow versions that people wrote, and functions of published packages for which no
rule proposes anything. Of all: the share under several limits, and the seconds that a look takes.

Target: at the expert's limit 70 % of what was slowed is run, and at most 25 % of the packages' functions. It
was set when the figures were known, to notice a change.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.ecode_problems import pairs_to_try
from benchmarks.real_repositories import PACKAGES, make_repositories
from benchmarks.support import finish
from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.expert import LEFT_ALONE
from optimizer.experts.ecode.loading import Loaded, load
from optimizer.experts.rules.expert import rules_expert
from optimizer.languages.python import PYTHON

_SLOWED, _REST = 0.7, 0.25
_LIMITS = (0.1, 0.3, 0.5, LEFT_ALONE, 0.9)


def main() -> None:
    options = _options()
    loaded = load(whole(options.model).folder)
    print(f"| functions | number | {' | '.join(f'under {limit}' for limit in _LIMITS)} | seconds |")
    print(f"|---|---|{'---|' * len(_LIMITS)}---|")
    shares = {}
    for kind in ("slowed", "function"):
        pairs = pairs_to_try(options.data, kind, options.problems, options.seed)
        asked = [ProposalRequest(pair.function, pair.module) for pair in pairs]
        shares[kind] = _share(_looked(kind, asked, loaded), LEFT_ALONE)
    chosen = [item for item in PACKAGES if item.name in options.packages]
    rest: list[float] = []
    for package, repository in make_repositories(options.folder.absolute() / "repositories", chosen):
        rest += _looked(f"{package.name} {package.version}", _without_rules(repository), loaded)
    shares["packages"] = _share(rest, LEFT_ALONE)
    passed = shares["slowed"] >= _SLOWED and shares["packages"] <= _REST
    figure = {name: round(share, 3) for name, share in shares.items()}
    finish(figure, {"slowed": _SLOWED, "packages": _REST}, passed, limit=LEFT_ALONE)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with the two files")
    parser.add_argument("--problems", type=int, default=60, help="so many of each kind, drawn at random")
    parser.add_argument("--packages", nargs="*", default=["strsimpy", "textdistance", "toolz", "boltons"])
    parser.add_argument("--folder", type=Path, default=Path(".optimizer/real"), help="for the packages")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    return parser.parse_args()


def _without_rules(repository: Path) -> Iterator[ProposalRequest]:
    rules = rules_expert()
    for path in sorted(repository.rglob("*.py")):
        name = str(path.relative_to(repository))
        module = path.read_bytes()
        found = () if PYTHON.is_test(name) else PYTHON.extract(name, module)
        for function in found if isinstance(found, tuple) else ():
            request = ProposalRequest(function, module.decode())
            if not any(True for _ in rules.propose(request)):
                yield request


def _looked(name: str, requests: Iterable[ProposalRequest], loaded: Loaded) -> list[float]:
    """The chances of those that can be read. Prints a row."""
    asked = [read for read in map(fields.of_request, requests) if read and loaded.fits(read)]
    began = time.perf_counter()
    chances = loaded.unchanged(asked, Sampling())
    seconds = time.perf_counter() - began
    cells = " | ".join(f"{_share(chances, limit):.0%}" for limit in _LIMITS)
    print(f"| {name} | {len(chances)} | {cells} | {seconds:.1f} |", flush=True)
    return chances


def _share(chances: Sequence[float], limit: float) -> float:
    return sum(chance < limit for chance in chances) / len(chances)


if __name__ == "__main__":
    main()
