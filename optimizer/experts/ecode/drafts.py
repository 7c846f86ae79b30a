"""What is asked of the model, and what comes of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a function is rewritten. The first sample of each is the likeliest writing, without noise; with
    `beams` the others are the next likeliest, with no noise either."""

    samples: int = 8
    beams: bool = True
    temperature: float = 0.7
    top_p: float = 0.95
    most_tokens: int = 128  # as many as it learnt to write
    most_rows: int = 32  # written at once: what bounds the memory
    # Tokens guessed at once by looking up what was read. It pays for a single row: of several all have to be
    # guessed right (benchmarks/ecode_speed.py).
    ahead: int = 0
    spelt: bool = True  # Python: known names and closed brackets only
    decile: int = 9  # the speed that is asked for
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    log_chance: float  # of all that was written, in nats
    tokens: int  # that were written, the end among them
