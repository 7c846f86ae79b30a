"""Kinds that put a scan, a copy or another slow expression in the place of a fast one."""

from optimizer.experts.ecode.data.backwards.conditions import (
    both,
    costly,
    ends,
    kinds,
    letter,
    named,
    natural,
    pure,
    sized,
    turned_in_place,
    unguarded,
)
from optimizer.experts.ecode.data.backwards.expressions import Swap, swapped, swapped_any
from optimizer.experts.ecode.data.backwards.kind import Kind

_KNOWN = ("list", "str")
_AGAIN = both(pure("X"), costly("X"))
_LISTED = both(kinds("B", "list"), pure("B"))

SCANS = (
    Kind(
        "sorted-for-extremum",
        "",
        ("min(", "max(", "nsmallest("),
        swapped(
            Swap("min(X)", "sorted(X)[0]", both(ends("X"), unguarded)),
            Swap("max(X)", "sorted(X)[-1]", both(ends("X"), kinds("X", "list", "set", "str"), unguarded)),
            Swap("min(X, key=F)", "sorted(X, key=F)[0]", both(ends("X"), unguarded)),
            Swap("heapq.nsmallest(N, X)", "sorted(X)[:N]", natural("N")),
        ),
    ),
    Kind(
        "infinity-from-text",
        "",
        ("math.inf",),
        swapped(Swap("-math.inf", 'float("-inf")'), Swap("math.inf", 'float("inf")')),
    ),
    Kind(
        "last-by-length",
        "",
        ("[-1]", "[-2]"),
        swapped(
            Swap("X[-1]", "X[len(X) - 1]", both(named("X"), kinds("X", *_KNOWN))),
            Swap("X[-2]", "X[len(X) - 2]", both(named("X"), kinds("X", "list"))),
        ),
    ),
    Kind(
        "length-for-emptiness",
        "",
        ("not ",),
        swapped(Swap("not X", "len(X) == 0", both(named("X"), sized("X")))),
    ),
    Kind(
        "chained-comparison",
        "",
        ("<", ">"),
        swapped(
            Swap("A <= X < B", "A <= X and X < B", _AGAIN),
            Swap("A <= X <= B", "A <= X and X <= B", _AGAIN),
            Swap("A < X < B", "A < X and X < B", _AGAIN),
            Swap("A < X <= B", "A < X and X <= B", _AGAIN),
            Swap("A > X < B", "A > X and X < B", _AGAIN),
            Swap("A < X > B", "A < X and X > B", _AGAIN),
        ),
    ),
    Kind(
        "count-by-scan",
        "",
        (".count(",),
        swapped_any(
            [
                Swap("S.count(X)", "sum(1 for ITEM in S if ITEM == X)", both(kinds("S", "list"), pure("X"))),
                Swap("S.count(X)", "sum(1 for ITEM in S if ITEM == X)", both(kinds("S", "str"), letter("X"))),
            ],
            [
                Swap(
                    "S.count(X)",
                    "len([ITEM for ITEM in S if ITEM == X])",
                    both(kinds("S", "list"), pure("X")),
                ),
                Swap(
                    "S.count(X)",
                    "len([ITEM for ITEM in S if ITEM == X])",
                    both(kinds("S", "str"), letter("X")),
                ),
            ],
        ),
    ),
    Kind(
        "palindrome-by-index",
        "",
        ("::-1]", ":: -1]"),
        swapped(
            Swap(
                "S == S[::-1]",
                "all(S[INDEX] == S[len(S) - 1 - INDEX] for INDEX in range(len(S)))",
                both(named("S"), kinds("S", *_KNOWN)),
            )
        ),
    ),
    Kind(
        "copy-to-reverse",
        "",
        ("reversed(",),
        swapped(
            Swap(
                "list(reversed(X))",
                "[X[INDEX] for INDEX in range(len(X) - 1, -1, -1)]",
                both(named("X"), kinds("X", *_KNOWN)),
            ),
            Swap("reversed(X)", "X[::-1]", both(kinds("X", *_KNOWN), turned_in_place("X"))),
            Swap("reversed(range(N))", "list(range(N))[::-1]", turned_in_place("N")),
            Swap("reversed(range(A, N))", "list(range(A, N))[::-1]", turned_in_place("N")),
        ),
    ),
    Kind(
        "intersection-by-scan",
        "",
        ("set(",),
        swapped(
            Swap("set(A) & set(B)", "{ITEM for ITEM in A if ITEM in B}", _LISTED),
            Swap("set(A).intersection(B)", "{ITEM for ITEM in A if ITEM in B}", _LISTED),
            Swap("set(A) - set(B)", "{ITEM for ITEM in A if ITEM not in B}", _LISTED),
            Swap("set(A).difference(B)", "{ITEM for ITEM in A if ITEM not in B}", _LISTED),
        ),
    ),
    Kind(
        "distinct-by-count",
        "",
        ("set(",),
        swapped(
            Swap("len(set(X)) == len(X)", "all(X.count(ITEM) == 1 for ITEM in X)", kinds("X", *_KNOWN)),
            Swap("len(X) == len(set(X))", "all(X.count(ITEM) == 1 for ITEM in X)", kinds("X", *_KNOWN)),
            Swap("len(set(X)) != len(X)", "any(X.count(ITEM) > 1 for ITEM in X)", kinds("X", *_KNOWN)),
            Swap("len(X) != len(set(X))", "any(X.count(ITEM) > 1 for ITEM in X)", kinds("X", *_KNOWN)),
        ),
    ),
    Kind(
        "bisect-by-scan",
        "",
        ("bisect",),
        swapped(
            *(
                Swap(
                    f"{module}{name}(A, X)",
                    f"sum(1 for ITEM in A if ITEM {sign} X)",
                    both(named("A"), pure("X")),
                )
                for module in ("bisect.", "")
                for name, sign in (("bisect_left", "<"), ("bisect_right", "<="), ("bisect", "<="))
            )
        ),
    ),
    Kind(
        "prefix-sums-by-slices",
        "sum-of-prefix",
        ("accumulate(",),
        swapped(
            *(
                Swap(f"list({module}accumulate({given}))", slow, both(named("X"), kinds("X", "list")))
                for module in ("itertools.", "")
                for given, slow in (
                    ("X", "[sum(X[: INDEX + 1]) for INDEX in range(len(X))]"),
                    ("X, initial=0", "[sum(X[:INDEX]) for INDEX in range(len(X) + 1)]"),
                    ("X, max", "[max(X[: INDEX + 1]) for INDEX in range(len(X))]"),
                    ("X, min", "[min(X[: INDEX + 1]) for INDEX in range(len(X))]"),
                )
            )
        ),
    ),
    Kind(
        "square-by-power",
        "",
        ("*",),
        swapped(Swap("X * X", "X ** 2", named("X"))),
    ),
)
