"""A recorded call is a pickle, and loading one runs whatever it says: only ever inside."""

import os
import pickle
import uuid
from pathlib import Path

from optimizer.domain.workloads import Input, Origin
from optimizer.stages.observe import OutcomeKind, observe
from tests.support.arena import zygote

SOURCE = """
import glob
def attack(value):
    return sorted(glob.glob("/tmp/owned-*"))
"""


class Attack:
    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


def test_the_code_in_a_payload_runs_inside_and_nowhere_else(tmp_path: Path) -> None:
    path = Path(f"/tmp/owned-{uuid.uuid4().hex}")
    data = pickle.dumps(("call", (Attack(str(path)),), {}), 5)
    item = Input("a", data, Origin.RECORDED, False, 1, "")
    with zygote(tmp_path, SOURCE) as started:
        (found,) = observe(lambda: started.fork("attack"), [item], lambda _: 5.0, probe=True).values()
    assert found.kind is OutcomeKind.RETURNED
    assert path.name.encode() in found.result  # it did run, there
    assert not path.exists()
