"""Published pure-Python packages as git repositories to scan: fetched by pip, pinned by hash.

    python -m benchmarks.real_repositories /tmp/repositories            # all of them
    python -m benchmarks.real_repositories /tmp/repositories strsimpy   # one

Each becomes a repository with one commit: the source distribution's files as published, and a
`.optimizer.toml` that says how its tests are run. Fetching again changes nothing, and the commit
ids are the same on every machine. Nothing of the packages is kept in this project.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import click
import git

from optimizer.domain.errors import NotFoundError, RepositoryError

# Fixed, so that the commit's id depends on nothing but the files.
_IDENTITY = {
    "GIT_AUTHOR_NAME": "benchmark",
    "GIT_AUTHOR_EMAIL": "benchmark@localhost",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "benchmark",
    "GIT_COMMITTER_EMAIL": "benchmark@localhost",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
}
# The user's own git settings (signing, hooks, line ends) must not change the commit.
_NO_USER_CONFIG = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_BRANCH = "main"
_FETCH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned source distribution, and how it is scanned. Globs are relative to its root."""

    name: str
    version: str
    sha256: str  # of the source distribution
    licence: str  # SPDX; read in the distribution
    kind: str  # what it is, for the table of results
    tests: str  # arguments for pytest
    include: tuple[str, ...] = ()  # empty: every source file
    exclude: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ("pytest",)  # of the tests, beside the package's own

    @property
    def settings(self) -> str:
        """The text of the repository's `.optimizer.toml`. JSON's strings and lists are TOML's too."""
        values: dict[str, object] = {
            "include": self.include,
            "exclude": self.exclude,
            "requirements": self.requirements,
            "test-command": self.tests,
        }
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items() if value]
        return "\n".join(["# Added by the benchmark; not part of the published package.", *lines, ""])

    @property
    def message(self) -> str:
        settings = hashlib.sha256(self.settings.encode()).hexdigest()
        return (
            f"{self.name} {self.version} as published\n\n"
            f"sdist sha256: {self.sha256}\nsettings sha256: {settings}\n"
        )


PACKAGES = (
    Package(
        name="algorithms",
        version="1.0.1",
        sha256="e2d140bc315eb1e106f2ab8c1f2ec595e01cb1ef0aa1506d20f93f75cf9fd8b1",
        licence="MIT",
        kind="large collection of algorithms, annotated",
        tests="tests",
        include=("algorithms/**",),
        exclude=("**/__init__.py",),
    ),
    Package(
        name="pygorithm",
        version="1.0.4",
        sha256="214021a5abdb6bc7c5ed5a60ce4dd56d60ed9cdeb30a91cf7cf35332bb79d3a0",
        licence="MIT",
        kind="collection of algorithms for learning",
        tests="tests",
        include=("pygorithm/**",),
    ),
    Package(
        name="strsimpy",
        version="0.2.1",
        sha256="0842eb57f7af86c882a59a1bc8721ec2580a267e563fd0503ced2972040372c9",
        licence="MIT",
        kind="string similarity measures",
        tests="strsimpy",
        include=("strsimpy/**",),
        exclude=("strsimpy/*_test.py",),
    ),
    Package(
        name="textdistance",
        version="4.6.3",
        sha256="d6dabc50b4ea832cdcf0e1e6021bd0c7fcd9ade155888d79bb6a3c31fce2dc6f",
        licence="MIT",
        kind="string distances",
        # test_external.py compares with thirteen other packages, most of them compiled.
        tests="tests --ignore=tests/test_external.py",
        include=("textdistance/**",),
        requirements=("pytest", "hypothesis", "numpy"),
    ),
    Package(
        name="suffix-trees",
        version="0.4.0",
        sha256="f9dea553f3a909f4b5c2c08baf62f355975572b7cfb47a6244e13119a17e0d39",
        licence="MIT",
        kind="suffix trees",
        tests="suffix_trees",
        include=("suffix_trees/*.py",),
        requirements=("pytest", "hypothesis"),
    ),
    Package(
        name="munkres",
        version="1.1.4",
        sha256="fc44bf3c3979dada4b6b633ddeeb8ffbe8388ee9409e4d4e8310c2da1792db03",
        licence="Apache-2.0",
        kind="assignment problem, one module",
        tests="test",
        include=("munkres.py",),
    ),
    Package(
        name="networkx",
        version="3.6.1",
        sha256="26b7c357accc0c8cde558ad486283728b65b6a95d85ee1cd66bafab4c8168509",
        licence="BSD-3-Clause",
        kind="graph algorithms, well kept; scanned in part",
        tests="networkx/algorithms/tests networkx/algorithms/tree",
        include=("networkx/algorithms/*.py", "networkx/algorithms/tree/*.py"),
    ),
    Package(
        name="boltons",
        version="26.2.0",
        sha256="d39cfd15c1a1c3bd4d705c82252fa9edb8e4f5e8cc039f8e39afac7b1b47e92c",
        licence="BSD-3-Clause",
        kind="utilities, well kept",
        tests="tests",
        include=("boltons/**",),
    ),
    Package(
        name="toolz",
        version="1.2.0",
        sha256="9667a038e9d6ecba37995e26cb2f59ec6420b6ad8dd9677de59db9b956b08490",
        licence="BSD-3-Clause",
        kind="functional utilities, tuned by their authors",
        tests="toolz",
        include=("toolz/**",),
    ),
    Package(
        name="hashids",
        version="1.3.1",
        sha256="6c3dc775e65efc2ce2c157a65acb776d634cb814598f406469abef00ae3f635c",
        licence="MIT",
        kind="short ids from numbers, one module",
        tests="test",
        include=("hashids.py",),
    ),
)


