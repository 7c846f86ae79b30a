import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from optimizer.domain.errors import TargetError
from optimizer.domain.isolation import Bind, Command, Finished
from optimizer.domain.settings import Settings
from optimizer.environment import Environment, build_environment, lay_generated
from optimizer.sandbox.bubblewrap import Bubblewrap, detect
from tests.support.wheels import make_wheel, project_files


@dataclass
class CountingSandbox:
    """The real sandbox, with a memory of what it was asked to run."""

    inner: Bubblewrap
    commands: list[Command] = field(default_factory=list)

    @property
    def uid(self) -> int:
        return self.inner.uid

    def run(self, command: Command, stdin: bytes = b"") -> Finished:
        self.commands.append(command)
        return self.inner.run(command, stdin)


@pytest.fixture
def sandbox() -> CountingSandbox:
    return CountingSandbox(detect())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only packages there are: installing needs no network."""
    folder = tmp_path / "wheels"
    make_wheel(folder, "pytest", "8.0", ["pluggy"])
    for name in ("pluggy", "dep-a", "dep-b", "for-tests"):
        make_wheel(folder, name)
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def target(tmp_path: Path, files: Mapping[str, str], name: str = "target") -> Path:
    for path, text in files.items():
        file = tmp_path / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / name


def run_python(environment: Environment, worktree: Path, code: str, sandbox: CountingSandbox) -> str:
    paths = ":".join(str(worktree / source) for source in environment.sources)
    done = sandbox.run(
        Command(
            (environment.python, "-c", code),
            (*environment.binds, Bind(worktree, str(worktree))),
            (("PYTHONPATH", paths),),
        )
    )
    assert done.code == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def test_dependencies_extras_for_tests_and_pytest_are_installed(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    needs = [
        "dep-a",
        'for-tests; extra == "test"',
        'missing; extra == "docs"',
        'missing; python_version < "3"',
    ]
    worktree = target(tmp_path, project_files("thing", needs))
    environment = build_environment(worktree, Settings(), home, sandbox)
    assert environment.notes == ()
    assert {"dep-a", "dep_a", "for-tests", "pytest", "pluggy"} <= environment.packages
    assert (
        run_python(environment, worktree, "import dep_a, for_tests; print(dep_a.version)", sandbox) == "1.0"
    )


def test_the_target_is_imported_from_the_working_tree_with_what_its_build_makes(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    worktree = target(tmp_path, project_files("thing"))
    environment = build_environment(worktree, Settings(), home, sandbox)
    assert environment.sources == ("src", ".")
    code = "import thing, importlib.metadata as m; print(thing.version, m.version('thing'), thing.__file__)"
    assert run_python(environment, worktree, code, sandbox).split() == [
        "1.5", "1.5", str(worktree / "src/thing/__init__.py")
    ]  # fmt: skip
    second = target(tmp_path, {"src/thing/__init__.py": ""}, "second")
    lay_generated(environment, second)
    assert (second / "src/thing/_version.py").read_text() == "version = '1.5'\n"


def test_a_second_build_from_the_same_files_starts_no_sandbox(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    worktree = target(tmp_path, project_files("thing"))
    first = build_environment(worktree, Settings(), home, sandbox)
    sandbox.commands.clear()
    (worktree / "src/thing/other.py").write_text("x = 1\n")
    assert build_environment(worktree, Settings(), home, sandbox) == first
    assert sandbox.commands == []


def test_changed_requirements_make_another_environment(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    worktree = target(tmp_path, {"requirements.txt": "dep-a\n"})
    first = build_environment(worktree, Settings(), home, sandbox)
    (worktree / "requirements.txt").write_text("dep-b\n")
    second = build_environment(worktree, Settings(), home, sandbox)
    assert first.lock_hash != second.lock_hash
    assert "dep-b" in second.packages
    assert "dep-a" not in second.packages
    more = build_environment(worktree, Settings(requirements=("dep-a",)), home, sandbox)
    assert {"dep-a", "dep-b"} <= more.packages


@pytest.mark.parametrize(
    "files",
    [
        {"requirements-test.txt": "for-tests\n-e .\n"},
        {"test-requirements.txt": "for-tests # why\n"},
        {"requirements/dev.txt": "-r base.txt\n", "requirements/base.txt": "for-tests\n"},
        {"pyproject.toml": '[dependency-groups]\ntest = ["for-tests"]\ndocs = ["missing"]\n'},
        {"pyproject.toml": '[tool.poetry.group.dev.dependencies]\nfor-tests = "^1.0"\n'},
        {"tox.ini": "[testenv]\ndeps =\n    py311: for-tests\n    -r nothing.txt\n"},
    ],
)
def test_what_tests_need_is_found_in_every_usual_place(
    files: dict[str, str], tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    environment = build_environment(target(tmp_path, files), Settings(), home, sandbox)
    assert environment.notes == ()
    assert {"for-tests", "pytest"} <= environment.packages


def test_what_cannot_be_installed_is_left_out_with_a_note(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    files = {**project_files("thing", ["dep-a"]), "requirements-dev.txt": "no-such-package\n"}
    environment = build_environment(target(tmp_path, files), Settings(), home, sandbox)
    assert {"dep-a", "pytest"} <= environment.packages
    (note,) = environment.notes
    assert "requirements-dev.txt" in note
    assert "no-such-package" in note
    assert "\n" not in note


def test_a_project_that_cannot_be_built_still_gets_what_it_says_it_needs(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    pyproject = '[build-system]\nrequires = ["no-such-backend"]\n[project]\nname = "x"\nversion = "1"\n'
    worktree = target(tmp_path, {"pyproject.toml": pyproject + 'dependencies = ["dep-a"]\n', "x.py": ""})
    environment = build_environment(worktree, Settings(), home, sandbox)
    assert {"dep-a", "pytest"} <= environment.packages
    assert environment.notes[0].startswith("the project could not be built")


def test_a_setup_script_that_fails_leaves_an_environment_with_pytest(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    worktree = target(tmp_path, {"setup.py": "raise SystemExit('no compiler')\n", "a.py": ""})
    environment = build_environment(worktree, Settings(), home, sandbox)
    assert "pytest" in environment.packages
    assert len(environment.notes) == 1


def test_without_pytest_it_is_an_error_of_one_line(
    tmp_path: Path, home: Path, sandbox: CountingSandbox, wheels: Path
) -> None:
    shutil.rmtree(wheels)
    wheels.mkdir()
    with pytest.raises(TargetError, match="pytest could not be installed") as caught:
        build_environment(target(tmp_path, {"a.py": ""}), Settings(), home, sandbox)
    assert "\n" not in str(caught.value)
    assert not [path for path in (home / "environments").iterdir() if path.is_dir()]


def test_code_that_runs_while_installing_sees_no_secret_and_no_file_of_ours(
    tmp_path: Path, home: Path, sandbox: CountingSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("UV_INDEX", "https://ada:hunter2@packages.invalid/simple")
    code = (
        "seen = repr(dict(os.environ)) + str(os.path.exists('" + str(secret) + "')) + str(os.getuid());"
        "pathlib.Path(wheel_directory, '..').resolve();"
        "zipfile.ZipFile(pathlib.Path(wheel_directory, name), 'a').writestr('{name}/seen.txt', seen)"
    ).replace("{name}", "thing")
    worktree = target(tmp_path, project_files("thing", extra=code))
    build_environment(worktree, Settings(), home, sandbox)
    seen = (worktree / "src/thing/seen.txt").read_text()
    assert "packages.invalid" in seen
    assert "hunter2" not in seen
    assert f"False{sandbox.uid}" in seen


def test_a_build_cannot_make_us_write_outside_of_the_working_tree(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    worktree = target(tmp_path, project_files("thing"))
    shutil.rmtree(worktree / "src/thing")
    (worktree / "src/thing").symlink_to(outside)
    (outside / "__init__.py").write_text("")
    build_environment(worktree, Settings(), home, sandbox)
    assert [path.name for path in outside.iterdir()] == ["__init__.py"]


def test_the_users_files_and_our_environment_are_not_what_the_target_gets(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    worktree = target(tmp_path, {"a.py": ""})
    environment = build_environment(worktree, Settings(), home, sandbox)
    code = "import importlib.util as u, sys; print(u.find_spec('git'), sys.prefix)"
    assert run_python(environment, worktree, code, sandbox) == f"None {environment.root}"


def test_nothing_in_the_cache_can_be_written_by_the_sandbox_user_afterwards(
    tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    environment = build_environment(
        target(tmp_path, {"requirements.txt": "dep-a"}), Settings(), home, sandbox
    )
    for path in environment.root.rglob("*"):
        status = path.lstat()
        assert status.st_uid == os.geteuid()
        assert stat.S_ISLNK(status.st_mode) or not status.st_mode & stat.S_IWOTH
    assert list(environment.root.rglob("dep_a*.pyc"))


def test_what_a_killed_build_left_is_replaced(tmp_path: Path, home: Path, sandbox: CountingSandbox) -> None:
    worktree = target(tmp_path, {"requirements.txt": "dep-a"})
    key = build_environment(worktree, Settings(), home, sandbox).lock_hash
    (home / "environments" / key).rename(home / "environments" / f".{key}")
    (home / "environments" / f".{key}" / "environment.json").unlink()
    assert build_environment(worktree, Settings(), home, sandbox).notes == ()
    assert [path.name for path in (home / "environments").iterdir() if path.is_dir()] == [key]


def test_installing_can_be_switched_off(tmp_path: Path, home: Path, sandbox: CountingSandbox) -> None:
    made = build_environment(target(tmp_path, {"requirements.txt": "dep-a"}), Settings(), home, sandbox)
    sandbox.commands.clear()
    settings = Settings(install=False, python=made.python)
    worktree = target(tmp_path, {"b.py": ""}, "other")
    environment = build_environment(worktree, settings, home, sandbox)
    assert sandbox.commands == []
    assert (environment.python, environment.root) == (made.python, made.root)
    assert "dep-a" in environment.packages
    assert run_python(environment, worktree, "import b, dep_a; print(1)", sandbox) == "1"


@pytest.mark.parametrize("wanted", ["9.99", "/nowhere/python"])
def test_a_python_that_is_not_there_is_named(
    wanted: str, tmp_path: Path, home: Path, sandbox: CountingSandbox
) -> None:
    with pytest.raises(TargetError, match="setting `python`"):
        build_environment(target(tmp_path, {"a.py": ""}), Settings(python=wanted), home, sandbox)
