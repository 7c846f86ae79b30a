"""`optimizer patch plot`: time against size, in the terminal or as a picture."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import block, emit_json, line
from optimizer.cli.patches import patch_named
from optimizer.cli.session import Assignments, open_results
from optimizer.domain.errors import ConfigError, NotFoundError

if TYPE_CHECKING:
    from optimizer.domain.evidence import Evaluation, Scaling
    from optimizer.domain.patches import Patch

_FORMS = (".svg", ".png")


@click.command(epilog=example("optimizer patch plot 3", "optimizer patch plot 3 --output growth.svg"))
@click.argument("name", metavar="PATCH")
@click.option("--output", metavar="FILE", help="Draw into this file instead: .svg or .png.")
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@with_settings
@with_json
def plot(name: str, output: str | None, force: bool, assignments: Assignments, as_json: bool) -> None:
    """Draw the time of a call against the size of its input, before and after."""
    path = _writable(output, force) if output is not None else None
    store = open_results(assignments)
    found = patch_named(store, name)
    evaluation = store.patch_result(found.id).winning
    scaling = evaluation.scaling if evaluation else None
    if evaluation is None or scaling is None or len({one.elements for one in scaling.points}) < 2:
        raise NotFoundError(f"patch {found.id} was timed at fewer than two sizes: there is nothing to draw")
    if path:
        _save(path, found, scaling)
    if as_json:
        emit_json(_data(found, scaling) | {"file": str(path) if path else None})
    elif path:
        line(f"{path}: {path.stat().st_size:,} bytes")
    else:
        _show(found, evaluation)


def _writable(output: str, force: bool) -> Path:
    path = Path(output)
    if path.suffix.lower() not in _FORMS:
        raise ConfigError(f"{path} is neither an .svg nor a .png file: name one with --output")
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already: name another file with --output, or use --force")
    return path


def _show(patch: "Patch", evaluation: "Evaluation") -> None:
    from optimizer.stages.evidence_text import growth  # noqa: PLC0415 - start-up time

    line(patch.title)
    line("")
    block(growth(evaluation))


def _save(path: Path, patch: "Patch", scaling: "Scaling") -> None:
    # It tells on stderr of fonts that it looks for once, and of a home that it cannot write to.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from optimizer.cli.picture import draw  # noqa: PLC0415 - it brings matplotlib along

    try:
        draw(scaling, patch.function, path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}): name another file") from None


def _data(patch: "Patch", scaling: "Scaling") -> dict[str, object]:
    from dataclasses import asdict  # noqa: PLC0415 - start-up time

    return {"patch": patch.id, "function": patch.function, **asdict(scaling)}
