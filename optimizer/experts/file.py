"""Candidates from a JSONL file, from whoever wrote them.

One object a line: `function` ("path::qualname"), `source` (the whole function), and optionally `imports`
(a list of import statements), `summary`, `model`, `seed`. The source may be indented in any way: it is
put at the original's indentation.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.domain.candidates import Candidate, ProposalRequest, Provenance
from optimizer.domain.errors import ConfigError
from optimizer.experts.placing import placed


@dataclass(frozen=True, slots=True)
class FileExpert:
    candidates: dict[str, tuple[dict[str, Any], ...]]  # by the function's label
    version: str
    name: str = "file"
    languages: frozenset[str] = frozenset({"python"})

    @staticmethod
    def read(path: Path) -> "FileExpert":
        """Raises ConfigError that names the line."""
        if not str(path) or not path.is_file():
            raise ConfigError(f"candidates file {str(path)!r} is not there: set it with --candidates FILE")
        return FileExpert.parse(path.read_text("utf-8", "replace"), str(path))

    @staticmethod
    def parse(text: str, where: str) -> "FileExpert":
        """Raises ConfigError that names the line."""
        found: dict[str, list[dict[str, Any]]] = {}
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                entry = _entry(line, f"{where}:{number}")
                found.setdefault(entry["function"], []).append(entry)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return FileExpert({label: tuple(entries) for label, entries in found.items()}, digest)

    def propose(self, request: ProposalRequest) -> Iterator[Candidate]:
        if request.parent is not None:  # written against the original, not against a variant
            return
        for entry in self.candidates.get(request.function.label, ()):
            yield Candidate(
                source=placed(entry["source"], request),
                provenance=Provenance(
                    "file", str(entry.get("model", "unnamed")), self.version, entry.get("seed")
                ),
                imports=tuple(entry.get("imports", ())),
                summary=str(entry.get("summary", "")),
            )


def _entry(line: str, where: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{where}: not JSON: {error.msg}") from error
    except RecursionError as error:
        raise ConfigError(f"{where}: nested too deeply") from error
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: not an object")
    for key in ("function", "source"):
        if not isinstance(entry.get(key), str):
            raise ConfigError(f'{where}: "{key}" has to be a string')
    imports = entry.get("imports", [])
    if not isinstance(imports, list) or not all(isinstance(item, str) for item in imports):
        raise ConfigError(f'{where}: "imports" has to be a list of strings')
    if not isinstance(entry.get("seed"), int | None):
        raise ConfigError(f'{where}: "seed" has to be a whole number')
    return entry
