"""From a function's text to a LibCST tree and back, with nothing lost outside of what was changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from optimizer.domain.candidates import ProposalRequest

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
Statements = Sequence[Statement]

_EMPTY = cst.Module([])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A function below a header that gives it back the indentation it has in its file.

    So no line has to be moved, and strings over several lines stay as they are.
    """

    header: str
    module: cst.Module
    function: cst.FunctionDef
    ends_line: bool  # the source ended with a newline

    def render(self, function: cst.FunctionDef) -> str:
        """The source of the function, in the convention of `Candidate.source`."""
        text = self.module.with_deep_changes(self._holder(), body=[function]).code
        text = text.removeprefix(self.header)
        return text if self.ends_line else text.rstrip("\r\n")

    def _holder(self) -> cst.CSTNode:
        first = self.module.body[0]
        return first.body if self.header and isinstance(first, cst.If) else self.module


def parse(request: ProposalRequest) -> Parsed | None:
    """None for whatever is not one function. Raises ParserSyntaxError on what LibCST cannot read."""
    source = request.function.source
    indent = _indent_before(request)
    newline = "\r\n" if "\r\n" in source else "\n"
    header = f"if 1:{newline}{indent}" if indent else ""
    module = _stepped(cst.parse_module(header + source), _unit(source, indent))
    body: Sequence[cst.BaseStatement] = module.body
    match body:
        case [cst.If(body=cst.IndentedBlock(body=[cst.FunctionDef() as function]))] if header:
            return Parsed(header, module, function, source.endswith("\n"))
        case [cst.FunctionDef() as function] if not header:
            return Parsed(header, module, function, source.endswith("\n"))
        case _:
            return None


def _stepped(module: cst.Module, unit: str) -> cst.Module:
    """The module with a step of indentation for new blocks; the old ones keep theirs."""
    if module.default_indent == unit:
        return module
    stepped = module.visit(_OwnIndentation(module.default_indent))
    return stepped.with_changes(default_indent=unit)


class _OwnIndentation(cst.CSTTransformer):
    def __init__(self, indent: str) -> None:
        super().__init__()
        self._indent = indent

    def leave_IndentedBlock(  # noqa: N802  # LibCST's name
        self,
        original_node: cst.IndentedBlock,  # noqa: ARG002  # LibCST's signature
        updated_node: cst.IndentedBlock,
    ) -> cst.IndentedBlock:
        return (
            updated_node
            if updated_node.indent is not None
            else updated_node.with_changes(indent=self._indent)
        )


def _indent_before(request: ProposalRequest) -> str:
    start = request.function.span.start
    before = request.module_source.encode("utf-8", "surrogatepass")[:start]
    line = before.rpartition(b"\n")[2].decode("utf-8", "surrogatepass")
    return line if line.isspace() else ""


def _unit(source: str, indent: str) -> str:
    """One step of indentation: that of the first indented line under a `def`."""
    for line in source.splitlines()[1:]:
        text = line.lstrip()
        blank = line[: len(line) - len(text)]
        if text and len(blank) > len(indent) and blank.startswith(indent):
            return blank[len(indent) :]
    return "    "


def code(node: cst.CSTNode) -> str:
    """The text of a node, as it stands."""
    return _EMPTY.code_for_node(node)


def bare(node: cst.BaseExpression) -> str:
    """The text of an expression without the parentheses around it."""
    return code(node.with_changes(lpar=[], rpar=[]) if _needless(node) else node)


def _needless(node: cst.BaseExpression) -> bool:
    """Whether the parentheses hold nothing together: the text has no line break of its own."""
    return bool(node.lpar) and "\n" not in code(node)


def expression(text: str) -> cst.BaseExpression:
    """The tree of an expression's text."""
    return cst.parse_expression(text)


@lru_cache(maxsize=512)
def statements(text: str) -> tuple[Statement, ...]:
    """The trees of one or more statements."""
    return tuple(cst.parse_module(text).body)


def block(node: cst.CSTNode) -> tuple[Statement, ...] | None:
    """The statements of a compound statement's body; a body on the same line counts as a block."""
    match node:
        case cst.IndentedBlock(body=body):
            return tuple(body)  # type: ignore[arg-type]  # a block holds nothing but statements
        case cst.SimpleStatementSuite(body=[single]):
            return (cst.SimpleStatementLine([single.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]),)
        case _:
            return None


def with_value(statement: Statement, value: cst.BaseExpression) -> Statement:
    """An assignment, annotated or not, with another value."""
    assert isinstance(statement, cst.SimpleStatementLine)
    return statement.with_changes(body=[statement.body[0].with_changes(value=value)])


def with_block(node: cst.IndentedBlock, body: Iterable[Statement]) -> cst.IndentedBlock:
    return node.with_changes(body=list(body))


def with_comments_of(old: Statements, new: Statements) -> tuple[Statement, ...]:
    """Statements that take the place of others: what was written above and beside those is kept above."""
    if not new:
        return ()
    kept = list(old[0].leading_lines) if hasattr(old[0], "leading_lines") else []
    have = {line.comment.value for line in kept if line.comment}
    present = {text for statement in new for text in _comments(statement)}
    for text in (text for statement in old for text in _comments(statement)):
        if text not in have and text not in present and not _pragma(text):
            have.add(text)
            kept.append(cst.EmptyLine(comment=cst.Comment(text)))
    return (new[0].with_changes(leading_lines=kept), *new[1:])


def _comments(node: cst.CSTNode) -> list[str]:
    if isinstance(node, cst.Comment):
        return [node.value]
    return [text for child in node.children for text in _comments(child)]


def _pragma(text: str) -> bool:
    """Remarks for tools say nothing about statements that are gone."""
    return text.lstrip("# ").startswith(("noqa", "type:", "pragma", "pylint", "fmt:", "nosec"))
