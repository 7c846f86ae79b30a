"""A fork bomb that doubles, and as many threads as it can get."""

import subprocess

from tests.support.attacks import attack, told
from tests.support.inside import quick

FORKS = """
    for _ in range(12):  # 4096 processes, were there no limit
        try:
            os.fork()
        except OSError:
            pass
    open(f"/tmp/{os.getpid()}", "w").close()
    time.sleep(1)
    if os.getpid() == min(int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"):
        tell(len(os.listdir("/tmp")))
    """
THREADS = """
    import threading
    count = 0
    try:
        while count < 2000:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            count += 1
    except RuntimeError:
        pass
    print(json.dumps(count), flush=True)
    os._exit(0)
    """


def test_a_fork_bomb_stops_at_the_limit_and_leaves_the_machine_usable() -> None:
    done = attack(FORKS, limits=quick(processes=40, wall_seconds=10.0))
    assert 10 < told(done) <= 40
    assert subprocess.run(["true"], check=True).returncode == 0


def test_threads_count_as_processes_do() -> None:
    assert 10 < told(attack(THREADS, limits=quick(processes=40))) <= 40
