"""A trained model on disk: a folder as `from_pretrained` reads it, and sums that tell whether it is whole.

Nothing here imports torch: whether there is a model is known before that second is spent.
"""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.errors import ExpertError

SHIPPED = Path(__file__).parent / "model"
SUMS = "SHA256SUMS"  # as sha256sum writes and checks it
RANKER = "ranker.json"  # beside the weights, where there is one


@dataclass(frozen=True, slots=True)
class Checkpoint:
    folder: Path
    digest: str  # of all its files: another one, other proposals


def whole(folder: Path) -> Checkpoint:
    """Reads every byte once. Raises ExpertError that names the folder and what is wrong with it."""
    try:
        sums = (folder / SUMS).read_text("ascii")
        wrong = [name for name, sum_ in _told(sums) if _sum(folder / name) != sum_]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its SHA256SUMS cannot be read"
        raise ExpertError(f"no E-code model in {folder}: {reason}") from error
    if wrong or not sums:
        raise ExpertError(
            f"the E-code model in {folder} is damaged: {wrong[0] if wrong else SUMS} is not what was saved"
        )
    return Checkpoint(folder, hashlib.sha256(sums.encode()).hexdigest()[:12])


def seal(folder: Path) -> None:
    """Writes the sums of all other files there."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != SUMS)
    (folder / SUMS).write_text("".join(f"{_sum(folder / name)}  {name}\n" for name in names), "ascii")


def add(folder: Path, path: Path) -> None:
    """Puts a copy of a file to a model."""
    shutil.copy(path, folder)
    seal(folder)


def _told(sums: str) -> list[tuple[str, str]]:
    """(name, sum) of each line. Raises ValueError for a line that is none, or leaves the folder."""
    found = []
    for line in sums.splitlines():
        sum_, name = line.split("  ", 1)
        if "/" in name:
            raise ValueError(name)
        found.append((name, sum_))
    return found


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
