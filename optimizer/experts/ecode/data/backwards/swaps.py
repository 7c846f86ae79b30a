"""Kinds that put a slow expression in the place of a fast one."""

from optimizer.experts.ecode.data.backwards.conditions import (
    a_dict,
    answers,
    both,
    constant,
    elements,
    ends,
    kinds,
    named,
    no_column,
    plain,
    pure,
    text,
    whole,
)
from optimizer.experts.ecode.data.backwards.expressions import Swap, swapped, swapped_any
from optimizer.experts.ecode.data.backwards.kind import Kind

_IN_DICT = both(a_dict("D"), named("D"))
_CALLED = both(named("F"), plain("X"))

SWAPS = (
    Kind(
        "keys-membership",
        "keys-membership",
        (" in ",),
        swapped(
            Swap("X in D", "X in D.keys()", _IN_DICT),
            Swap("X not in D", "X not in D.keys()", _IN_DICT),
        ),
    ),
    Kind(
        "keys-list-membership",
        "keys-list-membership",
        (" in ",),
        swapped(
            Swap("X in D", "X in list(D.keys())", _IN_DICT),
            Swap("X not in D", "X not in list(D.keys())", _IN_DICT),
        ),
    ),
    Kind(
        "length-of-view",
        "length-of-view",
        ("len(",),
        swapped_any(
            [Swap("len(D)", "len(D.keys())", _IN_DICT)],
            [Swap("len(D)", "len(list(D.keys()))", _IN_DICT)],
        ),
    ),
    Kind(
        "double-lookup",
        "double-lookup",
        (".get(",),
        swapped(Swap("D.get(K, V)", "D[K] if K in D else V", both(_IN_DICT, pure("K", "V")))),
    ),
    Kind(
        "needless-list",
        "needless-list",
        ("max(", "min(", "sum(", "tuple(", "set("),
        swapped(
            Swap("max(X)", "max(list(X))", plain("X")),
            Swap("min(X)", "min(list(X))", plain("X")),
            Swap("sum(X)", "sum(list(X))", plain("X")),
            Swap("set(X)", "set(list(X))", plain("X")),
            Swap("tuple(X)", "tuple(list(X))", plain("X")),
        ),
    ),
    Kind(
        "list-around-sorted",
        "list-around-sorted",
        ("sorted(",),
        swapped_any(
            [Swap("sorted(X)", "sorted(list(X))", plain("X"))],
            [Swap("sorted(X)", "list(sorted(X))", ends("X"))],
            [Swap("sorted(X, key=F)", "sorted(list(X), key=F)", plain("X"))],
            [Swap("sorted(X, reverse=True)", "list(sorted(X, reverse=True))", ends("X"))],
        ),
    ),
    Kind(
        "list-before-any",
        "list-before-any",
        ("any(", "all("),
        swapped(
            Swap("any(E for T in X)", "any([E for T in X])", both(pure("E"), whole("X"))),
            Swap("all(E for T in X)", "all([E for T in X])", both(pure("E"), whole("X"))),
        ),
    ),
    Kind(
        "count-as-membership",
        "count-as-membership",
        (" in ",),
        swapped(
            Swap("X in L", "L.count(X) > 0", kinds("L", "list")),
            Swap("X not in L", "L.count(X) == 0", kinds("L", "list")),
        ),
    ),
    Kind(
        "find-as-membership",
        "find-as-membership",
        (" in ",),
        swapped(
            Swap("X in S", "S.find(X) != -1", both(kinds("S", "str"), kinds("X", "str"))),
            Swap("X not in S", "S.find(X) == -1", both(kinds("S", "str"), kinds("X", "str"))),
        ),
    ),
    Kind(
        "values-by-key",
        "values-by-key",
        (".values()",),
        swapped(
            Swap("sum(D.values())", "sum(D[KEY] for KEY in D)", named("D")),
            Swap("max(D.values())", "max([D[KEY] for KEY in D])", named("D")),
            Swap("min(D.values())", "min([D[KEY] for KEY in D])", named("D")),
            Swap("sorted(D.values())", "sorted([D[KEY] for KEY in D])", named("D")),
            Swap("set(D.values())", "set([D[KEY] for KEY in D])", named("D")),
            Swap("list(D.values())", "[D[KEY] for KEY in D]", _IN_DICT),  # a query's values are rows
            Swap("any(D.values())", "any(D[KEY] for KEY in D)", named("D")),
            Swap("all(D.values())", "all(D[KEY] for KEY in D)", named("D")),
        ),
    ),
    Kind(
        "list-of-constants",
        "list-of-constants",
        ("]*", "] *"),
        swapped(Swap("[C] * N", "[C for _ in range(N)]", both(constant("C"), pure("N")))),
    ),
    Kind(
        "map-lambda",
        "map-lambda",
        ("[",),
        swapped(
            Swap("[E for T in X]", "list(map(lambda T: E, X))", both(named("T"), ends("X"), answers("E"))),
        ),
    ),
    Kind(
        "filter-lambda",
        "filter-lambda",
        (" if ",),
        swapped(
            Swap("[T for T in X if C]", "list(filter(lambda T: C, X))", both(named("T"), answers("C"))),
        ),
    ),
    Kind(
        "identity-comprehension",
        "identity-comprehension",
        ("list(", "set(", "[:]", ".copy()"),
        swapped(
            Swap("list(X)", "[ITEM for ITEM in X]", plain("X")),
            Swap("set(X)", "{ITEM for ITEM in X}", plain("X")),
            Swap("X[:]", "[ITEM for ITEM in X]", kinds("X", "list")),
            Swap("X.copy()", "[ITEM for ITEM in X]", kinds("X", "list")),
        ),
    ),
    Kind(
        "dict-of-pairs",
        "dict-of-pairs",
        ("{",),
        swapped(
            Swap("{K: V for T in X}", "dict([(K, V) for T in X])"),
            Swap("{K: V for T in X if C}", "dict([(K, V) for T in X if C])"),
        ),
    ),
    Kind(
        "set-of-comprehension",
        "set-of-comprehension",
        ("{",),
        swapped(
            Swap("{E for T in X}", "set([E for T in X])"),
            Swap("{E for T in X if C}", "set([E for T in X if C])"),
            Swap("{E for T in X for S in Y}", "set([E for T in X for S in Y])"),
        ),
    ),
    Kind(
        "call-in-generator",
        "call-in-generator",
        ("map(",),
        swapped(
            Swap("sum(map(F, X))", "sum(F(ITEM) for ITEM in X)", _CALLED),
            Swap("max(map(F, X))", "max(F(ITEM) for ITEM in X)", _CALLED),
            Swap("min(map(F, X))", "min(F(ITEM) for ITEM in X)", _CALLED),
            Swap("list(map(F, X))", "list(F(ITEM) for ITEM in X)", _CALLED),
            Swap("set(map(F, X))", "set(F(ITEM) for ITEM in X)", _CALLED),
            Swap("sorted(map(F, X))", "sorted(F(ITEM) for ITEM in X)", _CALLED),
            Swap("S.join(map(F, X))", "S.join(F(ITEM) for ITEM in X)", _CALLED),
        ),
    ),
    Kind(
        "count-by-generator",
        "count-by-generator",
        ("len([",),
        swapped(Swap("len([E for T in X if C])", "sum(1 for T in X if C)", pure("E"))),
    ),
    Kind(
        "generator-collected",
        "generator-collected",
        ("join(", "tuple("),
        swapped(
            Swap("S.join([E for T in X])", "S.join(E for T in X)"),
            Swap("S.join([E for T in X if C])", "S.join(E for T in X if C)"),
            Swap("tuple([E for T in X])", "tuple(E for T in X)"),
        ),
    ),
    Kind(
        "extreme-of-two",
        "extreme-of-two",
        (" if ",),
        swapped(
            # In the order that gives the same of two equal values, as 1 and 1.0.
            Swap("A if A < B else B", "min(B, A)", pure("A", "B")),
            Swap("A if A <= B else B", "min(A, B)", pure("A", "B")),
            Swap("A if A > B else B", "max(B, A)", pure("A", "B")),
            Swap("A if A >= B else B", "max(A, B)", pure("A", "B")),
            Swap("A if B < A else B", "max(B, A)", pure("A", "B")),
            Swap("A if B > A else B", "min(B, A)", pure("A", "B")),
        ),
    ),
    Kind("bit-count", "bit-count", (".bit_count()",), swapped(Swap("X.bit_count()", 'bin(X).count("1")'))),
    Kind(
        "joined-reversed",
        "joined-reversed",
        ("::-1]", ":: -1]"),
        swapped(Swap("S[::-1]", '"".join(reversed(S))', kinds("S", "str"))),
    ),
    Kind(
        "split-and-join",
        "split-and-join",
        (".replace(",),
        swapped(
            Swap(
                "S.replace(A, B)",
                "B.join(S.split(A))",
                both(text("A"), pure("S", "B"), kinds("B", "str"), no_column("S")),
            )
        ),
    ),
    Kind(
        "prefix-chain",
        "prefix-chain",
        ("swith((",),
        swapped(
            Swap("S.startswith((A, B))", "S.startswith(A) or S.startswith(B)", pure("S", "A", "B")),
            Swap("S.endswith((A, B))", "S.endswith(A) or S.endswith(B)", pure("S", "A", "B")),
            Swap(
                "S.startswith((A, B, C))",
                "S.startswith(A) or S.startswith(B) or S.startswith(C)",
                pure("S", "A", "B", "C"),
            ),
        ),
    ),
    Kind(
        "types-one-by-one",
        "types-one-by-one",
        ("isinstance(",),
        swapped(
            Swap("isinstance(X, (A, B))", "isinstance(X, A) or isinstance(X, B)", pure("X")),
            Swap(
                "isinstance(X, (A, B, C))",
                "isinstance(X, A) or isinstance(X, B) or isinstance(X, C)",
                pure("X"),
            ),
        ),
    ),
    Kind(
        "rounded-twice",
        "rounded-twice",
        ("floor(", "ceil("),
        swapped(
            Swap("math.floor(X)", "int(math.floor(X))"),
            Swap("math.ceil(X)", "int(math.ceil(X))"),
        ),
    ),
    Kind(
        "list-of-range",
        "list-of-range",
        ("in range(",),
        swapped(
            Swap("X in range(A, B)", "X in list(range(A, B))"),
            Swap("X in range(B)", "X in list(range(B))"),
            Swap("X not in range(A, B)", "X not in list(range(A, B))"),
            Swap("X not in range(B)", "X not in list(range(B))"),
        ),
    ),
    Kind(
        "sum-of-lists",
        "sum-of-lists",
        ("[", "chain"),
        swapped(
            Swap("[T for P in X for T in P]", "sum(X, [])", elements("X", "list")),
            Swap("list(itertools.chain.from_iterable(X))", "sum(X, [])", elements("X", "list")),
            Swap("list(chain.from_iterable(X))", "sum(X, [])", elements("X", "list")),
        ),
    ),
)
