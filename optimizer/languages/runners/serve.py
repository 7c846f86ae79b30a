"""Serves calls of one module's functions to the trusted side. Runs inside the sandbox.

    serve.py FD       FD: a connected Unix socket

A zygote imports the target's module once and then forks a process for every session; a session serves
`call` (arguments in, everything observable out), `prepare`/`go`/`sealed` (timed by the trusted side's
clock) and `outputs` (what the timed calls really returned). It never sees an expected result.
Frames: frames.py. Results: canonical.py. Side effects: observe.py.
"""

import collections
import contextlib
import functools
import gc
import importlib
import inspect
import json
import os
import signal
import site
import socket
import sys
import time
import traceback

import canonical
import frames
import observe
import payload as payloads


def main():
    sock = socket.socket(fileno=int(sys.argv[1]))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    hello, _ = frames.receive(sock)
    module, error = _import(hello)
    os.dup2(0, 1)
    os.dup2(0, 2)  # what functions write past sys.stdout and sys.stderr goes nowhere
    gc.collect()
    gc.freeze()  # what is here now is never looked at by a collection inside a timed batch
    frames.send(sock, {"ok": not error, "error": error, "nonce": hello["nonce"]})
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, fds = _receive_fd(sock)
        if message is None:
            return
        if message["op"] == "kill":
            with contextlib.suppress(OSError):
                os.kill(message["pid"], signal.SIGKILL)
            sock.sendall(b"k")  # else the next message might be read together with this one
        elif os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            sock.close()
            _session(socket.socket(fileno=fds[0]), module, message)
            os._exit(0)
        for fd in fds:
            os.close(fd)


def _receive_fd(sock):
    data, fds, _, _ = socket.recv_fds(sock, 65536, 1)
    if not data:
        return None, []
    return json.loads(data), fds


def _import(hello):
    """(module, error text). The target may do anything at import, even exit."""
    sys.path[:] = [*hello["path"], *[entry for entry in sys.path[1:] if "runners" not in entry]]
    for folder in hello["sites"]:
        site.addsitedir(folder)
    sys.argv = [""]
    os.chdir(hello["directory"])
    sys.stdout = sys.stderr = observe.Output()
    try:
        return importlib.import_module(hello["module"]), ""
    except BaseException as error:
        return None, f"{type(error).__name__}: {error}"[:500]


def _session(sock, module, message):
    try:
        session = Session(module, message)
        frames.send(sock, {"ok": True, "pid": os.getpid(), "kind": session.kind, "nonce": message["nonce"]})
    except BaseException as error:
        text = f"{type(error).__name__}: {error}"[:500]
        frames.send(sock, {"ok": False, "error": text, "nonce": message["nonce"]})
        return
    operations = {
        "load": session.load,
        "call": session.call,
        "prepare": session.prepare,
        "go": session.go,
        "sealed": session.sealed,
        "outputs": session.outputs,
        "memory": session.memory,
    }
    while True:
        try:
            header, blobs = frames.receive(sock)
        except (frames.FrameError, OSError):
            return
        try:
            reply, answer = operations[header["op"]](header, blobs)
        except BaseException as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            reply = {"ok": False, "error": f"{type(error).__name__}: {error} ({where.name})"[:500]}
            answer = []
        frames.send(sock, {"ok": True, **reply, "nonce": header["nonce"]}, answer)


def null(*args, **kwargs):
    """What a call costs when it does nothing."""


def find(module, qualname, filename):
    """The plain function of that name, from under its decorators."""
    owner, *rest = [module]
    for part in qualname.split("."):
        rest.append(owner)
        owner = vars(owner)[part] if isinstance(owner, type) else getattr(owner, part)
    found = _unwrap(owner, qualname.rsplit(".", 1)[-1], filename, set(), 4)
    if found is None:
        raise LookupError(f"{qualname} cannot be told from its decorators")
    return found


def _unwrap(thing, name, filename, seen, depth):
    code = getattr(thing, "__code__", None)
    if code is not None and code.co_name == name and code.co_filename == filename:
        return thing
    if depth == 0 or id(thing) in seen:
        return None
    seen.add(id(thing))
    inner = [getattr(thing, key, None) for key in ("__wrapped__", "__func__", "fget", "func", "fn", "f")]
    with contextlib.suppress(ValueError):
        inner += [cell.cell_contents for cell in getattr(thing, "__closure__", None) or ()]
    for candidate in inner:
        found = candidate is not None and _unwrap(candidate, name, filename, seen, depth - 1)
        if found:
            return found
    return None


