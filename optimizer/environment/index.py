"""Where packages come from: pip's configuration on this machine, as uv understands it.

User names and passwords never stand in variables: a target's list of requirements may name a server of
its own with a variable's value in the address, and uv fills it in. They are in files (optimizer/environment/
logins.py), which are there only while wheels are downloaded and no code of any package runs.
"""

import configparser
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from optimizer.domain.isolation import Bind
from optimizer.vcs.source import hide_credentials

_UV = (
    *("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"),
    *("UV_INDEX_STRATEGY", "UV_INSECURE_HOST", "UV_HTTP_TIMEOUT", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"),
)
_UV_LOGIN = re.compile(r"UV_INDEX_\w+_(USERNAME|PASSWORD)")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
_IN_EVERY_SANDBOX = (Path("/usr"), Path("/etc/ssl"))


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """Variables and options for uv, and the local folders and files that they name."""

    variables: tuple[tuple[str, str], ...] = field(repr=False)
    binds: tuple[Bind, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def without_credentials(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, hide_credentials(value)) for name, value in self.variables if not _UV_LOGIN.fullmatch(name)
        )


def package_index(environ: Mapping[str, str], files: Iterable[Path]) -> PackageIndex:
    """`files` are pip's configuration files, the strongest last. Variables of uv's own are the strongest."""
    settings = _pip_settings(environ, files)
    variables = _for_uv(settings) | _connection(settings, environ)
    variables |= {name: environ[name] for name in environ if name in _UV or _UV_LOGIN.fullmatch(name)}
    locations = " ".join(variables.get(name, "") for name in _UV[:5]).replace(",", " ").split()
    certificates = [variables[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in variables]
    local = [path for text in locations for path in _local_folders(text)] + [
        Path(text) for text in certificates
    ]
    alone = settings.get("no-index", "").lower() in ("1", "true", "yes", "on")
    return PackageIndex(tuple(sorted(variables.items())), _binds(local), ("--no-index",) if alone else ())


def pip_files(environ: Mapping[str, str]) -> list[Path]:
    """As https://pip.pypa.io/en/stable/topics/configuration/ lists them, the strongest last."""
    chosen = environ.get("PIP_CONFIG_FILE", "")
    if chosen == os.devnull:
        return []
    home = Path(environ.get("HOME", "/nonexistent"))
    shared = [
        Path(folder) / "pip/pip.conf" for folder in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    ]
    own = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [*shared, Path("/etc/pip.conf"), home / ".pip/pip.conf", own / "pip/pip.conf"]
    return [*files, Path(sys.prefix) / "pip.conf", *([Path(chosen)] if chosen else [])]


def _pip_settings(environ: Mapping[str, str], files: Iterable[Path]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip itself says what is wrong with it
        for section in ("global", "install"):
            if parser.has_section(section):
                settings |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    names = (name for name in environ if name.startswith("PIP_"))
    return settings | {name[4:].lower().replace("_", "-"): environ[name] for name in names}


def _for_uv(settings: Mapping[str, str]) -> dict[str, str]:
    extra = settings.get("extra-index-url", "").split()
    links = settings.get("find-links", "").split()
    variables = {
        "UV_DEFAULT_INDEX": settings.get("index-url", "").strip(),
        "UV_INDEX": " ".join(extra),
        "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",  # all indexes are equal, as for pip
        "UV_FIND_LINKS": ",".join(links),
        "UV_INSECURE_HOST": " ".join(settings.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": settings.get("timeout") or settings.get("default-timeout") or "",
    }
    return {name: value for name, value in variables.items() if value}


def _connection(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    either_case = {name: environ.get(name) or environ.get(name.lower()) or "" for name in _PROXIES}
    variables = {name: value for name, value in either_case.items() if value}
    if settings.get("proxy"):
        variables |= {"HTTP_PROXY": settings["proxy"], "HTTPS_PROXY": settings["proxy"]}
    bundles = [settings.get("cert", ""), *(environ.get(name, "") for name in _BUNDLES), str(_SYSTEM_BUNDLE)]
    usable = [bundle for bundle in bundles if bundle and Path(bundle).is_file()]
    if usable:
        variables |= {"SSL_CERT_FILE": usable[0], "REQUESTS_CA_BUNDLE": usable[0]}
    folder = environ.get("SSL_CERT_DIR", "")
    if folder and Path(folder).is_dir():
        variables["SSL_CERT_DIR"] = folder
    return variables


def _local_folders(location: str) -> list[Path]:
    """Folders of this machine behind an index or a folder of packages; none for a URL elsewhere."""
    location = re.sub(r"^\w+=(?=\w+:)", "", location)  # uv's name=url
    if location.startswith("file:"):
        path = Path(unquote(urlsplit(location).path))
    elif "://" in location:
        return []
    else:
        path = Path(location)
    return [path.absolute(), *_linked_folder(path.absolute())] if path.exists() else []


def _linked_folder(index: Path) -> list[Path]:
    """Where an index's pages link to, when that is beside it: `../../files/x.whl` in `simple/x/`."""
    for page in sorted(index.glob("*/index.html")):
        links = _Links(page.read_text("utf-8", "replace")).found
        for link in (urlsplit(link).path for link in links if "://" not in link):
            target = Path(os.path.normpath(page.parent / unquote(link)))
            if not target.is_relative_to(index):
                common = Path(os.path.commonpath((index, target)))
                return [common / target.relative_to(common).parts[0]]
        if links:
            return []
    return []


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _binds(paths: Iterable[Path]) -> tuple[Bind, ...]:
    outside = {
        path for path in paths if path.exists() and not any(path.is_relative_to(s) for s in _IN_EVERY_SANDBOX)
    }
    return tuple(Bind(path, str(path)) for path in sorted(outside))
