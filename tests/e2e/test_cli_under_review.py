"""What is proposed once is not proposed a second time: while its patch is open, nor after a rejection."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.support.cli import program
from tests.support.gitrepo import commit_files, git
from tests.support.orders import SETTINGS, candidates, orders


def test_neither_an_open_nor_a_rejected_change_is_proposed_again(tmp_path: Path) -> None:
    home, repository = tmp_path / "home", orders(tmp_path / "shop")
    chosen = (str(repository), *candidates(tmp_path), "--function", "plan")

    def data(*arguments: str) -> Any:
        done = program(home, *arguments, "--json", more=SETTINGS)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def reasons(job: Any) -> Counter[str]:
        rows = [row for row in job["funnel"] if row["unit"] == "function"]
        return Counter({row["reason"]: row["count"] for row in rows})

    assert reasons(data("submit", *chosen))["accepted"] == 1
    (patch,) = data("patches")
    tip = git(repository, "rev-parse", patch["branch"])

    # Another seed makes another fingerprint: without its patch the function would be tried again.
    commit_files(repository, {"README": b"Orders.\n"})
    again = data("submit", *chosen, "--set", "seed=1")
    assert reasons(again) == {"under-review": 1, "excluded": 1}
    assert again["patches"] == []
    assert data("patches") == [patch]

    data("patch", "reject", "1")
    commit_files(repository, {"README": b"Our orders.\n"})
    last = data("submit", *chosen, "--set", "seed=2")
    assert reasons(last) == {"no-candidate": 1, "excluded": 1}
    assert [one["state"] for one in data("patches")] == ["rejected"]
    assert git(repository, "rev-parse", patch["branch"]) == tip
