"""Code that looks like an anti-pattern, and must stay as it is because a rewrite would mean another thing."""

from textwrap import dedent

import pytest

from optimizer.experts.rules.table import PYTHON_RULES
from tests.unit.rules_testing import request_for

RULES = {rule.name: rule for rule in PYTHON_RULES}

# (rule, why, code)
LEFT_ALONE: tuple[tuple[str, str, str], ...] = (
    ("builtin-extremum-in-loop", "a key function decides", """
        def f(words):
            best = ""
            for word in words:
                best = max(best, word, key=len)
            return best
    """),
    ("builtin-extremum-in-loop", "max is another function here", """
        from numpy import max
        def f(numbers):
            best = 0
            for number in numbers:
                best = max(best, number)
            return best
    """),
    ("builtin-extremum-in-loop", "max is a parameter", """
        def f(numbers, max):
            best = 0
            for number in numbers:
                best = max(best, number)
            return best
    """),
    ("builtin-extremum-in-loop", "one of the operands may not be reached", """
        def f(numbers, limits):
            total = 0
            for i in range(10):
                total = limits and max(numbers[i], limits[i])
            return total
    """),
    ("builtin-extremum-in-loop", "the operands have side effects that come after others", """
        def f(items, take):
            out = 0
            for item in items:
                out = take(item) + max(take(1), take(2))
            return out
    """),
    ("builtin-extremum-in-loop", "the arguments are unpacked", """
        def f(rows):
            best = 0
            for row in rows:
                best = max(best, *row)
            return best
    """),
    ("repeated-row-lookup", "the table may be too short when the inner loop does not run", """
        def f(table, rows, columns):
            total = 0
            for i in range(rows):
                for j in range(columns):
                    total += table[i][j]
            return total
    """),
    ("repeated-row-lookup", "the rows are exchanged in the loop", """
        def f(rows, columns):
            table = [[1] * columns for _ in range(rows)]
            for i in range(rows):
                for j in range(columns):
                    table[i][j] += 1
                    table[0], table[i] = table[i], table[0]
            return table
    """),
    ("repeated-row-lookup", "a row is put in through a slice", """
        def f(rows, columns):
            table = [[1] * columns for _ in range(rows)]
            for i in range(rows):
                for j in range(columns):
                    table[i][j] += 1
                    table[0:1] = [[5] * columns]
            return table
    """),
    ("repeated-row-lookup", "another function gets the table and may change its rows", """
        def f(rows, columns, use):
            table = [[1] * columns for _ in range(rows)]
            for i in range(rows):
                for j in range(columns):
                    table[i][j] += 1
                    use(table)
            return table
    """),
    ("repeated-row-lookup", "a caller may have given the same list twice", """
        def f(source, target):
            for i in range(len(source)):
                for j in range(3):
                    target[i] = [source[i][j]] * 3
            return target
    """),
    ("repeated-row-lookup", "the index is changed in the inner loop", """
        def f(n):
            table = [[1] * n for _ in range(n)]
            for i in range(n):
                for j in range(n):
                    i = j
                    table[i][j] += 1
            return table
    """),
    ("repeated-row-lookup", "a negative end would come out before the first row", """
        def f(n):
            table = [[1] * n for _ in range(n)]
            for i in range(n):
                for j in range(n):
                    table[i + 1][j] += 1
            return table
    """),
    ("accumulation-in-item", "the list is the caller's, who sees it half done after an exception", """
        def f(result, items):
            for i in range(len(result)):
                for item in items:
                    result[i] += item
    """),
    ("accumulation-in-item", "what is added reads the item", """
        def f(n):
            table = [0] * n
            for i in range(n):
                for j in range(n):
                    table[i] += table[j]
            return table
    """),
    ("accumulation-in-item", "the caller of a nested function may look at it meanwhile", """
        def f(n, step):
            table = [0] * n
            for i in range(n):
                for j in range(n):
                    table[i] += step(j)
            return table
    """),
    ("index-loop", "the list is changed in the loop", """
        def f(items: list[int]):
            for i in range(len(items)):
                items[i] = items[i] + 1
    """),
    ("index-loop", "it might be a dict with numbers for keys", """
        def f(items):
            total = 0
            for i in range(len(items)):
                total += items[i]
            return total
    """),
    ("index-loop", "the index is used after the loop", """
        def f(items: list[int]):
            for i in range(len(items)):
                if items[i] < 0:
                    break
            return i
    """),
    ("index-loop", "the index is changed in the loop", """
        def f(items: list[int]):
            total = 0
            for i in range(len(items)):
                i = 0
                total += items[i]
            return total
    """),
    ("index-loop", "the list may be the one that grows", """
        def f(items: list[int], other: list[int]):
            for i in range(len(items)):
                other.append(items[i])
    """),
    ("append-loop", "the variable of the loop is used afterwards", """
        def f(items):
            out = []
            for item in items:
                out.append(item + 1)
            return out, item
    """),
    ("append-loop", "the list is read while it grows", """
        def f(items):
            out = []
            for item in items:
                out.append(item + len(out))
            return out
    """),
    ("append-loop", "the handler sees the list half filled", """
        def f(items):
            try:
                out = []
                for item in items:
                    out.append(int(item))
            except ValueError:
                pass
            return out
    """),
    ("append-loop", "each function made in the loop sees the loop's last item", """
        def f(items):
            out = []
            for item in items:
                out.append(lambda: item)
            return out
    """),
    ("append-loop", "a generator hands out items in between", """
        def f(items):
            out = []
            for item in items:
                out.append((yield item))
            return out
    """),
    ("append-loop", "a nested function sees the list", """
        def f(items):
            out = []
            def size():
                return len(out)
            for item in items:
                out.append(size())
            return out
    """),
    ("append-loop", "super() without arguments does not work in a comprehension", """
        class A(B):
            def f(self, items):
                out = []
                for item in items:
                    out.append(super().f(item))
                return out
    """),
    ("list-membership", "the items may be lists, which no set takes", """
        def f(items):
            out = []
            for item in items:
                if item not in out:
                    out.append(item)
            return out
    """),
    ("list-membership", "what is looked for may be a list", """
        def f(items: list[int], wanted):
            out = []
            for item in items:
                if wanted in out:
                    break
                out.append(item)
            return out
    """),
    ("list-membership", "items leave the list as well", """
        def f(items: list[int]):
            out = []
            for item in items:
                if item in out:
                    out.remove(item)
                out.append(item)
            return out
    """),
    ("list-membership", "another function gets the list and may put items in", """
        def f(items: list[int], use):
            out = []
            for item in items:
                if item not in out:
                    out.append(item)
                use(out)
            return out
    """),
    ("list-as-queue", "popping from an empty list says something else than from a deque", """
        def f(start):
            queue = [start]
            for _ in range(5):
                yield queue.pop(0)
    """),
    ("list-as-queue", "the second pop in a round may find nothing", """
        def f(items):
            queue = [1, 2, 3]
            out = 0
            while queue:
                out += queue.pop(0) * queue.pop(0)
            return out
    """),
    ("list-as-queue", "the list is returned", """
        def f(start):
            queue = [start, start]
            while len(queue) > 1:
                queue.pop(0)
            return queue
    """),
    ("thread-queue", "get() waits for another thread", """
        import queue
        def f(start):
            waiting = queue.Queue()
            start(waiting)
            while not waiting.empty():
                print(waiting.get())
    """),
    ("thread-queue", "the second get() in a round would wait for ever", """
        import queue
        def f(items):
            waiting = queue.Queue()
            for item in items:
                waiting.put(item)
            while not waiting.empty():
                print(waiting.get(), waiting.get())
    """),
    ("thread-queue", "the queue has a size at which put() waits", """
        import queue
        def f(items):
            waiting = queue.Queue(3)
            waiting.put(1)
            while not waiting.empty():
                print(waiting.get())
    """),
    ("overlapping-recursion", "it prints", """
        def f(n):
            print(n)
            if n < 2:
                return n
            return f(n - 1) + f(n - 2)
    """),
    ("overlapping-recursion", "only one of the calls happens", """
        def f(a: int, b: int):
            if a == b:
                return a
            if a > b:
                return f(a - b, b)
            return f(a, b - a)
    """),
    ("overlapping-recursion", "2 and 2.0 give results of different types", """
        def f(n: int):
            if n < 2:
                return n
            return f(n - 1) + f(n / 2)
    """),
    ("overlapping-recursion", "results that can be changed must not be shared", """
        def f(n: int):
            if n < 2:
                return [n]
            return f(n - 1) + f(n - 2)
    """),
    ("overlapping-recursion", "the argument changes meaning on the way", """
        def f(n: int):
            if n < 2:
                return n
            n -= 1
            return f(n) + f(n - 1)
    """),
    ("overlapping-recursion", "a default is kept between calls", """
        def f(n: int, seen=[]):
            if n < 2:
                return n
            return f(n - 1, seen) + f(n - 2, seen)
    """),
    ("overlapping-recursion", "the parts of a list cannot be keys", """
        def f(items: list[int]):
            if len(items) < 2:
                return 0
            return f(items[1:]) + f(items[:-1])
    """),
    ("sort-in-loop", "the list is the caller's and need not be sorted", """
        def f(numbers: list[int], ordered: list[int]):
            for number in numbers:
                ordered.append(number)
                ordered.sort()
    """),
    ("sort-in-loop", "another append() leaves it unsorted in between", """
        def f(numbers: list[int]):
            ordered: list[int] = []
            for number in numbers:
                ordered.append(-number)
                print(ordered)
                ordered.append(number)
                ordered.sort()
            return ordered
    """),
    ("sort-in-loop", "NaN has no place", """
        def f(numbers: list[float]):
            ordered: list[float] = []
            for number in numbers:
                ordered.append(number)
                ordered.sort()
            return ordered
    """),
    ("list-concatenation", "an older list is still held by somebody", """
        def f(numbers):
            path = []
            paths = []
            for number in numbers:
                path = path + [number]
                paths.append(path)
            return paths
    """),
    ("list-concatenation", "the first list is the caller's", """
        def f(numbers, path):
            for number in numbers:
                path = path + [number]
            return path
    """),
    ("string-prepend", "what is prepended may be no text", """
        def f(items):
            out = ""
            for item in items:
                out = item + out
            return out
    """),
    ("string-prepend", "the text is read in the loop", """
        def f(items: list[str]):
            out = ""
            for item in items:
                out = item + out
                print(out)
            return out
    """),
    ("running-power", "floats round differently on the way", """
        def f(base: float, modulus: float):
            for i in range(1, 10):
                if base ** i % modulus == 1:
                    return i
    """),
    ("running-power", "a round may leave the power out", """
        def f(base: int, modulus: int, skip):
            for i in range(1, 10):
                if i in skip:
                    if base ** i % modulus == 1:
                        return i
    """),
    ("running-power", "the powers do not start at one", """
        def f(base: int, modulus: int):
            for i in range(2, 10):
                if base ** i % modulus == 1:
                    return i
    """),
    ("trial-division", "of a negative number there is no root", """
        def f(n: int):
            for i in range(2, n):
                if n % i == 0:
                    return False
            return True
    """),
    ("trial-division", "the upper half leaves four out, and calls it prime", """
        def f(n: int):
            if n < 2:
                return False
            for i in range(2, n // 2):
                if n % i == 0:
                    return False
            return True
    """),
    ("trial-division", "every divisor is wanted", """
        def f(n: int):
            if n < 2:
                return []
            found = []
            for i in range(2, n):
                if n % i == 0:
                    found.append(i)
            return found
    """),
    ("counting-by-hand", "of a mapping, Counter would take the counts", """
        def f(items):
            counts = {}
            for item in items:
                counts[item] = counts.get(item, 0) + 1
            return counts
    """),
    ("counting-by-hand", "the counts do not start at nothing", """
        def f(text: str):
            counts = {"a": 1}
            for letter in text:
                counts[letter] = counts.get(letter, 0) + 1
            return counts
    """),
    ("sieve-loop", "the stores may be outside of the list", """
        def f(flags: list[bool], n: int):
            for i in range(0, n, 2):
                flags[i] = False
    """),
    ("sieve-loop", "a negative start counts from the end", """
        def f(n: int, start: int):
            flags = [True] * n
            for i in range(start, n, 2):
                flags[i] = False
            return flags
    """),
    ("shift-loop", "forward, one item is copied into all places", """
        def f(items: list[int]):
            for i in range(1, len(items)):
                items[i] = items[i - 1]
    """),
    ("shift-loop", "it may be a text, or an array that is its own copy", """
        def f(items):
            for i in range(len(items) - 1):
                items[i] = items[i + 1]
    """),
    ("swap-reversal", "the ends are used afterwards", """
        def f(items: list[int]):
            i = 0
            j = len(items) - 1
            while i < j:
                items[i], items[j] = items[j], items[i]
                i += 1
                j -= 1
            return i, j
    """),
    ("swap-reversal", "another list is measured", """
        def f(items: list[int], other: list[int]):
            i = 0
            j = len(other) - 1
            while i < j:
                items[i], items[j] = items[j], items[i]
                i += 1
                j -= 1
    """),
    ("pop-transfer", "the two may be one list", """
        def f(source: list[int], target: list[int]):
            for _ in range(len(source)):
                target.append(source.pop())
    """),
    ("flag-loop", "an iterator would be left with items", """
        def f(numbers):
            found = False
            for number in numbers:
                if number < 0:
                    found = True
            return found
    """),
    ("flag-loop", "a later item may make the test fail", """
        def f(numbers: list):
            found = False
            for number in numbers:
                if number < 0:
                    found = True
            return found
    """),
    ("flag-loop", "the last item is wanted", """
        def f(numbers: list[int]):
            found = False
            for number in numbers:
                if number < 0:
                    found = True
            return found, number
    """),
    ("invariant-call", "the text is another one in each round", """
        def f(words: list[str]):
            out = 0
            for word in words:
                out += len(word.lower())
            return out
    """),
    ("invariant-call", "lower() of whatever this is", """
        def f(thing, items):
            for item in items:
                if item in thing.lower():
                    return True
    """),
    ("invariant-call", "the list grows in the loop", """
        def f(items: list[int], others: list[int]):
            for other in others:
                if other not in set(items):
                    items.append(other)
    """),
    ("while-counter", "the counter is used afterwards", """
        def f(items: list[int]):
            i = 0
            while i < len(items):
                if items[i] < 0:
                    break
                i += 1
            return i
    """),
    ("while-counter", "continue would count in one form and not in the other", """
        def f(items: list[int]):
            i = 0
            while i < len(items):
                if items[i] < 0:
                    continue
                print(i)
                i += 1
    """),
    ("while-counter", "the list gets shorter on the way", """
        def f(items: list[int]):
            i = 0
            while i < len(items):
                items.pop()
                i += 1
    """),
    ("while-counter", "range() takes no floats", """
        def f(limit: float):
            i = 0
            while i < limit:
                print(i)
                i += 1
    """),
    ("while-counter", "the counter jumps", """
        def f(n: int):
            i = 0
            while i < n:
                if i == 3:
                    i = 5
                print(i)
                i += 1
    """),
    ("product-loop", "the items may be matrices, changed in place", """
        def f(items):
            result = 1
            for item in items:
                result *= item
            return result
    """),
    ("attribute-lookup", "the loop changes the attribute", """
        class A:
            def __init__(self):
                self.n = 0
            def f(self, items):
                for item in items:
                    if item > self.n:
                        self.n = item
                        print(self.n)
    """),
    ("attribute-lookup", "a method may change it", """
        class A:
            def __init__(self):
                self.n = 0
            def step(self):
                self.n += 1
            def f(self, items):
                for item in items:
                    self.step()
                    item.append(self.n + self.n)
    """),
    ("attribute-lookup", "it is a property, computed each time", """
        class A:
            def __init__(self):
                self.m = 0
            @property
            def n(self):
                return self.m
            def f(self, items):
                for item in items:
                    item.append(self.n + self.n)
    """),
    ("attribute-lookup", "it is not certain to be there before the loop", """
        class A:
            def f(self, items):
                for item in items:
                    item.append(self.n + self.n)
    """),
    ("attribute-lookup", "a generator stops in between", """
        class A:
            def __init__(self):
                self.n = 0
            def f(self, items):
                for item in items:
                    yield self.n + self.n
    """),
    ("generator-test", "a generator turns StopIteration into an error", """
        def f(items, others):
            return all(next(others) == item for item in items)
    """),
    ("generator-test", "the loop's variable is a parameter, which a nested function sees", """
        def f(item, items):
            def show():
                return item
            return any(item for item in items)
    """),
    ("generator-test", "it is in a generator, whose return is another thing", """
        def f(items):
            yield 1
            return any(item for item in items)
    """),
)  # fmt: skip  # the code beside its reason


@pytest.mark.parametrize(
    ("name", "source"), [(n, c) for n, _, c in LEFT_ALONE], ids=[f"{n}: {w}" for n, w, _ in LEFT_ALONE]
)
def test_left_alone(name: str, source: str) -> None:
    assert [rewrite.source for rewrite in RULES[name].rewrite(request_for(dedent(source)))] == []


def test_every_rule_has_code_that_it_leaves_alone() -> None:
    assert {name for name, _, _ in LEFT_ALONE} == set(RULES)
