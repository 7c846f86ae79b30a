"""The kernel's own view of memory, logs and keys."""

from tests.support.attacks import attack, told

READ = """
    def read(path):
        with open(path, "rb") as file:
            file.read(16)
    paths = ["/proc/kcore", "/proc/kmsg", "/proc/kpagecount", "/dev/mem", "/dev/kmem", "/dev/port",
        "/dev/kmsg"]
    symbols = [line.split()[0] for line in open("/proc/kallsyms")][:50] if os.access("/proc/kallsyms",
        4) else []
    keys = open("/proc/keys").read() if os.path.exists("/proc/keys") else ""
    tell([[tried(read, path) for path in paths], sorted(set(symbols)), tried(read, "/dev/null")])
    """


def test_neither_memory_nor_log_of_the_kernel_can_be_read() -> None:
    errors, symbols, control = told(attack(READ))
    assert set(errors) <= {"EACCES", "EPERM", "ENOENT"}
    assert set(symbols) <= {"0000000000000000"}  # no address of the kernel
    assert control == "done"
