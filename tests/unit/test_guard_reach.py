"""The guard: threads, introspection, input and output, dynamic code, imports."""

import pytest

from optimizer.domain.evidence import Reason
from tests.unit.guard_testing import body, judge, reason

READER = "CONFIG = {}\nWORDS = []\ndef f(key):\n    return CONFIG[key], WORDS\n"


@pytest.mark.parametrize(
    ("lines", "statement", "expected"),
    [
        ("threading.Thread(target=f).start()", "import threading", Reason.THREADS),
        ("ThreadPoolExecutor()", "from concurrent.futures import ThreadPoolExecutor", Reason.THREADS),
        ("multiprocessing.Pool()", "import multiprocessing", Reason.THREADS),
        ("asyncio.run(k)", "import asyncio", Reason.THREADS),
        ("atexit.register(f)", "import atexit", Reason.THREADS),
        ("weakref.finalize(f, f)", "import weakref", Reason.THREADS),
        ("sys._getframe()", "import sys", Reason.INTROSPECTION),
        ("gc.get_objects()", "import gc", Reason.INTROSPECTION),
        ("inspect.stack()", "import inspect", Reason.INTROSPECTION),
        ("c.pythonapi", "import ctypes as c", Reason.INTROSPECTION),
        ("traceback.print_stack()", "import traceback", Reason.INTROSPECTION),
        ("b.eval('1')", "import builtins as b", Reason.INTROSPECTION),
        ("time.time()", "import time", Reason.IO),
        ("perf_counter()", "from time import perf_counter", Reason.IO),
        ("socket.socket()", "import socket", Reason.IO),
        ("Path('x').read_text()", "from pathlib import Path", Reason.IO),
        ("subprocess.run('ls')", "import subprocess", Reason.IO),
        ("stdout.write('x')", "from sys import stdout", Reason.IO),
        ("logging.info('x')", "import logging", Reason.IO),
        ("pickle.loads(k)", "import pickle", Reason.DYNAMIC_CODE),
        ("importlib.import_module('os')", "import importlib", Reason.DYNAMIC_CODE),
        ("types.FunctionType(k, {})", "import types", Reason.DYNAMIC_CODE),
        ("random.random()", "import random", Reason.MODULE_STATE),
        ("requests_html.get('x')", "import requests_html", Reason.IMPORT),
        ("left_pad(k)", "from left_pad import left_pad", Reason.IMPORT),
    ],
)
def test_imports_beyond_the_list_are_refused_for_what_they_are(
    lines: str, statement: str, expected: Reason
) -> None:
    assert reason(body(lines, statement)) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("print(xs)", Reason.IO),
        ("p = print\np(xs)", Reason.IO),
        ("open('x')", Reason.IO),
        ("input()", Reason.IO),
        ("os.getpid()", Reason.IO),
        ("os.environ.get('HOME')", Reason.IO),
        ("o = os\no.system('ls')", Reason.IO),
        ("np.save('x', xs)", Reason.IO),
        ("np.array(xs).tofile('x')", Reason.IO),
        ("np.lib.npyio.os.getpid()", Reason.INTROSPECTION),
        ("eval('1')", Reason.DYNAMIC_CODE),
        ("e = eval\ne('1')", Reason.DYNAMIC_CODE),
        ("[e := eval][0]('1')", Reason.DYNAMIC_CODE),
        ("(lambda e=eval: e('1'))()", Reason.DYNAMIC_CODE),
        ("[e('1') for e in [eval]]", Reason.DYNAMIC_CODE),
        ("class A:\n    x = exec\nA.x('1')", Reason.DYNAMIC_CODE),
        ("class A:\n    eval = 1\n    def m(self):\n        return eval('1')", Reason.DYNAMIC_CODE),
        ("class A:\n    eval('1')\n    eval = 1", Reason.DYNAMIC_CODE),
        ("[0 for eval in xs]\neval('1')", Reason.DYNAMIC_CODE),
        ("[(lambda: (eval := 1)) for x in xs]\neval('1')", Reason.DYNAMIC_CODE),
        ("[0 for eval in eval('xs')]", Reason.DYNAMIC_CODE),
        ("def g(eval): pass\neval('1')", Reason.DYNAMIC_CODE),
        ("def g(a=eval('1')): pass", Reason.DYNAMIC_CODE),
        ("def g(a: eval('1')): pass", Reason.DYNAMIC_CODE),
        ("@eval\ndef g(): pass", Reason.DYNAMIC_CODE),
        ("match eval('1'):\n    case _: pass", Reason.DYNAMIC_CODE),
        ("f'{eval(\"1\")}'", Reason.DYNAMIC_CODE),
        ("\uff45val('1')", Reason.DYNAMIC_CODE),
        ("compile('1', '', 'eval')", Reason.DYNAMIC_CODE),
        ("__import__('os')", Reason.DYNAMIC_CODE),
        ("getattr(xs, 'a' + 'b')", Reason.DYNAMIC_CODE),
        ("type('Sub', (Base,), {})", Reason.DYNAMIC_CODE),
        ("getattr(xs, k)", Reason.DYNAMIC_CODE),
        ("g = getattr\ng(xs, 'append')", Reason.DYNAMIC_CODE),
        ("list(map(getattr, [xs], ['__class__']))", Reason.DYNAMIC_CODE),
        ("getattr(f, '__globals__')", Reason.INTROSPECTION),
        ("f.__globals__['TABLE'][k] = 1", Reason.INTROSPECTION),
        ("f.__code__", Reason.INTROSPECTION),
        ("f.__closure__", Reason.INTROSPECTION),
        ("f.__defaults__", Reason.INTROSPECTION),
        ("f.__dict__", Reason.INTROSPECTION),
        ("().__class__.__mro__", Reason.INTROSPECTION),
        ("object.__subclasses__()", Reason.INTROSPECTION),
        ("object.__setattr__(xs, 'a', 1)", Reason.INTROSPECTION),
        ("xs.__class__ = list", Reason.INTROSPECTION),
        ("(x for x in xs).gi_frame", Reason.INTROSPECTION),
        ("k.f_back", Reason.INTROSPECTION),
        ("k.tb_frame", Reason.INTROSPECTION),
        ("__builtins__", Reason.INTROSPECTION),
        ("globals()['TABLE']", Reason.INTROSPECTION),
        ("locals()", Reason.INTROSPECTION),
        ("vars(f)", Reason.INTROSPECTION),
        ("dir(f)", Reason.INTROSPECTION),
        ("id(xs)", Reason.INTROSPECTION),
        ("functools.reduce.__self__", Reason.INTROSPECTION),
        ("try:\n    pass\nexcept:\n    pass", Reason.INTROSPECTION),
        ("try:\n    pass\nexcept BaseException:\n    pass", Reason.INTROSPECTION),
        ("try:\n    pass\nexcept (ValueError, RecursionError):\n    pass", Reason.INTROSPECTION),
        ("import math\nmath.pi", Reason.IMPORT),
        ("import os as math\nmath.getpid()", Reason.IMPORT),
        ("unknown(xs)", Reason.IMPORT),
        ("deque(xs)", Reason.IMPORT),
    ],
)
def test_reaching_for_what_is_around_is_refused(lines: str, expected: Reason) -> None:
    decision = body(lines)
    assert reason(decision) is expected, decision


