"""Code as a sequence of tokens, in each of the four languages, also where it does not parse."""

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from optimizer.experts.ecode.evaluation import syntax

# Leaves with a name of their own in the grammars that are reserved words all the same.
_RESERVED = frozenset(
    "auto boolean_type false none null null_literal primitive_type super this true undefined "
    "void_type".split()
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` has no white space in it."""

    text: str
    keyword: bool  # reserved in its language: for, int, not, ...


def tokens(code: str, language: str) -> tuple[Token, ...]:
    """Without layout, comments and docstrings; texts are cut at their blanks. Raises KeyError for a language
    that is none of the four."""
    return tuple(_tokens(code.encode("utf-8", "surrogatepass"), syntax.root(code, language)))


def _tokens(code: bytes, root: Node) -> Iterator[Token]:
    for node in syntax.nodes(root):
        if not node.children:
            yield from _words(code[node.start_byte : node.end_byte], _is_keyword(node))
        elif node.is_error or node.type.startswith("string"):
            yield from _between(code, node)


def _between(code: bytes, node: Node) -> Iterator[Token]:
    """What no child covers: characters that the parser jumped over, and the letters of some strings."""
    at = node.start_byte
    for child in node.children:
        yield from _words(code[at : child.start_byte], False)
        at = child.end_byte
    yield from _words(code[at : node.end_byte], False)


def _words(text: bytes, keyword: bool) -> Iterator[Token]:
    for word in text.decode("utf-8", "surrogatepass").split():
        yield Token(word, keyword)


def _is_keyword(node: Node) -> bool:
    """Words that the grammar spells out are reserved; all others are names or values."""
    return node.type in _RESERVED if node.is_named else node.type.isalpha()
