"""What the optimizer finds in published packages: writes docs/results.md. Target: 15 accepted patches.

    python -m benchmarks.real_packages [--packages NAME ...] [--budget SECONDS] [--folder DIR]

Fetches the packages' source distributions, makes each a repository, and scans it as `optimizer submit`
would, with the rules only. What is accepted lies as branches in DIR/repositories.
"""

import argparse
import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.real_repositories import PACKAGES, Package, make_repositories
from benchmarks.support import finish
from optimizer import bootstrap, vcs
from optimizer.config import configure
from optimizer.domain.evidence import Evaluation
from optimizer.domain.functions import Function
from optimizer.domain.patches import Patch
from optimizer.domain.results import FunctionResult
from optimizer.engine import Engine, Order
from optimizer.scan import scan
from optimizer.stages.repository_settings import settings_files

_PAGE = Path(__file__).parents[1] / "docs" / "results.md"
_WANTED = 15


@dataclass
class Seen:
    """Counts one scan."""

    total: int = 0
    workloads: int = 0
    notes: list[str] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)
    candidates: Counter[str] = field(default_factory=Counter)

    def stage(self, name: str, detail: str = "") -> None:
        print(f"  {name} {detail}", flush=True)

    def functions(self, done: int, total: int) -> None: ...

    def judging(self, function: Function) -> None: ...

    def evaluated(self, function: Function, evaluation: Evaluation) -> None:
        rule, decision = evaluation.candidate.provenance.detail, evaluation.decision
        self.candidates[str(decision.reason)] += 1
        print(f"    {function.label}: {rule}: {decision.reason} {decision.detail}"[:300], flush=True)

    def finished(self, result: FunctionResult) -> None:
        self.total += 1
        self.workloads += bool(result.workload and result.workload.inputs)
        self.ends[str(result.decision.reason)] += 1

    def note(self, text: str) -> None:
        self.notes.append(text)


@dataclass(frozen=True, slots=True)
class Row:
    package: Package
    seen: Seen
    patches: Sequence[Patch]
    seconds: float


def scanned(
    package: Package,
    repository: Path,
    home: Path,
    budget: float,
    change: Callable[[Engine], Engine] = lambda engine: engine,
) -> Row:
    """One package, as `optimizer submit` does it; `change` may put others in the place of its experts."""
    print(f"{package.name} {package.version}", flush=True)
    began, seen = time.monotonic(), Seen()
    checkout = vcs.checkout(str(repository), None, home)
    try:
        files = settings_files(checkout)
        flags = {"home": str(home), "budget_seconds": budget, "experts": ("rules",)}
        engine = change(bootstrap.make_engine(configure(files, {}, flags).settings))
        report = scan(Order(), checkout, engine, seen)
    finally:
        vcs.remove_worktree(checkout)
    return Row(package, seen, report.patches, time.monotonic() - began)


def page(rows: Sequence[Row], command: str) -> str:
    """docs/results.md."""
    accepted = sum(len(row.patches) for row in rows)
    lines = [
        "# What is found in published packages",
        "",
        f"Written by `{command}` on {platform.platform(terse=True)}, Python {platform.python_version()}.",
        f"The rules alone, no model. {accepted} patches were accepted in {len(rows)} packages.",
        "Functions for which no rule has a proposal are not run, and get no workload.",
        "",
        "A speed-up is the second measurement's estimate with its 99 % interval: the geometric mean over",
        "the size classes of the function's workload, not the speed of the whole package.",
        "",
        "| package | functions | judged, with workload | candidates | accepted | minutes |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        name = f"{row.package.name} {row.package.version}"
        counts = [row.seen.total, row.seen.workloads, sum(row.seen.candidates.values()), len(row.patches)]
        lines.append(f"| {name} | {' | '.join(map(str, counts))} | {row.seconds / 60:.1f} |")
    lines += [
        "",
        "## Accepted patches",
        "",
        "| package | function | speed-up | what changed |",
        "|---|---|---|---|",
    ]
    for row in rows:
        for patch in sorted(row.patches, key=lambda one: -one.speedup):
            claim = f"{patch.speedup:.2f}x ({patch.low:.2f} to {patch.high:.2f})"
            lines.append(f"| {row.package.name} | `{patch.function}` | {claim} | {_what(patch)} |")
    lines += _tallies("Where functions stopped", [row.seen.ends for row in rows])
    lines += _tallies("Where candidates stopped", [row.seen.candidates for row in rows])
    return "\n".join(lines) + "\n"


def _command(options: argparse.Namespace) -> str:
    budget = f" --budget {options.budget:g}" if options.budget else ""
    return f"python -m benchmarks.real_packages{budget} --packages {' '.join(options.packages)}"


def _what(patch: Patch) -> str:
    _, _, rest = patch.text.partition("What changed: ")
    text = rest.split("\n\n")[0].split("\nProposed by:")[0]
    return " ".join(text.split()).replace("|", "\\|")


def _tallies(title: str, counters: Iterable[Counter[str]]) -> list[str]:
    total: Counter[str] = sum(counters, Counter())
    rows = [f"| {reason} | {count} |" for reason, count in total.most_common()]
    return [
        "",
        f"## {title}",
        "",
        "Reasons are explained in reasons.md.",
        "",
        "| reason | count |",
        "|---|---|",
        *rows,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", nargs="*", default=[item.name for item in PACKAGES])
    parser.add_argument("--budget", type=float, default=0.0, help="seconds a package; 0: no limit")
    parser.add_argument("--folder", type=Path, default=Path(".optimizer/real"))
    options = parser.parse_args()
    folder = options.folder.absolute()
    chosen = [item for item in PACKAGES if item.name in options.packages]
    rows = []
    for package, repository in make_repositories(folder / "repositories", chosen):
        rows.append(scanned(package, repository, folder / "home", options.budget))
        _PAGE.write_text(page(rows, _command(options)))
    accepted = sum(len(row.patches) for row in rows)
    enough = accepted >= _WANTED and len(rows) >= 5
    finish(accepted, f">= {_WANTED} in at least 5 packages", enough, packages=len(rows))


if __name__ == "__main__":
    main()
