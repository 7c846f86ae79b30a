"""Imports a module once, so that what this compiles is kept. Runs inside the sandbox, before any judgement.

    precompile.py < HEADER     HEADER: a line of JSON; without "module" only the runners are compiled

Python keeps compiled modules in the folder that PYTHONPYCACHEPREFIX names. The file at "file" may be another
one in a later sandbox, perhaps of the same size and second: it is checked by content.
"""

import json
import py_compile
import sys

import serve


def main():
    header = json.loads(sys.stdin.readline())
    if header["module"]:
        py_compile.compile(
            header["file"], quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
        )
        serve.import_target(header)


if __name__ == "__main__":
    main()
