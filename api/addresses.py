"""Which repositories may be submitted through the API.

Whoever holds a token can make our machines talk to an address, so it is read by a narrow grammar, in which
no two programs could see different hosts, and its host may not be one of our own network. docs/api.md says
what that leaves open.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote

from api.networks import IPAddress, is_public, literal_address
from optimizer.domain.errors import RepositoryError
from optimizer.domain.settings import Settings
from optimizer.vcs.source import Remote, hide_credentials, parse_source

Resolver = Callable[[str], Sequence[str]]  # a host's addresses; none: there is no such host

_LONGEST = 2000
_HOST = r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
_USER = r"(?:(?P<user>[^/@\[\]]*)@)?"
_PATH = r"[A-Za-z0-9._~%!$&'()*+,;=:@/-]*"
_URL = re.compile(rf"(?P<scheme>[a-z]+)://{_USER}{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?P<path>/{_PATH})")
_SCP_LIKE = re.compile(rf"{_USER}{_HOST}:(?P<path>(?!:){_PATH})")
_LOCAL = re.compile(r"(?:file://)?(?P<path>/.*)")


@dataclass(frozen=True, slots=True)
class Allowed:
    schemes: tuple[str, ...]
    hosts: tuple[str, ...]  # globs; empty: every host
    private: bool  # hosts that are not public, too

    @classmethod
    def by(cls, settings: Settings) -> "Allowed":
        return cls(settings.api_schemes, settings.api_hosts, settings.api_private)


def resolve_host(host: str) -> Sequence[str]:
    """As the system does it; none where it knows no address."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def checked(source: str, allowed: Allowed, resolve: Resolver = resolve_host) -> Remote | Path:
    """Where the repository is. Raises RepositoryError that says why it may not be submitted."""
    if len(source) > _LONGEST or not source.isascii() or not source.isprintable() or " " in source:
        raise RepositoryError(f"a repository is named by at most {_LONGEST} printable ASCII characters")
    local = _LOCAL.fullmatch(source)
    if local:
        _refuse_scheme("file", allowed)
        _refuse_options(source, "", "", local["path"])
        return parse_source(source)
    found = (_URL if "://" in source else _SCP_LIKE).fullmatch(source)  # as `parse_source` tells them apart
    if found is None:
        raise RepositoryError(f"{_shown(source)!r} is not the address of a repository: {_form(allowed)}")
    parts = found.groupdict()
    _refuse_scheme(parts.get("scheme", "ssh"), allowed)
    _refuse_credentials(parts.get("scheme", "ssh"), parts["user"])
    _refuse_options(source, parts["user"] or "", parts["host"], parts["path"])
    _refuse_host(parts["host"].lower().removesuffix("."), allowed, resolve)
    where = parse_source(source)
    if not isinstance(where, Remote):  # a folder here is called like host:path
        raise RepositoryError(f"{source!r} names a folder of this machine: write ssh://")
    return where


def _refuse_scheme(scheme: str, allowed: Allowed) -> None:
    if scheme not in allowed.schemes:
        what = "folders of the machine are" if scheme == "file" else f"{scheme}:// is"
        raise RepositoryError(f"{what} not allowed here: {_form(allowed)}")


def _refuse_credentials(scheme: str, user: str | None) -> None:
    if user is None or (scheme == "ssh" and re.fullmatch(r"[A-Za-z0-9_.-]+", user)):
        return
    raise RepositoryError("the address has credentials in it: give the workers a way to log in instead")


def _refuse_options(source: str, user: str, host: str, path: str) -> None:
    """git, ssh and their helpers read what begins with a dash as an option, and some decode the path."""
    decoded = unquote(path)
    begins_with_dash = any(part.startswith("-") for part in (user, host, *re.split("[/:~]", decoded)))
    if begins_with_dash or not decoded.isprintable() or "\\" in decoded:
        raise RepositoryError(f"{_shown(source)!r} has a part that git could take for something else")
    if not decoded.strip("/"):
        raise RepositoryError(f"{_shown(source)} names no repository: the form is https://host/path")


def _refuse_host(host: str, allowed: Allowed, resolve: Resolver) -> None:
    if allowed.hosts and not any(fnmatchcase(host, pattern.lower()) for pattern in allowed.hosts):
        raise RepositoryError(f"{host} is not one of the hosts allowed here: {', '.join(allowed.hosts)}")
    if allowed.private:
        return
    addresses = _addresses(host, resolve)
    if not addresses:
        raise RepositoryError(f"{host} cannot be found: check the address")
    if not all(is_public(address) for address in addresses):
        raise RepositoryError(f"{host} is not a public address, and others are not allowed here")


def _addresses(host: str, resolve: Resolver) -> list[IPAddress]:
    try:
        literal = literal_address(host)
        return [literal] if literal else [ipaddress.ip_address(text) for text in resolve(host)]
    except ValueError:
        raise RepositoryError(f"{host} is not a host: write its name, or its address as usual") from None


def _form(allowed: Allowed) -> str:
    forms = ["/path" if scheme == "file" else f"{scheme}://host/path" for scheme in allowed.schemes]
    return f"the form is {' or '.join(forms)}"


def _shown(source: str) -> str:
    return hide_credentials(source)
