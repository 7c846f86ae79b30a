"""Output, and state outside the arguments' values."""

from optimizer.domain.evidence import Reason
from tests.traps.trap import Trap, because, code

EFFECTS = (
    Trap(
        name="progress is printed",
        original=code("""
            def checked(values: list[int]) -> int:
                good = 0
                for value in values:
                    if value < 0:
                        print("negative:", value)
                    else:
                        good += 1
                return good
        """),
        candidate=code("""
            def checked(values: list[int]) -> int:
                return sum([value >= 0 for value in values])
        """),
        calls=("checked([1, 2, 3])", "checked([])"),
        witness="checked([-1])",
        reasons=because(Reason.DIFFERENT_OUTPUT),
    ),
    Trap(
        name="lines before a failure are printed",
        original=code("""
            def show(texts: list[str]) -> int:
                for text in texts:
                    print(int(text))
                return len(texts)
        """),
        candidate=code("""
            def show(texts: list[str]) -> int:
                lines = [str(int(text)) for text in texts]
                if lines:
                    print("\\n".join(lines))
                return len(texts)
        """),
        calls=("show(['1', '2'])", "show([])"),
        witness="show(['1', 'x'])",
        reasons=because(Reason.DIFFERENT_OUTPUT),
    ),
    Trap(
        name="the peak from before is kept",
        imports=("from dataclasses import dataclass",),
        context=code("""
            @dataclass
            class Meter:
                total: int = 0
                peak: int = 0
        """),
        original=code("""
            def record(meter: Meter, values: list[int]) -> int:
                for value in values:
                    meter.total += value
                    if value > meter.peak:
                        meter.peak = value
                return meter.total
        """),
        candidate=code("""
            def record(meter: Meter, values: list[int]) -> int:
                meter.total += sum(values)
                meter.peak = max(values, default=meter.peak)
                return meter.total
        """),
        calls=("record(Meter(), [1, 5, 2])", "record(Meter(3, 3), [])"),
        witness="meter = Meter(9, 9)\nrecord(meter, [1])\nmeter",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
    Trap(
        name="the class goes on counting from where it was",
        context=code("""
            class Tally:
                total = 100
        """),
        original=code("""
            def count(values: list[int]) -> int:
                for value in values:
                    Tally.total += value
                return len(values)
        """),
        candidate=code("""
            def count(values: list[int]) -> int:
                Tally.total = sum(values)
                return len(values)
        """),
        calls=("count([1, 2])", "count([])"),
        witness="count([1])\nTally.total",
        reasons=because(Reason.DIFFERENT_STATE),
    ),
    Trap(
        name="looking a word up makes its entry",
        imports=("from collections import defaultdict",),
        original=code("""
            def looked_up(counts: defaultdict[str, int], words: list[str]) -> list[int]:
                result = []
                for word in words:
                    result.append(counts[word])
                return result
        """),
        candidate=code("""
            def looked_up(counts: defaultdict[str, int], words: list[str]) -> list[int]:
                get = counts.get
                return [get(word, 0) for word in words]
        """),
        calls=("looked_up(defaultdict(int, {'a': 2}), ['a'])", "looked_up(defaultdict(int), ['b'])"),
        witness="counts = defaultdict(int)\nlooked_up(counts, ['b'])\ncounts",
        # a defaultdict without a factory raises KeyError
        reasons=because(Reason.DIFFERENT_ARGUMENTS, Reason.DIFFERENT_EXCEPTION),
    ),
    Trap(
        name="the key of a single element is asked for too",
        original=code("""
            def ordered(values: list[int], asked: list[int]) -> list[int]:
                def key(value: int) -> int:
                    asked.append(value)
                    return -value

                return sorted(values, key=key)
        """),
        candidate=code("""
            def ordered(values: list[int], asked: list[int]) -> list[int]:
                if len(values) > 1:
                    asked.extend(values)
                return sorted(values, reverse=True)
        """),
        calls=("ordered([1, 3, 2], [])", "ordered([4], [])", "ordered([], [])"),
        witness="asked = []\nordered([4], asked)\nasked",
        reasons=because(Reason.DIFFERENT_ARGUMENTS),
    ),
)
