import netrc
import tomllib
from pathlib import Path

from optimizer.environment.logins import login_files


def logins(folder: Path, variables: dict[str, str]) -> dict[str, tuple[str, str]]:
    """As Python's own reader of netrc files understands them."""
    file = folder / "netrc"
    file.write_text(login_files(variables)["netrc"])
    return {host: (found[0], found[2]) for host, found in netrc.netrc(file).hosts.items()}


def test_passwords_in_addresses_become_lines_of_a_netrc_file(tmp_path: Path) -> None:
    variables = {
        "UV_DEFAULT_INDEX": "https://ada:s3%40cret@a.example/simple",
        "UV_INDEX": "https://b.example/simple inner=https://eve:pw@c.example:8443/x",
        "UV_FIND_LINKS": "/wheels,https://bob:one@d.example/",
    }
    assert logins(tmp_path, variables) == {
        "a.example": ("ada", "s3@cret"),
        "c.example": ("eve", "pw"),
        "d.example": ("bob", "one"),
    }


def test_an_index_gets_the_login_of_its_name(tmp_path: Path) -> None:
    variables = {
        "UV_INDEX": "our-own=https://a.example/simple",
        "UV_INDEX_OUR_OWN_USERNAME": "ada",
        "UV_INDEX_OUR_OWN_PASSWORD": "s3cret",
    }
    assert logins(tmp_path, variables) == {"a.example": ("ada", "s3cret")}


def test_odd_passwords_are_quoted(tmp_path: Path) -> None:
    variables = {"UV_DEFAULT_INDEX": "https://ada:a%20%22b%5C@a.example/simple"}
    assert logins(tmp_path, variables) == {"a.example": ("ada", 'a "b\\')}


def test_of_two_logins_on_one_host_the_first_counts(tmp_path: Path) -> None:
    variables = {"UV_DEFAULT_INDEX": "https://ada:1@a.example/x", "UV_INDEX": "https://eve:2@a.example/y"}
    assert logins(tmp_path, variables) == {"a.example": ("ada", "1")}


def test_proxies_with_a_password_are_a_setting_of_uv() -> None:
    variables = {"HTTP_PROXY": "http://proxy:1", "ALL_PROXY": "http://ada:s3cret@proxy:2"}
    (name,) = files = login_files(variables)
    assert name == "uv/uv.toml"
    assert tomllib.loads(files[name]) == {"https-proxy": "http://ada:s3cret@proxy:2"}


def test_without_passwords_there_is_nothing_to_write() -> None:
    assert login_files({"UV_DEFAULT_INDEX": "https://a.example/simple", "HTTP_PROXY": "http://proxy:1"}) == {}
