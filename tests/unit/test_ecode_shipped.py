"""The model that is shipped: it loads offline, writes something that can be used, and its card is with it."""

import pytest

from optimizer.domain.candidates import ProposalRequest
from optimizer.domain.functions import Function, FunctionKind, Span
from optimizer.experts.ecode.checkpoint import SHIPPED, whole
from optimizer.experts.ecode.drafts import Sampling
from optimizer.experts.ecode.expert import EcodeExpert

SOURCES = [
    "def join(words):\n    text = ''\n    for word in words:\n        text = text + word\n    return text",
    "def common(xs, ys):\n    return [x for x in xs if x in list(ys)]",
    "def lowest(xs):\n    return sorted(xs)[0]",
    "def doubled(xs):\n    found = []\n    for x in list(xs):\n        found.append(2 * x)\n    return found",
]


@pytest.fixture(scope="module")
def expert() -> EcodeExpert:
    return EcodeExpert(whole(SHIPPED), Sampling(samples=4))


def request(source: str) -> ProposalRequest:
    name = source[4 : source.index("(")]
    function = Function("m.py", name, Span(0, 0), 1, 1, FunctionKind.FUNCTION, False, source, "hash")
    return ProposalRequest(function, source)


def test_it_is_small_enough_and_has_a_card() -> None:
    sizes = [path.stat().st_size for path in SHIPPED.iterdir()]
    assert sum(sizes) <= 30 * 2**20
    assert max(sizes) <= 16 * 2**20
    card = (SHIPPED / "README.md").read_text()
    assert all(part in card for part in ("**Data.**", "**Training.**", "**Results.**", "**Limits.**"))


def test_it_proposes_functions_with_the_same_signature(expert: EcodeExpert) -> None:
    proposed = expert.propose_batch([request(source) for source in SOURCES])
    assert any(proposed)
    for source, candidates in zip(SOURCES, proposed, strict=True):
        for candidate in candidates:
            assert candidate.source.startswith(source.partition("\n")[0] + "\n")
            compile(candidate.source, "candidate", "exec")


def test_it_proposes_the_same_alone_and_among_others(expert: EcodeExpert) -> None:
    together = expert.propose_batch([request(source) for source in SOURCES])
    alone = [expert.propose(request(source)) for source in SOURCES]
    assert [[one.source for one in row] for row in together] == [[one.source for one in row] for row in alone]
