"""Mutation operators: each is shown a node and gives what could stand there instead, one mistake a time.

The mistakes are those that rewriting for speed invites: a boundary, an index, an initial value, a copy
that is left out, a tie that falls the other way.
"""

from benchmarks import mutation_expressions as expressions
from benchmarks import mutation_statements as statements
from benchmarks.mutation_scope import Operator

OPERATORS: dict[str, Operator] = {
    "comparison boundary": expressions.comparison_boundary,
    "comparison turned": expressions.comparison_turned,
    "is and ==": expressions.identity_or_equality,
    "arithmetic operator": expressions.arithmetic,
    "operands swapped": expressions.operands_swapped,
    "division": expressions.division,
    "constant": expressions.constant,
    "condition negated": expressions.condition_negated,
    "condition left out": expressions.condition_always,
    "and and or": expressions.and_or,
    "term of a condition dropped": expressions.term_dropped,
    "slice bound": expressions.slice_bound,
    "range bound": expressions.range_bound,
    "index moved": expressions.index_moved,
    "statement dropped": statements.statement_dropped,
    "arguments swapped": expressions.arguments_swapped,
    "wrong variable": expressions.wrong_variable,
    "initial value": statements.initial_value,
    "loop left early": statements.early_return,
    "sort order": expressions.sort_order,
    "missing copy": expressions.missing_copy,
    "argument changed": expressions.argument_changed,
    "container type": expressions.container_type,
    "type of the result": expressions.result_type,
    "element dropped": expressions.element_dropped,
    "iteration shortened": statements.iteration_shortened,
    "branches swapped": statements.branches_swapped,
    "branch dropped": statements.branch_dropped,
    "break and continue": statements.break_or_continue,
    "exception changed": statements.exception_changed,
    "exception swallowed": statements.exception_swallowed,
    "neighbouring call": expressions.neighbouring_call,
    "call dropped": statements.call_dropped,
    "sign dropped": expressions.sign_dropped,
    "assigned, not added": statements.assigned_not_added,
}
