"""What a call did besides returning: output, state left behind, effects outside. Inside the sandbox."""

import builtins
import collections
import contextlib
import hashlib
import itertools
import os
import random
import re
import sys

import canonical

OUTPUT_CAP = 100_000  # characters of standard output that are compared
_ONE_STATE = 4_000  # bytes of one variable that are compared; of larger ones type and length
_ALL_STATE = 20_000
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_WATCHED = (
    "open",
    "os.",
    "socket.",
    "subprocess.",
    "shutil.",
    "pty.",
    "fcntl.",
    "mmap.",
    "ctypes.",
    "signal.",
    "gc.",
    "sys.settrace",
    "sys.setprofile",
    "sys.addaudithook",
    "_thread.",
)
_OF_MODULES = frozenset(
    f"__{name}__"
    for name in (
        "name doc package loader spec file cached builtins path annotations warningregistry annotate"
        " annotations_cache conditional_annotations"
    ).split()
)
_BUILTINS = dict(vars(builtins))  # as they were before the target was imported
_DATA = (
    *(type(None), bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset, bytearray),
    *(collections.deque, collections.Counter, collections.OrderedDict, collections.defaultdict),
)


def without_addresses(text):
    return _ADDRESS.sub("0x", text)


class Output:
    """Stands for sys.stdout and sys.stderr during a call."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self):
        self.parts = []
        self.size = 0

    def write(self, text):
        if self.size < OUTPUT_CAP:
            self.parts.append(text[: OUTPUT_CAP - self.size])
        self.size += len(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def bytes(self):
        text = without_addresses("".join(self.parts))
        return f"{self.size}:{text}".encode("utf-8", "surrogatepass") if self.size else b""


class Effects:
    """Files, processes, threads, hooks and network, as audit events tell of them (PEP 578)."""

    def __init__(self):
        self.on = False
        self.seen = []
        sys.addaudithook(self._hook)

    def _hook(self, event, args):
        if self.on and event.startswith(_WATCHED) and len(self.seen) < 100:
            what = str(args[0]) if args and not event.startswith("_thread.") else ""  # threads are numbered
            importing = what.endswith((".py", ".pyc", ".so")) or what in sys.path or event == "os.putenv"
            if not importing:
                self.seen.append(f"{event} {without_addresses(what)[:200]}")


def seed():
    """Functions that draw random numbers draw the same ones in every run."""
    random.seed(20240229)
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "random"):
        numpy.random.seed(20240229)


class State:
    """Variables of the module, of its classes, default arguments and enclosed variables, built-ins:
    what calls may leave behind."""

    def __init__(self, module, function):
        self.function = function
        self.places = [("", vars(module))]
        for name, value in sorted(vars(module).items()):
            if isinstance(value, type) and value.__module__ == module.__name__:
                self.places.append((name + ".", vars(value)))

    def digest(self):
        """{name: digest} of everything watched, as one canonical encoding."""
        _, words, gauss = random.getstate()
        found = {"random": f"{hash(words)} {gauss}", "environment": _digest(_environment())}
        found["process"] = _digest((os.getcwd(), sys.getrecursionlimit(), len(sys.path)))
        defaults = _state_of((self.function.__defaults__, self.function.__kwdefaults__), _ONE_STATE)
        found["defaults"] = hashlib.sha256(defaults).hexdigest()[:12]
        found["closure"] = _digest([_state_of(value, _ONE_STATE) for value in _enclosed(self.function)])
        changed = [name for name, value in vars(builtins).items() if value is not _BUILTINS.get(name)]
        found["builtins"] = _digest(sorted(changed))
        numpy = sys.modules.get("numpy")
        if numpy is not None and hasattr(numpy, "random"):
            found["numpy.random"] = _digest(numpy.random.get_state())
        attributes = vars(self.function)
        found["function attributes"] = _digest(sorted(str(name) for name in attributes))
        left = _ALL_STATE
        for prefix, names in self.places:
            for name, value in sorted(names.items()):
                if left > 0 and not _is_given(prefix, name):
                    data = _state_of(value, min(left, _ONE_STATE))
                    left -= len(data)
                    if data:
                        found[prefix + name] = hashlib.sha256(data).hexdigest()[:12]
        return canonical.encode(found)


def _is_given(prefix, name):
    """Names that Python itself gives to modules and classes; of classes they depend on the text around."""
    return name.startswith("__") and (bool(prefix) or name in _OF_MODULES)


def _enclosed(function):
    """What the function has of functions around it."""
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # not set yet
            yield cell.cell_contents


def _digest(value):
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _state_of(value, limit):
    kind = type(value)
    if kind is itertools.count:
        return repr(value).encode()
    if not (kind in _DATA or (hasattr(value, "__dict__") and not callable(value) and not _is_module(value))):
        return b""
    try:
        return canonical.encode(value, limit)
    except canonical.UnencodableError:
        size = len(value) if hasattr(kind, "__len__") and kind in _DATA else 0
        return f"{kind.__name__} {size}".encode()


def _is_module(value):
    return isinstance(value, type(sys))


def _environment():
    """Without the hash seed, in which runs differ on purpose."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
