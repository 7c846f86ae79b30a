"""Which branches of a function its calls reach. Runs inside the sandbox; standard library, Python 3.9 on.

A branch is a conditional jump and where it went. From Python 3.12 on they come from sys.monitoring (PEP 669),
which costs next to nothing once a jump has gone both ways; before from sys.settrace, which is slow, so that
one call is followed for so many instructions only.

What is said here steers a search for inputs (optimizer/stages/counterexample.py) and proves nothing: a
candidate that lies about its branches makes the search worse, and nothing else.
"""

import dis
import sys
import types

import canonical
import observe

_FOLLOWED = 5_000  # instructions of one call
_MOST = 500  # branches told of at once
_JUMPS = ("POP_JUMP", "JUMP_IF", "FOR_ITER")


class Stateless:
    """Stands for observe.State, which takes longer than most calls."""

    def digest(self):
        return b""


class Explorer:
    """The operation `explore`: as `call`, and the branches that the process had not reached before.

    What calls leave behind is looked at where the request asks for it: after the last of many will do."""

    def __init__(self, session):
        self.session = session
        self.watcher = None

    def call(self, header, blobs):
        if self.watcher is None:
            self.effects = observe.Effects()
            self.stateless = self.effects, Stateless()
            self.stateful = self.effects, observe.State(self.session.module, self.session.function)
            self.watcher = _watcher(self.session.function)
            if self.session.kind == "plain":  # else the function runs when its result is encoded
                self.session.run = self._watched(self.session.run)
        self.session.observers = self.stateful if header["state"] else self.stateless
        if self.session.kind == "plain":
            reply, parts = self.session.call(header, blobs)
        else:
            self.watcher.start()
            try:
                reply, parts = self.session.call(header, blobs)
            finally:
                self.watcher.stop()
        self.session.payloads.pop(header["id"], None)  # thousands come by, each once
        reply["branches"] = self.watcher.fresh[:_MOST]
        self.watcher.fresh = []
        return reply, parts

    def arguments(self, header, _):
        """The arguments of loaded payloads as they are before a call, encoded; nothing where that fails."""
        return {}, [self._encoded(key, header["limit"]) for key in header["ids"]]

    def _encoded(self, key, limit):
        try:
            args, kwargs = self.session._arguments(self.session.payloads[key])
            return canonical.encode((tuple(args), kwargs), limit)
        except Exception:  # of the target's own classes
            return b""

    def _watched(self, function):
        def run(*args, **kwargs):
            self._unnoticed(self.watcher.start)
            try:
                return function(*args, **kwargs)
            finally:
                self._unnoticed(self.watcher.stop)

        return run

    def _unnoticed(self, action):
        """That it is watched is no effect of the function's."""
        self.effects.on, before = False, self.effects.on
        action()
        self.effects.on = before


def _watcher(function):
    codes = {code: number for number, code in enumerate(_codes(function.__code__))}
    return Monitor(codes) if hasattr(sys, "monitoring") else Tracer(codes)


def _codes(code):
    """The function's code and that of what is defined in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


class Watcher:
    """`fresh`: [code, where from, where to] of branches seen for the first time, until they are taken."""

    def __init__(self, codes):
        self.codes = codes
        self.ends = {}  # (code, where from) -> where to
        self.fresh = []

    def note(self, code, start, end):
        """Whether the jump has gone both ways by now."""
        known = self.ends.setdefault((code, start), set())
        if end not in known:
            known.add(end)
            self.fresh.append([code, start, end])
        return len(known) > 1


class Monitor(Watcher):
    """By sys.monitoring. Where one event stands for both ways, the jump is watched until it has gone both."""

    def __init__(self, codes):
        super().__init__(codes)
        events = sys.monitoring.events
        sides = [getattr(events, name, 0) for name in ("BRANCH_LEFT", "BRANCH_RIGHT")]  # from 3.14 on
        self.sided = all(sides)
        self.events = sides if self.sided else [events.BRANCH]
        # The target may have tools of its own; where all places are taken nothing is watched.
        self.tool = next((tool for tool in range(6) if sys.monitoring.get_tool(tool) is None), None)

    def start(self):
        tool = self.tool
        if tool is None:
            return
        sys.monitoring.use_tool_id(tool, "branches")
        for event in self.events:
            sys.monitoring.register_callback(tool, event, self._branch)
        for code in self.codes:
            sys.monitoring.set_local_events(tool, code, sum(self.events))

    def stop(self):
        tool = self.tool
        if tool is None:
            return
        for code in self.codes:
            sys.monitoring.set_local_events(tool, code, 0)
        sys.monitoring.free_tool_id(tool)

    def _branch(self, code, start, end):
        both = self.note(self.codes.get(code, -1), start, end)
        return sys.monitoring.DISABLE if both or self.sided else None


class Tracer(Watcher):
    """By sys.settrace, instruction by instruction; not at all once every jump has gone both ways."""

    def __init__(self, codes):
        super().__init__(codes)
        self.jumps = {code: _jumps(code) for code in codes}
        self.open = sum(map(len, self.jumps.values()))
        self.left = 0

    def start(self):
        self.left = _FOLLOWED
        if self.open:
            sys.settrace(self._enter)

    def stop(self):
        sys.settrace(None)

    def _enter(self, frame, _event, _):
        if frame.f_code not in self.codes or self.left <= 0:
            return None
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        return self._follow(self.codes[frame.f_code], self.jumps[frame.f_code])

    def _follow(self, number, jumps):
        last = -1

        def instruction(frame, event, _):
            nonlocal last
            if event != "opcode":
                return instruction
            at = frame.f_lasti
            if last in jumps:
                before = len(self.fresh)
                if self.note(number, last, at) and len(self.fresh) > before:
                    self.open -= 1
            last = at
            self.left -= 1
            if self.left <= 0:
                frame.f_trace = None
            return instruction

        return instruction


def _jumps(code):
    """Where the conditional jumps stand."""
    return frozenset(one.offset for one in dis.get_instructions(code) if one.opname.startswith(_JUMPS))
