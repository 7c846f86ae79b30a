"""Every file of /proc/sys and /sys that lets itself be written, and the magic SysRq."""

from tests.support.attacks import attack, told

OPEN = """
    opened, looked = [], 0
    for top in ("/proc/sys", "/sys", "/proc/irq", "/proc/bus", "/proc/acpi", "/proc/scsi", "/proc/fs"):
        for folder, _, names in os.walk(top):
            for name in names:
                looked += 1
                path = os.path.join(folder, name)
                try:
                    with open(path, "r+b", buffering=0) as file:
                        file.write(file.read(4096))
                    opened.append(path)
                except OSError:
                    pass
    others = ["/proc/sysrq-trigger", "/proc/mtrr", "/proc/1/oom_score_adj", "/proc/1/mem",
        "/proc/timer_stats"]
    tell([looked, opened, [tried(os.open, path, os.O_WRONLY) for path in others]])
    """


def test_no_setting_of_the_kernel_can_be_written() -> None:
    looked, opened, others = told(attack(OPEN))
    assert looked > 100
    # Of the namespaces that it has for itself a user may change a few.
    assert [path for path in opened if not path.startswith(("/proc/sys/net/", "/proc/sys/user/"))] == []
    assert "done" not in others
