"""Kinds that keep data in a container that is slow for what is asked of it."""

import ast

import libcst as cst

from optimizer.experts.ecode.data.backwards.kind import Kind
from optimizer.experts.ecode.data.backwards.names import DICTS, kind_of, start, starts_empty
from optimizer.experts.ecode.data.backwards.recast import Recast, recast
from optimizer.experts.rules.scene import Scene

_HEAPQ = ("heapq.", "")
_COLLECTIONS = ("collections.", "")


def _empty_list(scene: Scene, name: str) -> bool:
    return starts_empty(scene, name, "[]")


def _of_items(scene: Scene, name: str) -> bool:
    """Whether a `Counter` counts items: the values of a mapping it would take for counts."""
    match start(scene, name):
        case ast.Call(args=[counted]):
            return kind_of(scene, cst.parse_expression(ast.unparse(counted))) not in DICTS
        case _:
            return False


CONTAINERS = (
    Kind(
        "list-membership",
        "list-membership",
        ("set(", "{"),
        recast(
            Recast(
                starts=(("set()", "[]"), ("set(X)", "list(X)"), ("{X}", "[X]")),
                uses=(("NAME.add(X)", "NAME.append(X)"),),
                kept=("X in NAME", "X not in NAME"),
            )
        ),
    ),
    Kind(
        "set-only-asked",
        "",
        ("set(",),
        recast(
            Recast(
                starts=(("set(X)", "list(X)"), ("frozenset(X)", "list(X)")),
                uses=(("X in NAME", "X in NAME"), ("X not in NAME", "X not in NAME")),
            )
        ),
    ),
    Kind(
        "list-as-queue",
        "list-as-queue",
        ("popleft(",),
        recast(
            Recast(
                starts=tuple(
                    (f"{module}{fast}", slow)
                    for module in _COLLECTIONS
                    for fast, slow in (("deque()", "[]"), ("deque([X])", "[X]"), ("deque(X)", "list(X)"))
                ),
                uses=(
                    ("NAME.popleft()", "NAME.pop(0)"),
                    ("NAME.appendleft(X)", "NAME.insert(0, X)"),
                ),
                kept=(
                    "NAME.append(X)",
                    "NAME.extend(X)",
                    "NAME.pop()",
                    "NAME.clear()",
                    "len(NAME)",
                    "NAME[X]",
                    "X in NAME",
                    "X not in NAME",
                ),
            )
        ),
    ),
    Kind(
        "heap-by-sorting",
        "",
        ("heappop(",),
        recast(
            Recast(
                starts=(("[]", "[]"), ("[X]", "[X]")),
                uses=tuple((f"{module}heappop(NAME)", "NAME.pop(0)") for module in _HEAPQ),
                statements=tuple(
                    (f"{module}heappush(NAME, X)", "NAME.append(X)\nNAME.sort()") for module in _HEAPQ
                ),
                kept=("len(NAME)", "NAME[0]"),
            )
        ),
    ),
    Kind(
        "heap-by-minimum",
        "",
        ("heappop(",),
        recast(
            Recast(
                starts=(("[]", "[]"), ("[X]", "[X]")),
                uses=(
                    *tuple(
                        (f"{module}heappop(NAME)", "NAME.pop(NAME.index(min(NAME)))") for module in _HEAPQ
                    ),
                    ("NAME[0]", "min(NAME)"),
                ),
                statements=tuple((f"{module}heappush(NAME, X)", "NAME.append(X)") for module in _HEAPQ),
                kept=("len(NAME)",),
            )
        ),
    ),
    Kind(
        "sort-in-loop",
        "sort-in-loop",
        ("insort(", "insort_right("),
        recast(
            Recast(
                starts=(("[]", "[]"), ("[X]", "[X]"), ("sorted(X)", "sorted(X)")),
                statements=tuple(
                    (f"{module}{name}(NAME, X)", "NAME.append(X)\nNAME.sort()")
                    for module in ("bisect.", "")
                    for name in ("insort", "insort_right")
                ),
                kept=(
                    "len(NAME)",
                    "NAME[X]",
                    "NAME.pop(X)",
                    "NAME.pop()",
                    "sum(NAME)",
                    *tuple(
                        f"{m}bisect{side}(NAME, X)"
                        for m in ("bisect.", "")
                        for side in ("", "_left", "_right")
                    ),
                ),
                returned=True,
            )
        ),
    ),
    Kind(
        "text-by-parts",
        "copied-text",
        (".join(",),
        recast(
            Recast(
                starts=(("[]", '""'),),
                uses=(('"".join(NAME)', "NAME"), ("''.join(NAME)", "NAME")),
                statements=(("NAME.append(X)", "NAME = NAME + X"),),
                truth=False,
                rebinds=True,
                where=_empty_list,
            )
        ),
    ),
    Kind(
        "string-prepend",
        "string-prepend",
        (".join(",),
        recast(
            Recast(
                starts=(("[]", '""'),),
                uses=tuple(
                    (f"{empty}.join({turned})", "NAME")
                    for empty in ('""', "''")
                    for turned in ("reversed(NAME)", "NAME[::-1]")
                ),
                statements=(("NAME.append(X)", "NAME = X + NAME"),),
                truth=False,
                rebinds=True,
                where=_empty_list,
            )
        ),
    ),
    Kind(
        "list-concatenation",
        "list-concatenation",
        (".append(",),
        recast(
            Recast(
                starts=(("[]", "[]"), ("[X]", "[X]")),
                statements=(("NAME.append(X)", "NAME = NAME + [X]"),),
                kept=(
                    "len(NAME)",
                    "max(NAME)",
                    "min(NAME)",
                    "sum(NAME)",
                    "sorted(NAME)",
                    "S.join(NAME)",
                    "X in NAME",
                    "X not in NAME",
                ),
                returned=True,
                rebinds=True,
            )
        ),
    ),
    Kind(
        "counting-by-hand",
        "counting-by-hand",
        ("Counter(",),
        recast(
            Recast(
                starts=(),
                statements=tuple(
                    (
                        f"NAME = {module}Counter(X)",
                        (
                            "NAME = {}\nfor ITEM in X:\n    if ITEM in NAME:\n        NAME[ITEM] += 1\n"
                            "    else:\n        NAME[ITEM] = 1"
                        ),
                    )
                    for module in _COLLECTIONS
                ),
                kept=(
                    "NAME.items()",
                    "NAME.values()",
                    "NAME.keys()",
                    "len(NAME)",
                    "X in NAME",
                    "X not in NAME",
                    "NAME.get(X, 0)",
                ),
                where=_of_items,
            )
        ),
    ),
)
