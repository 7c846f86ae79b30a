"""Which addresses may be submitted: by example, and by the property that nothing else gets by."""

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from api.addresses import Allowed, checked, resolve_host
from api.networks import is_public, literal_address
from optimizer.domain.errors import RepositoryError
from optimizer.domain.settings import Settings
from optimizer.vcs.source import Remote

_DEFAULT = Allowed.by(Settings())
_ANY_SCHEME = Allowed(("https", "ssh", "http", "git", "file"), (), private=False)
_PUBLIC = "140.82.121.4"


def _public(host: str) -> Sequence[str]:
    return [_PUBLIC, "2606:50c0:8000::153"]


def _url(source: str, allowed: Allowed = _DEFAULT) -> str:
    where = checked(source, allowed, _public)
    assert isinstance(where, Remote)
    assert not where.authorization
    return where.url


@pytest.mark.parametrize(
    "source",
    [
        "https://github.com/team/shop.git",
        "https://github.com:8443/team/shop",
        "https://dev.azure.com/org/My%20Project/_git/shop",
        "https://git.example.org/~ada/shop.git",
        "ssh://git@github.com/team/shop.git",
        "ssh://git@github.com:2222/team/shop.git",
        "git@github.com:team/shop.git",
        "github.com:team/shop.git",
        f"https://{_PUBLIC}/team/shop.git",
        "https://[2606:50c0:8000::153]/team/shop.git",
        "https://xn--bcher-kva.example/team/shop.git",
        "https://GitHub.com/team/shop.git",
    ],
)
def test_ordinary_addresses_are_taken_as_they_are(source: str) -> None:
    assert _url(source) == source


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "is not the address"),
        ("shop", "is not the address"),
        ("../shop", "is not the address"),
        ("~/shop", "is not the address"),
        ("/srv/shop", "folders of the machine are not allowed"),
        ("file:///srv/shop", "folders of the machine are not allowed"),
        ("http://github.com/team/shop", "http:// is not allowed"),
        ("git://github.com/team/shop", "git:// is not allowed"),
        ("ftp://github.com/team/shop", "ftp:// is not allowed"),
        ("HTTPS://github.com/team/shop", "is not the address"),
        ("ext::sh -c id", "printable ASCII"),
        ("ext::id", "is not the address"),
        ("fd::7", "is not the address"),
        ("https://github.com", "is not the address"),
        ("https://github.com/", "names no repository"),
        ("https://github.com//%2f", "names no repository"),
        ("https://github.com/team/shop?x=1", "is not the address"),
        ("https://github.com/team/shop#x", "is not the address"),
        ("https://github.com/team\\shop", "is not the address"),
        ("https://github.com\\@127.0.0.1/team/shop", "credentials"),
        ("https://github.com#@127.0.0.1/team/shop", "credentials"),
        ("https://127.0.0.1:80:80/team/shop", "is not the address"),
        ("https://github.com:123456/team/shop", "is not the address"),
        ("https://github.com:65536/team/shop", "not a valid URL"),
        ("https://github.com/team/shop\n", "printable ASCII"),
        ("https://github.com/team/\x00shop", "printable ASCII"),
        ("https://github.com/team/shop%0a", "take for something else"),
        ("https://github.com/team/%00", "take for something else"),
        ("https://github.com/" + "a" * 2000, "printable ASCII"),
        ("https://\uff11\uff12\uff17.0.0.1/team/shop", "printable ASCII"),
        ("https://bücher.example/team/shop", "printable ASCII"),
    ],
)
def test_other_addresses_are_refused_with_the_reason(source: str, why: str) -> None:
    with pytest.raises(RepositoryError, match=why):
        _url(source)


