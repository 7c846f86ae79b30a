"""Functions of published Python packages: wheels in a folder, as pip downloads them.

What they are learnt from for is how a repository's functions look, which solutions of exercises do not show.
Only wheels that say of themselves that their licence is a permissive one are read.
"""

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import Parser
from pathlib import Path, PurePosixPath

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.errors import ConfigError
from optimizer.domain.functions import Function, Unparsed
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.data.cleaning import cleaned
from optimizer.experts.ecode.examples import Example, Task
from optimizer.languages.python import PYTHON

_LICENCES = "License :: "
_SPDX = {"MIT": "MIT", "BSD": "BSD-3-Clause", "Apache": "Apache-2.0"}  # by a word in the classifier
_PERMISSIVE = frozenset({"MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "0BSD", "MIT-0"})
_NOT_READ = frozenset(
    {"test", "tests", "testing", "vendor", "_vendor", "externals", "migrations", "conftest.py"}
)
_MOST_LINES = 60  # of a function; the model writes no longer ones
_FEWEST_LINES = 3


def of_packages(folder: Path, dropped: Counter[str]) -> Iterator[Example]:
    """TEXT_TO_CODE examples, as of single solutions. Raises ConfigError for a wheel that cannot be read."""
    for wheel in sorted(folder.glob("*.whl")):
        try:
            name, *_ = parse_wheel_filename(wheel.name)
            with zipfile.ZipFile(wheel) as archive:
                spdx = licence(archive)
                if spdx is None:
                    dropped[f"{name}: no permissive licence"] += 1
                    continue
                yield from _of_wheel(archive, f"pypi/{name}", spdx, dropped)
        except (InvalidWheelFilename, zipfile.BadZipFile, zlib.error, OSError) as error:
            raise ConfigError(f"{wheel}: no wheel that can be read: {error}") from error


def licence(archive: zipfile.ZipFile) -> str | None:
    """The SPDX identifier that the wheel's metadata gives; None for one that is not permissive or not told.

    Source: core metadata 2.4, fields License-Expression and Classifier."""
    found = next((name for name in archive.namelist() if name.endswith(".dist-info/METADATA")), None)
    if found is None:
        return None
    metadata = Parser().parsestr(archive.read(found).decode("utf-8", "replace"))
    told = metadata.get("License-Expression")
    return (told if told in _PERMISSIVE else None) if told else _classified(metadata)


def _classified(metadata: Message) -> str | None:
    """All that is said of the licence has to be permissive."""
    told = [text for text in metadata.get_all("Classifier", []) if text.startswith(_LICENCES)]
    found = [next((spdx for word, spdx in _SPDX.items() if word in text), None) for text in told]
    return found[0] if found and None not in found else None


def _of_wheel(archive: zipfile.ZipFile, origin: str, spdx: str, dropped: Counter[str]) -> Iterator[Example]:
    for name in sorted(archive.namelist()):
        path = PurePosixPath(name)
        if path.suffix != ".py" or _NOT_READ & set(path.parts) or path.name.startswith("test_"):
            continue
        data = archive.read(name)
        found = PYTHON.extract(name, data)
        for function in () if isinstance(found, Unparsed) else found:
            example = _example(function, data.decode("utf-8", "replace"), origin, spdx)
            if isinstance(example, str):
                dropped[example] += 1
            else:
                yield example


def _example(function: Function, source: str, origin: str, spdx: str) -> Example | str:
    """A text says why there is none."""
    if not _FEWEST_LINES <= function.source.count("\n") + 1 <= 2 * _MOST_LINES:
        return "package: too long or too short"
    found = fields.of_request(ProposalRequest(function, source))
    if found is None:
        return "package: not one function"
    code, reason = cleaned(found.code, "python")
    if reason or code.count("\n") >= _MOST_LINES or fields.parsed(code) is None:
        return f"package: {reason or 'too long or too short'}"
    unwritten = replace(found, code="")
    return Example(unwritten, code, Task.TEXT_TO_CODE, None, 1.0, origin, spdx, f"{origin}/{function.label}")
