"""What the model reads of a function: one text a field, the function itself, and the names around it."""

import ast
import inspect
import io
import tokenize
from dataclasses import dataclass
from functools import lru_cache

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.placing import moved_left

NAMES = ("title", "description", "input", "output", "examples")  # in the order of the paper's encoders
_MOST_EXAMPLES = 4
_MOST_CONTEXT = 1200  # characters

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Fields:
    """A field without text is missing: it is masked, nothing stands for it."""

    code: str  # of the function, its first line without indentation, without its docstring
    language: str = "python"
    context: str = ""  # imports, constants and the class line that the code leans on
    title: str = ""
    description: str = ""
    input: str = ""
    output: str = ""
    examples: str = ""

    def text(self, name: str) -> str:
        """The field of that name, of `NAMES`."""
        value = getattr(self, name)
        assert isinstance(value, str)
        return value


def of_request(request: ProposalRequest) -> Fields | None:
    """None for what is no single Python function: there is nothing to read then."""
    function = request.function
    code = dedented(function.source, request.module_source)
    node = parsed(code)
    if node is None:
        return None
    bare, _ = without_docstring(code)
    return Fields(
        code=bare,
        language=function.language,
        context=context_of(code, request.module_source, function.qualname),
        title=function.qualname.replace(".<locals>.", "."),
        description=_described(node, bare),
        input=", ".join(_parameters(node)),
        output=ast.unparse(node.returns) if node.returns else "",
        examples="; ".join(each.text for each in request.examples[:_MOST_EXAMPLES]),
    )


def dedented(source: str, module_source: str) -> str:
    """The function as if it stood at the left margin; its first line has no indentation in `source`."""
    at = module_source.find(source)
    before = module_source[module_source.rfind("\n", 0, at) + 1 : at] if at >= 0 else ""
    return source if before.strip() else moved_left(source, len(before))


def at_margin(source: str) -> str:
    """The same where the module is not known: a method's body is moved to four blanks."""
    node = parsed(source)
    return source if node is None else moved_left(source, max(0, node.body[0].col_offset - 4))


def parsed(code: str) -> Function | None:
    """The one function that the code is, if it is one."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = body[0] if len(body) == 1 else None
    return found if isinstance(found, Function) else None


def without_docstring(code: str) -> tuple[str, tuple[str, ...]]:
    """The code, and the lines taken out. A docstring that is the whole body, or beside other code, stays."""
    node = parsed(code)
    if node is None or ast.get_docstring(node, clean=False) is None or len(node.body) == 1:
        return code, ()
    first, second = node.body[0], node.body[1]
    lines = code.split("\n")
    alone = lines[first.lineno - 1].strip().startswith(("'", '"', "r", "R", "u", "U"))
    if not alone or second.lineno == first.end_lineno or first.end_lineno is None:
        return code, ()
    taken = tuple(lines[first.lineno - 1 : first.end_lineno])
    rest = lines[: first.lineno - 1] + lines[first.end_lineno :]
    return "\n".join(rest), taken


def with_docstring(code: str, docstring: tuple[str, ...]) -> str:
    """The docstring below the signature, wherever that ends now."""
    node = parsed(code)
    at = signature_end(code, node) if docstring and node else 0
    if not at:  # a body in the signature's line has no room for it
        return code
    lines = code.split("\n")
    return "\n".join([*lines[:at], *docstring, *lines[at:]])


def signature_end(code: str, node: Function) -> int:
    """How many lines the signature takes, decorators included; 0: the body begins in its last one."""
    lines, at = code.split("\n"), first_line(node.body[0]) - 1
    while at > node.lineno and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
        at -= 1  # what stands between belongs to the body
    return at if at >= node.lineno else 0


def first_line(node: ast.stmt) -> int:
    """With its decorators, which stand above the line that the parser tells."""
    decorators = node.decorator_list if isinstance(node, Function | ast.ClassDef) else []
    return min([node.lineno, *(each.lineno for each in decorators)])


def context_of(code: str, module_source: str, qualname: str) -> str:
    """Statements of the module that bind a name which the code uses, and the line of its class."""
    try:
        body, used = _statements(module_source), _names(ast.parse(code))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    owner = qualname.partition(".")[0] if "." in qualname else ""
    found: list[str] = []
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            bases = ", ".join(ast.unparse(base) for base in node.bases)
            found.append(f"class {node.name}({bases}):" if bases else f"class {node.name}:")
        elif _bound(node) & used:
            found.append(ast.unparse(node).split("\n")[0])
    return "\n".join(found)[:_MOST_CONTEXT]


@lru_cache(maxsize=8)  # functions come module by module
def _statements(module_source: str) -> list[ast.stmt]:
    return ast.parse(module_source).body


def narrowed(context: str, code: str) -> str:
    """Of a context's lines those that the code leans on: another version may use fewer names."""
    used = _names(ast.parse(code))
    return "\n".join(line for line in context.split("\n") if line.startswith("class ") or _binds(line, used))


def _binds(line: str, used: set[str]) -> bool:
    """A line that was cut off, or begins a longer statement, stays: what it binds cannot be told."""
    try:
        body = ast.parse(line).body
    except SyntaxError:
        return True
    return any(_bound(node) & used for node in body)


def _bound(node: ast.stmt) -> set[str]:
    """Names that an import or an assignment of the module gives to something."""
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.Assign(targets=targets):
            return {target.id for target in targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            return {name}
        case _:
            return set()


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _described(node: Function, code: str) -> str:
    docstring = inspect.cleandoc(ast.get_docstring(node) or "")
    return "\n".join(part for part in (docstring, *_comments(code)) if part)


def _comments(code: str) -> list[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError):
        return []
    return [token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT]


def _parameters(node: Function) -> list[str]:
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    special = [
        f"{stars}{ast.unparse(argument)}"
        for stars, argument in (("*", arguments.vararg), ("**", arguments.kwarg))
        if argument
    ]
    return [ast.unparse(argument) for argument in plain] + special
