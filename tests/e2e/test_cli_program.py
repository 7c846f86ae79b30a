"""The program itself: help, streams, exit codes, start-up."""

import dataclasses
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from optimizer import __version__
from optimizer.cli.main import optimizer, run
from optimizer.domain.settings import Settings
from tests.support.cli import PROGRAM, environment, program

HEAVY = ("sqlalchemy", "alembic", "psycopg", "rich", "libcst", "hypothesis", "scipy", "tree_sitter")


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("command", list(commands(optimizer)), ids=" ".join)
def test_each_command_explains_itself_with_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--help"]) == 0
    explained = capsys.readouterr().out
    usage, _, examples = explained.partition("Example:\n")
    assert usage.startswith(f"Usage: optimizer {' '.join(command)}")
    assert f"optimizer {' '.join(command)}" in examples


@pytest.mark.parametrize("command", list(commands(optimizer)), ids=" ".join)
def test_each_command_is_documented(command: tuple[str, ...]) -> None:
    text = Path("docs/commands.md").read_text("utf-8")
    assert f"optimizer {' '.join(command)}" in text


def test_each_option_of_submit_is_documented() -> None:
    text = Path("docs/commands.md").read_text("utf-8")
    options = [option for parameter in optimizer.commands["submit"].params for option in parameter.opts]
    assert [option for option in options if option.startswith("--") and f"`{option}" not in text] == []


def test_the_version_is_told() -> None:
    told = subprocess.run([*PROGRAM, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout == f"optimizer {__version__}\n"


def test_starting_loads_nothing_heavy() -> None:
    """What makes `--help` quick, without a clock."""
    script = "import sys, optimizer.cli.main; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert [name for name in done.stdout.split() if name in HEAVY] == []


def test_what_asks_the_database_alone_loads_neither_experts_nor_migrations(tmp_path: Path) -> None:
    assert program(tmp_path, "jobs").returncode == 0  # makes the database
    script = (
        "import sys; from optimizer.cli.main import optimizer;"
        "optimizer(['jobs', '--json'], standalone_mode=False); print(*sorted(sys.modules), sep='\\n')"
    )
    done = program(tmp_path, starter=[sys.executable, "-c", script])
    loaded = {name for name in done.stdout.split() if name in HEAVY}
    assert loaded == {"sqlalchemy", "tree_sitter"}, done.stderr


def test_the_installed_program_is_this_one(tmp_path: Path) -> None:
    installed = Path(sys.executable).with_name("optimizer")
    done = program(tmp_path, "jobs", "--json", starter=[str(installed)])
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("submitt",),
        ("submit",),
        ("submit", ".", "--budget", "soon"),
        ("submit", ".", "--dry-run", "--resume"),
        ("submit", ".", "--set", "gaet=1"),
        ("submit", ".", "--set", "gate=1"),
        ("patch", "show"),
        ("job", "show", "0"),
        ("patches", "--state", "odd"),
        ("query", "funnel", "--limit", "0"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_two_and_prints_nothing(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path))
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "rror: " in captured.err


def test_a_misspelt_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    run(["submitt"])
    assert "submit" in capsys.readouterr().err.partition("submitt")[2]


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    started = [*PROGRAM, "query", "--json"]
    done = subprocess.run(
        started, env=environment(tmp_path), stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def on_terminal(home: Path, *arguments: str, **more: str) -> str:
    """What the program shows on a terminal of its own."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(PROGRAM[0], [*PROGRAM, *arguments], environment(home, TERM="xterm", **more))
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        shown += part
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return shown.decode()


def test_a_table_is_styled_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    assert "\x1b[1m" in on_terminal(tmp_path, "query")
    piped = program(tmp_path, "query", more={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert "\x1b" not in piped.stdout
    assert "\x1b[3" not in on_terminal(tmp_path, "query", NO_COLOR="1")


def test_a_defect_keeps_its_traceback_and_hides_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(settings: object) -> None:
        raise RuntimeError("https://me:hunter2@example.org/x broke")

    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path))
    monkeypatch.setattr("optimizer.bootstrap.make_store", broken)
    assert run(["jobs"]) == 70
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" in captured.err
    assert "RuntimeError: https://example.org/x broke" in captured.err
    assert "please report it" in captured.err
    assert "hunter2" not in captured.err


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_home_that_cannot_be_made_is_one_line(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("OPTIMIZER_HOME", str(tmp_path / place))
    code = run(["jobs"])
    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err.startswith("optimizer: error: ")
    assert captured.err.count("\n") == 1


def test_doctor_is_content_with_this_machine(tmp_path: Path) -> None:
    found = program(tmp_path, "doctor")
    assert (found.returncode, found.stderr) == (0, "")
    for name in ("python", "bwrap", "setpriv", "libseccomp", "git", "uv", "cgroups", "cores", "database"):
        assert f"\n{name} " in found.stdout


def test_doctor_names_the_package_of_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("setarch", "setpriv", "taskset"):
        (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    found = program(tmp_path, "doctor", more={"PATH": str(tmp_path / "bin")})
    rows = {line.split()[0]: line for line in found.stdout.splitlines()}
    assert found.returncode == 5
    assert rows["bwrap"].split() == ["bwrap", "missing", "apt-get", "install", "bubblewrap"]
    assert rows["git"].split() == ["git", "missing", "apt-get", "install", "git"]
    assert rows["setpriv"].split()[1] == "ok"


def test_doctor_says_what_is_wrong_with_the_database(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/x"
    found = program(tmp_path, "doctor", "--json", more={"OPTIMIZER_DATABASE_URL": url})
    assert found.returncode == 5
    assert '"Cannot reach the database x at 127.0.0.1:1' in found.stdout
    assert "hunter2" not in found.stdout + found.stderr


def test_each_setting_is_documented_with_its_default() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.*?) \|", Path("docs/configuration.md").read_text("utf-8"), re.MULTILINE
    )
    documented = dict(rows)
    defaults = dataclasses.asdict(Settings())
    assert list(documented) == list(defaults)
    for name, value in defaults.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            assert float(documented[name]) == value