class Session:
    """One forked process that serves one function."""

    def __init__(self, module, message):
        self.module = module
        self.ballast = [bytes(24 + 8 * (number % 60)) for number in range(message["shift"])]
        filename = module.__file__
        self.function = find(module, message["qualname"], filename)
        self.kind = _kind(self.function)
        self.run = null if message["null"] else self.function
        self.payloads = {}
        self.pools = []
        self.results = []
        self.observers = None
        self.consume = False

    def load(self, header, blobs):
        """Keeps payloads under their ids."""
        self.payloads.update(zip(header["ids"], blobs))  # noqa: B905 - Python 3.9
        return {}, []

    def _arguments(self, data):
        return payloads.load(data, functools.partial(_resolve, self.module))

    def call(self, header, _):
        """One call and everything observable of it: blobs arguments, result, stdout, state, effects."""
        if self.observers is None:
            self.observers = observe.Effects(), observe.State(self.module, self.function)
        effects, state = self.observers
        try:
            args, kwargs = self._arguments(self.payloads[header["id"]])
        except BaseException as error:
            return {"kind": "unloadable", "error": f"{type(error).__name__}: {error}"[:300]}, []
        before = canonical.Encoder().encode([args, kwargs]) if header["probe"] else None
        encoder = canonical.Encoder(header["limit"])
        output, effects.seen = observe.Output(), []
        kind, result, iterator, nanoseconds = self._observed(args, kwargs, output, effects)
        try:
            with _captured(output, effects):
                after = encoder.encode([args, kwargs])
                parts = [after, encoder.encode(result), output.bytes(), state.digest()]
        except canonical.UnencodableError as error:
            return {"kind": "too-large", "error": str(error)}, []
        parts[2] = output.bytes()
        parts.append("\n".join(effects.seen).encode("utf-8", "replace"))
        reply = {"kind": kind, "ns": nanoseconds, "opaque": encoder.opaque, "iterator": iterator}
        reply["mutates"] = before is not None and before != parts[0]
        return reply, parts

    def _observed(self, args, kwargs, output, effects):
        """(kind, result or exception, whether it is an iterator, nanoseconds)."""
        observe.seed()
        with _captured(output, effects):
            began = time.perf_counter_ns()
            try:
                result = _finish(self.kind, self.run(*args, **kwargs))
                ended = time.perf_counter_ns()
                iterator = self.kind == "generator" or hasattr(type(result), "__next__")
                return "returned", result, iterator, ended - began
            except BaseException as error:
                ended = time.perf_counter_ns()
                return _raised(error), _exception(error), False, ended - began

    def prepare(self, header, _):
        """Fresh arguments for the next timed batch, made before the clock starts.

        `fresh`: new objects for every call, since the function changes its arguments."""
        self.consume = header["consume"]
        rounds, data = header["rounds"], [self.payloads[key] for key in header["ids"]]
        if header["fresh"]:
            self.pools = [[self._arguments(one) for one in data] for _ in range(rounds)]
        else:
            self.pools = [[self._arguments(one) for one in data]] * rounds
        self.results = [None] * len(data)
        observe.seed()
        gc.collect()
        return {}, []

    def go(self, _, __):
        self._batch(self.pools, self.results)
        return {}, []

    def sealed(self, header, blobs):
        """Arguments arrive with the start of the clock: nothing can have been done with them before."""
        self.consume = header["consume"]
        pool = [self._arguments(one) for one in blobs]
        self.pools, self.results = [pool], [None] * len(pool)
        self._batch(self.pools, self.results)
        return {}, []

    def _batch(self, pools, results):
        output = sys.stdout = observe.Output()
        if self.kind in ("coroutine", "async-generator") and self.run is self.function:
            _run_async(_batch_async(self.run, self.kind, pools, results))
        elif self.consume and self.run is self.function:
            _batch_consuming(self.run, pools)
        else:
            _batch_plain(self.run, pools, results)
        output.parts.clear()

    def outputs(self, header, _):
        """Arguments and result of chosen calls of the last batch, encoded as `call` does."""
        answer = []
        for index in header["indexes"]:
            args, kwargs = self.pools[-1][index]
            encoder = canonical.Encoder(header["limit"])
            answer.append(encoder.encode([args, kwargs]))
            answer.append(encoder.encode(self.results[index]))
        return {}, answer

    def memory(self, header, _):
        """Peak bytes allocated during one call, by tracemalloc, arguments included."""
        import tracemalloc

        tracemalloc.start()
        args, kwargs = self._arguments(self.payloads[header["id"]])
        tracemalloc.reset_peak()
        output = observe.Output()
        sys.stdout = output
        with contextlib.suppress(Exception):
            result = _finish(self.kind, self.run(*args, **kwargs))
            if hasattr(type(result), "__next__"):
                collections.deque(result, maxlen=0)
        return {"peak": tracemalloc.get_traced_memory()[1]}, []


def _resolve(module, qualname):
    return functools.reduce(getattr, qualname.split("."), module)


def _kind(function):
    for name, test in (
        ("async-generator", inspect.isasyncgenfunction),
        ("coroutine", inspect.iscoroutinefunction),
        ("generator", inspect.isgeneratorfunction),
    ):
        if test(function):
            return name
    return "plain"


def _finish(kind, result):
    if kind == "coroutine":
        return _run_async(_awaited(result))
    if kind == "async-generator":
        return _run_async(_gathered(result))
    return result


def _run_async(coroutine):
    import asyncio  # slow to import, and seldom needed

    return asyncio.run(coroutine)


async def _awaited(coroutine):
    return await coroutine


async def _gathered(generator):
    return [item async for item in generator]


def _raised(error):
    return "resource" if isinstance(error, (RecursionError, MemoryError)) else "raised"


def _exception(error):
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    try:
        text = observe.without_addresses(str(error))
    except Exception as nested:
        text = f"<str() raises {type(nested).__name__}>"
    return [name, text]


@contextlib.contextmanager
def _captured(output, effects):
    sys.stdout, effects.on = output, True
    try:
        yield
    finally:
        effects.on = False


def _batch_plain(function, pools, results):
    for pool in pools:
        for index, (args, kwargs) in enumerate(pool):
            results[index] = function(*args, **kwargs)


def _batch_consuming(function, pools):
    drain = collections.deque(maxlen=0).extend
    for pool in pools:
        for args, kwargs in pool:
            drain(function(*args, **kwargs))


async def _batch_async(function, kind, pools, results):
    for pool in pools:
        for index, (args, kwargs) in enumerate(pool):
            if kind == "coroutine":
                results[index] = await function(*args, **kwargs)
            else:
                results[index] = [item async for item in function(*args, **kwargs)]


if __name__ == "__main__":
    main()
