"""Copies an example and makes a git repository with one commit of the copy.

    python examples/prepare.py warehouse TARGET

Running it again changes nothing; a folder with anything else in it is left alone (exit status 1).
Needs nothing but Python and git.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
LEFTOVERS = shutil.ignore_patterns("__pycache__", ".*", "*.egg-info", "build", "dist")
# Nothing of the user's git settings (signing, hooks, line ends) may change the commit.
GIT_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Warehouse",
    "GIT_AUTHOR_EMAIL": "warehouse@example.org",
    "GIT_AUTHOR_DATE": "2024-01-01T09:00:00Z",
    "GIT_COMMITTER_NAME": "Warehouse",
    "GIT_COMMITTER_EMAIL": "warehouse@example.org",
    "GIT_COMMITTER_DATE": "2024-01-01T09:00:00Z",
}


def git(folder: Path, *arguments: str) -> str:
    """Standard output of a git command; raises CalledProcessError."""
    surrounding = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    finished = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env=surrounding | GIT_ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    )
    return finished.stdout.strip()


def build(example: Path, folder: Path) -> str:
    """Makes the repository in a folder that does not exist yet. Returns its commit."""
    shutil.copytree(example, folder, ignore=LEFTOVERS)
    git(folder, "init", "--quiet", "--initial-branch=main", "--template=")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Orders, stock and picking")
    return git(folder, "rev-parse", "HEAD")


def holds(folder: Path, commit: str) -> bool:
    """Whether the folder is the root of a repository whose main branch is that commit."""
    if not (folder / ".git").is_dir():
        return False
    try:
        return git(folder, "rev-parse", "--verify", "main") == commit
    except subprocess.CalledProcessError:
        return False


def prepare(example: Path, target: Path) -> str:
    """The commit at `target`, made if it is not there. Raises FileExistsError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".prepare-") as scratch:
        fresh = Path(scratch) / "repository"
        commit = build(example, fresh)
        if holds(target, commit):
            return commit
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise FileExistsError(f"{target} holds something else: remove it, or name another folder")
        if target.exists():
            target.rmdir()
        fresh.rename(target)
    return commit


def main() -> int:
    names = sorted(path.name for path in EXAMPLES.iterdir() if (path / "pyproject.toml").is_file())
    parser = argparse.ArgumentParser(description="Makes a git repository of a bundled example.")
    parser.add_argument("name", choices=names)
    parser.add_argument("target", type=Path, help="folder to make; absent, empty, or made by this before")
    options = parser.parse_args()
    try:
        commit = prepare(EXAMPLES / options.name, options.target.absolute())
    except subprocess.CalledProcessError as error:
        print(f"prepare: git: {error.stderr.strip() or error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 1
    print(f"{options.target} is at {commit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
