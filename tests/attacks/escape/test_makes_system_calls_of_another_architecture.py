"""The same calls under other numbers: x32's, and those of 32-bit programs by `int 0x80`."""

import platform
import signal

import pytest

from tests.support.attacks import attack

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="there is one way only to make a call")
INT_80 = """
    import mmap
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("53 b8 1a 00 00 00 31 db 31 c9 31 d2 31 f6 cd 80 5b c3"))  # 26: ptrace
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    tell("before")
    tell(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
    """


def test_the_numbers_of_x32_end_the_program() -> None:
    done = attack("tell('before'); syscall(0x40000000 | 521, 0, 0, 0, 0); tell('after')")  # ptrace
    assert (done.code, done.stdout) == (-signal.SIGSYS, b'"before"\n')


def test_a_call_as_32_bit_programs_make_it_ends_the_program() -> None:
    done = attack(INT_80)
    assert (done.code, done.stdout) == (-signal.SIGSYS, b'"before"\n')
