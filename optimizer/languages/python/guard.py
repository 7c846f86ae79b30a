"""Refuses candidates by their text, before any of their code runs.

The guard is the first of three fences. The sandbox keeps code from doing harm, and the referee
compares results, arguments and module state; the guard stops what those could be fooled by: work
that is kept from one call to the next, and code that looks at, or reaches for, what is around it.

Covered, each refused only where the original does not do the same already:
- no Python, not one function of the same name, other parameters, defaults, annotations, kind
  (plain, async, generator) or decorators, or nothing changed but the docstring;
- `global`, `nonlocal` beyond the function, stores to attributes or items of, and changing methods
  on, what comes from outside: the module's names, classes, built-ins, the function itself, shared
  defaults, attributes of arguments; also through other local names, containers, loops and local
  functions; newly read changeable objects of the module; RNG streams; new subclasses;
- `functools.cache` and its kin, but for local functions, whose cache dies with the call;
- threads, processes and hooks; files, network, output, clocks; frames, `gc`, `inspect`, `ctypes`,
  special attributes, `id`, `globals` and the like; `eval`, `exec`, computed attribute names, pickle;
- bare `except` and `BaseException`, `RecursionError`, `MemoryError`...: they would see what is meant
  for the interpreter, so they count as introspection;
- imports inside the function, star and relative imports, modules beyond a short list, unpublished
  names of modules on it, and imports whose name already means something else;
- literals of more than 64 new constants or 1,024 new characters: hard-coded results.

Not covered, and left to the sandbox and the referee: what the functions do that a candidate calls
(the module's own, methods of arguments), and an object that one of those hands on; items changed in
arguments themselves; hard-coded results below the limits; state in what the original uses anyway.
"""

import ast
from collections import Counter
from collections.abc import Iterator

from optimizer.domain.candidates import Candidate
from optimizer.domain.evidence import Decision, Reason
from optimizer.domain.functions import Function, FunctionKind
from optimizer.domain.jobs import Stage
from optimizer.languages.python import policy
from optimizer.languages.python.facts import CACHE_DECORATORS, ModuleFacts, decorator_name, module_facts
from optimizer.languages.python.imports import Binding, read_imports
from optimizer.languages.python.parsing import Alone, parse_alone
from optimizer.languages.python.scopes import FunctionNode
from optimizer.languages.python.subject import Subject, subject
from optimizer.languages.python.uses import findings

MAX_CONSTANTS = 64  # more new ones than this are a table of results
MAX_CONSTANT_CHARACTERS = 1024
MAX_CHARACTERS = 200_000  # of a candidate

_OPENINGS = {FunctionKind.METHOD: "class _:", FunctionKind.NESTED: "def _():"}


def guard(function: Function, candidate: Candidate, module_source: str) -> Decision | None:
    """None if the candidate may run; else why not, with the offending line of the candidate.

    `module_source` is the file's text, byte for byte (decoded as UTF-8, line endings as they are).
    """
    try:
        return _guard(function, candidate, module_source)
    except RecursionError:
        return _refuse(Reason.SYNTAX, "too deeply nested")


def _guard(function: Function, candidate: Candidate, module_source: str) -> Decision | None:
    facts = module_facts(module_source)
    if isinstance(facts, str):
        return _refuse(Reason.SYNTAX, f"the file itself: {facts}")
    indent = _indent(function, module_source)
    if indent is None:
        return _refuse(Reason.SYNTAX, "the file does not hold the function at its span")
    original, changed = (_parse(function, text, indent) for text in (function.source, candidate.source))
    if isinstance(original, str) or isinstance(changed, str):
        return _refuse(Reason.SYNTAX, changed if isinstance(changed, str) else f"the original: {original}")
    before, after = _only_function(original, function.name), _only_function(changed, function.name)
    if before is None or after is None:
        return _refuse(Reason.NOT_ONE_FUNCTION, f"expected one function {function.name} and nothing else")
    return _shape(before, after) or _contents(function, candidate, facts, (before, after), changed.first_line)


def _refuse(reason: Reason, detail: str) -> Decision:
    return Decision(Stage.GUARD, reason, detail)


def _indent(function: Function, module_source: str) -> str | None:
    """What stands before the function on its first line; None if it is not where it should be."""
    data = module_source.encode("utf-8")
    start, end = function.span.start, function.span.end
    if data[start:end] != function.source.encode("utf-8"):
        return None
    indent = data[data.rfind(b"\n", 0, start) + 1 : start].decode("utf-8").lstrip("\ufeff")
    return indent.rpartition("\f")[2] if not indent.strip() else None  # a form feed begins a line anew


def _parse(function: Function, source: str, indent: str) -> Alone | str:
    if len(source) > MAX_CHARACTERS + len(function.source):
        return f"longer than {MAX_CHARACTERS:,} characters"
    if not source.isascii() and any("\ud800" <= character <= "\udfff" for character in source):
        return "has characters that cannot be written as UTF-8"
    if not source.strip() or source[0].isspace():
        return "line 1: begins with white space, or is empty"
    return parse_alone(source, indent, _OPENINGS.get(function.kind, "if 1:"))


def _only_function(alone: Alone, name: str) -> FunctionNode | None:
    if len(alone.body) != 1:
        return None
    node = alone.body[0]
    named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name
    return node if named else None  # type: ignore[return-value]  # `named` says which type it is


def _shape(before: FunctionNode, after: FunctionNode) -> Decision | None:
    """Everything about the function but what its body does."""
    if ast.dump(_bare(before)) == ast.dump(_bare(after)):
        return _refuse(Reason.SAME, "differs in comments, docstring or layout at most")
    if _function_kind(before) != _function_kind(after):
        detail = f"was {_function_kind(before)}, would be {_function_kind(after)}"
        return _refuse(Reason.KIND, detail)
    if _signature(before) != _signature(after):
        return _refuse(Reason.SIGNATURE, f"({ast.unparse(after.args)}) for ({ast.unparse(before.args)})")
    return _decorators(before, after)


