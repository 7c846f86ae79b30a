"""Right rewrites, each to be judged equivalent: refusing everything is no way to pass the traps."""

from tests.traps.trap import Honest, code

HONEST: tuple[Honest, ...] = (
    Honest(
        name="a set beside the list of what was seen",
        original=code("""
            def distinct(values: list[int]) -> list[int]:
                seen: list[int] = []
                for value in values:
                    if value not in seen:
                        seen.append(value)
                return seen
        """),
        candidate=code("""
            def distinct(values: list[int]) -> list[int]:
                return list(dict.fromkeys(values))
        """),
        calls=("distinct([n * 7919 % 301 for n in range(600)])", "distinct([3, 1, 3])"),
        probes=("distinct([])", "distinct([1, True, 0, False])", "distinct([-1, 2**70, -1])"),
    ),
    Honest(
        name="a Counter turned into a dict",
        original=code("""
            def frequency(words: list[str]) -> dict[str, int]:
                counts: dict[str, int] = {}
                for word in words:
                    counts[word] = words.count(word)
                return counts
        """),
        candidate=code("""
            def frequency(words: list[str]) -> dict[str, int]:
                return dict(Counter(words))
        """),
        candidate_imports=("from collections import Counter",),
        calls=("frequency([f'w{n % 50}' for n in range(400)])", "frequency(['b', 'a', 'b'])"),
        probes=("frequency([])", "frequency(['', 'é', ''])"),
    ),
    Honest(
        name="a queue of its own as a deque",
        original=code("""
            def reachable(edges: dict[int, list[int]], start: int) -> list[int]:
                order: list[int] = []
                seen = {start}
                queue = [start]
                while queue:
                    node = queue.pop(0)
                    order.append(node)
                    for other in edges.get(node, []):
                        if other not in seen:
                            seen.add(other)
                            queue.append(other)
                return order
        """),
        candidate=code("""
            def reachable(edges: dict[int, list[int]], start: int) -> list[int]:
                order: list[int] = []
                seen = {start}
                queue = deque([start])
                while queue:
                    node = queue.popleft()
                    order.append(node)
                    for other in edges.get(node, []):
                        if other not in seen:
                            seen.add(other)
                            queue.append(other)
                return order
        """),
        candidate_imports=("from collections import deque",),
        calls=("reachable({0: list(range(1, 3000))}, 0)", "reachable({1: [2, 3], 2: [4]}, 1)"),
        probes=("reachable({}, 5)", "reachable({0: [0, 1], 1: [0]}, 0)"),
    ),
    Honest(
        name="text joined once",
        original=code("""
            def table(rows: list[list[str]]) -> str:
                text = ""
                for row in rows:
                    text = text + ";".join(row) + "\\n"
                return text
        """),
        candidate=code("""
            def table(rows: list[list[str]]) -> str:
                return "".join([";".join(row) + "\\n" for row in rows])
        """),
        calls=("table([['name of the product', str(n)] for n in range(600)])", "table([['a', 'b'], ['c']])"),
        probes=("table([])", "table([[]])", "table([['é', '\\ud83d']])"),
    ),
    Honest(
        name="a running total of whole numbers",
        original=code("""
            def balances(opening: int, amounts: list[int]) -> list[int]:
                return [opening + sum(amounts[: day + 1]) for day in range(len(amounts))]
        """),
        candidate=code("""
            def balances(opening: int, amounts: list[int]) -> list[int]:
                return list(itertools.accumulate(amounts, initial=opening))[1:]
        """),
        candidate_imports=("import itertools",),
        calls=("balances(100, [n % 17 - 8 for n in range(300)])", "balances(5, [1, -2])"),
        probes=("balances(0, [])", "balances(True, [True, False])", "balances(2**80, [-1])"),
    ),
    Honest(
        name="the bits of a number counted directly",
        original=code("""
            def bits(values: list[int]) -> list[int]:
                return [bin(value).count("1") for value in values]
        """),
        candidate=code("""
            def bits(values: list[int]) -> list[int]:
                return [value.bit_count() for value in values]
        """),
        calls=("bits([n * 7919 for n in range(400)])", "bits([1, 2, 3])"),
        probes=("bits([])", "bits([-1, -5, 0, 2**200, True])"),
    ),
    Honest(
        name="the three lowest from a heap",
        original=code("""
            def lowest(values: list[int]) -> list[int]:
                return sorted(values)[:3]
        """),
        candidate=code("""
            def lowest(values: list[int]) -> list[int]:
                return heapq.nsmallest(3, values)
        """),
        candidate_imports=("import heapq",),
        calls=("lowest([n * 7919 % 10007 for n in range(4000)])", "lowest([3, 1, 2, 0])"),
        probes=("lowest([])", "lowest([1])", "lowest([True, 1, 1, False, 0])", "lowest([-1, -1, 2**90])"),
    ),
    Honest(
        name="a table made in each call",
        original=code("""
            def ways(total: int, largest: int) -> int:
                if total > 25 or largest > 25:
                    raise ValueError("too many")
                if total == 0:
                    return 1
                if total < 0 or largest < 1:
                    return 0
                return ways(total - largest, largest) + ways(total, largest - 1)
        """),
        candidate=code("""
            def ways(total: int, largest: int) -> int:
                if total > 25 or largest > 25:
                    raise ValueError("too many")
                known: dict[tuple[int, int], int] = {}

                def count(left: int, part: int) -> int:
                    if left == 0:
                        return 1
                    if left < 0 or part < 1:
                        return 0
                    key = (left, part)
                    if key not in known:
                        known[key] = count(left - part, part) + count(left, part - 1)
                    return known[key]

                return count(total, largest)
        """),
        calls=("ways(24, 20)", "ways(20, 20)"),
        probes=("ways(0, 0)", "ways(-1, 3)", "ways(3, -1)", "ways(26, 1)", "ways(True, True)"),
    ),
    Honest(
        name="the query folded once",
        original=code("""
            def matching(names: list[str], query: str) -> list[str]:
                found = []
                for name in names:
                    if query.strip().casefold() in name.casefold():
                        found.append(name)
                return found
        """),
        candidate=code("""
            def matching(names: list[str], query: str) -> list[str]:
                wanted = query.strip().casefold()
                return [name for name in names if wanted in name.casefold()]
        """),
        calls=("matching([f'Item {n}' for n in range(500)], ' ITEM 4 ')", "matching(['Ab', 'c'], 'B')"),
        probes=("matching([], '')", "matching(['', 'ß'], 'SS')"),
    ),
    Honest(
        name="partners found through an index",
        original=code("""
            def paired(left: list[tuple[int, str]], right: list[tuple[int, str]]) -> list[tuple[str, str]]:
                pairs = []
                for key, name in left:
                    for other, value in right:
                        if key == other:
                            pairs.append((name, value))
                return pairs
        """),
        candidate=code("""
            def paired(left: list[tuple[int, str]], right: list[tuple[int, str]]) -> list[tuple[str, str]]:
                index: dict[int, list[str]] = {}
                for other, value in right:
                    index.setdefault(other, []).append(value)
                return [(name, value) for key, name in left for value in index.get(key, ())]
        """),
        calls=(
            "paired([(n % 60, f'l{n}') for n in range(90)], [(n, f'r{n}') for n in range(90)])",
            "paired([(1, 'a'), (2, 'b')], [(2, 'x'), (1, 'y'), (2, 'z')])",
        ),
        probes=("paired([], [(1, 'a')])", "paired([(1, 'a')], [])", "paired([(True, 'a')], [(1, 'b')])"),
    ),
    Honest(
        name="smaller values counted by bisection of a sorted copy",
        original=code("""
            def ranks(values: list[int], queries: list[int]) -> list[int]:
                return [sum(1 for value in values if value < query) for query in queries]
        """),
        candidate=code("""
            def ranks(values: list[int], queries: list[int]) -> list[int]:
                ordered = sorted(values)
                return [bisect.bisect_left(ordered, query) for query in queries]
        """),
        candidate_imports=("import bisect",),
        calls=("ranks([n * 7919 % 997 for n in range(300)], list(range(0, 900, 9)))", "ranks([2, 1], [2])"),
        probes=("ranks([], [1])", "ranks([1], [])", "ranks([1, 1, 2**80, -5], [1, 2**80, -5])"),
    ),
    Honest(
        name="a list of a list of lists",
        original=code("""
            def flat(rows: list[list[int]]) -> list[int]:
                result: list[int] = []
                for row in rows:
                    result = result + row
                return result
        """),
        candidate=code("""
            def flat(rows: list[list[int]]) -> list[int]:
                return [value for row in rows for value in row]
        """),
        calls=("flat([[n, n + 1] for n in range(300)])", "flat([[1], [2, 3]])"),
        probes=("flat([])", "flat([[]])", "flat([[], [1]])"),
    ),
    Honest(
        name="a generator with a set to look into",
        original=code("""
            def known_only(values: list[int], known: list[int]) -> Iterator[int]:
                for value in values:
                    if value in known:
                        yield value
        """),
        candidate=code("""
            def known_only(values: list[int], known: list[int]) -> Iterator[int]:
                lookup = set(known)
                for value in values:
                    if value in lookup:
                        yield value
        """),
        imports=("from collections.abc import Iterator",),
        calls=("known_only(list(range(300)), list(range(0, 400, 3)))", "known_only([1, 2], [2])"),
        probes=("known_only([], [1])", "known_only([1], [])", "known_only([True, 1, 0], [1, 1])"),
    ),
    Honest(
        name="the caller's list sorted in place by sort itself",
        original=code("""
            def arrange(values: list[int]) -> None:
                for index in range(1, len(values)):
                    value = values[index]
                    place = index
                    while place > 0 and values[place - 1] > value:
                        values[place] = values[place - 1]
                        place -= 1
                    values[place] = value
        """),
        candidate=code("""
            def arrange(values: list[int]) -> None:
                values.sort()
        """),
        calls=("arrange([n * 7919 % 211 for n in range(120)])", "arrange([3, 1, 2])"),
        probes=("arrange([])", "arrange([1, True, 0, False, 1])", "arrange([2**80, -1])"),
    ),
)
