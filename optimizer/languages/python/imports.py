"""Import statements that a candidate asks for: read, compared with the module's, written."""

import ast
from dataclasses import dataclass

from optimizer.languages.python.parsing import parse_module


@dataclass(frozen=True, slots=True)
class Binding:
    """One name that an import statement binds."""

    name: str
    origin: str  # dotted: "heapq", "collections.deque", ".helpers.f", "collections.*"
    line: str  # the statement that binds this name alone


def read_imports(text: str) -> tuple[Binding, ...] | str:
    """The bindings of a text that is import statements only; a string says what else it is."""
    tree = parse_module(text.strip())
    if isinstance(tree, str):
        return tree
    if not tree.body or not all(isinstance(item, (ast.Import, ast.ImportFrom)) for item in tree.body):
        return "not an import statement"
    return tuple(binding for item in tree.body for binding in bindings(item))


def bindings(statement: ast.stmt) -> tuple[Binding, ...]:
    """What one statement binds by importing; nothing for other statements."""
    if isinstance(statement, ast.Import):
        return tuple(_plain(alias) for alias in statement.names)
    if isinstance(statement, ast.ImportFrom):
        module = "." * statement.level + (statement.module or "")
        return tuple(_from(module, alias) for alias in statement.names)
    return ()


def _plain(alias: ast.alias) -> Binding:
    line = ast.unparse(ast.Import([alias]))
    if alias.asname:
        return Binding(alias.asname, alias.name, line)
    top = alias.name.split(".")[0]  # `import a.b` binds a
    return Binding(top, top, line)


def _from(module: str, alias: ast.alias) -> Binding:
    separator = "" if module.endswith(".") else "."
    line = f"from {module} import {ast.unparse(alias)}"
    return Binding(alias.asname or alias.name, f"{module}{separator}{alias.name}", line)


def missing_lines(wanted: tuple[str, ...], module: ast.Module) -> tuple[str, ...]:
    """The import lines to add to a module, one for each statement, in the order asked for.

    Names that a statement at the module's top level imports already are left out.
    """
    present = {binding.line for item in module.body for binding in bindings(item)}
    lines: list[str] = []
    for text in wanted:
        found = read_imports(text)
        if isinstance(found, str):
            raise ValueError(f"{text!r}: {found}")
        lines += _grouped([item for item in dict.fromkeys(found) if item.line not in present])
        present |= {item.line for item in found}
    return tuple(lines)


def _grouped(found: list[Binding]) -> list[str]:
    """`from m import a` and `from m import b` are written as one statement again."""
    groups: dict[str, list[str]] = {}
    for item in found:
        head, _, name = item.line.rpartition(" import ")
        groups.setdefault(head or item.line, []).append(name if head else "")
    return [f"{head} import {', '.join(names)}" if names[0] else head for head, names in groups.items()]
