"""Which files of the repository a module imports names from."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

MAX_FILES = 20  # a module that imports from more of them is looked at through these


def imported_paths(path: str, source: str, tracked: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """(module as the import spells it, path of its file) for each `from module import name` of ours.

    `path` and `tracked` are POSIX paths relative to the repository's root. A module that two files
    may stand for is left out.
    """
    try:
        nodes = ast.walk(ast.parse(source))
    except (SyntaxError, ValueError):
        return ()
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            matching = sorted(_matching(PurePosixPath(path), node, tracked))
            if len(matching) == 1:
                found["." * node.level + (node.module or "")] = matching[0]
    return tuple(found.items())[:MAX_FILES]


def _matching(path: PurePosixPath, node: ast.ImportFrom, tracked: frozenset[str]) -> Iterator[str]:
    name = (node.module or "").replace(".", "/")
    if node.level:
        if node.level > len(path.parents):
            return
        base = path.parents[node.level - 1] / name
        yield from {f"{base}.py", f"{base}/__init__.py"} & tracked
        return
    endings = (f"{name}.py", f"{name}/__init__.py")
    yield from (each for each in tracked if each in endings or each.endswith(tuple("/" + e for e in endings)))
