"""What a candidate may use that the original did not: tables, each entry with its reason."""

import array
import bisect
import builtins
import collections
import collections.abc
import functools
import heapq
import itertools
import math
import operator
import re
import statistics
import string
import typing
from types import MappingProxyType, ModuleType

from optimizer.domain.evidence import Reason


def _table(**groups: str) -> MappingProxyType[str, Reason]:
    return MappingProxyType({name: Reason[key] for key, text in groups.items() for name in text.split()})


# Standard modules without state of their own. Only what they publish may be used of them.
_MODULES = (
    *(array, bisect, collections, collections.abc, functools, heapq, itertools, math),
    *(operator, re, statistics, string, typing),
)
_ALLOWED: MappingProxyType[str, ModuleType] = MappingProxyType({item.__name__: item for item in _MODULES})
# Allowed where the module imports them already.
_ALLOWED_WHEN_PRESENT = frozenset(
    "numpy pandas scipy copy enum numbers fractions decimal datetime dataclasses".split()
)
# Exceptions from the next table.
_HARMLESS = frozenset({"sys.maxsize", "sys.float_info", "sys.byteorder"})

# Parts of a package's inside, or other modules that it imports: `numpy.lib`, `pandas.io`.
_INSIDES = frozenset(
    "os sys io lib builtins ctypes ctypeslib subprocess threading warnings inspect importlib pickle random"
    " testing f2py distutils core compat api tseries util".split()
)

# Dotted names, and everything below them.
_FORBIDDEN = _table(
    IO=(
        "os io pathlib shutil socket socketserver ssl select selectors subprocess tempfile urllib http"
        " requests httpx aiohttp ftplib smtplib mmap logging fcntl pty tty termios resource syslog glob"
        " fileinput linecache sqlite3 dbm shelve zipfile tarfile gzip bz2 lzma configparser csv time"
        " datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today"
        " platform getpass uuid secrets posix nt sys.stdout sys.stderr sys.stdin sys.__stdout__"
        " sys.__stderr__ sys.__stdin__ sys.argv sys.exit sys.path sys.platform sys.displayhook"
        " sys.excepthook numpy.load numpy.save numpy.savez numpy.savez_compressed numpy.savetxt"
        " numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.memmap numpy.DataSource numpy.ctypeslib"
        " pandas.read_csv pandas.read_json pandas.read_sql pandas.read_excel pandas.read_parquet"
        " pandas.read_table pandas.read_html pandas.read_xml pandas.read_feather pandas.read_hdf"
        " pandas.io pandas.ExcelWriter pandas.HDFStore webbrowser curses"
    ),
    THREADS=(
        "threading _thread multiprocessing concurrent asyncio signal atexit weakref sched queue trio anyio"
    ),
    INTROSPECTION=(
        "sys gc inspect ctypes _ctypes cffi traceback faulthandler tracemalloc dis opcode symtable pdb bdb"
        " profile cProfile trace builtins __main__ site sysconfig unittest pytest doctest"
    ),
    DYNAMIC_CODE=(
        "importlib imp runpy pkgutil zipimport code codeop pickle _pickle marshal copyreg dill cloudpickle"
        " types ast numba typing.get_type_hints pandas.eval pandas.read_pickle"
    ),
    MODULE_STATE=(
        "random numpy.random contextvars warnings locale decimal.getcontext decimal.setcontext"
        " decimal.localcontext decimal.DefaultContext decimal.BasicContext decimal.ExtendedContext"
        " numpy.seterr numpy.seterrcall numpy.setbufsize numpy.set_printoptions numpy.errstate"
        " pandas.set_option pandas.options pandas.reset_option re.purge functools.update_wrapper"
        " functools.singledispatch typing.overload typing.get_overloads typing.clear_overloads"
        " typing.no_type_check typing.no_type_check_decorator"
    ),
    CACHING="functools.lru_cache functools.cache functools.cached_property joblib cachetools diskcache",
)
CACHES = frozenset({"functools.lru_cache", "functools.cache", "functools.cached_property"})

_BUILTINS = _table(
    DYNAMIC_CODE="eval exec compile __import__",
    INTROSPECTION=(
        "globals locals vars dir id __builtins__ __build_class__ __loader__ __spec__"
        " BaseException BaseExceptionGroup SystemExit KeyboardInterrupt GeneratorExit RecursionError"
        " MemoryError"
    ),
    IO="open print input breakpoint exit quit help copyright credits license __file__",
    MODULE_STATE="setattr delattr",
)

