"""A clock that a test may set: what programs take for the time of day, while their stop-watches stay right.

libfaketime would do more: it also stands in for sleeping, which it makes fail in Python.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from optimizer.domain.errors import ConfigError

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead(void) {
    char text[32] = "";
    const char *name = getenv("OPTIMIZER_TEST_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += ahead();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    static int (*real)(struct timeval *, void *);
    if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
    int failed = real(now, zone);
    if (!failed) now->tv_sec += ahead();
    return failed;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}
"""


@dataclass(frozen=True, slots=True)
class Clock:
    file: Path
    preload: Path  # the shared object

    @property
    def variables(self) -> dict[str, str]:
        """For the programs that are to look at it."""
        return {"LD_PRELOAD": str(self.preload), "OPTIMIZER_TEST_CLOCK": str(self.file)}

    def set(self, seconds: int) -> None:
        """How far it is ahead of the real one."""
        new = self.file.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self.file)


def make_clock(folder: Path) -> Clock:
    """Raises ConfigError without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise ConfigError("there is no C compiler to make a clock with: apt-get install gcc libc6-dev")
    source, library = folder / "clock.c", folder / "clock.so"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    clock = Clock(folder / "clock", library)
    clock.set(0)
    return clock
