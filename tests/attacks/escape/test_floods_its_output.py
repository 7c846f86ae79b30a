"""Megabytes on both channels at once, which nobody may have to keep in memory or wait for."""

from tests.support.attacks import attack
from tests.support.inside import quick


def test_both_channels_are_cut() -> None:
    script = """
        import threading
        def flood(fd):
            for _ in range(300):
                os.write(fd, b"x" * 100_000)
        threads = [threading.Thread(target=flood, args=(fd,)) for fd in (1, 2)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        """
    done = attack(script, limits=quick(output_bytes=50_000))
    assert (done.code, len(done.stdout), len(done.stderr)) == (0, 50_000, 50_000)


def test_output_without_end_ends_with_the_time() -> None:
    done = attack("while True: os.write(1, b'x' * 65536)", limits=quick(wall_seconds=1.5, output_bytes=1000))
    assert (done.timed_out, done.stdout) == (True, b"x" * 1000)
