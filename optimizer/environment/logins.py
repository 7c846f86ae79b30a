"""User names and passwords of package indexes and proxies, as files that uv reads.

Not as variables: uv replaces `${NAME}` in lists of requirements by the variable's value, so a target could
have them sent to any server: https://docs.astral.sh/uv/pip/compatibility/#transitive-dependencies-and-urls.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

FOLDER = "/logins"  # inside
_NAMED = re.compile(r"(?:(?P<name>[A-Za-z0-9][\w.-]*)=)?(?P<url>[a-zA-Z][a-zA-Z0-9+.-]*://[^\s,]+)")
_PROXIES = {"http-proxy": ("HTTP_PROXY", "ALL_PROXY"), "https-proxy": ("HTTPS_PROXY", "ALL_PROXY")}


def login_files(variables: Mapping[str, str]) -> dict[str, str]:
    """Path below FOLDER -> text; empty when nothing asks for a password.

    A netrc file knows one user a host: of two, the first one counts."""
    hosts = dict(reversed(list(_logins(variables))))
    machines = "".join(
        f"machine {host} login {_quoted(user)} password {_quoted(password)}\n"
        for host, (user, password) in hosts.items()
    )
    proxies = "".join(f"{key} = {_quoted(url)}\n" for key, url in _proxies(variables))
    files = {"netrc": machines, "uv/uv.toml": proxies}
    return {name: text for name, text in files.items() if text}


LOGIN_VARIABLES = (("NETRC", f"{FOLDER}/netrc"), ("XDG_CONFIG_HOME", FOLDER))


def _logins(variables: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for variable, value in variables.items():
        if variable.endswith("_PROXY"):
            continue
        for found in _NAMED.finditer(value):
            split = urlsplit(found["url"])
            user, password = split.username or "", split.password or ""
            own = "UV_INDEX_" + re.sub(r"\W|[.-]", "_", found["name"] or "").upper()
            user = unquote(user) or variables.get(f"{own}_USERNAME", "")
            password = unquote(password) or variables.get(f"{own}_PASSWORD", "")
            if split.hostname and (user or password):
                yield split.hostname, (user, password)


def _proxies(variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, names in _PROXIES.items():
        url = next((variables[name] for name in names if variables.get(name)), "")
        if "@" in url:
            yield key, url


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
