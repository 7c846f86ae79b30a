"""The guard: state that outlives a call, and caches."""

import pytest

from optimizer.domain.evidence import Reason
from tests.unit.guard_testing import body, judge, reason


@pytest.mark.parametrize(
    "lines",
    [
        "global LIMIT\nLIMIT = 2",
        "global fresh\nfresh = {}",
        "def g():\n    global LIMIT\n    LIMIT = 2\ng()",
        "return TABLE",
        "TABLE[1] = 2",
        "del TABLE[1]",
        "TABLE.update(a=1)",
        "NAMES.append(1)",
        "global NAMES\nNAMES += [1]",
        "t = TABLE\nt[1] = 2",
        "SETTINGS.x = 1",
        "SETTINGS['x'] = 1",
        "Base.registry[1] = 2",
        "Base.extra = 1",
        "helper.memo = {}",
        "setattr(helper, 'memo', {})",
        "delattr(helper, 'memo')",
        "for Base.extra in xs: pass",
        "for Base.registry[0] in xs: pass",
        "[0 for Base.extra in xs]",
        "with k as Base.extra: pass",
        "(Base.extra, y) = xs",
        "Base.extra += 1",
        "Base.extra: int = 1",
        "b = Base\nb.extra = 1",
        "b = [Base][0]\nb.extra = 1",
        "(lambda b: b)(Base).extra = 1",
        "list.append(xs, 1)",
        "class Sub(Base): pass\nreturn Sub",
        "os.environ = {}",
        "np.cache = {}",
        "import_ = functools\nimport_.memo = {}",
        "return functools.update_wrapper(helper, f)",
        "return np.random.random()",
    ],
)
def test_changing_or_newly_reading_the_modules_objects_is_refused(lines: str) -> None:
    assert reason(body(lines)) in (Reason.MODULE_STATE, Reason.CACHING, Reason.IMPORT, Reason.IO)


READER = """\
import heapq
CONFIG = {"a": []}
WORDS = ["b"]


class Box:
    pass


def f(key, memo={}, n=0):
    for word in WORDS:
        key = key + word
    return CONFIG[key]
"""


@pytest.mark.parametrize(
    "lines",
    [
        "c = CONFIG\nc[key] = 1",
        "c = d = CONFIG\nd.clear()",
        "(c, d) = (CONFIG, 1)\nc[key] = 1",
        "c, *d = [CONFIG]\nc[key] = 1",
        "[CONFIG][0][key] = 1",
        "box = {}\nbox['c'] = CONFIG\nbox['c'][key] = 1",
        "box = []\nbox.append(CONFIG)\nbox[0][key] = 1",
        "def put(d):\n    d[key] = 1\nput(CONFIG)",
        "put = lambda d: d.update(a=1)\nput(CONFIG)",
        "(lambda d: d.update(a=1))(CONFIG)",
        "def get():\n    return CONFIG\nget()[key] = 1",
        "get = lambda: CONFIG\nget()[key] = 1",
        "(CONFIG if key else {})[key] = 1",
        "(CONFIG or {})[key] = 1",
        "(c := CONFIG)[key] = 1",
        "for v in CONFIG.values(): v.append(1)",
        "[v.append(1) for v in CONFIG.values()]",
        "CONFIG.get(key).append(1)",
        "CONFIG.setdefault(key, 1)",
        "CONFIG[key].append(1)",
        "append = WORDS.append\nappend(1)",
        "any(map(WORDS.append, key))",
        "getattr(WORDS, 'append')(1)",
        "heapq.heappush(WORDS, 1)",
        "w = WORDS\nw += [1]",
        "match CONFIG:\n    case c: c[key] = 1",
        "match CONFIG:\n    case {'a': c}: c.append(1)",
        "with CONFIG as c: c[key] = 1",
        "next(iter(CONFIG))",
        "max(CONFIG, {})[key] = 1",
        "c = CONFIG\nfor c[0] in key: pass",
        "CONFIG['a'][:] = [1]",
        "del CONFIG[key]",
        "c = [CONFIG for _ in key][0]\nc[key] = 1",
    ],
)
def test_an_object_that_the_original_reads_may_not_be_changed_by_any_way(lines: str) -> None:
    text = "\n".join(f"    {line}" for line in lines.split("\n"))
    source = f"def f(key, memo={{}}, n=0):\n{text}\n    return CONFIG[key], WORDS"
    assert reason(judge(READER, "f", source)) is Reason.MODULE_STATE


@pytest.mark.parametrize(
    "lines",
    [
        "c = dict(CONFIG)\nc[key] = 1",
        "c = list(WORDS)\nc.append(1)",
        "c = [*WORDS]\nc.append(1)",
        "c = sorted(WORDS)\nc.sort()",
        "n += len(WORDS)",
        "total = 0\nfor w in WORDS: total += 1",
        "for w in WORDS:\n    w += 'x'",
        "seen = set()\nseen.add(key)",
        "c = {w: 1 for w in WORDS}\nc[key] = 2",
        "heap = []\nheapq.heappush(heap, key)",
    ],
)
def test_copies_of_it_may_be_changed(lines: str) -> None:
    text = "\n".join(f"    {line}" for line in lines.split("\n"))
    assert judge(READER, "f", f"def f(key, memo={{}}, n=0):\n{text}\n    return CONFIG[key], WORDS") is None


