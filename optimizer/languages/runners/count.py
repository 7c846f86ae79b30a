"""Calls a function a given number of times, for a tool that counts what the whole process executes.

Runs inside the sandbox only; standard library only. Standard input: a line of JSON, then the payload. Two
runs that differ only in `calls` differ by just so many calls: arguments are made `copies` times in both.
Exit code 3: the module, the function or the arguments are not to be had; 4: a call raised.
"""

import functools
import gc
import importlib
import json
import os
import site
import sys

import batches
import finding
import observe
import payload as payloads


def main():
    header = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        function, calls = _ready(header, data)
    except BaseException:
        os._exit(3)
    observe.seed()
    gc.collect()
    gc.freeze()
    kind, pools = finding.kind(function), [[call] for call in calls[: header["calls"]]]
    try:
        batches.run(function, kind, header["consume"], pools, [None])
    except BaseException:
        os._exit(4)
    os._exit(0)  # what the target would do at exit is none of the calls' work


def _ready(header, data):
    """(function, arguments of `copies` calls)."""
    sys.path[:] = [*header["path"], *[entry for entry in sys.path[1:] if "runners" not in entry]]
    for module in (batches, finding, observe, payloads):  # the target's own may be called as ours are
        del sys.modules[module.__name__]
    for folder in header["sites"]:
        site.addsitedir(folder)
    sys.argv = [""]
    os.chdir(header["directory"])
    sys.stdout = sys.stderr = observe.Output()
    module = importlib.import_module(header["module"])
    function = finding.find(module, header["qualname"], module.__file__)
    resolve = functools.partial(_resolve, module)
    if header["fresh"]:
        return function, [payloads.load(data, resolve) for _ in range(header["copies"])]
    return function, [payloads.load(data, resolve)] * header["copies"]


def _resolve(module, qualname):
    return functools.reduce(getattr, qualname.split("."), module)


if __name__ == "__main__":
    main()
