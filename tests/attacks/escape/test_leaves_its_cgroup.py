"""Out of the group whose memory and processes are counted, or its limits raised."""

from tests.support.attacks import attack, sandbox, told

LEAVE = """
    places = sorted({line.split()[1] for line in open("/proc/self/mounts") if
        line.split()[2].startswith("cgroup")})
    guesses = ["/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/cgroup"]
    wrote = [tried(write, place + "/cgroup.procs", "0") for place in [*places, *guesses]]
    def mount(kind):
        os.makedirs("/tmp/cgroup", exist_ok=True)
        called("mount", b"none", b"/tmp/cgroup", kind, 0, None)
    tell([places, wrote, [tried(mount, b"cgroup"), tried(mount, b"cgroup2")],
        open("/proc/self/cgroup").read()])
    """


def test_the_cgroup_is_neither_seen_nor_left() -> None:
    places, wrote, mounted, told_of = told(attack(LEAVE))
    assert places == []
    assert set(wrote) == {"ENOENT"}
    assert mounted == ["EPERM", "EPERM"]
    if sandbox().cgroup_version:  # inside it looks as if it were at the root
        assert "optimizer" not in told_of