def test_a_default_shared_between_calls_may_not_become_a_cache() -> None:
    source = "def f(key, memo={}, n=0):\n    memo[key] = 1\n    return CONFIG[key]"
    assert reason(judge(READER, "f", source)) is Reason.CACHING


def test_what_the_original_changes_may_still_be_changed() -> None:
    module = "T = {}\nSEEN = []\ndef f(x):\n    T[x] = 1\n    SEEN.append(x)\n    return T\n"
    assert (
        judge(module, "f", "def f(x):\n    t = T\n    t[x] = 1\n    SEEN.extend([x])\n    return t") is None
    )


@pytest.mark.parametrize(
    "lines",
    [
        "self._memo = {}\nreturn 1",
        "self.rows[0] = 1",
        "self.rows.clear()",
        "rows = self.rows\nrows.append(1)",
        "xs.seen = True",
        "for x in xs: x.seen = True",
        "type(self).memo = {}",
        "type(self).rows[1] = 2",
        "del self.rows",
        "self.count += 1",
    ],
)
def test_attributes_of_arguments_may_not_become_a_cache(lines: str) -> None:
    module = "class A:\n    def m(self, xs):\n        return len(self.rows) + len(xs)\n"
    text = "\n".join(f"        {line}" for line in lines.split("\n"))
    assert reason(judge(module, "A.m", f"def m(self, xs):\n{text}")) is Reason.CACHING


def test_attributes_that_the_original_stores_may_still_be_stored() -> None:
    module = (
        "class A:\n    def m(self, xs):\n        for x in xs:\n            self.n = x\n"
        "            self.rows.append(x)\n"
    )
    source = "def m(self, xs):\n        self.rows.extend(xs)\n        self.n = xs[-1]\n        super().m"
    assert judge(module, "A.m", source) is None


def test_items_of_arguments_are_left_to_the_referee() -> None:
    assert body("xs[0] = 1\nxs.sort()\nreturn xs") is None


@pytest.mark.parametrize(
    "lines",
    [
        "f.memo = {}",
        "return functools.lru_cache(maxsize=None)(helper)(xs)",
        "return lru_cache(helper)(xs)",
        "c = functools.cache\nreturn c(helper)(xs)",
        "return slow(k)",
        "return functools.cached_property(helper)",
    ],
)
def test_caches_that_outlive_the_call_are_refused(lines: str) -> None:
    assert reason(body(lines)) is Reason.CACHING


@pytest.mark.parametrize(
    "lines",
    [
        "@functools.cache\ndef go(n):\n    return n if n < 2 else go(n - 1) + go(n - 2)\nreturn go(k)",
        "@lru_cache(maxsize=None)\ndef go(n):\n    return n\nreturn go(k)",
        "def go(n):\n    return n\ngo = lru_cache(None)(go)\nreturn go(k)",
        "go = functools.cache(lambda n: n + 1)\nreturn go(k)",
        (
            "memo = {}\ndef go(n):\n    if n not in memo:\n        memo[n] = go(n - 1)\n"
            "    return memo[n]\nreturn go(k)"
        ),
        "memo = {}\nmemo.setdefault(k, [])\nreturn memo",
        "count = 0\ndef go():\n    nonlocal count\n    count += 1\ngo()\nreturn count",
        (
            "class Node:\n    __slots__ = ('left',)\n    def __init__(self, left):\n"
            "        self.left = left\nreturn Node(k)"
        ),
        (
            "class Memo(dict):\n    def __missing__(self, key):\n        self[key] = key\n"
            "        return key\nreturn Memo()[k]"
        ),
    ],
)
def test_caches_that_die_with_the_call_are_fine(lines: str) -> None:
    assert body(lines) is None


def test_a_cache_needs_no_import_of_the_module_for_a_local_function() -> None:
    lines = "@cache\ndef go(n):\n    return n\nreturn go(k)"
    assert body(lines, "from functools import cache") is None
    assert reason(body("return cache(helper)(k)", "from functools import cache")) is Reason.CACHING


@pytest.mark.parametrize(
    "lines",
    [
        f"return {list(range(100))}[k]",
        f"return {{{', '.join(f'{n}: {n * n}' for n in range(40))}}}[k]",
        f"return {'x' * 2000!r}[k]",
        f"return {b'x' * 2000!r}[k]",
        "return 0x" + "f" * 2000 + " >> k",
        "\n".join(f"if k == {n}: return {n * 7}" for n in range(50)),
        f"a = {list(range(33))}\nb = {list(range(33, 70))}\nreturn a + b",
    ],
)
def test_hard_coded_results_are_refused(lines: str) -> None:
    decision = body(lines)
    assert decision is not None
    assert decision.reason is Reason.CACHING
    assert "hard-coded table" in decision.detail


def test_tables_that_the_original_has_may_stay() -> None:
    table = list(range(100))
    module = f"def f(k):\n    t = {table}\n    return t[k] + 0\n"
    assert judge(module, "f", f"def f(k):\n    return {table}[k]") is None
    assert body(f"return {list(range(20))}[k]") is None
