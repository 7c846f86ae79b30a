"""One judge for all attacks on the verdict."""

from collections.abc import Iterator

import pytest

from tests.support.verdict_attacks import Judge, judging


@pytest.fixture(scope="package")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    with judging(tmp_path_factory.mktemp("attacked")) as opened:
        yield opened
