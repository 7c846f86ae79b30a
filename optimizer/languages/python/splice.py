"""Puts a candidate into its file: the span's bytes change, and the imports; nothing else."""

import ast
import re

from tree_sitter import Node

from optimizer.domain.candidates import Candidate
from optimizer.domain.functions import Function
from optimizer.languages.python.imports import missing_lines
from optimizer.languages.python.parsing import parse_bytes, parse_module

_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_DUNDER = re.compile(rb"__\w+__\s*(:[^=]*)?=")  # __version__ = ..., __all__ = ...


def splice(data: bytes, function: Function, candidate: Candidate) -> bytes:
    """The file with the function replaced by the candidate.

    Line endings follow the file's. Imports go below the imports that the module begins with; names
    that its top level imports already are not imported again. The candidate's own text and imports
    must have passed the guard: ValueError for imports that are none, or a file that does not parse.
    """
    newline = newline_of(data)
    before, after = data[: function.span.start], data[function.span.end :]
    changed = before + _converted(function, candidate, newline) + after
    if not candidate.imports:
        return changed
    module = parse_module(data)
    if isinstance(module, str):
        raise ValueError(f"{function.path}: {module}")
    return _with_imports(changed, data, missing_lines(candidate.imports, module), newline)


def newline_of(data: bytes) -> bytes:
    """The line ending that most lines of the file have."""
    crlf = data.count(b"\r\n")
    return b"\r\n" if crlf > data.count(b"\n") - crlf else b"\n"


def _converted(function: Function, candidate: Candidate, newline: bytes) -> bytes:
    if candidate.source == function.source:
        return function.source.encode("utf-8")  # a file of mixed line endings keeps them
    text = candidate.source.rstrip(" \t\r\n\f").encode("utf-8")
    return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", newline)


def _with_imports(changed: bytes, data: bytes, lines: tuple[str, ...], newline: bytes) -> bytes:
    """The place is looked for in the file as it was: it is above every function."""
    if not lines:
        return changed
    text = b"".join(line.encode("utf-8") + newline for line in lines)
    place, after_imports, after_docstring = _place(data)
    if not after_imports:
        text = (newline if after_docstring else b"") + text + (b"" if after_docstring else newline * 2)
    return changed[:place] + text + changed[place:]


def _place(data: bytes) -> tuple[int, bool, bool]:
    """Where imports go: the byte, whether right below imports, whether right below the docstring."""
    statements = [node for node in parse_bytes(data).root_node.named_children if node.type != "comment"]
    head = _head(statements, data)
    imports = [index for index in range(head) if statements[index].type in _IMPORTS]
    if imports:
        return _line_end(statements, imports[-1], data), True, False
    if statements and _is_docstring(statements[0]):
        return _line_end(statements, 0, data), False, True
    return _line_start(statements[0].start_byte if statements else 0, data), False, False


def _head(statements: list[Node], data: bytes) -> int:
    """How many statements the module begins with that are its docstring, imports and `__x__ = ...`."""
    for index, node in enumerate(statements):
        dunder = _DUNDER.match(data, node.start_byte)
        if not (node.type in _IMPORTS or dunder or (index == 0 and _is_docstring(node))):
            return index
    return len(statements)


def _is_docstring(node: Node) -> bool:
    if node.type != "expression_statement" or node.text is None:
        return False
    try:
        value = ast.literal_eval(node.text.decode("utf-8"))
    except (ValueError, SyntaxError):
        return False
    return isinstance(value, str)


def _line_end(statements: list[Node], index: int, data: bytes) -> int:
    """First byte after the logical line that a statement stands on: `import os; x = (` goes on."""
    end = _next_line(statements[index].end_byte, data)
    for node in statements[index + 1 :]:
        if node.start_byte >= end:
            break
        end = _next_line(node.end_byte, data)
    return end


def _next_line(place: int, data: bytes) -> int:
    found = data.find(b"\n", place)
    return len(data) if found < 0 else found + 1


def _line_start(place: int, data: bytes) -> int:
    start = data.rfind(b"\n", 0, place) + 1
    return 3 if start == 0 and data.startswith(b"\xef\xbb\xbf") else start
