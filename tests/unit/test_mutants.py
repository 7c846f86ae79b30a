"""The mutation benchmark's bookkeeping: proofs, what is planted, tables."""

import re

from benchmarks.mutant_pairs import subjects
from benchmarks.mutants import Result, plant, proofs, table


def test_every_proof_names_a_mutant_and_says_something() -> None:
    found = proofs()
    assert found
    for key, proof in found.items():
        assert re.fullmatch(r"[a-z ]+: .+ #[0-9a-f]{8}", key)
        assert len(proof) > 40 and proof.endswith(".")


def test_pairs_of_this_repository_get_one_mistake_each_and_always_the_same() -> None:
    pairs, unread = subjects(None, map)
    once, again = plant(pairs, 0), plant(pairs, 0)
    assert len(pairs) > 80 and not unread
    assert [one.key for one in once] == [one.key for one in again]
    assert len({one.subject.key for one in once}) == len(once) > 0.9 * len(pairs)
    assert [one.key for one in plant(pairs, 1)] != [one.key for one in once]
    assert len({one.mutant.kind for one in once}) > 20


def test_a_table_counts_by_outcome() -> None:
    caught = [Result("k", "s", "constant", "", outcome, "", 1.0) for outcome in ("workload", "search")]
    lost = Result("k", "s", "division", "", "survived", "", 1.0)
    rows = table([*caught, lost], "kind")
    assert rows[2:] == ["| constant | 2 | 1 | 1 | 0 |", "| division | 1 | 0 | 0 | 1 |"]
