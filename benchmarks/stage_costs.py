"""What every stage of the fleet costs, measured here: writes benchmarks/stage_costs.json for simulate.py.

    python -m benchmarks.stage_costs stages [--functions N] [--packages NAME ...]
    python -m benchmarks.stage_costs database --postgres URL
    python -m benchmarks.stage_costs broker --redis URL
    python -m benchmarks.stage_costs idle --redis URL --postgres URL
    python -m benchmarks.stage_costs job --redis URL --postgres URL

`stages` takes published packages and the bundled example through the engine's own functions, as a worker
calls them, and keeps the results in --folder; `database` takes these results through the fleet's queue;
`broker` sends, delivers and acknowledges messages; `idle` starts workers with nothing to do, `job` ones
through which a job goes. Servers have to be on this machine, where their processor time can be read, and
are to be used by nobody else meanwhile.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.real_repositories import PACKAGES, make_repositories
from benchmarks.stage_broker import broker_costs
from benchmarks.stage_database import database_costs
from benchmarks.stage_fleet import idle_costs, job_costs
from benchmarks.stage_timings import Costs, Material, repository_costs
from optimizer.encoding import pack, unpack

RECORD = Path(__file__).with_suffix(".json")
_PREPARE = Path(__file__).parents[1] / "examples" / "prepare.py"
_WAREHOUSE = "warehouse"


def surroundings() -> dict[str, Any]:
    """Where and when something was measured, and by what command."""
    return {
        "command": " ".join(["python -m benchmarks.stage_costs", *sys.argv[1:]]),
        "date": f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        "platform": platform.platform(terse=True),
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")


def keep(section: str, found: dict[str, Any], path: Path = RECORD) -> None:
    """Replaces one section of the record; one row a line, so that a diff can be read."""
    record = json.loads(path.read_text()) if path.exists() else {}
    record[section] = _rounded(found)
    path.write_text(_lines(record, 0) + "\n")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value


def _lines(value: Any, depth: int) -> str:
    flat = json.dumps(value)
    if len(flat) < 100 or depth > 2 or not isinstance(value, dict | list):
        return flat
    pad, end = " " * (depth + 1), " " * depth
    if isinstance(value, list):
        return "[\n" + ",\n".join(pad + _lines(item, depth + 1) for item in value) + f"\n{end}]"
    rows = (f"{pad}{json.dumps(key)}: {_lines(item, depth + 1)}" for key, item in value.items())
    return "{\n" + ",\n".join(rows) + f"\n{end}}}"


def _repositories(folder: Path, names: list[str]) -> Iterator[Path]:
    if _WAREHOUSE in names:
        target = folder / "repositories" / _WAREHOUSE
        subprocess.run([sys.executable, str(_PREPARE), _WAREHOUSE, str(target)], check=True)
        yield target
    chosen = [item for item in PACKAGES if item.name in names]
    for _, path in make_repositories(folder / "repositories", chosen):
        yield path


def stages(options: argparse.Namespace) -> None:
    folder, cores = options.folder.absolute(), os.sched_getaffinity(0)
    begun, found = surroundings(), []
    for path in _repositories(folder, options.packages):
        print(path.name, file=sys.stderr, flush=True)
        home = folder / "homes" / path.name
        if home.exists():
            raise SystemExit(f"remove {home} first: what is cold has to be cold")
        found.append(repository_costs(str(path), home, options.functions, options.seed, cores))
        keep("stages", _stages(begun, found))
        _results_file(folder).write_bytes(pack([one.material for one in found]))


def _stages(begun: dict[str, Any], found: list[Costs]) -> dict[str, Any]:
    return {
        "made": begun | {"load_after": [round(value, 2) for value in os.getloadavg()]},
        "scans": [one.scan for one in found],
        "functions": [cost for one in found for cost in one.functions],
    }


def _results_file(folder: Path) -> Path:
    return folder / "results.json.z"


def material(folder: Path) -> list[Material]:
    """Of each repository, as `stages` left it."""
    path = _results_file(folder)
    if not path.exists():
        raise SystemExit(f"there are no results in {folder}: run `python -m benchmarks.stage_costs stages`")
    return unpack(path.read_bytes(), list[Material])


def database(options: argparse.Namespace) -> None:
    begun, folder = surroundings(), options.folder.absolute()
    clients, file = options.clients, _results_file(folder)
    found = database_costs(options.postgres, material(folder), options.jobs, clients, options.seconds, file)
    keep("database", {"made": begun} | found)


def broker(options: argparse.Namespace) -> None:
    keep("broker", {"made": surroundings()} | broker_costs(options.redis, options.messages))


def idle(options: argparse.Namespace) -> None:
    begun = surroundings()
    found = idle_costs(options.redis, options.postgres, options.workers, options.seconds)
    keep("idle", {"made": begun, "workers": found})


def job(options: argparse.Namespace) -> None:
    """The example: what its functions asked of the servers, to hold against what the model says."""
    begun = surroundings()
    repository = next(_repositories(options.folder.absolute(), [_WAREHOUSE]))
    keep("job", {"made": begun} | job_costs(options.redis, options.postgres, repository))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(".optimizer/stages"))
    commands = parser.add_subparsers(required=True)

    def command(run: Callable[[argparse.Namespace], None], *servers: str) -> argparse.ArgumentParser:
        made = commands.add_parser(run.__name__)
        made.set_defaults(run=run)
        for server in servers:
            made.add_argument(f"--{server}", required=True, help="URL of one on this machine, for us alone")
        return made

    names = [_WAREHOUSE, *(item.name for item in PACKAGES)]
    made = command(stages)
    made.add_argument("--packages", nargs="*", default=names, choices=names)
    made.add_argument("--functions", type=int, default=25, help="of each package, drawn at random")
    made.add_argument("--seed", type=int, default=1)
    made = command(database, "postgres")
    made.add_argument("--jobs", type=int, default=40, help="played by one client, transaction by transaction")
    made.add_argument("--clients", type=int, nargs="*", default=[1, 2, 4, 8, 16])
    made.add_argument("--seconds", type=float, default=15.0, help="of each number of clients")
    made = command(broker, "redis")
    made.add_argument("--messages", type=int, default=5000)
    made = command(idle, "redis", "postgres")
    made.add_argument("--workers", type=int, nargs="*", default=[1, 2, 4])
    made.add_argument("--seconds", type=float, default=60.0)
    command(job, "redis", "postgres")
    return parser


def main() -> None:
    options = _parser().parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    options.run(options)


if __name__ == "__main__":
    main()
