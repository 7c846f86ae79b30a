"""Settings: which place wins, and what is said about a wrong one."""

import dataclasses
from typing import Any

import pytest

from optimizer.config import OURS_ONLY, assignment, configure
from optimizer.domain.errors import ConfigError
from optimizer.domain.settings import Settings


def settings(
    pyproject: str = "", own: str = "", environ: dict[str, str] | None = None, **flags: Any
) -> Settings:
    files = {"pyproject.toml": pyproject, ".optimizer.toml": own}
    given = {name: text for name, text in files.items() if text}
    return configure(given, environ or {}, flags).settings


def test_without_any_setting_the_defaults_hold() -> None:
    assert settings() == Settings()


def test_a_flag_beats_the_environment_and_that_beats_the_file() -> None:
    text = "[tool.optimizer]\ngate = 1.1\nseed = 1\nmax-inputs = 50\n"
    found = settings(text, environ={"OPTIMIZER_GATE": "1.2", "OPTIMIZER_SEED": "2"}, gate=1.3)
    assert (found.gate, found.seed, found.max_inputs) == (1.3, 2, 50)


def test_where_each_setting_came_from_is_told() -> None:
    found = configure(
        {".optimizer.toml": "gate = 1.1\n"}, {"OPTIMIZER_SEED": "2"}, {"budget_seconds": 60.0}
    ).origins
    assert found == {
        "gate": ".optimizer.toml",
        "seed": "OPTIMIZER_SEED",
        "budget_seconds": "--budget-seconds",
    }


def test_keys_may_be_written_with_dashes() -> None:
    assert settings(own="max-launches = 5\n").max_launches == 5


def test_a_file_of_its_own_needs_no_table() -> None:
    assert settings(own='include = ["src/*"]\n').include == ("src/*",)


def test_a_pyproject_without_our_table_sets_nothing() -> None:
    assert settings('[project]\nname = "x"\n[tool.ruff]\ngate = 3\n') == Settings()


def test_one_string_is_a_list_of_one() -> None:
    assert settings(own='exclude = "docs/*"\n').exclude == ("docs/*",)


def test_a_whole_number_will_do_for_a_number() -> None:
    found = settings(own="gate = 2\n").gate
    assert (found, type(found)) == (2.0, float)


@pytest.mark.parametrize(
    ("raw", "value"), [("true", True), ("1", True), ("YES", True), ("off", False), ("no", False)]
)
def test_the_environment_spells_truth_in_several_ways(raw: str, value: bool) -> None:
    assert settings(environ={"OPTIMIZER_INSTALL": raw}).install is value


def test_the_environment_separates_a_list_by_commas() -> None:
    assert settings(environ={"OPTIMIZER_INCLUDE": "a/*, b/*,"}).include == ("a/*", "b/*")


def test_variables_for_the_tests_and_of_others_are_no_settings() -> None:
    assert settings(environ={"OPTIMIZER_TEST_POSTGRES": "x", "GATE": "9"}) == Settings()


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        ({"own": "gait = 1.1\n"}, "'gate'"),
        ({"pyproject": "[tool.optimizer]\nmax-launch = 4\n"}, "'max_launches'"),
        ({"environ": {"OPTIMIZER_BUDGET_SECOND": "4"}}, "'budget_seconds'"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest(arguments: dict[str, Any], near: str) -> None:
    with pytest.raises(ConfigError, match=f"did you mean {near}"):
        settings(**arguments)


@pytest.mark.parametrize("field", OURS_ONLY)
def test_a_repository_may_not_name_places_on_this_machine(field: str) -> None:
    with pytest.raises(ConfigError, match=f"OPTIMIZER_{field.upper()}"):
        settings(own=f'{field} = "/etc/passwd"\n')


def test_the_user_may_name_places_on_this_machine() -> None:
    assert settings(environ={"OPTIMIZER_HOME": "/srv/state"}).home == "/srv/state"


@pytest.mark.parametrize(
    "arguments",
    [
        {"own": "gate = \n"},
        {"own": 'gate = "fast"\n'},
        {"own": "gate = true\n"},
        {"own": "install = 1\n"},
        {"own": "include = [1]\n"},
        {"own": "include = 3\n"},
        {"own": "seed = 1.5\n"},
        {"pyproject": "[tool]\noptimizer = 3\n"},
        {"environ": {"OPTIMIZER_GATE": "fast"}},
        {"environ": {"OPTIMIZER_INSTALL": "perhaps"}},
        {"environ": {"OPTIMIZER_SEED": "1.5"}},
        {"gate": 1.02},
        {"gate": float("nan")},
        {"gate": float("inf")},
        {"max_launches": 2},
        {"max_launches": 101},
        {"float_tolerance": -0.1},
        {"float_tolerance": 1.0},
        {"float_tolerance": float("nan")},
        {"call_seconds": 0.0},
        {"test_seconds": -1.0},
        {"call_seconds": float("nan")},
        {"memory_mb": 0},
        {"max_inputs": 0},
        {"max_memory_ratio": 0.0},
        {"budget_seconds": -1.0},
        {"search_seconds": -0.5},
    ],
)
def test_a_wrong_value_is_an_error_of_one_line(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as error:
        settings(**arguments)
    assert "\n" not in str(error.value)


def test_every_setting_can_be_given_in_the_environment() -> None:
    for field in dataclasses.fields(Settings):
        default = getattr(Settings(), field.name)
        raw = ",".join(default) if isinstance(default, tuple) else str(default)
        assert getattr(settings(environ={f"OPTIMIZER_{field.name.upper()}": raw}), field.name) == default


def test_an_assignment_is_a_field_and_its_value() -> None:
    assert assignment("max-launches = 5") == ("max_launches", 5)
    assert assignment("include=a,b") == ("include", ("a", "b"))
    assert assignment("test_command=-k a=b") == ("test_command", "-k a=b")


@pytest.mark.parametrize("text", ["gate", "gait=1", "gate=fast"])
def test_a_wrong_assignment_is_an_error(text: str) -> None:
    with pytest.raises(ConfigError):
        assignment(text)


def test_variables_that_begin_with_test_are_settings_too() -> None:
    environ = {"OPTIMIZER_TEST_SECONDS": "3", "OPTIMIZER_TEST_COMMAND": "pytest -x"}
    found = settings(environ=environ)
    assert (found.test_seconds, found.test_command) == (3.0, "pytest -x")


@pytest.mark.parametrize("prefix", ["/x", "a//", "..bad", "-x", "x/.y/", "a.lock/", "a b/", "~", "a\n"])
def test_a_prefix_that_git_takes_in_no_branch_is_refused_before_the_work(prefix: str) -> None:
    with pytest.raises(ConfigError, match="branch_prefix"):
        settings(environ={"OPTIMIZER_BRANCH_PREFIX": prefix})


@pytest.mark.parametrize("prefix", ["", "optimizer/", "team/speed-", "größer/"])
def test_a_prefix_of_branches_may_be_any_words(prefix: str) -> None:
    assert settings(environ={"OPTIMIZER_BRANCH_PREFIX": prefix}).branch_prefix == prefix


def test_a_command_with_an_open_quote_is_refused_before_the_work() -> None:
    with pytest.raises(ConfigError, match="No closing quotation"):
        settings(environ={"OPTIMIZER_TEST_COMMAND": 'pytest "tests'})
