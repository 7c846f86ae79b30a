"""The bundled example: the rules find what can be made faster there, and leave alone what must stay."""

from pathlib import Path

import pytest

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, Unparsed
from optimizer.experts.rules.expert import rules_expert
from optimizer.languages.python import PYTHON
from optimizer.languages.python.imported import imported_paths

ROOT = Path(__file__).parents[2] / "examples" / "warehouse"
SLOW = {
    "unique_lines": "list-membership",
    "order_frequency": "counted-elements",
    "match_deliveries": "nested-scan",
    "Catalogue.search": "invariant-text",
    "by_level": "queue-walk",
    "misprinted": "pattern-in-loop",
    "assign_tasks": "sorted-in-loop",
    "ways_to_fill": "overlapping-recursion",
    "stock_levels": "sum-of-prefix",
    "to_csv": "text-by-parts",
}


def _requests() -> dict[str, ProposalRequest]:
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in ROOT.glob("src/**/*.py")}
    found: dict[str, ProposalRequest] = {}
    for path, content in files.items():
        text = content.decode()
        imported = tuple(
            (module, files[file].decode()) for module, file in imported_paths(path, text, frozenset(files))
        )
        for function in _functions(path, content):
            found[function.qualname] = ProposalRequest(function, text, imported=imported)
    return found


def _functions(path: str, content: bytes) -> list[Function]:
    found = PYTHON.extract(path, content)
    return [] if isinstance(found, Unparsed) else list(found)


REQUESTS = _requests()


@pytest.mark.parametrize(("name", "rule"), SLOW.items(), ids=SLOW)
def test_each_slow_function_of_the_example_gets_the_rewrite_that_it_needs(name: str, rule: str) -> None:
    details = [candidate.provenance.detail for candidate in rules_expert().propose(REQUESTS[name])]
    assert any(rule in detail.split("+") for detail in details)


@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - SLOW.keys()))
def test_every_other_function_of_the_example_is_left_alone(name: str) -> None:
    assert list(rules_expert().propose(REQUESTS[name])) == []
