"""From the text of a solution to what the model reads: a class's one method is a function of its own."""

import ast
import hashlib
import re
from dataclasses import dataclass, replace

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.ecode import fields
from optimizer.experts.ecode.fields import Fields

_TYPED = re.compile(r"^\s*:type (\w+): *(.+)$")  # in docstrings of Python 2
_RETURNED = re.compile(r"^\s*:rtype: *(.+)$")
_JSDOC_PARAMETER = re.compile(r"@param\s+\{(.+?)\}\s+(\w+)")
_JSDOC_RETURN = re.compile(r"@returns?\s+\{(.+?)\}")
_JAVASCRIPT = re.compile(r"^ {2,4}(?!constructor\b|if\b|for\b|while\b|switch\b)(\w+)\(([^)]*)\)\s*\{", re.M)
_JAVA = re.compile(r"^\s*public\s+(?!class\b)(?:static\s+)?([\w<>\[\], ]+?)\s+(\w+)\(([^)]*)\)\s*\{", re.M)
_CPP = re.compile(
    r"^\s*+(?!return\b|else\b|new\b)([\w:<>,*& ]+?)[\s&*]+(\w+)\(([^)]*)\)\s*(?:const\s*)?\{", re.M
)
_SIGNATURES = {"java": _JAVA, "cpp": _CPP}


@dataclass(frozen=True, slots=True)
class Solution:
    """`whole`: the code is a class with its helpers or a program, not one function."""

    fields: Fields
    whole: bool


def read(text: str, language: str, problem: str) -> Solution:
    """`text` is clean (see cleaning.py); `problem`: its name in words, "" where that says nothing."""
    method = _only_method(text) if language == "python" else None
    found = _of_method(text, method) if method else None
    if found is not None:
        return Solution(_titled(found, problem), whole=False)
    return read_whole(text, language, problem)


def read_whole(text: str, language: str, problem: str) -> Solution:
    """The text as it is, even where one method could be taken out."""
    signature = _signature(text, language)
    read_by_model = Fields(code=text, language=language, input=signature.input, output=signature.output)
    return Solution(_titled(replace(read_by_model, title=signature.name), problem), whole=True)


def described(code: str, language: str) -> str:
    """The description that the code of one Python function gives of itself, by its comments."""
    node = fields.parsed(code) if language == "python" else None
    found = fields.of_request(_request(code, node.name, 0, code)) if node else None
    return found.description if found else ""


def aligned(code: str, target: str) -> str | None:
    """The target with the code's signature: what a variant has to keep. None: it has other parameters, or
    decorators, which may be what makes it fast."""
    one, other = fields.parsed(code), fields.parsed(target)
    if one is None or other is None or one.name != other.name or _names(one) != _names(other):
        return None
    if list(map(ast.dump, one.decorator_list)) != list(map(ast.dump, other.decorator_list)):
        return None
    kept, body = fields.signature_end(code, one), fields.signature_end(target, other)
    if not kept or not body:
        return target if ast.dump(one.args) == ast.dump(other.args) else None
    return "\n".join([*code.split("\n")[:kept], *target.split("\n")[body:]])


def _names(node: fields.Function) -> list[str]:
    arguments = node.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)] + [
        f"*{each.arg}" for each in (arguments.vararg, arguments.kwarg) if each
    ]


def _only_method(text: str) -> tuple[str, fields.Function] | None:
    """The class's name and its method, where nothing else but imports stands beside it."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    others = [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]
    owner = others[0] if len(others) == 1 else None
    if not isinstance(owner, ast.ClassDef):
        return None
    inside = [node for node in owner.body if not _is_text(node)]
    method = inside[0] if len(inside) == 1 else None
    return (owner.name, method) if isinstance(method, fields.Function) else None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _of_method(text: str, method: tuple[str, fields.Function]) -> Fields | None:
    """None where it cannot stand alone."""
    owner, node = method
    first = fields.first_line(node) - 1
    source = "\n".join(text.split("\n")[first : node.end_lineno])
    found = fields.of_request(_request(source.lstrip(), f"{owner}.{node.name}", first + 1, text))
    return _typed(found) if found else None


def _request(source: str, qualname: str, line: int, module: str) -> ProposalRequest:
    """As if it came from a repository, so that the fields come out in the form of `fields.of_request`."""
    function = Function(
        path="solution.py",
        qualname=qualname,
        span=Span(0, 0),  # nobody cuts it out
        line=line,
        end_line=line + source.count("\n"),
        kind=FunctionKind.METHOD,
        is_async=False,
        source=source,
        content_hash=hashlib.sha256(source.encode()).hexdigest(),
    )
    return ProposalRequest(function, module)


def _typed(found: Fields) -> Fields:
    """Types that a docstring tells go where annotations would stand."""
    types, output, rest = {}, found.output, []
    for line in found.description.split("\n"):
        if typed := _TYPED.match(line):
            types[typed.group(1)] = typed.group(2).strip()
        elif returned := _RETURNED.match(line):
            output = output or returned.group(1).strip()
        else:
            rest.append(line)
    names = found.input.split(", ") if types else []
    told = ", ".join(f"{name}: {types[name]}" if name in types else name for name in names)
    return replace(found, input=told or found.input, output=output, description="\n".join(rest).strip())


@dataclass(frozen=True, slots=True)
class _Signature:
    name: str = ""
    input: str = ""
    output: str = ""


def _signature(text: str, language: str) -> _Signature:
    """Of the first public method, as far as a pattern can tell."""
    if language == "javascript":
        return _javascript(text)
    pattern = _SIGNATURES.get(language)
    found = pattern.search(text) if pattern else None
    return (
        _Signature(found.group(2), " ".join(found.group(3).split()), found.group(1))
        if found
        else _Signature()
    )


def _javascript(text: str) -> _Signature:
    found = _JAVASCRIPT.search(text)
    if found is None:
        return _Signature()
    types = {name: kind for kind, name in _JSDOC_PARAMETER.findall(text[: found.start()])}
    names = [name.strip() for name in found.group(2).split(",")]
    told = ", ".join(f"{name}: {types[name]}" if name in types else name for name in names)
    output = _JSDOC_RETURN.search(text[: found.start()])
    return _Signature(found.group(1), told, output.group(1) if output else "")


def _titled(found: Fields, problem: str) -> Fields:
    """The qualified name as for a repository's function, and the problem's."""
    return replace(found, title=" ".join(part for part in (found.title, problem) if part))
