"""Imports that a draft needs and its module lacks: a function is written without the file around it."""

import builtins
import symtable

_OF = {
    "bisect": "bisect_left bisect_right insort",
    "collections": "Counter OrderedDict defaultdict deque",
    "functools": "reduce",
    "heapq": "heapify heappop heappush heappushpop heapreplace nlargest nsmallest",
    "itertools": "accumulate chain combinations groupby islice pairwise permutations product repeat",
    "math": "ceil comb floor gcd inf isqrt sqrt",
    "operator": "itemgetter",
}
# The statement for each name; no third-party package, and nothing that keeps results between calls.
STATEMENTS = {
    **{module: f"import {module}" for module in (*_OF, "re", "string")},
    **{name: f"from {module} import {name}" for module, names in _OF.items() for name in names.split()},
}
_BUILT_IN = frozenset(dir(builtins))


def missing(draft: str, original: str, module_source: str) -> tuple[str, ...] | None:
    """Import statements for the names that nothing binds; None where no statement is known for one of them.

    What the original uses is bound somehow, however that is done. Both are functions that parse."""
    try:
        bound = _BUILT_IN | _globals(original) | _bound(module_source)
        needed = sorted(_globals(draft) - bound)
    except SyntaxError:  # `nonlocal` of a function around it: which names are bound there is not known
        return None
    if any(name not in STATEMENTS for name in needed):
        return None
    return tuple(STATEMENTS[name] for name in needed)


def _globals(code: str) -> set[str]:
    """Names that the code takes from its module or the builtins."""
    found: set[str] = set()
    tables = symtable.symtable(code, "draft", "exec").get_children()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        found.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    return found


def _bound(module_source: str) -> set[str]:
    """Names that the module itself binds, in any branch; none where it does not parse."""
    try:
        table = symtable.symtable(module_source, "module", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {
        symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()
    }