def _bare(node: FunctionNode) -> FunctionNode:
    """The function without its docstring."""
    kind = type(node)
    fields = {name: getattr(node, name) for name in node._fields if hasattr(node, name)}
    return kind(**{**fields, "body": _body(node)})


def _body(node: FunctionNode) -> list[ast.stmt]:
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def _function_kind(node: FunctionNode) -> str:
    generator = any(isinstance(item, (ast.Yield, ast.YieldFrom)) for item in _own_nodes(node))
    plain = "a generator" if generator else "a plain function"
    return f"{plain}, async" if isinstance(node, ast.AsyncFunctionDef) else plain


def _own_nodes(node: FunctionNode) -> Iterator[ast.AST]:
    """The nodes of the function's own scope: a `yield` of an inner function is not its own."""
    waiting: list[ast.AST] = list(node.body)
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    while waiting:
        item = waiting.pop()
        yield item
        waiting += [] if isinstance(item, inner) else ast.iter_child_nodes(item)


def _signature(node: FunctionNode) -> tuple[str, ...]:
    types = getattr(node, "type_params", [])  # from Python 3.12
    returns = ast.dump(node.returns) if node.returns else ""
    return (ast.dump(node.args), returns, *(ast.dump(item) for item in types))


def _decorators(before: FunctionNode, after: FunctionNode) -> Decision | None:
    old = [ast.dump(item) for item in before.decorator_list]
    added = [item for item in after.decorator_list if ast.dump(item) not in old]
    for item in added:
        if decorator_name(item) in CACHE_DECORATORS:
            return _refuse(Reason.CACHING, f"adds the decorator @{ast.unparse(item)}")
    if old == [ast.dump(item) for item in after.decorator_list]:
        return None
    text = ", ".join(f"@{ast.unparse(item)}" for item in after.decorator_list) or "none"
    return _refuse(Reason.DECORATORS, f"decorators would be: {text}")


def _contents(
    function: Function,
    candidate: Candidate,
    facts: ModuleFacts,
    versions: tuple[FunctionNode, FunctionNode],
    first_line: int,
) -> Decision | None:
    """The imports, and what the body does that the original did not."""
    imported = _read_imports(candidate)
    if isinstance(imported, str):
        return _refuse(Reason.IMPORT, imported)
    name = function.name if function.kind is FunctionKind.FUNCTION else ""
    before = subject(versions[0], name, facts, {})
    after = subject(versions[1], name, facts, {item.name: frozenset({item.origin}) for item in imported})
    return (
        _refused_import(imported, facts, after) or _added(before, after, first_line) or _hard_coded(*versions)
    )


def _read_imports(candidate: Candidate) -> tuple[Binding, ...] | str:
    found: list[Binding] = []
    for text in candidate.imports:
        read = read_imports(text)
        if isinstance(read, str):
            return f"{text!r}: {read}"
        found += read
    return tuple(found)


def _refused_import(imported: tuple[Binding, ...], facts: ModuleFacts, after: Subject) -> Decision | None:
    for item in imported:
        if item.name == "*" or item.origin.startswith((".", "__future__")):
            return _refuse(Reason.IMPORT, f"'{item.line}': star, relative and future imports are not taken")
        reason = policy.imported_reason(item.origin, item.origin.split(".")[0] in after.present)
        if reason and item.origin not in policy.CACHES:  # their use is judged, not their import
            return _refuse(reason, f"'{item.line}': {item.origin} is not among what candidates may import")
        if conflict := _conflict(item, facts, after):
            return _refuse(Reason.IMPORT, f"'{item.line}': {conflict}")
    return None


def _conflict(item: Binding, facts: ModuleFacts, after: Subject) -> str | None:
    if item.name in facts.kinds and facts.origins.get(item.name) != frozenset({item.origin}):
        return f"{item.name} already means something else in the module"
    if item.name in facts.kinds and len(facts.kinds[item.name]) > 1:
        return f"{item.name} also means something else in the module"
    if item.name in after.scopes.local:
        return f"{item.name} is a parameter or a local name of the function"
    if policy.is_builtin(item.name):
        return f"{item.name} would hide a built-in"
    hidden = facts.star and item.name in facts.loaded and item.name not in facts.kinds
    return f"{item.name} may come from a star import already" if hidden else None


def _added(before: Subject, after: Subject, first_line: int) -> Decision | None:
    known = {item.key for item in findings(before)}
    added = [item for item in findings(after) if item.key not in known]
    if not added:
        return None
    first = min(added, key=lambda item: item.line)
    return _refuse(first.reason, f"line {first.line - first_line + 1}: {first.text}")


def _hard_coded(before: FunctionNode, after: FunctionNode) -> Decision | None:
    added = _constants(after) - _constants(before)
    if added.total() > MAX_CONSTANTS:
        return _refuse(Reason.CACHING, f"hard-coded table: {added.total()} constants are new")
    characters = sum(len(text) * count for text, count in added.items())
    if characters > MAX_CONSTANT_CHARACTERS:
        return _refuse(Reason.CACHING, f"hard-coded table: {characters:,} characters of constants are new")
    return None


def _constants(node: FunctionNode) -> Counter[str]:
    nodes = (item for statement in _body(node) for item in ast.walk(statement))
    return Counter(_text(item.value) for item in nodes if isinstance(item, ast.Constant))


def _text(value: object) -> str:
    # Python refuses to write out integers of more than 4,300 digits.
    return hex(value) if isinstance(value, int) and not isinstance(value, bool) else repr(value)
