"""Endless work, also by children that start anew whenever the limit of one process ends them."""

import signal

from tests.support.attacks import attack
from tests.support.inside import quick


def test_a_process_ends_at_its_limit_even_when_it_ignores_the_signal() -> None:
    script = "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    done = attack(script, limits=quick(cpu_seconds=1))
    assert (done.code, done.timed_out) == (-signal.SIGKILL, False)


def test_the_limit_cannot_be_raised() -> None:
    script = """
        import resource
        for limit in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            soft, hard = resource.getrlimit(limit)
            assert hard != resource.RLIM_INFINITY
            try:
                resource.setrlimit(limit, (hard, resource.RLIM_INFINITY))
            except ValueError as error:
                print(error)
        """
    assert attack(script).stdout.count(b"not allowed to raise maximum limit") == 3


def test_children_that_take_turns_end_with_the_time_that_is_given() -> None:
    script = """
        while True:
            if os.fork() == 0:
                while True: pass
            os.wait()
        """
    done = attack(script, limits=quick(wall_seconds=2.0, cpu_seconds=1))
    assert (done.timed_out, done.code) == (True, -signal.SIGKILL)
