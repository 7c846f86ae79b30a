"""What E-code finds in published packages where the rules have nothing to propose.

    python -m benchmarks.ecode_packages [--packages NAME ...] [--budget SECONDS] [--model FOLDER]

The packages of `benchmarks.real_packages`, scanned as `optimizer submit` scans them, by E-code alone, and
only the functions for which no rule proposes anything: an accepted patch here is one that the rules do
not find. Functions that the model would probably leave as they are, by its first look, are not run.

Target: one accepted patch.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from benchmarks.real_packages import scanned
from benchmarks.real_repositories import PACKAGES, make_repositories
from benchmarks.support import finish
from optimizer import bootstrap
from optimizer.domain.candidates import Candidate, ProposalRequest
from optimizer.domain.settings import Settings
from optimizer.experts.ecode.checkpoint import SHIPPED
from optimizer.experts.rules.expert import rules_expert
from optimizer.ports import BatchExpert, Expert

TARGET = 1
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Rest:
    """A model, asked for what the others leave alone."""

    model: BatchExpert
    others: Expert

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def version(self) -> str:
        return f"{self.model.version}-rest-{self.others.version}"

    @property
    def languages(self) -> frozenset[str]:
        return self.model.languages

    def propose(self, request: ProposalRequest) -> Sequence[Candidate]:
        return self.propose_batch([request])[0]

    def propose_batch(self, requests: Sequence[ProposalRequest]) -> list[Sequence[Candidate]]:
        return self._asked(requests, self.model.propose_batch, ())

    def ready(self) -> None:
        self.model.ready()

    def would_change(self, requests: Sequence[ProposalRequest]) -> list[bool]:
        return self._asked(requests, self.model.would_change, False)

    def _asked(
        self,
        requests: Sequence[ProposalRequest],
        ask: Callable[[Sequence[ProposalRequest]], Sequence[_Answer]],
        nothing: _Answer,
    ) -> list[_Answer]:
        """The model's answers where the others propose nothing, and `nothing` elsewhere."""
        left = [not any(True for _ in self.others.propose(request)) for request in requests]
        answers = iter(ask([one for one, is_left in zip(requests, left, strict=True) if is_left]))
        return [next(answers) if is_left else nothing for is_left in left]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--packages", nargs="*", default=[item.name for item in PACKAGES])
    parser.add_argument("--budget", type=float, default=0.0, help="seconds a package; 0: no limit")
    parser.add_argument("--folder", type=Path, default=Path(".optimizer/real"))
    parser.add_argument("--model", type=Path, default=SHIPPED, help="folder with the model")
    options = parser.parse_args()
    rest = Rest(bootstrap.ecode_expert(Settings(ecode_model=str(options.model))), rules_expert())
    folder = options.folder.absolute()
    chosen = [item for item in PACKAGES if item.name in options.packages]
    rows = [
        scanned(
            package,
            repository,
            folder / "home",
            options.budget,
            lambda engine: replace(engine, experts=(rest,)),
        )
        for package, repository in make_repositories(folder / "repositories", chosen)
    ]
    print("| package | functions | run | candidates | accepted | minutes |\n|---|---|---|---|---|---|")
    for row in rows:
        counts = [row.seen.total, row.seen.workloads, row.seen.candidates.total(), len(row.patches)]
        name = f"{row.package.name} {row.package.version}"
        print(f"| {name} | {' | '.join(map(str, counts))} | {row.seconds / 60:.1f} |")
    accepted = sum(len(row.patches) for row in rows)
    reasons = sum((row.seen.candidates for row in rows), Counter[str]())
    finish(accepted, TARGET, accepted >= TARGET, packages=len(rows), reasons=reasons)


if __name__ == "__main__":
    main()
