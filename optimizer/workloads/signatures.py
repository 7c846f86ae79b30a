"""A function's parameters, and how a fresh `self` is made, read from the source."""

import ast
import re
import textwrap
from dataclasses import dataclass
from enum import StrEnum

from optimizer.domain.functions import Function, FunctionKind

_DEFINITION = re.compile(r"^([ \t]+)(?:async\s+def|def|@)", re.MULTILINE)
Definition = ast.FunctionDef | ast.AsyncFunctionDef


class Receiver(StrEnum):
    """What comes before the arguments that a caller writes."""

    NONE = "none"
    SELF = "self"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    annotation: ast.expr | None
    default: ast.expr | None
    keyword_only: bool = False
    positional_only: bool = False

    @property
    def required(self) -> bool:
        return self.default is None


@dataclass(frozen=True, slots=True)
class Signature:
    """`parameters` leave out the receiver; `receiver_name` is what the function calls it."""

    node: Definition
    parameters: tuple[Parameter, ...]
    receiver: Receiver
    varargs: Parameter | None
    varkeywords: Parameter | None

    @property
    def positional(self) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in self.parameters if not parameter.keyword_only)


def definition(source: str) -> Definition | None:
    """The function in the text of a span: the first line has no indentation, the others keep theirs."""
    match = _DEFINITION.search(source) if source.startswith("@") else None
    indentation = match.group(1) if match else ""
    candidates = [source, textwrap.dedent(indentation + source), f"if 1:\n{indentation or ' '}{source}"]
    for text in candidates:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        return next((node for node in ast.walk(tree) if isinstance(node, Definition)), None)
    return None


def signature_of(function: Function) -> Signature | None:
    """None when the text is not one function."""
    node = definition(function.source)
    if node is None:
        return None
    return _signature(node, function.kind is FunctionKind.METHOD)


def _signature(node: Definition, is_method: bool) -> Signature:
    found = node.args
    positional = [*found.posonlyargs, *found.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(found.defaults)) + list(found.defaults)
    parameters = [
        Parameter(arg.arg, arg.annotation, default, positional_only=number < len(found.posonlyargs))
        for number, (arg, default) in enumerate(zip(positional, defaults, strict=True))
    ]
    receiver = _receiver(node) if is_method and parameters else Receiver.NONE
    if receiver is not Receiver.NONE:
        parameters = parameters[1:]
    parameters += [
        Parameter(arg.arg, arg.annotation, default, keyword_only=True)
        for arg, default in zip(found.kwonlyargs, found.kw_defaults, strict=True)
    ]
    return Signature(node, tuple(parameters), receiver, _extra(found.vararg), _extra(found.kwarg))


def _extra(arg: ast.arg | None) -> Parameter | None:
    return Parameter(arg.arg, arg.annotation, None) if arg else None


def _receiver(node: Definition) -> Receiver:
    names = {item.id for item in node.decorator_list if isinstance(item, ast.Name)}
    if "staticmethod" in names:
        return Receiver.NONE
    if "classmethod" in names or node.name in ("__new__", "__init_subclass__", "__class_getitem__"):
        return Receiver.CLASS
    return Receiver.SELF


def class_initialiser(module_source: str, qualname: str) -> Signature | None:
    """How the class of a method is made: its own `__init__`, or none at all when nothing is inherited.

    None when that cannot be told from this file: an inherited or generated `__init__`.
    """
    found = _class(module_source, qualname.rsplit(".", 1)[0].split("."))
    if found is None:
        return None
    for node in found.body:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            return _signature(node, is_method=True)
    if any("dataclass" in ast.unparse(item) for item in found.decorator_list) and not found.bases:
        return _generated_initialiser(found)
    if found.decorator_list or any(not _is_plain(base) for base in found.bases) or found.keywords:
        return None
    empty = ast.parse("def __init__(self): pass").body[0]
    return _signature(empty, is_method=True) if isinstance(empty, ast.FunctionDef) else None


def _generated_initialiser(found: ast.ClassDef) -> Signature | None:
    """Of a dataclass: its annotated fields, in order."""
    fields = [
        f"{node.target.id}: {ast.unparse(node.annotation)}" + (" = ..." if node.value else "")
        for node in found.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    node = definition(f"def __init__({', '.join(['self', *fields])}): pass")
    return _signature(node, is_method=True) if node else None


def _is_plain(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id in ("object", "Exception")


def _class(module_source: str, names: list[str]) -> ast.ClassDef | None:
    try:
        body: list[ast.stmt] = ast.parse(module_source).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = None
    for name in names:
        found = next((node for node in body if isinstance(node, ast.ClassDef) and node.name == name), None)
        if found is None:
            return None
        body = found.body
    return found
