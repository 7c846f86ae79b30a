"""Calls of one function in a row, as the clock of the trusted side wants them. Runs inside the sandbox."""

import collections

ASYNC = ("coroutine", "async-generator")


def null(*args, **kwargs):
    """What a call costs when it does nothing."""


def finish(kind, result):
    """What a call comes to: coroutines are awaited, asynchronous generators gathered."""
    if kind == "coroutine":
        return _run_async(_awaited(result))
    if kind == "async-generator":
        return _run_async(_gathered(result))
    return result


def run(function, kind, consume, pools, results, keep=False):
    """Every call of every pool; `results` are those of the last one.

    `consume`: results are iterators, drained at once; what they yield is kept only where `keep` says so."""
    if kind in ASYNC:
        _run_async(_through_async(function, kind, pools, results))
    elif consume and keep:
        _through_collecting(function, pools, results)
    elif consume:
        _through_consuming(function, pools)
    else:
        _through(function, pools, results)


def _through(function, pools, results):
    for pool in pools:
        for index, (args, kwargs) in enumerate(pool):
            results[index] = function(*args, **kwargs)


def _through_consuming(function, pools):
    drain = collections.deque(maxlen=0).extend
    for pool in pools:
        for args, kwargs in pool:
            drain(function(*args, **kwargs))


def _through_collecting(function, pools, results):
    for pool in pools:
        for index, (args, kwargs) in enumerate(pool):
            results[index] = list(function(*args, **kwargs))


async def _through_async(function, kind, pools, results):
    for pool in pools:
        for index, (args, kwargs) in enumerate(pool):
            if kind == "coroutine":
                results[index] = await function(*args, **kwargs)
            else:
                results[index] = [item async for item in function(*args, **kwargs)]


def _run_async(coroutine):
    import asyncio  # slow to import, and seldom needed

    return asyncio.run(coroutine)


async def _awaited(coroutine):
    return await coroutine


async def _gathered(generator):
    return [item async for item in generator]