@pytest.mark.parametrize(
    "source",
    [
        "https://ada@github.com/team/shop",
        "https://ada:hunter2@github.com/team/shop",
        "https://:hunter2@github.com/team/shop",
        "https://@github.com/team/shop",
        "ssh://ada:hunter2@github.com/team/shop",
        "ada:hunter2@github.com:team/shop",
    ],
)
def test_credentials_are_refused_and_not_repeated(source: str) -> None:
    with pytest.raises(RepositoryError) as refused:
        _url(source)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "source",
    [
        "-oProxyCommand=id",
        "--upload-pack=id",
        "ssh://-oProxyCommand=id/x",
        "ssh://-oProxyCommand=id@github.com/x",
        "-oProxyCommand=id:x",
        "git@-oProxyCommand=id:x",
        "github.com:-x",
        "github.com:--upload-pack=id",
        "github.com:%2dx",
        "ssh://github.com/~-x/y",
        "https://github.com/-x/y",
        "https://github.com/team/--upload-pack=id",
        "https://github.com/team/%2d%2dupload-pack=id",
        "https://github.com/team/x:-y",
    ],
)
def test_what_could_be_an_option_is_refused(source: str) -> None:
    with pytest.raises(RepositoryError):
        _url(source, _ANY_SCHEME)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1",
        "127.1", "127.0.1", "2130706433", "017700000001", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
        "1.2.3.04", "0x08080808", "134744072", "8.8.2056", "127.0.0.1.",
        "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]", "[fec0::1]",
        "[::ffff:127.0.0.1]", "[::ffff:8.8.8.8]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]",
        "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[100::1]", "[::ffff:0:127.0.0.1]",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused_however_they_are_spelled(host: str) -> None:
    for source in (f"https://{host}/team/shop", f"ssh://git@{host}/team/shop", f"git@{host}:team/shop"):
        with pytest.raises(RepositoryError):
            _url(source)


@pytest.mark.parametrize("text", ["8.8.8.8", "2606:50c0::1", "64:ff9b::808:808"])
def test_public_addresses_are_known_as_such(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], [_PUBLIC, "10.0.0.1"], ["fe80::1%2"], ["::1"], ["::ffff:10.0.0.1"], []]
)
def test_a_host_that_resolves_to_anything_private_or_nothing_is_refused(addresses: list[str]) -> None:
    with pytest.raises(RepositoryError, match=r"git\.example\.org") as refused:
        checked("https://git.example.org/team/shop", _DEFAULT, lambda _host: addresses)
    assert not any(address in str(refused.value) for address in addresses)


def test_an_answer_that_is_no_address_is_refused() -> None:
    with pytest.raises(RepositoryError, match="is not a host"):
        checked("https://git.example.org/team/shop", _DEFAULT, lambda _host: ["somewhere"])


def test_the_system_is_asked_for_addresses() -> None:
    assert "127.0.0.1" in resolve_host("localhost")
    assert resolve_host("a..b") == []
    assert resolve_host("x" * 300) == []


def test_private_addresses_are_taken_where_the_settings_say_so() -> None:
    allowed = Allowed(("https",), (), private=True)
    assert _url("https://127.0.0.1/team/shop", allowed) == "https://127.0.0.1/team/shop"
    assert checked("https://nowhere/team/shop", allowed, lambda _host: [])


def test_only_hosts_that_the_settings_name_are_taken() -> None:
    allowed = Allowed(("https", "ssh"), ("github.com", "*.Example.org"), private=False)
    assert _url("https://github.com/team/shop", allowed)
    assert _url("git@Git.example.ORG:team/shop", allowed)
    for host in ("example.org", "gitlab.com", "github.com.evil.net", "evil-github.com", _PUBLIC):
        with pytest.raises(RepositoryError, match=r"not one of the hosts .*github\.com"):
            _url(f"https://{host}/team/shop", allowed)


def test_a_folder_is_taken_where_the_settings_say_so(tmp_path: Path) -> None:
    allowed = Allowed(("file",), (), private=False)
    assert checked(str(tmp_path), allowed, _public) == tmp_path
    assert checked(f"file://{tmp_path}", allowed, _public) == tmp_path
    with pytest.raises(RepositoryError, match="https:// is not allowed here: the form is /path"):
        checked("https://github.com/team/shop", allowed, _public)
    with pytest.raises(RepositoryError, match="take for something else"):
        checked(f"{tmp_path}/-x", allowed, _public)


