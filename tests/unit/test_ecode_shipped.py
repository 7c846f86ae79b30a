"""The model that is shipped: it loads offline, writes something that can be used, and its card is with it."""

import pytest

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.expert import EcodeExpert

LOOP = "    for item in list(items):\n        found.append(item)\n"
SLOW = f"def unique(items):\n    found = []\n{LOOP}    return found"


@pytest.fixture(scope="module")
def expert() -> EcodeExpert:
    return EcodeExpert(whole(SHIPPED), Sampling(samples=4))


def request(source: str) -> ProposalRequest:
    function = Function("m.py", "unique", Span(0, 0), 1, 1, FunctionKind.FUNCTION, False, source, "hash")
    return ProposalRequest(function, source)


def test_it_is_small_enough_and_has_a_card() -> None:
    sizes = [path.stat().st_size for path in SHIPPED.iterdir()]
    assert sum(sizes) <= 30 * 2**20
    assert max(sizes) <= 16 * 2**20
    card = (SHIPPED / "README.md").read_text()
    assert all(part in card for part in ("**Data.**", "**Training.**", "**Results.**", "**Limits.**"))


def test_it_proposes_functions_with_the_same_signature(expert: EcodeExpert) -> None:
    proposed = list(expert.propose(request(SLOW)))
    assert proposed
    for candidate in proposed:
        assert candidate.source.startswith("def unique(items):\n")
        compile(candidate.source, "candidate", "exec")


def test_it_proposes_the_same_alone_and_among_others(expert: EcodeExpert) -> None:
    other = SLOW.replace("list(items)", "sorted(items)")
    together = expert.propose_batch([request(other), request(SLOW)])
    assert [one.source for one in together[1]] == [one.source for one in expert.propose(request(SLOW))]
