"""The system calls that code under test may not make (seccomp-bpf, compiled by libseccomp).

A deny list: what the namespaces and limits do not already stop, or what has often been the way out.
Denied calls fail with EPERM; clone3 with ENOSYS, so that the C library falls back to clone, whose
flags can be looked at (a filter cannot follow clone3's pointer).
"""

import errno
import functools
import tempfile

import pyseccomp

_CLONE_NEWUSER = 0x10000000
_ADDR_NO_RANDOMIZE = 0x0040000
# Families of sockets that work without a network. Of the others AF_VSOCK speaks to the machine that this
# one is a guest of, from any network namespace; most are only surface of the kernel.
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_DENIED = (
    "ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd"  # other processes
    " mount umount2 pivot_root move_mount open_tree fsopen fsmount fsconfig mount_setattr chroot"
    " unshare setns"  # new namespaces
    " bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register"  # kernel surface
    " keyctl add_key request_key kexec_load kexec_file_load init_module finit_module"
    " delete_module reboot swapon swapoff acct quotactl syslog settimeofday clock_settime clock_adjtime"
    " adjtimex sethostname setdomainname vhangup open_by_handle_at name_to_handle_at iopl ioperm"
    " sched_setaffinity"  # a measured process stays on its core
).split()


@functools.cache
def program() -> bytes:
    """The compiled filter, as bubblewrap's --seccomp wants it."""
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in _DENIED:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    other = pyseccomp.Arg(0, pyseccomp.NE, _ADDR_NO_RANDOMIZE)  # what `setarch -R` asks for
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "personality", other)
    flags = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_NEWUSER, _CLONE_NEWUSER)
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), "clone", flags)
    _limit_sockets(rules)
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def _limit_sockets(rules: pyseccomp.SyscallFilter) -> None:
    refused = pyseccomp.ERRNO(errno.EAFNOSUPPORT)
    for family in set(range(_NETLINK)) - {_UNIX, _INET, _INET6}:
        rules.add_rule(refused, "socket", pyseccomp.Arg(0, pyseccomp.EQ, family))
    rules.add_rule(refused, "socket", pyseccomp.Arg(0, pyseccomp.GT, _NETLINK))
