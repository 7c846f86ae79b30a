"""A broken sandbox ends the whole job: code that speaks and ends like one would end the scan of everything
else in the repository."""

from pathlib import Path

import pytest

from optimizer.sandbox.runner import ImportFailedError
from tests.support.arena import zygote
from tests.support.attacks import attack

WORDS = (
    "bwrap: setting up uid map: Permission denied",
    "setpriv: setresuid failed",
    "sh: 1: python: not found",
)


@pytest.mark.parametrize("words", WORDS)
def test_a_module_that_ends_with_the_words_of_a_broken_sandbox_is_a_module_that_fails(
    words: str, tmp_path: Path
) -> None:
    source = f"import os\nos.write(2, {words.encode()!r})\nos._exit(1)\n"
    with pytest.raises(ImportFailedError, match="ended the process"), zygote(tmp_path, source):
        pass


def test_a_program_that_does_so_has_a_status_like_any_other() -> None:
    assert attack("os.write(2, b'bwrap: execvp: no such file'); os._exit(125)").code == 125
