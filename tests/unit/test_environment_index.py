from pathlib import Path

from optimizer.environment.index import PackageIndex, package_index, pip_files


def settings(environ: dict[str, str], *texts: str, folder: Path) -> tuple[dict[str, str], PackageIndex]:
    files = []
    for number, text in enumerate(texts):
        files.append(folder / f"{number}.conf")
        files[-1].write_text(text)
    index = package_index(environ, files)
    return dict(index.variables), index


def test_pips_indexes_become_uvs_and_are_all_equal(tmp_path: Path) -> None:
    text = "[global]\nindex-url = https://a.example/simple\nextra-index-url =\n  https://b.example/simple\n  file:///c\n"
    found, _ = settings({}, text, folder=tmp_path)
    assert found["UV_DEFAULT_INDEX"] == "https://a.example/simple"
    assert found["UV_INDEX"] == "https://b.example/simple file:///c"
    assert found["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_later_files_variables_and_uvs_own_settings_win_in_this_order(tmp_path: Path) -> None:
    texts = ("[global]\nindex-url = https://one\ntimeout = 1\n", "[install]\nindex_url = https://two\n")
    assert settings({}, *texts, folder=tmp_path)[0]["UV_DEFAULT_INDEX"] == "https://two"
    environ = {"PIP_INDEX_URL": "https://three", "PIP_DEFAULT_TIMEOUT": "9"}
    found, _ = settings(environ, *texts, folder=tmp_path)
    assert (found["UV_DEFAULT_INDEX"], found["UV_HTTP_TIMEOUT"]) == ("https://three", "1")
    found, _ = settings({**environ, "UV_DEFAULT_INDEX": "https://four"}, *texts, folder=tmp_path)
    assert found["UV_DEFAULT_INDEX"] == "https://four"


def test_local_folders_and_what_a_local_index_links_to_are_shown_to_the_sandbox(tmp_path: Path) -> None:
    page = tmp_path / "mirror/simple/thing/index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<a href="../../files/t/thing-1.whl#sha256=00">thing</a>')
    (tmp_path / "mirror/files").mkdir()
    (tmp_path / "mirror/private").mkdir()
    (tmp_path / "wheels").mkdir()
    environ = {"PIP_FIND_LINKS": f"{tmp_path}/wheels https://x.example/links"}
    text = f"[global]\nextra-index-url = file://{tmp_path}/mirror/simple\n"
    found, index = settings(environ, text, folder=tmp_path)
    assert found["UV_FIND_LINKS"] == f"{tmp_path}/wheels,https://x.example/links"
    shown = {str(bind.source.relative_to(tmp_path)) for bind in index.binds}
    assert shown == {"mirror/simple", "mirror/files", "wheels"}
    assert not any(bind.writable for bind in index.binds)


def test_certificates_proxies_and_trusted_hosts_are_passed_on(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("x")
    environ = {"PIP_CERT": str(bundle), "https_proxy": "http://proxy:3128", "PIP_TRUSTED_HOST": "a.example"}
    found, index = settings(environ, folder=tmp_path)
    assert found["SSL_CERT_FILE"] == str(bundle)
    assert found["HTTPS_PROXY"] == "http://proxy:3128"
    assert found["UV_INSECURE_HOST"] == "a.example"
    assert [bind.source for bind in index.binds] == [bundle]


def test_no_index_is_an_option_for_uv(tmp_path: Path) -> None:
    assert settings({"PIP_NO_INDEX": "1"}, folder=tmp_path)[1].options == ("--no-index",)
    assert settings({"PIP_NO_INDEX": "0"}, folder=tmp_path)[1].options == ()


def test_passwords_are_left_out_while_code_of_packages_runs(tmp_path: Path) -> None:
    environ = {
        "PIP_INDEX_URL": "https://ada:s3cret@a.example/simple",
        "UV_INDEX_INNER_PASSWORD": "s3cret",
        "HTTP_PROXY": "http://ada:s3cret@proxy:1",
    }
    found, index = settings(environ, folder=tmp_path)
    assert found["UV_DEFAULT_INDEX"] == environ["PIP_INDEX_URL"]
    assert "s3cret" not in str(index.without_credentials)
    assert "s3cret" not in repr(index)
    assert dict(index.without_credentials)["UV_DEFAULT_INDEX"] == "https://a.example/simple"


def test_nothing_else_of_the_environment_is_passed_on(tmp_path: Path) -> None:
    environ = {
        "AWS_SECRET_ACCESS_KEY": "x",
        "HOME": "/root",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "UV_PUBLISH_TOKEN": "x",
    }
    found, _ = settings(environ, folder=tmp_path)
    assert set(found) <= {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}


def test_a_broken_file_says_nothing(tmp_path: Path) -> None:
    found, _ = settings({}, "index-url = outside of any section\n", folder=tmp_path)
    assert "UV_DEFAULT_INDEX" not in found


def test_pips_files_are_looked_for_where_pip_does() -> None:
    names = [str(path) for path in pip_files({"HOME": "/home/ada", "PIP_CONFIG_FILE": "/own.conf"})]
    assert names[:4] == [
        "/etc/xdg/pip/pip.conf", "/etc/pip.conf", "/home/ada/.pip/pip.conf", "/home/ada/.config/pip/pip.conf"
    ]  # fmt: skip
    assert names[-1] == "/own.conf"
    assert pip_files({"PIP_CONFIG_FILE": "/dev/null"}) == []
