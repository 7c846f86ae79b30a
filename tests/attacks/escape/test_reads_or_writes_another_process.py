"""A debugger's means: attached to its own child, to the first process, and to memory by address."""

from tests.support.attacks import attack, told

TRACE = """
    secret = ctypes.create_string_buffer(b"before")
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    vector = (ctypes.c_ulong * 2)(ctypes.addressof(secret), 6)
    mine = (ctypes.c_ulong * 2)(ctypes.addressof(ctypes.create_string_buffer(b"AFTER!")), 6)
    found = [tried(called, "ptrace", 16, child, 0, 0), tried(called, "ptrace", 0x4206, child, 0, 0),
             tried(called, "ptrace", 16, 1, 0, 0), tried(called, "ptrace", 0, 0, 0, 0)]
    found += [tried(called, "process_vm_writev", pid, mine, 1, vector, 1, 0) for pid in (child, 1)]
    found += [tried(called, "process_vm_readv", pid, mine, 1, vector, 1, 0) for pid in (child, 1)]
    others = [tried(os.open, f"/proc/1/{name}", os.O_RDWR) for name in ("mem", "environ", "maps")]
    others += [tried(os.listdir, f"/proc/1/{name}") for name in ("root/", "cwd/", "fd", "map_files",
        "ns/mnt/")]
    tell([found, others])
    """


def test_no_process_can_be_traced_nor_its_memory_written() -> None:
    found, others = told(attack(TRACE))
    assert set(found) == {"EPERM"}
    assert set(others) <= {"EACCES", "EPERM", "ENOTDIR", "ENOENT"}
