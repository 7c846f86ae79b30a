"""One forked process that serves calls of one function. Runs inside the sandbox."""

import collections
import contextlib
import functools
import gc
import marshal
import sys
import time

import batches
import canonical
import finding
import observe
import payload as payloads


class _Before(canonical.Encoder):  # type: ignore[misc]  # untyped: a file beside this one
    """Encodes arguments before a call: leaves iterators alone, since looking at one uses it up."""

    def _object(self, item, kind, stack):
        if hasattr(kind, "__next__"):
            return self._unknown(kind)
        return super()._object(item, kind, stack)


class Session:
    """One forked process that serves one function."""

    def __init__(self, module, message):
        self.module = module
        self.ballast = [bytes(24 + 8 * (number % 60)) for number in range(message["shift"])]
        self.function = finding.find(module, message["qualname"], module.__file__)
        self.kind = finding.kind(self.function)
        if self.kind in batches.ASYNC:
            import asyncio  # noqa: F401 - slow; here, so that it is no effect of whichever call comes first
        self.run = batches.null if message["null"] else self.function
        self.payloads = {}
        self.pools = []
        self.results = []
        self.kept = 0  # which pool the results are of
        self.rehearsed = None
        self.observers = None
        self.consume = False

    def load(self, header, blobs):
        """Keeps payloads under their ids."""
        self.payloads.update(zip(header["ids"], blobs))  # noqa: B905 - Python 3.9
        return {}, []

    def _arguments(self, data):
        return payloads.load(data, functools.partial(_resolve, self.module))

    def call(self, header, _):
        """One call and everything observable of it: blobs arguments, result, stdout, state, effects."""
        if self.observers is None:
            self.observers = observe.Effects(), observe.State(self.module, self.function)
        effects, state = self.observers
        try:
            args, kwargs = self._arguments(self.payloads[header["id"]])
        except BaseException as error:
            return {"kind": "unloadable", "error": f"{type(error).__name__}: {error}"[:300]}, []
        before = _Before().encode([args, kwargs]) if header["probe"] else None
        encoder = canonical.Encoder(header["limit"])
        output, effects.seen = observe.Output(), []
        kind, result, iterator, nanoseconds = self._observed(args, kwargs, output, effects)
        try:
            with _captured(output, effects):
                after = encoder.encode([args, kwargs])
                parts = [after, encoder.encode(result), output.bytes(), state.digest()]
        except canonical.UnencodableError as error:
            return {"kind": "too-large", "error": str(error)}, []
        parts[2] = output.bytes()
        parts.append("\n".join(effects.seen).encode("utf-8", "replace"))
        reply = {"kind": kind, "ns": nanoseconds, "opaque": encoder.opaque, "iterator": iterator}
        reply["mutates"] = before is not None and before != parts[0]
        return reply, parts

    def _observed(self, args, kwargs, output, effects):
        """(kind, result or exception, whether it is an iterator, nanoseconds)."""
        observe.seed()
        with _captured(output, effects):
            began = time.perf_counter_ns()
            try:
                result = batches.finish(self.kind, self.run(*args, **kwargs))
                ended = time.perf_counter_ns()
                iterator = self.kind == "generator" or hasattr(type(result), "__next__")
                return "returned", result, iterator, ended - began
            except BaseException as error:
                ended = time.perf_counter_ns()
                return _raised(error), _exception(error), False, ended - began

    def prepare(self, header, _):
        """Fresh arguments for the next timed batch, made before the clock starts.

        `fresh`: new objects for every call, since the function changes its arguments."""
        self.consume = header["consume"]
        rounds, data = header["rounds"], [self.payloads[key] for key in header["ids"]]
        if header["fresh"]:
            self.pools = [[self._arguments(one) for one in data] for _ in range(rounds)]
        else:
            self.pools = [[self._arguments(one) for one in data]] * rounds
        self.results = [None] * len(data)
        observe.seed()
        gc.collect()
        return {}, []

    def go(self, header, _):
        """The prepared calls. The results kept are those of one round, told when the clock starts."""
        self.kept = header.get("keep", len(self.pools) - 1)
        if self.kind in batches.ASYNC:  # each batch would have a loop of its own
            self.kept = len(self.pools) - 1
            self._batch(self.run, self.pools, self.results)
            return {}, []
        others = [None] * len(self.results)
        self._batch(self.run, self.pools[: self.kept], others)
        self._batch(self.run, self.pools[self.kept : self.kept + 1], self.results)
        self._batch(self.run, self.pools[self.kept + 1 :], others)
        return {}, []

    def rehearse(self, header, blobs):
        """What the function really returns, for `sealed` to hand over when the function does nothing."""
        self._sealed(self.function, header, blobs)
        self.rehearsed = self.results
        return {}, []

    def sealed(self, header, blobs):
        """Arguments arrive with the start of the clock: nothing can have been done with them before.
        Results leave before it stops: nothing can be put off until after it."""
        self._sealed(self.run, header, blobs)
        if self.rehearsed is not None:
            self.results = self.rehearsed
        return {}, [self._handed_over(header)] if header.get("hand_over") else []

    def _sealed(self, function, header, blobs):
        self.consume = header["consume"]
        observe.seed()
        pool = [self._arguments(one) for one in blobs]
        self.pools, self.results, self.kept = [pool], [None] * len(pool), 0
        self._batch(function, self.pools, self.results, bool(header.get("hand_over")))

    def _handed_over(self, header):
        """All results, with the arguments where these are changed. `marshal` is quick, and says the same
        of the same plain values; what it cannot write is encoded."""
        everything = [self.results, self.pools[0] if header["arguments"] else []]
        if header["hand_over"] == "marshal":
            with contextlib.suppress(ValueError):
                return marshal.dumps(everything, 2)
        return canonical.encode(everything, 4 * header["limit"])

    def _batch(self, function, pools, results, keep=False):
        output = sys.stdout = observe.Output()
        own = function is self.function
        kind, consume = (self.kind, self.consume) if own else ("plain", False)
        batches.run(function, kind, consume, pools, results, keep)
        output.parts.clear()

    def outputs(self, header, _):
        """Arguments and result of chosen calls of the last batch, encoded as `call` does."""
        answer = []
        for index in header["indexes"]:
            args, kwargs = self.pools[self.kept][index]
            encoder = canonical.Encoder(header["limit"])
            answer.append(encoder.encode([args, kwargs]))
            answer.append(encoder.encode(self.results[index]))
        return {}, answer

    def memory(self, header, _):
        """Peak bytes allocated during one call, by tracemalloc, arguments included."""
        import tracemalloc

        tracemalloc.start()
        args, kwargs = self._arguments(self.payloads[header["id"]])
        tracemalloc.reset_peak()
        output = observe.Output()
        sys.stdout = output
        with contextlib.suppress(Exception):
            result = batches.finish(self.kind, self.run(*args, **kwargs))
            if hasattr(type(result), "__next__"):
                collections.deque(result, maxlen=0)
        return {"peak": tracemalloc.get_traced_memory()[1]}, []


def _resolve(module, qualname):
    return functools.reduce(getattr, qualname.split("."), module)


def _raised(error):
    return "resource" if isinstance(error, (RecursionError, MemoryError)) else "raised"


def _exception(error):
    name = canonical.type_name(type(error))
    try:
        text = observe.without_addresses(str(error))
    except Exception as nested:
        text = f"<str() raises {type(nested).__name__}>"
    return [name, text]


@contextlib.contextmanager
def _captured(output, effects):
    sys.stdout, effects.on = output, True
    try:
        yield
    finally:
        effects.on = False
