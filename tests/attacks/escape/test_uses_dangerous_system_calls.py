"""Parts of the kernel that were ways out more than once, and that no function needs."""

from tests.support.attacks import attack, told

CALLS = {
    "add_key": 248, "request_key": 249, "keyctl": 250, "perf_event_open": 298, "bpf": 321, "userfaultfd": 323,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "kexec_load": 246,
        "init_module": 175,
    "finit_module": 313, "delete_module": 176, "open_by_handle_at": 304, "name_to_handle_at": 303,
        "reboot": 169,
    "sethostname": 170, "settimeofday": 164, "clock_settime": 227, "syslog": 103, "acct": 163,
        "quotactl": 179,
    "kcmp": 312, "pidfd_getfd": 438, "iopl": 172, "ioperm": 173, "swapon": 167, "vhangup": 153,
}  # fmt: skip


def test_the_filter_refuses_them() -> None:
    script = f"""
        calls = {CALLS!r}
        tell([{{name: tried(syscall, number, 0, 0, 0, 0, 0, 0) for name, number in calls.items()}},
            tried(syscall, 39)])
        """
    errors, control = told(attack(script))
    assert {name: error for name, error in errors.items() if error != "EPERM"} == {}
    assert control == "done"  # getpid
