"""The languages that are known. A new one is one module, and one line in this table."""

from optimizer.languages.base import Language
from optimizer.languages.python import PYTHON

LANGUAGES: tuple[Language, ...] = (PYTHON,)


def language_of(path: str) -> Language | None:
    """The language of a source file, by its suffix."""
    return next((item for item in LANGUAGES if path.endswith(item.suffixes)), None)
