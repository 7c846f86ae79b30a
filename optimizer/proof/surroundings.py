"""Two sets of surroundings compared: does a measurement here speak of the same environment?"""

import hashlib
import json

from optimizer.domain.patches import Surroundings


def environment_hash(where: Surroundings) -> str:
    """sha256 hex over the interpreter's version and the sorted packages, as compact JSON in ASCII."""
    text = json.dumps([where.python, sorted(where.packages)], separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def environment_differences(there: Surroundings, here: Surroundings) -> tuple[str, ...]:
    """In words, what the hashes of two environments differ in; empty when they are equal."""
    before, after = dict(there.packages), dict(here.packages)
    pairs = [("Python", there.python, here.python)]
    pairs += [
        (name, before.get(name, ""), after.get(name, "")) for name in sorted(before.keys() | after.keys())
    ]
    return tuple(_difference(*pair) for pair in pairs if pair[1] != pair[2])


def machine_differences(there: Surroundings, here: Surroundings) -> tuple[str, ...]:
    """The same for what is no part of the environment: times may differ, ratios hardly."""
    pairs = (
        ("CPU", there.cpu, here.cpu),
        ("kernel", there.kernel, here.kernel),
        ("optimizer", there.optimizer, here.optimizer),
        ("statistics", str(there.drawing), str(here.drawing)),
    )
    return tuple(_difference(*pair) for pair in pairs if pair[1] != pair[2])


def _difference(name: str, there: str, here: str) -> str:
    if not here:
        return f"{name} {there} only there"
    return f"{name} {there} there, {here} here" if there else f"{name} {here} only here"
