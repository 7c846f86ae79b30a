"""A worker whose children count, as a program: `python -m tests.support.metered HOME`.

It prints a line of JSON once it serves: its port, its folder. Each line on stdin, a number, is a child that
counts so many deaths and stays; its process id is printed. `full` is the disk from then on, for the parent
and the children to come. The end of stdin ends the parent alone.
"""

import json
import os
import resource
import signal
import sys
from pathlib import Path

import prometheus_client  # noqa: F401 - before the folder is prepared: so it may happen in a worker

from workers.metrics import Metrics, make_metrics
from workers.metrics_files import prepare
from workers.metrics_server import serve


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # dead children are not waited for
    folder = prepare(Path(sys.argv[1]), "bench@a/b")
    metrics = make_metrics()
    metrics.died("scan")
    endpoint = serve(0, sources=[metrics.source()])
    _say(json.dumps({"port": endpoint.port, "folder": str(folder)}))
    for line in sys.stdin:
        if line.strip() == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        else:
            _say(str(_child(metrics, int(line))))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _child(metrics: Metrics, count: int) -> int:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            for _ in range(count):
                metrics.died("evaluate")
                metrics.took("evaluate", 2.0)
            os.write(writing, b".")
            signal.pause()
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1) == b".", "the child died"
    os.close(reading)
    return child


if __name__ == "__main__":
    main()