# Attributes that are refused on whatever they are looked up.
_ATTRIBUTES = _table(
    INTROSPECTION=(
        "f_back f_globals f_locals f_builtins f_code f_trace f_lasti f_lineno gi_frame gi_code gi_yieldfrom"
        " cr_frame cr_code cr_await cr_origin ag_frame ag_code tb_frame tb_next tb_lasti tb_lineno"
        " co_code co_consts co_names func_globals func_code mro with_traceback"
    ),
    DYNAMIC_CODE="eval",
    IO=(
        "tofile to_csv to_pickle to_sql to_excel to_parquet to_hdf to_feather read_text read_bytes write_text"
        " write_bytes"
    ),
    CACHING="cache_info cache_parameters",
)
# Special methods that do what an operator does: they reveal and keep nothing.
_PLAIN_DUNDERS = frozenset(
    f"__{name}__"
    for name in (
        "len contains getitem iter next reversed eq ne lt le gt ge hash bool int float index abs neg pos"
        " invert add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod divmod pow rpow"
        " lshift rshift and rand or ror xor rxor matmul round str repr format name doc missing"
    ).split()
)

# Methods that change what they are called on.
MUTATING = frozenset(
    (
        "append extend insert remove pop popitem clear update setdefault add discard sort reverse appendleft"
        " popleft extendleft rotate difference_update intersection_update symmetric_difference_update"
        " subtract move_to_end send throw close fill itemset put resize setflags register cache_clear"
        " __setitem__ __delitem__ __setattr__ __delattr__ __init__ __setstate__ __iadd__ __isub__ __imul__"
        " __ior__ __iand__ __ixor__"
    ).split()
)
# Functions that change their first argument.
MUTATING_FUNCTIONS = frozenset(
    "next heapq.heappush heapq.heappop heapq.heapify heapq.heapreplace heapq.heappushpop bisect.insort"
    " bisect.insort_left bisect.insort_right operator.setitem operator.delitem operator.iadd operator.isub"
    " operator.imul operator.ior operator.iand operator.ixor operator.iconcat setattr delattr".split()
)


def public(module: ModuleType) -> frozenset[str]:
    """The names a module publishes; of those without `__all__`, what is no module and not private."""
    names = getattr(module, "__all__", None) or [
        name
        for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name), ModuleType)
    ]
    return frozenset(names)


def imported_reason(dotted: str, present: bool) -> Reason | None:
    """Why an imported name may not be used newly; None when it may.

    `dotted` starts with the module; `present`: the module of the function imports it already.
    """
    parts = dotted.split(".")
    prefixes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    for prefix in prefixes:
        if prefix in _FORBIDDEN or prefix in _HARMLESS:
            return _FORBIDDEN.get(prefix)
    if parts[0] in _ALLOWED_WHEN_PRESENT and present:
        return _below(parts[1:])
    module = next((prefix for prefix in prefixes if prefix in _ALLOWED), None)
    if module is None:
        return Reason.IMPORT
    rest = parts[module.count(".") + 1 :]
    published = not rest or rest[0] in public(_ALLOWED[module])
    return None if published else Reason.INTROSPECTION


def _below(parts: list[str]) -> Reason | None:
    """A package's attributes lead to other modules: `numpy.lib.os`."""
    hidden = any(part.startswith("_") or part in _INSIDES for part in parts)
    return Reason.INTROSPECTION if hidden else None


def is_stateless(dotted: str) -> bool:
    """Whether the name belongs to a module whose functions change no module."""
    package = dotted.partition(".")[0]
    return package in _ALLOWED or package in _ALLOWED_WHEN_PRESENT


def is_builtin(name: str) -> bool:
    return hasattr(builtins, name) or name in ("__builtins__", "__file__")


def builtin_reason(name: str) -> Reason | None:
    """Why a built-in may not be used newly; None when it may."""
    special = name.startswith("__") and name not in ("__debug__", "__name__")
    return _BUILTINS.get(name) or (Reason.INTROSPECTION if special else None)


def attribute_reason(name: str) -> Reason | None:
    """Why an attribute may not be looked up newly, on whatever object; None when it may."""
    if name in _ATTRIBUTES:
        return _ATTRIBUTES[name]
    special = name.startswith("__") and name.endswith("__")
    return Reason.INTROSPECTION if special and name not in _PLAIN_DUNDERS else None