@pytest.mark.parametrize(
    "lines",
    [
        "eval = len\nreturn eval(xs)",
        "getattr(xs, 'shape', None)",
        "hasattr(xs, 'shape')",
        "return xs.__len__()",
        "contains = xs.__contains__\nreturn contains(k)",
        "return np.cumsum(np.asarray(xs))",
        "return np.select([xs], [xs])",
        "return list(chain(xs, xs))",
        "return functools.reduce(max, xs)",
        "return helper(xs), Base(), PAIR",
        "return f(xs[1:])",
        "try:\n    return xs[k]\nexcept (KeyError, IndexError):\n    return None",
        "try:\n    return xs[k]\nexcept Exception:\n    return None",
        "type(xs) is list and isinstance(k, int)",
        "return {x: y for x, y in zip(xs, xs)}",
        "if (n := len(xs)) > 1:\n    return n",
        "y: 'eval(1)' = 1\nreturn y",
        "return sum(x for x in xs if (lambda v: v > k)(x))",
        "raise ValueError(f'{k!r}')",
    ],
)
def test_plain_computing_is_fine(lines: str) -> None:
    assert body(lines) is None


def test_what_the_original_uses_already_may_stay() -> None:
    module = (
        "import os, time, random\n"
        "def f(x):\n    print(x, os.path.join('a', x), time.time(), random.random(), f.__name__)\n"
        "    try:\n        return getattr(x, x)\n    except:\n        return eval(x)\n"
    )
    kept = (
        "def f(x):\n    join = os.path.join\n    print(x, join('a', x), time.time(), random.random())\n"
        "    try:\n        return getattr(x, x)\n    except:\n        return eval(x)\n"
    )
    assert judge(module, "f", kept) is None
    assert reason(judge(module, "f", "def f(x):\n    return os.getpid()")) is Reason.IO
    assert reason(judge(module, "f", "def f(x):\n    return time.sleep(1)")) is Reason.IO
    assert reason(judge(module, "f", "def f(x):\n    return random.seed(1)")) is Reason.MODULE_STATE


