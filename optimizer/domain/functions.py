"""The unit that is optimised: one function with its exact place in a source file."""

from dataclasses import dataclass
from enum import StrEnum


class FunctionKind(StrEnum):
    FUNCTION = "function"  # defined at module level
    METHOD = "method"  # defined directly in a class body
    NESTED = "nested"  # defined inside a function; judged through its enclosing function
    PROGRAM = "program"  # a whole stdin-to-stdout program


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of bytes in the file: decorators included, leading indentation excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the target repository.

    `source` is the text of exactly the bytes of `span`, so its first line has no indentation and
    the others keep theirs; a candidate's source follows the same convention.
    """

    path: str  # POSIX, relative to the repository's root
    qualname: str  # as Python spells it: "f", "Class.method", "outer.<locals>.inner"
    span: Span
    line: int  # 1-based line of the span's first byte
    end_line: int  # 1-based line of the span's last byte
    kind: FunctionKind
    is_async: bool
    source: str
    content_hash: str  # sha256 hex of `source`
    language: str = "python"

    @property
    def label(self) -> str:
        """How the function is named to people: path::qualname."""
        return f"{self.path}::{self.qualname}"

    @property
    def name(self) -> str:
        return self.qualname.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A source file that was skipped, and why."""

    path: str
    reason: str  # one line
