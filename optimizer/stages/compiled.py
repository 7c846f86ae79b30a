"""Compiled modules, kept for the sandboxes: without them each would compile all that it imports, the standard
library and installed packages too."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from optimizer.domain.isolation import Bind, Command, Limits
from optimizer.ports import Sandbox
from optimizer.sandbox.runner import INSIDE, RUNNERS, Target

_CACHE = "/pycache"
_SECONDS = 20.0  # an import that takes longer is compiled by each sandbox as far as it did not come


@dataclass(frozen=True, slots=True)
class Compiled:
    """A folder of compiled modules. It is written by code of the repository, at import, before anything is
    judged; the runners' own come first and are out of its reach."""

    folder: Path
    sandbox: Sandbox
    known: set[tuple[str, str]] = field(default_factory=set)  # modules and files that were imported

    def used_by(self, target: Target, file: str) -> Target:
        """The target with the compiled modules of its import. `file`: where its source lies inside."""
        if not self.known:
            _run(self, replace(target, module=""), "", (Bind(self.folder, _CACHE, writable=True),))
        if (target.module, file) not in self.known:
            self.known.add((target.module, file))
            _import(self, target, file)
        return replace(target, binds=(*target.binds, Bind(self.folder, _CACHE)), pycache=_CACHE)


@contextlib.contextmanager
def compiled_modules(sandbox: Sandbox) -> Iterator[Compiled]:
    """Empty: what publishes a branch needs none."""
    with tempfile.TemporaryDirectory(prefix="optimizer-") as name:
        folder = Path(name)
        uid = getattr(sandbox, "uid", os.geteuid())
        for each in (folder, folder / INSIDE.strip("/")):
            each.mkdir(exist_ok=True)
            each.chmod(0o755)
            if uid != os.geteuid():
                os.chown(each, uid, uid)
        yield Compiled(folder, sandbox)


def _import(compiled: Compiled, target: Target, file: str) -> None:
    runners = Bind(compiled.folder / INSIDE.strip("/"), f"{_CACHE}{INSIDE}")
    _run(compiled, target, file, (Bind(compiled.folder, _CACHE, writable=True), runners))


def _run(compiled: Compiled, target: Target, file: str, cache: tuple[Bind, ...]) -> None:
    """Whether it works is found out where it matters: when the module is imported to be judged."""
    header = {
        "module": target.module,
        "path": target.path,
        "sites": target.sites,
        "directory": target.directory,
        "file": file,
    }
    command = Command(
        argv=(target.python, "-S", "-s", f"{INSIDE}/precompile.py"),
        binds=(*target.binds, Bind(RUNNERS, INSIDE), *cache),
        environment=(("PYTHONPYCACHEPREFIX", _CACHE), ("PYTHONUTF8", "1"), ("HOME", "/tmp")),
        directory="/tmp",
        limits=Limits(wall_seconds=_SECONDS, cpu_seconds=60),
    )
    compiled.sandbox.run(command, json.dumps(header).encode() + b"\n")