def test_a_local_name_does_not_hide_the_modules_import_elsewhere() -> None:
    assert reason(body("[os for os in xs]\nreturn os.getpid()")) is Reason.IO
    assert body("return [os.getpid() for os in xs]") is None


@pytest.mark.parametrize(
    ("lines", "statement"),
    [
        ("return deque(xs)", "from collections import deque"),
        ("return collections.Counter(xs)", "import collections"),
        ("return heapq.nsmallest(k, xs)", "import heapq"),
        ("return bisect_left(xs, k)", "from bisect import bisect_left"),
        ("return Mapping", "from collections.abc import Mapping"),
        ("return m.sqrt(k)", "import math as m"),
        ("return chain(xs)", "from itertools import chain"),
        ("return np.array(xs)", "import numpy as np"),
    ],
)
def test_the_listed_modules_may_be_imported(lines: str, statement: str) -> None:
    assert body(lines, statement) is None


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("from os import *", "star"),
        ("from math import *", "star"),
        ("from . import helpers", "relative"),
        ("from __future__ import annotations", "future"),
        ("TABLE[1] = 2", "not an import"),
        ("import heapq; TABLE.clear()", "not an import"),
        ("import", "syntax"),
        ("from math import floor as helper", "helper already means"),
        ("from itertools import count as LIMIT", "LIMIT already means"),
        ("from math import pow", "hide a built-in"),
        ("from collections import deque as xs", "xs is a parameter"),
        ("from collections import deque as y", "y is a parameter or a local name"),
        ("import pandas as pd", "pandas"),
    ],
)
def test_other_imports_are_refused_with_a_clear_detail(statement: str, part: str) -> None:
    decision = body("y = 1\nreturn y", statement)
    assert decision is not None
    assert decision.reason is Reason.IMPORT
    assert part in decision.detail


@pytest.mark.parametrize(
    "lines",
    [
        "return collections._sys.modules",
        "return collections.abc.sys",
        "return re.enum.sys",
        "return re.functools.lru_cache",
        "return heapq._heapify_max(xs)",
    ],
)
def test_allowed_modules_are_no_door_to_others(lines: str) -> None:
    decision = body(lines, "import collections.abc", "import collections", "import re", "import heapq")
    assert reason(decision) in (Reason.INTROSPECTION, Reason.CACHING)


def test_operator_helpers_count_as_what_they_do() -> None:
    use = "from operator import attrgetter, methodcaller, setitem"
    assert body("return sorted(xs, key=attrgetter('a.b'))", use) is None
    assert reason(body("return attrgetter('__globals__')(f)", use)) is Reason.INTROSPECTION
    assert reason(body("return attrgetter(k)(f)", use)) is Reason.DYNAMIC_CODE
    assert reason(body("return map(attrgetter, xs)", use)) is Reason.DYNAMIC_CODE
    assert reason(body("return methodcaller('append', 1)(xs)", use)) is Reason.MODULE_STATE
    changed = "def f(key):\n    setitem(CONFIG, key, 1)\n    return WORDS"
    assert reason(judge(READER, "f", changed, use)) is Reason.MODULE_STATE


def test_a_name_from_a_star_import_is_not_taken_over() -> None:
    module = "from tools import *\ndef f(x):\n    return sqrt(x) + 0\ndef g(x):\n    return sqrt(x)\n"
    decision = judge(module, "f", "def f(x):\n    return sqrt(x)", "from math import sqrt")
    assert reason(decision) is Reason.IMPORT
