"""The same Python code in another hand: quotes, blank lines, parentheses that mean nothing."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

import libcst as cst

from optimizer.experts.ecode.examples import Example

_Tested = TypeVar("_Tested", cst.If, cst.While)
_Compound = cst.If | cst.For | cst.While | cst.Try | cst.With | cst.FunctionDef
_PLAIN = (cst.Comparison, cst.BooleanOperation, cst.UnaryOperation, cst.BinaryOperation, cst.Name, cst.Call)


@dataclass(frozen=True, slots=True)
class Style:
    """None leaves that as it is."""

    quote: str | None = None  # ' or "
    parentheses: bool | None = None  # around conditions and what is returned
    blank_lines: bool | None = None  # True: one before every statement that has a block
    bare: bool = False  # without comments, in the form that `ast.unparse` gives: as generated code looks


def drawn(random: Random) -> Style:
    """Each part is left alone one time in three."""
    return Style(
        quote=random.choice((None, "'", '"')),
        parentheses=random.choice((None, False, False, False, True, None)),  # few people write them
        blank_lines=random.choice((None, False, True)),
        bare=random.random() < 0.4,
    )


def restyled(example: Example, random: Random) -> Example:
    """Code and target in one style, or neither: a rewrite keeps to that of what it reads."""
    if example.fields.language != "python":
        return example
    style = drawn(random)
    code, target = styled(example.fields.code, style), styled(example.target, style)
    if code is None or target is None:
        return example
    return replace(example, fields=replace(example.fields, code=code), target=target)


def styled(code: str, style: Style) -> str | None:
    """None where the style cannot be had without a change of meaning."""
    try:
        code = ast.unparse(ast.parse(code)) if style.bare else code
        fresh = cst.parse_module(code).visit(_Styled(style)).code
        return fresh if ast.dump(ast.parse(fresh)) == ast.dump(ast.parse(code)) else None
    except (cst.ParserSyntaxError, cst.CSTValidationError, SyntaxError, ValueError, RecursionError):
        return None


class _Styled(cst.CSTTransformer):
    def __init__(self, style: Style) -> None:
        super().__init__()
        self.style = style

    def leave_SimpleString(  # noqa: N802  # LibCST's name
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        quote, text = self.style.quote, original_node.value
        if quote is None or text[0] not in "'\"" or text.startswith(('"""', "'''")):
            return updated_node
        inside = text[1:-1]
        return (
            updated_node
            if set(inside) & set("'\"\\")
            else updated_node.with_changes(value=quote + inside + quote)
        )

    def leave_If(  # noqa: N802  # as above
        self,
        original_node: cst.If,  # noqa: ARG002  # LibCST hands it over
        updated_node: cst.If,
    ) -> cst.If:
        return self._tested(updated_node)

    def leave_While(  # noqa: N802  # as above
        self,
        original_node: cst.While,  # noqa: ARG002  # LibCST hands it over
        updated_node: cst.While,
    ) -> cst.While:
        return self._tested(updated_node)

    def leave_Return(  # noqa: N802  # as above
        self,
        original_node: cst.Return,  # noqa: ARG002  # LibCST hands it over
        updated_node: cst.Return,
    ) -> cst.Return:
        value = updated_node.value
        return updated_node.with_changes(value=self._bracketed(value)) if value else updated_node

    def leave_IndentedBlock(  # noqa: N802  # as above
        self,
        original_node: cst.IndentedBlock,  # noqa: ARG002  # LibCST hands it over
        updated_node: cst.IndentedBlock,
    ) -> cst.IndentedBlock:
        if self.style.blank_lines is None:
            return updated_node
        return updated_node.with_changes(body=_spaced(updated_node.body, self.style.blank_lines))

    def _tested(self, node: _Tested) -> _Tested:
        return node.with_changes(test=self._bracketed(node.test))

    def _bracketed(self, value: cst.BaseExpression) -> cst.BaseExpression:
        if self.style.parentheses is None or not isinstance(value, _PLAIN):
            return value
        if self.style.parentheses and not value.lpar:
            return value.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        if not self.style.parentheses and len(value.lpar) == 1:
            return value.with_changes(lpar=[], rpar=[])
        return value


def _spaced(body: Sequence[cst.BaseStatement], blank: bool) -> list[cst.BaseStatement]:
    """Blank lines before statements as the style has them; comments stay."""
    found: list[cst.BaseStatement] = []
    for number, statement in enumerate(body):
        if isinstance(statement, cst.SimpleStatementLine | _Compound):
            comments = [line for line in statement.leading_lines if line.comment is not None]
            wanted = blank and number > 0 and isinstance(statement, _Compound)
            lines = [cst.EmptyLine(indent=False), *comments] if wanted else comments
            statement = statement.with_changes(leading_lines=lines)  # noqa: PLW2901  # the same, spaced
        found.append(statement)
    return found
