"""Commands that look at results, and at settings: over a database that holds some."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from db.store import SqlStore, open_store
from db.upgrade import current, downgrade, upgrade
from optimizer.cli.main import run
from optimizer.domain.jobs import JobState
from optimizer.domain.patches import PatchState
from optimizer.testing import postgres
from tests.support import results as made
from tests.support.gitrepo import make_repository


class Printed(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Command = Callable[..., Printed]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("OPTIMIZER_HOME", str(folder))
    return folder


@pytest.fixture
def optimizer(home: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def command(*arguments: str) -> Printed:
        code = run(arguments)
        return Printed(code, *capsys.readouterr())

    return command


@pytest.fixture
def store(home: Path) -> Iterator[SqlStore]:
    url = f"sqlite:///{home}/optimizer.db"
    upgrade(url)
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """Job 1, done, with patch 1 and refused candidates; job 2, interrupted, with nothing."""
    job = store.create_job(made.new_job())
    store.save_result(job.id, made.with_patch())
    store.save_result(job.id, made.ended(made.function("other")))
    store.add_event(job.id, "note", "skipped a.py: \x1b[2Jnot Python")
    store.move_job(job.id, JobState.RUNNING, JobState.DONE)
    second = store.create_job(made.new_job("https://example.org/team/pay.git"))
    store.move_job(second.id, JobState.RUNNING, JobState.INTERRUPTED)
    return store


def test_an_empty_database_is_made_by_itself(optimizer: Command, home: Path) -> None:
    assert optimizer("jobs", "--json") == (0, "[]\n", "")
    assert (home / "optimizer.db").exists()


def test_jobs_are_listed_newest_first(optimizer: Command, filled: SqlStore) -> None:
    listed = optimizer("jobs")
    rows = [line.split() for line in listed.out.splitlines()]
    assert [row[:4] for row in rows[1:]] == [
        ["2", "interrupted", "shop", "main"],
        ["1", "done", "shop", "main"],
    ]
    assert rows[2][-1] == "1"  # patches
    assert [job["id"] for job in optimizer("jobs", "--json", "--limit", "1").data] == [2]


def test_a_job_is_shown_with_its_funnel_log_and_patches(optimizer: Command, filled: SqlStore) -> None:
    shown = optimizer("job", "show", "1")
    assert (shown.code, shown.err) == (0, "")
    for part in ("state:      done", "c" * 40, "no-candidate", "different-result", "optimizer/cart-total"):
        assert part in shown.out
    assert "skipped a.py: \\x1b[2Jnot Python" in shown.out
    data = optimizer("job", "show", "1", "--json").data
    assert (data["state"], data["patches"][0]["id"]) == ("done", 1)
    assert data["events"][0]["message"] == "skipped a.py: \x1b[2Jnot Python"
    assert {"unit": "function", "stage": "propose", "reason": "no-candidate", "count": 1} in data["funnel"]
    assert "settings" not in data


@pytest.mark.parametrize(
    "arguments",
    [
        ("job", "show", "77"),
        ("patch", "show", "77"),
        ("patch", "diff", "9" * 30),
        ("patch", "approve", "optimizer/nothing"),
        ("patch", "push", "77"),
        ("patches", "--job", "77"),
        ("rejected", "--job", "77"),
        ("query", "funel"),
        ("verify", "77"),
    ],
)
def test_what_is_not_there_is_one_line_and_seven(
    arguments: tuple[str, ...], optimizer: Command, filled: SqlStore
) -> None:
    refused = optimizer(*arguments)
    assert (refused.code, refused.out) == (7, "")
    assert refused.err.startswith("optimizer: error: There is no ")
    assert refused.err.count("\n") == 1


def test_patches_are_filtered_by_job_and_state(optimizer: Command, filled: SqlStore) -> None:
    assert "2.00x" in optimizer("patches").out
    assert [patch["id"] for patch in optimizer("patches", "--json", "--state", "open").data] == [1]
    assert optimizer("patches", "--json", "--state", "merged").data == []
    assert optimizer("patches", "--json", "--job", "2").data == []


@pytest.mark.parametrize("name", ["1", "optimizer/cart-total"])
def test_a_patch_is_found_by_number_and_by_branch(name: str, optimizer: Command, filled: SqlStore) -> None:
    shown = optimizer("patch", "show", name)
    assert (shown.code, shown.err) == (0, "")
    assert "1 (open)" in shown.out
    assert shown.out.endswith("Make total 2 times faster\n\nOne pass instead of two.\n")
    assert optimizer("patch", "show", name, "--json").data["function"] == "shop/cart.py::total"


def test_a_branch_of_two_repositories_has_to_be_named_by_number(optimizer: Command, filled: SqlStore) -> None:
    filled.save_result(2, made.with_patch())
    refused = optimizer("patch", "show", "optimizer/cart-total")
    assert refused.code == 2
    assert "2, 1" in refused.err


def test_the_newest_patch_of_a_branch_counts(optimizer: Command, filled: SqlStore) -> None:
    again = filled.create_job(made.new_job())
    filled.save_result(again.id, made.with_patch())
    assert optimizer("patch", "show", "optimizer/cart-total", "--json").data["id"] == 2


def test_a_diff_is_printed_byte_for_byte_into_a_pipe(optimizer: Command, filled: SqlStore) -> None:
    patch = replace(made.new_patch(), branch="odd", diff="--- a\n+++ b\n+x = '\x1b\t\u202e\r'\r\n")
    filled.save_result(2, replace(made.with_patch(), patch=patch))
    assert optimizer("patch", "diff", "odd").out == patch.diff


def test_a_review_is_kept_with_its_note_and_may_be_changed(optimizer: Command, filled: SqlStore) -> None:
    assert optimizer("patch", "approve", "1", "--note", "reads well").out == "patch 1 is approved\n"
    assert filled.patch(1).state is PatchState.APPROVED
    assert optimizer("patch", "approve", "1").code == 0
    assert optimizer("patch", "reject", "1", "--json").data["state"] == "rejected"
    assert filled.rejected_candidates(made.URL) == {made.with_patch().winner}
    assert optimizer("patch", "approve", "1").code == 0


def test_a_merged_patch_cannot_be_rejected(optimizer: Command, filled: SqlStore) -> None:
    filled.review(1, PatchState.OPEN, PatchState.MERGED, "")
    refused = optimizer("patch", "reject", "1")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "optimizer: error: patch 1 is merged: it cannot become rejected\n"


def test_a_rejected_patch_is_not_pushed(optimizer: Command, filled: SqlStore) -> None:
    optimizer("patch", "reject", "1")
    refused = optimizer("patch", "push", "1")
    assert refused.code == 1
    assert "rejected" in refused.err


def test_refused_candidates_come_with_what_told_them_apart(optimizer: Command, filled: SqlStore) -> None:
    listed = optimizer("rejected")
    assert "different-result" in listed.out
    assert "items=[nan]: expected nan, got 0" in listed.out
    row = optimizer("rejected", "--json", "--job", "1", "--limit", "1").data[0]
    assert (row["stage"], row["counterexample"]["actual"]) == ("verify", "0")
    assert optimizer("rejected", "--json", "--job", "2").data == []
    whole = optimizer("rejected", "--show", "1")
    assert "found     by search, beyond the workload, shrunk from items=[1, nan]\n" in whole.out
    assert optimizer("rejected", "--show", "1", "--json").data == optimizer("rejected", "--json").data[0]
    beyond = optimizer("rejected", "--show", "99")
    assert beyond.code != 0
    assert "no number 99" in beyond.err


def test_a_view_is_printed_as_table_csv_and_json(optimizer: Command, filled: SqlStore) -> None:
    assert optimizer("query", "accepted_patches").out.startswith("patch_id  job_id  repository")
    rows = list(csv.DictReader(optimizer("query", "accepted_patches", "--format", "csv").out.splitlines()))
    data = optimizer("query", "accepted_patches", "--json").data
    assert optimizer("query", "accepted_patches", "--format", "json").data == data
    assert [row["function"] for row in rows] == [row["function"] for row in data] == ["shop/cart.py::total"]
    assert (float(rows[0]["speedup"]), data[0]["speedup"]) == (2.0, 2.0)
    assert len(optimizer("query", "funnel", "--json", "--limit", "2").data) == 2


def test_the_views_are_listed_without_a_name(optimizer: Command) -> None:
    names = [row["view"] for row in optimizer("query", "--json").data]
    assert names == ["accepted_patches", "funnel", "rejections_by_reason", "expert_yield"]


def test_experts_are_listed_with_version_and_rules(optimizer: Command, tmp_path: Path) -> None:
    (expert,) = optimizer("experts", "--json").data
    assert expert["name"] == "rules"
    assert expert["languages"] == ["python"]
    assert len(expert["rules"]) >= 30
    assert expert["version"] in optimizer("experts").out
    assert len(optimizer("experts", "--rules").out.splitlines()) == 1 + len(expert["rules"])
    (tmp_path / "c.jsonl").write_text("")
    both = optimizer("experts", "--json", "--set", f"candidates_file={tmp_path}/c.jsonl").data
    assert [one["name"] for one in both] == ["rules", "file"]


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [("experts=oracle", "there is no expert 'oracle'"), ("candidates_file=/nowhere", "--candidates FILE")],
)
def test_experts_that_cannot_be_had_are_an_error_of_the_settings(
    setting: str, complaint: str, optimizer: Command
) -> None:
    refused = optimizer("experts", "--set", setting)
    assert (refused.code, refused.out) == (2, "")
    assert complaint in refused.err


def test_every_setting_is_shown_with_its_origin(
    optimizer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"[tool.optimizer]\ngate = 1.5\nexclude = ['docs/*', 'x y']\n"
    repository = make_repository(tmp_path / "shop", {"pyproject.toml": text, ".optimizer.toml": b"seed = 3"})
    (repository / ".optimizer.toml").write_text("seed = 99  # not committed: it does not count")
    monkeypatch.setenv("OPTIMIZER_SEED", "4")
    monkeypatch.setenv("OPTIMIZER_DATABASE_URL", "postgresql://me:hunter2@db.example/x")
    found = optimizer("config", "show", str(repository), "--set", "max-inputs=9", "--json")
    assert found.data["gate"] == {"value": 1.5, "origin": "pyproject.toml"}
    assert found.data["seed"] == {"value": 4, "origin": "OPTIMIZER_SEED"}
    assert found.data["max_inputs"] == {"value": 9, "origin": "--set max_inputs"}
    assert found.data["python"] == {"value": "", "origin": "default"}
    assert found.data["exclude"]["value"] == ["docs/*", "x y"]
    assert "hunter2" not in found.out
    listed = optimizer("config", "show", str(repository)).out
    assert "hunter2" not in listed
    assert "docs/*, x y" in listed


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (
            {".optimizer.toml": b"gaet = 1.1"},
            ".optimizer.toml: there is no setting 'gaet'; did you mean 'gate'?",
        ),
        ({"pyproject.toml": b"[tool.optimizer]\nhome = '/'"}, "cannot be set by a repository"),
        ({"pyproject.toml": b"= ="}, "pyproject.toml is not TOML"),
        ({".optimizer.toml": b"gate = '\xff'"}, ".optimizer.toml of shop is not UTF-8"),
        ({".optimizer.toml": b"#" * 1_000_001}, "too large for settings"),
        ({".optimizer.toml": b"gate = 1.01"}, "at least 1.03"),
    ],
)
def test_a_wrong_setting_of_a_repository_is_named(
    files: dict[str, bytes], complaint: str, optimizer: Command, tmp_path: Path
) -> None:
    refused = optimizer("config", "show", str(make_repository(tmp_path / "shop", files)))
    assert (refused.code, refused.out) == (2, "")
    assert complaint in refused.err


def test_an_unknown_variable_is_an_error_that_names_the_nearest(
    optimizer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTIMIZER_BUDGET_SECOND", "3")
    refused = optimizer("jobs")
    assert refused.code == 2
    assert "OPTIMIZER_BUDGET_SECOND" in refused.err
    assert "'budget_seconds'" in refused.err


def test_the_schema_is_brought_up_to_date_and_told(
    optimizer: Command, blank_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTIMIZER_DATABASE_URL", blank_database_url)
    assert optimizer("db", "current", "--json").data["revision"] is None
    assert optimizer("db", "current").code == 1
    done = optimizer("db", "upgrade")
    assert (done.code, done.err) == (0, "")
    found = optimizer("db", "current", "--json")
    assert (found.code, found.data["revision"]) == (0, found.data["newest"])
    assert optimizer("jobs", "--json").data == []
    downgrade(blank_database_url, "base")


def test_an_old_schema_of_a_server_is_not_touched_unasked(
    optimizer: Command, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres.fresh_database(postgres_server) as url:
        monkeypatch.setenv("OPTIMIZER_DATABASE_URL", url)
        refused = optimizer("jobs")
        assert current(url) is None
    assert (refused.code, refused.out) == (6, "")
    assert "optimizer db upgrade" in refused.err


def test_a_database_that_does_not_answer_is_six_without_its_password(
    optimizer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPTIMIZER_DATABASE_URL", "postgresql://me:hunter2@127.0.0.1:1/x")
    refused = optimizer("jobs")
    assert (refused.code, refused.out) == (6, "")
    assert "hunter2" not in refused.err
