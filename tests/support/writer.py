"""A process that saves results one after the other and says each that is saved.

python -m tests.support.writer URL JOB PREFIX COUNT
"""

import sys

from db.store import open_store
from tests.support.results import function, with_patch


def main(url: str, job: str, prefix: str, count: str) -> None:
    with open_store(url) as store:
        for number in range(int(count)):
            name = f"{prefix}{number}"
            store.save_result(int(job), with_patch(function(name)))
            store.add_event(int(job), "publish", name)
            print(name, flush=True)  # noqa: T201  (what the test reads)


if __name__ == "__main__":
    main(*sys.argv[1:])
