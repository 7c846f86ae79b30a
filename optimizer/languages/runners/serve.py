"""Serves calls of one module's functions to the trusted side. Runs inside the sandbox.

    serve.py FD       FD: a connected Unix socket

A zygote imports the target's module once and then forks a process for every session; a session serves
`call` (arguments in, everything observable out), `prepare`/`go`/`sealed` (timed by the trusted side's
clock) and `outputs` (what the timed calls really returned). It never sees an expected result.
Sessions: session.py. Frames: frames.py. Results: canonical.py. Side effects: observe.py.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import site
import socket
import sys
import traceback

import branches
import frames
import observe
from session import Session


def main():
    sock = socket.socket(fileno=int(sys.argv[1]))
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    hello, _ = frames.receive(sock)
    _forget_runners()
    module, error = import_target(hello)
    _shield()
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


def _shield():
    """Sessions run as the same user: they could write into this process through /proc/<pid>/mem, and so
    into sessions to come. Not when it may not be dumped: prctl(2), PR_SET_DUMPABLE."""
    try:
        import ctypes
    except ImportError:
        return  # a Python without it
    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)


def _forget_runners():
    """Modules of the target may be called as ours are, and ours shall not be found by their names."""
    folder = os.path.dirname(os.path.abspath(__file__))
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name != "__main__" and file and os.path.dirname(os.path.abspath(file)) == folder:
            del sys.modules[name]


def _receive_fd(sock):
    data, fds, _, _ = socket.recv_fds(sock, 65536, 1)
    if not data:
        return None, []
    return json.loads(data), fds


def import_target(hello):
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
    explorer = branches.Explorer(session)
    operations = {
        "load": session.load,
        "call": session.call,
        "arguments": explorer.arguments,
        "explore": explorer.call,
        "prepare": session.prepare,
        "go": session.go,
        "rehearse": session.rehearse,
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


if __name__ == "__main__":
    main()
