"""What the kinds of nodes in tree-sitter's four grammars mean for the flow of data."""

from collections.abc import Mapping
from dataclasses import dataclass

_UNNAMED = ""  # the field of children that the grammar names none for


@dataclass(frozen=True, slots=True)
class Definition:
    """A kind of node that binds names; the fields of its children."""

    targets: tuple[str, ...]
    sources: tuple[str, ...] = ()  # what is read for the targets
    updates: bool = False  # the targets' old values are read as well; also where its operator says so

    @property
    def fields(self) -> tuple[str, ...]:
        return self.targets + self.sources


@dataclass(frozen=True, slots=True)
class Grammar:
    definitions: Mapping[str, Definition]
    parts: Mapping[str, str]  # kinds that name a part of something -> the field of that something
    functions: frozenset[str]  # what they read is not read for what surrounds them
    calls: frozenset[str]  # nothing below them is bound by what surrounds them
    labels: frozenset[tuple[str, str]]  # (kind, field) of names that are no variables
    skipped: frozenset[str]  # nothing below them is read or bound
    names: frozenset[str] = frozenset({"identifier"})


_LEFT_RIGHT = Definition(("left",), ("right",))
_NAME_VALUE = Definition(("name",), ("value",))
_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})

_PYTHON = Grammar(
    definitions={
        "as_pattern": Definition(("alias",), (_UNNAMED,)),
        "assignment": _LEFT_RIGHT,
        "augmented_assignment": _LEFT_RIGHT,
        "default_parameter": _NAME_VALUE,
        "for_in_clause": _LEFT_RIGHT,
        "for_statement": _LEFT_RIGHT,
        "lambda_parameters": Definition((_UNNAMED,)),
        "named_expression": _NAME_VALUE,
        "parameters": Definition((_UNNAMED,)),
        "typed_default_parameter": _NAME_VALUE,
    },
    parts={"attribute": "object", "subscript": "value"},
    functions=frozenset({"function_definition", "lambda"}),
    calls=frozenset({"call"}),
    labels=frozenset(
        {
            ("attribute", "attribute"),
            ("class_definition", "name"),
            ("function_definition", "name"),
            ("keyword_argument", "name"),
        }
    ),
    skipped=_COMMENTS
    | {"global_statement", "import_from_statement", "import_statement", "nonlocal_statement", "type"},
)

_CPP = Grammar(
    definitions={
        "assignment_expression": _LEFT_RIGHT,
        "declaration": Definition(("declarator",), ("value",)),
        "field_declaration": Definition(("declarator",), ("default_value",)),
        "for_range_loop": Definition(("declarator",), ("right",)),
        "init_declarator": Definition(("declarator",), ("value",)),
        "optional_parameter_declaration": Definition(("declarator",), ("default_value",)),
        "parameter_declaration": Definition(("declarator",)),
        "update_expression": Definition(("argument",), updates=True),
    },
    parts={
        "array_declarator": "declarator",
        "field_expression": "argument",
        "pointer_expression": "argument",
        "subscript_expression": "argument",
    },
    functions=frozenset({"function_definition", "lambda_expression"}),
    calls=frozenset({"call_expression", "function_declarator"}),
    labels=frozenset(
        {
            ("field_expression", "field"),
            ("function_declarator", "declarator"),
            ("qualified_identifier", "name"),
        }
    ),
    skipped=_COMMENTS | {"preproc_include", "using_declaration"},
    names=frozenset({"field_identifier", "identifier"}),
)

_JAVA = Grammar(
    definitions={
        "assignment_expression": _LEFT_RIGHT,
        "catch_formal_parameter": Definition(("name",)),
        "enhanced_for_statement": _NAME_VALUE,
        "formal_parameter": Definition(("name",)),
        "inferred_parameters": Definition((_UNNAMED,)),
        "instanceof_expression": Definition(("name",), ("left",)),
        "lambda_expression": Definition(("parameters",)),
        "resource": _NAME_VALUE,
        "update_expression": Definition((_UNNAMED,), updates=True),
        "variable_declarator": _NAME_VALUE,
    },
    parts={"array_access": "array", "field_access": "object"},
    functions=frozenset({"constructor_declaration", "lambda_expression", "method_declaration"}),
    calls=frozenset({"method_invocation", "object_creation_expression"}),
    labels=frozenset(
        {
            ("class_declaration", "name"),
            ("constructor_declaration", "name"),
            ("field_access", "field"),
            ("method_declaration", "name"),
            ("method_invocation", "name"),
        }
    ),
    skipped=_COMMENTS
    | {
        "break_statement",
        "continue_statement",
        "import_declaration",
        "marker_annotation",
        "package_declaration",
    },
)

_JAVASCRIPT = Grammar(
    definitions={
        "arrow_function": Definition(("parameter",)),
        "assignment_expression": _LEFT_RIGHT,
        "assignment_pattern": _LEFT_RIGHT,
        "augmented_assignment_expression": _LEFT_RIGHT,
        "catch_clause": Definition(("parameter",)),
        "for_in_statement": _LEFT_RIGHT,
        "formal_parameters": Definition((_UNNAMED,)),
        "object_assignment_pattern": _LEFT_RIGHT,
        "update_expression": Definition(("argument",), updates=True),
        "variable_declarator": _NAME_VALUE,
    },
    parts={"member_expression": "object", "subscript_expression": "object"},
    functions=frozenset(
        {
            "arrow_function",
            "function_declaration",
            "function_expression",
            "generator_function",
            "generator_function_declaration",
            "method_definition",
        }
    ),
    calls=frozenset({"call_expression", "new_expression"}),
    labels=frozenset({("class_declaration", "name"), ("function_declaration", "name")}),
    skipped=_COMMENTS | {"import_statement"},
    names=frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}),
)

GRAMMARS = {"python": _PYTHON, "cpp": _CPP, "java": _JAVA, "javascript": _JAVASCRIPT}
