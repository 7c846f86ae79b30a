"""What text of code is fit to learn from, and the one form that it is brought into."""

import ast
import io
import re
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from optimizer.experts.ecode.edits import MOST_LINES

TokenCount = Callable[[str], int]

_LONGEST_LINE = 200  # characters; people break lines long before
_TEXT_LINE = 60  # mean length of the lines of what is not minified
_GENERATED = re.compile(r"@generated|auto-?generated|do not edit", re.IGNORECASE)
_CLOSES = {")": "(", "]": "[", "}": "{"}
# Strings, characters and comments of C++, Java and JavaScript: brackets in them mean nothing.
_QUOTED = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)
# Notes that authors of solutions put above them: they would tell the answer's complexity, or say nothing.
_NOTE = re.compile(
    r"^[ \t]*(?:(?://|#)[ \t]*(?:Time|Space)[ \t]*:|//[ \t]*#(?:Easy|Medium|Hard|\d{4}_)|package [\w.]+;)"
    r".*\n?",
    re.M,
)
_SOLUTION = re.compile(r"^(?:public )?class Solution\w*", re.M)
_OLD_METHODS = {"iteritems": "items", "itervalues": "values", "iterkeys": "keys"}
_OLD_NAMES = frozenset("raw_input unicode basestring unichr izip imap ifilter has_key".split())
_NAMES_OF_OLD = re.compile(rf"\b(?:xrange|{'|'.join((*_OLD_METHODS, *sorted(_OLD_NAMES)))})\b")


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens as the model's tokenizer counts them, of the code with its context, of the target, and of the
    lines that differ; lines of the code."""

    code: int = 640
    lines: int = MOST_LINES
    target: int = 512
    written: int = 192
    shortest: int = 8


def cleaned(text: str, language: str) -> tuple[str, str]:
    """The code in its one form, and why it is unfit: "" where it is fit. Ends without a line break."""
    if not _is_text(text):
        return "", "not text"
    code = _NOTE.sub("", tidy(text)).strip("\n")
    if not code:
        return "", "empty"
    if len(_SOLUTION.findall(code)) > 1:
        return "", "several solutions"
    if _GENERATED.search(code):
        return "", "generated"
    if _is_minified(code):
        return "", "minified"
    if language == "python":
        modern = python(code)
        return (modern, "") if modern else ("", "does not parse")
    return (code, "") if is_balanced(code) else ("", "not balanced")


def tidy(text: str) -> str:
    """Line ends, blanks at the end of lines, blank lines around the code and rows of them inside."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


@lru_cache(maxsize=512)  # the solutions of a problem come in many pairs, one after the other
def python(code: str) -> str | None:
    """Indented by four blanks, without what only Python 2 knows. None: that cannot be done.

    Blanks at the end of lines inside of strings were tidied before: only code as it came here is kept.
    """
    try:
        if not _NAMES_OF_OLD.search(code) and _by_four(code):
            ast.parse(code)
            return code
        module = cst.parse_module(code)
        modern = _Modern()
        fresh = module.visit(modern).with_changes(default_indent="    ", default_newline="\n")
        if modern.renamed and modern.divides:
            return None
        ast.parse(fresh.code)
    except (
        cst.ParserSyntaxError,
        SyntaxError,
        tokenize.TokenError,
        ValueError,
        RecursionError,
        MemoryError,
        _OldError,
    ):
        return None
    return fresh.code.strip("\n")


def _by_four(code: str) -> bool:
    """Raises SyntaxError like a parser."""
    width = 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.INDENT:
            width += 4
            if token.string != " " * width:
                return False
        elif token.type == tokenize.DEDENT:
            width -= 4
    return True


def is_balanced(code: str) -> bool:
    """Whether brackets close in order; for languages whose grammar is not at hand."""
    opened: list[str] = []
    for sign in _QUOTED.sub(" ", code):
        if sign in "([{":
            opened.append(sign)
        elif sign in _CLOSES and (not opened or opened.pop() != _CLOSES[sign]):
            return False
    return not opened


def too_long(code: str, target: str, limits: Limits, count: TokenCount) -> str:
    """Why the pair does not fit into the model, "" if it does. `code` includes the context."""
    written = count(target)
    if written < limits.shortest:
        return "too short"
    if written > limits.target:
        return "target too long"
    return "code too long" if count(code) > limits.code else ""


def is_change(code: str, target: str, language: str) -> bool:
    """Whether they differ in more than blanks, line breaks and comments."""
    if language == "python":
        return _tree(code) != _tree(target)
    return _signs(code) != _signs(target)


def _tree(code: str) -> str:
    try:
        return ast.dump(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code


def _signs(code: str) -> str:
    without = re.sub(r"//[^\n]*|/\*.*?\*/", " ", code, flags=re.DOTALL)
    return " ".join(re.findall(r"\w+|[^\w\s]", without))


def _is_text(text: str) -> bool:
    return all(sign.isprintable() or sign in "\t\n\r\f" for sign in text)


def _is_minified(code: str) -> bool:
    lines = code.split("\n")
    return max(map(len, lines)) > _LONGEST_LINE or len(code) > _TEXT_LINE * len(lines) + _LONGEST_LINE


class _OldError(Exception):
    """Python 2, in a way that cannot be put right name by name."""


class _Modern(cst.CSTTransformer):
    """Every block at the module's indentation; `xrange` and the like by their new names."""

    def __init__(self) -> None:
        super().__init__()
        self.renamed = False
        self.divides = False  # whole numbers gave a whole one in Python 2; no text says which are whole

    def leave_IndentedBlock(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.IndentedBlock,  # noqa: ARG002  # LibCST hands it over
        updated_node: cst.IndentedBlock,
    ) -> cst.IndentedBlock:
        return updated_node.with_changes(indent=None)

    def visit_Divide(self, node: cst.Divide) -> None:  # noqa: ARG002, N802  # as above
        self.divides = True

    def visit_DivideAssign(self, node: cst.DivideAssign) -> None:  # noqa: ARG002, N802  # as above
        self.divides = True

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802  # as above
        if original_node.value in _OLD_NAMES:
            raise _OldError
        if original_node.value != "xrange":
            return updated_node
        self.renamed = True
        return updated_node.with_changes(value="range")

    def leave_Attribute(  # noqa: N802  # as above
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.Attribute:
        new = _OLD_METHODS.get(original_node.attr.value)
        if new is None:
            return updated_node
        self.renamed = True
        return updated_node.with_changes(attr=cst.Name(new))
