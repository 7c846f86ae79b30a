"""What E-code's first look lets through: known slow functions, and those of published packages.

    python -m benchmarks.ecode_look --data FOLDER [--problems N] [--packages NAME ...] [--model FOLDER]

FOLDER holds pairs.dev.jsonl.gz and problem_examples.jsonl.gz. The look is the chance that nothing is to be
changed; a function is run where that is under a limit. Three kinds of functions: fast versions slowed by what
the model was taught, the slow versions that people wrote, and functions of published packages for which no
rule proposes anything. Of all: the share under several limits, and the seconds that a look takes.

Target: at the expert's limit 70 % of what was slowed is run, and at most 25 % of the packages' functions.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.ecode_problems import pairs_to_try
from benchmarks.real_repositories import PACKAGES, make_repositories
from benchmarks.support import finish
from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.expert import SURE
from optimizer.experts.ecode.fields import Fields
from optimizer.experts.ecode.loading import Loaded, load
from optimizer.experts.rules.expert import rules_expert
from optimizer.languages.python import PYTHON

_SLOWED, _REST = 0.7, 0.25
_LIMITS = (0.1, SURE, 0.5, 0.9)


def main() -> None:
    options = _options()
    loaded = load(whole(options.model).folder)
    print(f"| functions | number | {' | '.join(f'under {limit}' for limit in _LIMITS)} | seconds |")
    print(f"|---|---|{'---|' * len(_LIMITS)}---|")
    shares = {}
    for kind in ("slowed", "function"):
        pairs = pairs_to_try(options.data, kind, options.problems, options.seed)
        asked = [ProposalRequest(pair.function, pair.module) for pair in pairs]
        shares[kind] = _looked(kind, asked, loaded)
    chosen = [item for item in PACKAGES if item.name in options.packages]
    rest: list[ProposalRequest] = []
    for package, repository in make_repositories(options.folder.absolute() / "repositories", chosen):
        found = list(_without_rules(repository))
        _looked(f"{package.name} {package.version}", found, loaded)
        rest += found
    shares["packages"] = _looked("all packages", rest, loaded)
    passed = shares["slowed"] >= _SLOWED and shares["packages"] <= _REST
    figure = {name: round(share, 3) for name, share in shares.items()}
    finish(figure, {"slowed": _SLOWED, "packages": _REST}, passed, limit=SURE)


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
        found = () if "test" in name else PYTHON.extract(name, path.read_bytes())
        for function in found if isinstance(found, tuple) else ():
            request = ProposalRequest(function, path.read_text("utf-8"))
            if not any(True for _ in rules.propose(request)):
                yield request


def _looked(name: str, requests: Sequence[ProposalRequest], loaded: Loaded) -> float:
    """The share under the expert's limit, of those that can be read. Prints a row."""
    asked = [read for read in map(fields.of_request, requests) if _fits(read, loaded)]
    began = time.perf_counter()
    chances = loaded.unchanged([each for each in asked if each], Sampling())
    seconds = time.perf_counter() - began
    shares = [sum(chance < limit for chance in chances) / len(chances) for limit in _LIMITS]
    cells = " | ".join(f"{share:.0%}" for share in shares)
    print(f"| {name} | {len(chances)} | {cells} | {seconds:.1f} |", flush=True)
    return shares[_LIMITS.index(SURE)]


def _fits(read: Fields | None, loaded: Loaded) -> bool:
    return read is not None and loaded.fits(read)


if __name__ == "__main__":
    main()
