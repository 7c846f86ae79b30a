"""`optimizer patch proof`: the evidence behind a patch as one file."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.options import example, with_json, with_settings
from optimizer.cli.output import emit_json, line
from optimizer.cli.patches import patch_named
from optimizer.cli.session import Assignments, open_results
from optimizer.domain.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.domain.patches import Patch
    from optimizer.ports import Store


@click.command(epilog=example("optimizer patch proof 3", "optimizer verify cart-total-3f2a91.proof.jsonl.gz"))
@click.argument("name", metavar="PATCH")
@click.option(
    "--output", metavar="FILE", help="Where to; default: a file here named like the branch; -: stdout."
)
@click.option("--force", is_flag=True, help="Overwrite the file when it is there.")
@with_settings
@with_json
def proof(name: str, output: str | None, force: bool, assignments: Assignments, as_json: bool) -> None:
    """Write all the evidence behind a patch into one file, for `optimizer verify FILE` on any machine."""
    if as_json and output == "-":
        raise click.UsageError("--json and --output - both want stdout")
    from optimizer.proof.export import bundle_bytes, bundle_name  # noqa: PLC0415 - start-up time

    store = open_results(assignments)
    found = patch_named(store, name)
    data = bundle_bytes(store, found)
    if output == "-":
        sys.stdout.buffer.write(data)
        return
    path = Path(output or bundle_name(found))
    if path.exists() and not force:
        raise ConfigError(f"{path} is there already: name another file with --output, or use --force")
    save(path, data)
    if as_json:
        emit_json({"patch": found.id, "file": str(path), "bytes": len(data)})
    else:
        line(f"{path}: {len(data):,} bytes")


def ready_folder(name: str) -> Path:
    """Made where it is missing. Raises ConfigError now rather than after a night's work."""
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reason = "" if os.access(folder, os.W_OK | os.X_OK) else "read-only, or another user's"
    except OSError as error:
        reason = error.strerror or type(error).__name__
    if reason:
        raise ConfigError(f"{folder} cannot be written ({reason}): give --proofs another folder")
    return folder


def write_bundles(store: "Store", patches: "Sequence[Patch]", folder: Path) -> None:
    """One for each patch. The same patch gives the same file, so it does not matter if it is there."""
    from optimizer.proof.export import bundle_bytes, bundle_name  # noqa: PLC0415 - start-up time

    for patch in patches:
        save(folder / bundle_name(patch), bundle_bytes(store, patch))


def save(path: Path, data: bytes) -> None:
    """Whole or not at all. Raises ConfigError when there is no such folder, or it cannot be written."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_bytes(data)
        new.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        new.unlink(missing_ok=True)