def test_a_folder_called_like_an_address_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "github.com:shop").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RepositoryError, match="write ssh://"):
        _url("github.com:shop")


_odd = st.sampled_from([*r"- -- -o @ : :: / // \ # ? %2d %2f %00 ~ . .. [ ]".split(" "), " "])
_word = st.sampled_from(["git", "team", "shop.git", "upload-pack=id", "oProxyCommand=id", "8080", "a-b"])
_hosts = st.one_of(
    st.sampled_from(["github.com", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]"]),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
    st.from_regex(r"[a-z0-9.-]{1,12}", fullmatch=True),
)
_scheme = st.sampled_from(
    [
        "https://",
        "ssh://",
        "http://",
        "git://",
        "file://",
        "HTTPS://",
        "Ssh://",
        "git+ssh://",
        "",
        "ext::",
        "-",
    ]
)
_sources = st.one_of(
    st.builds("".join, st.tuples(_scheme, _hosts, st.sampled_from([":", "/", ":22/"]), _word)),
    st.builds(
        "".join,
        st.lists(st.one_of(_scheme, _hosts, _odd, _word, st.characters(codec="ascii")), max_size=9),
    ),
)
_address = st.one_of(st.ip_addresses(), st.sampled_from(["127.0.0.1", _PUBLIC, "::1"])).map(str)
_addresses = st.one_of(st.just([_PUBLIC]), st.lists(_address, max_size=3))


@settings(max_examples=600)
@given(_sources, _addresses)
@example("https://github.com/team/shop", [_PUBLIC])
@example("git@github.com:team/shop", [_PUBLIC])
@example("HTTPS://127.0.0.1/team/shop", [_PUBLIC])
def test_nothing_that_is_accepted_has_an_option_in_it_or_is_private(
    source: str, addresses: list[str]
) -> None:
    """Read again by other means than the check itself."""
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return addresses

    try:
        where = checked(source, _ANY_SCHEME, resolve)
    except RepositoryError:
        return
    if isinstance(where, Path):
        assert where.is_absolute()
        return
    assert where.url == source
    host_then_path = re.compile(r":(?![^\[]*\])")
    url = source if "://" in source else f"ssh://{host_then_path.sub('/', source, count=1)}"
    split = urlsplit(url)
    assert split.scheme in ("https", "ssh", "http", "git")
    assert split.password is None
    parts = [split.username or "x", split.hostname or "-", *unquote(split.path).split("/")]
    assert not any(part.startswith("-") for part in parts)
    assert split.hostname is not None
    host = split.hostname.removesuffix(".")
    literal = literal_address(f"[{host}]" if ":" in host else host)
    meant = [literal] if literal else [ipaddress.ip_address(text) for text in addresses]
    assert meant
    assert all(address.is_global and not address.is_loopback for address in meant)
    assert asked == ([] if literal else [host])


@given(st.ip_addresses())
def test_no_address_is_public_that_the_library_calls_private(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assume(is_public(address))
    if address not in ipaddress.ip_network("64:ff9b::/96"):
        kinds = (address.is_private, address.is_loopback, address.is_link_local, address.is_multicast)
        assert not any((*kinds, address.is_unspecified, address.is_reserved))


@given(st.ip_addresses(v=4), st.sampled_from(["::ffff:0:0", "2002::", "::", "::ffff:0:0:0"]))
def test_an_ipv4_address_inside_of_another_is_never_public(inner: ipaddress.IPv4Address, prefix: str) -> None:
    shift = 80 if prefix == "2002::" else 0
    outer = int(ipaddress.IPv6Address(prefix)) | (int(inner) << shift)
    assert not is_public(ipaddress.IPv6Address(outer))
