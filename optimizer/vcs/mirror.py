"""The cache: one bare repository a source, which only holds the commits that were scanned."""

import contextlib
import fcntl
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from optimizer.domain.errors import MirrorError, RepositoryError, UnreachableError
from optimizer.vcs.git import NETWORK_SECONDS, Git, Output, add_setting, reason_in
from optimizer.vcs.source import Remote

_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_BASES = "refs/optimizer/bases"  # a commit is in the cache as a whole when it has a ref here
TRANSPORTS = "https:http:ssh:git"

# Files are checked out byte for byte, whatever the repository's .gitattributes ask for: spans are
# byte offsets, and what is committed must differ from the base in nothing but the change.
_ATTRIBUTES = "* -text -eol -ident -filter -working-tree-encoding !diff -export-subst\n"


def mirror_path(home: Path, url: str) -> Path:
    return home / "mirrors" / f"{hashlib.sha256(url.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.git"


@contextlib.contextmanager
def locked(mirror: Path) -> Iterator[None]:
    """One process at a time. What a killed process left locked is freed."""
    mirror.parent.mkdir(parents=True, exist_ok=True)
    with mirror.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for pattern in ("*.lock", "refs/**/*.lock", "worktrees/*/*.lock"):
            for stale in mirror.glob(pattern):
                stale.unlink(missing_ok=True)
        yield


def prepare(git: Git, mirror: Path, object_format: str = "sha1") -> None:
    """Creates the bare repository, whole or not at all. The lock must be held."""
    if mirror.exists():
        return
    with tempfile.TemporaryDirectory(dir=mirror.parent) as folder:
        new = Path(folder) / "new.git"
        git.read("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}", git_dir=new)
        (new / "info").mkdir(exist_ok=True)
        (new / "info" / "attributes").write_text(_ATTRIBUTES)
        shutil.move(new, mirror)


def has_commit(git: Git, mirror: Path, commit: str) -> bool:
    """Whether the commit and its whole tree are there: a base, or a branch made from one."""
    if not mirror.exists() or not _COMMIT.fullmatch(commit):
        return False
    return bool(git.run("for-each-ref", f"--points-at={commit}", git_dir=mirror).stdout)


def fetch_local(git: Git, mirror: Path, path: Path, commit: str) -> None:
    """Copies one commit out of a repository on this machine."""
    prepare(git, mirror, "sha256" if len(commit) == 64 else "sha1")
    if has_commit(git, mirror, commit):
        return
    output = _fetch(git, mirror, str(path), commit, depth=1, protocols="file", variables={})
    if output.code != 0:
        raise MirrorError(f"{path}: commit {commit[:12]} cannot be read: {reason_in(output.stderr)}")


def fetch_remote(git: Git, mirror: Path, remote: Remote, ref: str | None) -> tuple[str, str]:
    """Brings the commit that `ref` names into the cache; the network is left alone when it is there.

    Returns the commit and the ref's name. A branch that we made is found under its name, too.
    """
    if ref and has_commit(git, mirror, ref):
        return ref, ref
    variables = network_variables(git, remote)
    names = _list_remote(git, remote, variables)
    found = _pick(names, ref)
    if found is None:
        return _our_branch(git, mirror, ref) or _missing(remote.url, ref, names)
    name, commit = found
    prepare(git, mirror, "sha256" if len(commit) == 64 else "sha1")
    if not has_commit(git, mirror, commit):
        _fetch_from_url(git, mirror, remote, found, variables)
    return commit, ref or _short(name)


def fetch_tip(git: Git, mirror: Path, remote: Remote, name: str, commit: str) -> None:
    """Brings the commit that a ref is at into the cache, if it is not there. The lock must be held."""
    if git.run("cat-file", "-e", f"{commit}^{{commit}}", git_dir=mirror).code != 0:
        _fetch_from_url(git, mirror, remote, (name, commit), network_variables(git, remote))


def network_variables(git: Git, remote: Remote) -> dict[str, str]:
    """For one call over the network: the URL's own credentials, else the user's way to log in."""
    variables = git.login_settings()
    return add_setting(variables, *remote.login) if remote.login else variables


def explain(url: str, stderr: str) -> RepositoryError:
    """git's complaint about a URL, as one line that says what to do."""
    reason = reason_in(stderr)
    for pattern, advice in _ADVICE:
        if re.search(pattern, stderr, re.IGNORECASE):
            kind = UnreachableError if advice == _UNREACHABLE else RepositoryError
            return kind(f"{url}: {advice} ({reason})")
    return RepositoryError(f"{url}: cannot be read: {reason}")