def package(name: str) -> Package:
    """The pinned package of that name. Raises NotFoundError."""
    for item in PACKAGES:
        if item.name == name:
            return item
    names = ", ".join(item.name for item in PACKAGES)
    raise NotFoundError(f"no package {name!r} among the benchmark's: {names}")


def make_repositories(folder: Path, packages: Iterable[Package] = PACKAGES) -> Iterator[tuple[Package, Path]]:
    """Fetches what is missing and yields each package with its repository under `folder`."""
    for item in packages:
        yield item, make_repository(folder, item)


def make_repository(folder: Path, item: Package) -> Path:
    """The package's repository, made unless it is there. Raises RepositoryError."""
    target = folder / item.name
    if target.exists():
        _check_existing(target, item)
        return target
    folder.mkdir(parents=True, exist_ok=True)
    # Built beside its place and moved there whole: a killed run leaves no half repository.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
        built = Path(scratch) / item.name
        _unpack(fetch(item, Path(scratch)), built)
        (built / ".optimizer.toml").write_text(item.settings, encoding="utf-8")
        _commit(built, item)
        built.rename(target)
    return target


def fetch(item: Package, folder: Path) -> Path:
    """Downloads the source distribution into `folder`. Raises RepositoryError.

    pip checks the hash before it reads anything in the archive (it asks the package for its
    metadata, so no unchecked code runs).
    """
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{item.name}=={item.version} --hash=sha256:{item.sha256}\n", encoding="utf-8")
    options = ("--quiet", "--no-deps", "--no-binary", item.name, "--require-hashes")
    command = [*_pip(), "download", *options, "-r", str(wanted), "-d", str(folder / "sdist")]
    _run(command, f"{item.name} {item.version} could not be fetched")
    return next((folder / "sdist").iterdir())


def _pip() -> tuple[str, ...]:
    """pip of this interpreter; an environment made by uv has none, so uv lends it one."""
    if importlib.util.find_spec("pip"):
        return (sys.executable, "-m", "pip")
    return (sys.executable, "-m", "uv", "tool", "run", "pip")


def _run(command: list[str], failure: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_FETCH_SECONDS)
    except subprocess.CalledProcessError as error:
        lines = error.stderr.splitlines()
        reason = next((line for line in lines if line.startswith("ERROR:")), "pip gave no reason")
        raise RepositoryError(f"{failure}: {reason.removeprefix('ERROR:').strip()}") from error
    except subprocess.TimeoutExpired as error:
        raise RepositoryError(f"{failure}: no answer in {_FETCH_SECONDS} s") from error


def _unpack(archive: Path, target: Path) -> None:
    """Writes the archive's regular files, less their common first folder.

    Links are left out, and so are `*.egg-info`: builds write them anew.
    """
    with tarfile.open(archive) as opened:
        for member in opened:
            stream = opened.extractfile(member) if member.isfile() else None
            path = target / _inside(member.name, archive)
            if stream is None or path.parent.suffix == ".egg-info":
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stream.read())
            path.chmod(0o755 if member.mode & 0o100 else 0o644)


def _inside(name: str, archive: Path) -> PurePosixPath:
    """The member's path without its first folder. Raises RepositoryError where it leads outside."""
    path = PurePosixPath(name)
    parts = path.parts[1:]
    if path.is_absolute() or ".." in path.parts or ".git" in path.parts:
        raise RepositoryError(f"{archive.name} holds a path that is not allowed: {name!r}")
    return PurePosixPath(*parts)


def _commit(folder: Path, item: Package) -> None:
    # No template: hooks that a user keeps there would run. (The option is "unsafe" from strangers.)
    made = git.Repo.init(folder, allow_unsafe_options=True, template="", initial_branch=_BRANCH)
    with made as repository:
        repository.git.update_environment(**_IDENTITY, **_NO_USER_CONFIG)
        repository.git.add(
            "--all", "--force"
        )  # some distributions ship a .gitignore that names their own files
        repository.git.commit("--quiet", "--message", item.message)


def _check_existing(target: Path, item: Package) -> None:
    try:
        with git.Repo(target) as repository:
            found = str(repository.heads[_BRANCH].commit.message)
    except (git.InvalidGitRepositoryError, IndexError) as error:
        raise RepositoryError(f"{target} is in the way; move it elsewhere") from error
    if found != item.message:
        raise RepositoryError(
            f"{target} holds something else than {item.name} {item.version}; move it elsewhere"
        )


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("names", nargs=-1)
def main(folder: Path, names: tuple[str, ...]) -> None:
    """Makes a git repository of each package under FOLDER, or of those named."""
    chosen = [package(name) for name in names] or PACKAGES
    for item, path in make_repositories(folder, chosen):
        click.echo(f"{item.name}\t{item.version}\t{item.licence}\t{path}")


if __name__ == "__main__":
    main()
