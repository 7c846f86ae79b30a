"""Python: reading functions out of files, and changing them in place."""

from optimizer.domain.functions import Function
from optimizer.languages.base import Language
from optimizer.languages.python.extract import extract
from optimizer.languages.python.guard import guard
from optimizer.languages.python.names import is_test, module_name, source_roots
from optimizer.languages.python.signs import signs, static_rank
from optimizer.languages.python.splice import splice


def _rank(function: Function) -> float:
    return static_rank(signs(function))


PYTHON = Language(
    name="python",
    suffixes=(".py",),
    extract=extract,
    splice=splice,
    guard=guard,
    static_rank=_rank,
    is_test=is_test,
    source_roots=source_roots,
    module_name=module_name,
)
