"""`calibrate` from flags to a file and a table. Imported when it runs."""

import os
from dataclasses import asdict, replace

from optimizer.bench import calibration
from optimizer.bench.protocol import Protocol
from optimizer.bootstrap import calibration_path, ready_home, timing_core
from optimizer.cli.output import emit_json, line, note, table
from optimizer.cli.session import Assignments, settings_from
from optimizer.domain.calibration import Calibration, Noise
from optimizer.domain.errors import NoisyMachineError
from optimizer.sandbox import bubblewrap
from optimizer.stages.calibrate import QUICK, Effort, calibrated


def calibrate_machine(
    quick: bool, decisions: int | None, assignments: Assignments, as_json: bool, quiet: bool
) -> int:
    """The exit code: 0, or NoisyMachineError's."""
    os.umask(0o022)  # the sandbox's own uid reads what is measured
    settings = settings_from(assignments)
    path = calibration_path(ready_home(settings))
    effort = QUICK if quick else Effort()
    effort = replace(effort, decisions=decisions) if decisions else effort
    protocol = Protocol(max_launches=settings.max_launches)
    found = calibrated(
        bubblewrap.detect(),
        timing_core(),
        settings,
        protocol,
        effort,
        lambda name: note(f"calibrate: {name}", quiet),
    )
    calibration.write(path, found)
    reason = calibration.too_noisy(found)
    if as_json:
        emit_json(asdict(found) | {"too_noisy": reason, "path": str(path)})
    else:
        _show(found, reason, str(path))
    return NoisyMachineError.exit_code if reason else 0


def _show(found: Calibration, reason: str, path: str) -> None:
    columns = ("clock", "launches", "between launches", "within one", "drift", "next launch alike")
    table(columns, [_row("wall", found.wall), _row("CPU", found.cpu)], "Identical code against itself")
    line("")
    line(f"false accepts of one measurement: at most {found.false_accept:.3%} (95 %; a patch needs two)")
    line(f"  simulated from these launches: {found.simulated_accepts} of {found.simulated:,}")
    line(f"  whole decisions really made:   {found.accepts} of {found.decisions:,}")
    line(f"a true gain of {calibration.GAIN:.2f} is found by {found.power:.0%} of measurements")
    line(f"too noisy to benchmark: {reason}" if reason else "quiet enough to benchmark")
    line(f"kept in {path}")


def _row(name: str, noise: Noise) -> tuple[str, ...]:
    shares = (noise.between, noise.within, noise.drift)
    return (name, str(noise.launches), *(f"{one:.2%}" for one in shares), f"{noise.autocorrelation:.2f}")
