"""Ordinary functions of about 50 microseconds, to be measured against themselves and against slower ones."""

PLAIN = {
    "sum of squares": (
        "def f(xs):\n    total = 0\n    for x in xs:\n        total += x * x\n    return total\n"
    ),
    "filter": (
        "def f(xs):\n    out = []\n    for x in xs:\n        if x % 3:\n            out.append(x)\n"
        "    return out\n"
    ),
    "histogram": (
        "def f(xs):\n    seen = {}\n    for x in xs:\n        key = x % 17\n"
        "        seen[key] = seen.get(key, 0) + 1\n    return seen\n"
    ),
    "text": "def f(xs):\n    return ', '.join(str(x) for x in xs)\n",
    "running maximum": (
        "def f(xs):\n    best, out = -1, []\n    for x in xs:\n        if x > best:\n            best = x\n"
        "        out.append(best)\n    return out\n"
    ),
    "sort by key": "def f(xs):\n    return sorted(xs, key=lambda x: (x % 10, -x))\n",
    "changes its argument": (
        "def f(xs):\n    for i in range(len(xs)):\n        xs[i] = xs[i] * 2 + 1\n    return len(xs)\n"
    ),
    "pairs": "def f(xs):\n    return [a + b for a, b in zip(xs, xs[1:]) if a != b]\n",
}
