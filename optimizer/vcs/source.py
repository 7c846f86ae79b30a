"""Where a repository is: a URL or a path, told apart, checked, and freed of credentials."""

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from optimizer.domain.errors import RepositoryError
from optimizer.domain.jobs import Repository

_SCHEMES = ("https", "http", "ssh", "git")
_SCP_LIKE = re.compile(r"(?:[^/:@\s]+@)?(?P<host>\[[^\]\s]+\]|[^/:@\s]+):(?P<path>[^:\s].*)")
_USERINFO = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/'\"]*@")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository behind a URL. `authorization` is what the URL's own user and password amount to."""

    url: str
    authorization: str = field(default="", repr=False)

    @property
    def repository(self) -> Repository:
        return Repository(self.url, _last_part(self.url))

    @property
    def login(self) -> tuple[str, str] | None:
        """The setting of git that carries the user and password."""
        if not self.authorization:
            return None
        split = urlsplit(self.url)
        key = f"http.{split.scheme}://{split.netloc}/.extraHeader"
        return key, f"Authorization: Basic {self.authorization}"


def parse_source(source: str) -> Remote | Path:
    """A path when the source names something on this machine. RepositoryError when it can be neither."""
    if not source or source.startswith("-") or not source.isprintable():
        raise RepositoryError(f"{source!r} is not a URL or a path")
    if source.startswith("file://"):
        return Path(unquote(urlsplit(source).path))
    if "://" in source:
        return _from_url(source)
    path = Path(source).expanduser()
    if path.exists():
        return path
    scp_like = _SCP_LIKE.fullmatch(source)
    if scp_like and "::" not in source:
        if scp_like["host"].startswith("-") or scp_like["path"].startswith("-"):
            raise RepositoryError(f"{source!r} is not a URL or a path")
        return Remote(source)
    if re.match(r"\w+::", source):
        raise RepositoryError(f"{source}: git's remote helpers are not supported: use {_known_schemes()}")
    raise RepositoryError(f"{source}: no such directory, and not a URL ({_known_schemes()})")


def strip_credentials(url: str) -> str:
    """The URL without user and password; an ssh URL keeps its user, which is part of the address."""
    try:
        split = urlsplit(url)
    except ValueError:
        return hide_credentials(url)
    user, at, host = split.netloc.rpartition("@")
    if not split.scheme or not at:
        return url
    keep = f"{user.partition(':')[0]}@" if split.scheme == "ssh" and user.partition(":")[0] else ""
    return urlunsplit(split._replace(netloc=keep + host))


def hide_credentials(text: str) -> str:
    """The same for every URL in a text, for what is shown or stored."""
    return _USERINFO.sub(lambda match: match["scheme"], text)


def local_repository(path: Path) -> Repository:
    return Repository(str(path), _last_part(str(path)))


def _from_url(source: str) -> Remote:
    shown = strip_credentials(source)
    try:
        split = urlsplit(source)
        host = split.hostname or ""
        _ = split.port  # raises when it is not a number
    except ValueError as error:
        raise RepositoryError(f"{shown} is not a valid URL: {error}") from None
    if split.scheme not in _SCHEMES:
        raise RepositoryError(f"{shown}: {split.scheme}:// is not supported: use {_known_schemes()}")
    if not host or host.startswith("-") or (split.username or "").startswith("-") or split.path in ("", "/"):
        raise RepositoryError(f"{shown} names no repository: the form is https://host/path")
    if split.scheme not in ("https", "http") or split.username is None:
        return Remote(shown)
    pair = f"{unquote(split.username)}:{unquote(split.password or '')}"
    return Remote(shown, base64.b64encode(pair.encode()).decode())


def _known_schemes() -> str:
    return "https, http, ssh or git URLs, host:path, or a path"


def _last_part(url: str) -> str:
    name = re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")
    return name or "repository"