def missing_ref(where: str, ref: str, known: list[str]) -> RepositoryError:
    """Names the nearest refs there are."""
    near = get_close_matches(ref, known, n=3, cutoff=0.5) or sorted(known)[:3]
    hint = f"; there is {', '.join(near)}" if near else ""
    if re.fullmatch(r"[0-9a-f]{4,39}", ref):
        hint += "; a commit of a remote repository needs all its digits"
    return RepositoryError(f"{where}: no branch, tag or commit {ref!r}{hint}")


_UNREACHABLE = "cannot be reached: check the address and the network"
_ADVICE = (
    (
        r"authentication failed|could not read (username|password)|permission denied|error: 40[13]",
        "does not exist, or needs credentials: check the URL and your git credential helper or SSH key",
    ),
    (r"host key verification failed", "unknown SSH host key: connect to the host once with ssh"),
    (
        (
            r"could not resolve|failed to connect|couldn't connect|connection (refused|timed out|reset)"
            r"|no route|unable to connect|network is unreachable|operation too slow|certificate"
        ),
        _UNREACHABLE,
    ),
    (
        (
            r"not found|no such repository|does not appear to be a git repository|not exported|error: 404"
            r"|does not exist|hung up|is this a git repository"
        ),
        "no git repository there: check the URL",
    ),
)


def _list_remote(git: Git, remote: Remote, variables: dict[str, str]) -> dict[str, str]:
    """Full ref name -> commit; "HEAD" -> the commit, and "symbolic HEAD" -> the name it stands for."""
    output = git.run(
        "ls-remote", "--symref", "--", remote.url, "HEAD", "refs/heads/*", "refs/tags/*",
        environment=variables, protocols=TRANSPORTS, timeout=NETWORK_SECONDS,
    )  # fmt: skip
    if output.code != 0:
        raise explain(remote.url, output.stderr)
    names: dict[str, str] = {}
    for line in output.text.splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: "):
            names["symbolic HEAD"] = value.removeprefix("ref: ")
        elif name.endswith("^{}"):
            names[name.removesuffix("^{}")] = value  # the commit behind an annotated tag
        else:
            names[name] = value
    if not names:
        raise RepositoryError(f"{remote.url} is empty: it has no commits yet")
    return names


def _pick(names: dict[str, str], ref: str | None) -> tuple[str, str] | None:
    if ref is None or ref == "HEAD":
        name = names.get("symbolic HEAD", "HEAD")
        return (name, names.get(name) or names["HEAD"]) if "HEAD" in names else None
    for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}", f"refs/{ref}"):
        if name in names and name != "symbolic HEAD":
            return name, names[name]
    return (ref, ref) if _COMMIT.fullmatch(ref) else None


def _our_branch(git: Git, mirror: Path, ref: str | None) -> tuple[str, str] | None:
    if not ref or not mirror.exists():
        return None
    output = git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{ref}^{{commit}}", git_dir=mirror)
    return (output.text, ref) if output.code == 0 else None


def _missing(url: str, ref: str | None, names: dict[str, str]) -> tuple[str, str]:
    known = [_short(name) for name in names if name.startswith("refs/")]
    if ref is None:
        raise RepositoryError(
            f"{url}: its HEAD names no branch: choose one with --ref ({', '.join(known[:3])})"
        )
    raise missing_ref(url, ref, known)


def _fetch_from_url(
    git: Git, mirror: Path, remote: Remote, found: tuple[str, str], variables: dict[str, str]
) -> None:
    """Shallow by commit; then, for servers that cannot do that, by name and with the history."""
    name, commit = found
    output = _fetch(git, mirror, remote.url, commit, depth=1, protocols=TRANSPORTS, variables=variables)
    if output.code != 0 and not _COMMIT.fullmatch(name):
        source = f"{name}:{_BASES}/{commit}"
        output = _fetch(git, mirror, remote.url, source, depth=0, protocols=TRANSPORTS, variables=variables)
    if output.code != 0:
        raise explain(remote.url, output.stderr)
    if not has_commit(git, mirror, commit):
        raise RepositoryError(f"{remote.url}: {_short(name)} moved while it was read: try again")


def _fetch(
    git: Git, mirror: Path, url: str, source: str, *, depth: int, protocols: str, variables: dict[str, str]
) -> Output:
    refspec = source if ":" in source else f"{source}:{_BASES}/{source}"
    options = [
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-gc",
        "--force",
    ]
    shallow = [f"--depth={depth}"] if depth else []
    return git.run(
        "fetch", *options, *shallow, "--", url, refspec,
        git_dir=mirror, environment=variables, protocols=protocols, timeout=NETWORK_SECONDS,
    )  # fmt: skip


def _short(name: str) -> str:
    return re.sub(r"^refs/(heads|tags)/", "", name)
