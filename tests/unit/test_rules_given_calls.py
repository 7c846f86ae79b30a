"""What a function was given to call may raise StopIteration, which a generator turns into RuntimeError."""

import pytest

from optimizer.domain.candidates import ProposalRequest
from optimizer.experts.rules.expert import rules_expert
from optimizer.languages.python import PYTHON

_EACH = "def each(functions, value):\n    return tuple(function(value) for function in functions)\n"
_SOME = "def some(test, values):\n    return any(test(value) for value in values)\n"
_OWN = "def lengths(words):\n    return tuple(len(word) for word in words)\n"


def _proposed(source: str) -> list[str]:
    functions = PYTHON.extract("module.py", source.encode())
    assert isinstance(functions, tuple)
    request = ProposalRequest(functions[0], source)
    return [candidate.source for candidate in rules_expert().propose(request)]


@pytest.mark.parametrize("source", [_EACH, _SOME])
def test_a_generator_that_calls_what_was_given_is_left_alone(source: str) -> None:
    assert _proposed(source) == []


def test_a_generator_that_calls_a_builtin_is_rewritten() -> None:
    assert "tuple([len(word) for word in words])" in _proposed(_OWN)[0]
