"""Processes that make many calls of one version of a function, for as long as they live."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.domain.workloads import Input
from optimizer.sandbox.runner import RunnerDiedError, RunnerTimeoutError, Session
from optimizer.stages.observe import Fork, Outcome, OutcomeKind, call, outcome_of

_LIMIT = 200_000  # bytes of arguments and result; larger ones are left out of a search
_ENDED = (OutcomeKind.HUNG, OutcomeKind.DIED)
Branch = tuple[int, int, int]  # code, where from, where to


@dataclass(slots=True)
class Worker:
    """A session that is forked anew when it hung or died."""

    fork: Fork
    _session: Session | None = None
    reached: set[Branch] = field(default_factory=set)

    def call(self, item: Input, seconds: float) -> Outcome:
        """One call as `observe` makes it: nothing is watched."""
        session = self._opened()
        session.ask("load", [item.payload], ids=[item.id])
        outcome = call(session, item, seconds)
        if outcome.kind in _ENDED:
            self.close()
        return outcome

    def explore(
        self, items: Sequence[Input], seconds: Callable[[Input], float], stateful: bool = False
    ) -> Iterator[tuple[Input, Outcome, bool]]:
        """(input, outcome, whether it reached a branch that no input had reached before).

        The state left behind is in the last outcome only, unless `stateful`: it costs more than the calls.
        The branches are what the sandbox says; a candidate that lies makes the search worse, no more.
        """
        left = list(items)
        while left:
            done = 0
            for item, outcome, news in self._explored(left, seconds, stateful):
                done += 1
                yield item, outcome, news
            left = left[done:]

    def _explored(
        self, items: Sequence[Input], seconds: Callable[[Input], float], stateful: bool
    ) -> Iterator[tuple[Input, Outcome, bool]]:
        """Up to the first that hangs or dies."""
        session = self._opened()
        session.ask("load", [item.payload for item in items], ids=[item.id for item in items])
        common = {"limit": _LIMIT, "probe": False}
        requests = [{**common, "id": item.id, "state": stateful or item is items[-1]} for item in items]
        answers = session.ask_each("explore", requests, lambda number: seconds(items[number]))
        for item in items:
            try:
                header, parts = next(answers)
            except RunnerTimeoutError:
                session.kill()
                self._session = None
                yield item, Outcome(OutcomeKind.HUNG), False
                return
            except RunnerDiedError as error:
                self.close()
                yield item, Outcome(OutcomeKind.DIED, note=str(error)), False
                return
            yield item, outcome_of(header, parts), self._note(header.get("branches"))

    def _note(self, claimed: object) -> bool:
        """Whether any is new. Whatever else than branches the sandbox may say is passed over."""
        before = len(self.reached)
        for branch in claimed if isinstance(claimed, list) and before < 10_000 else ():
            if isinstance(branch, list) and len(branch) == 3 and all(type(part) is int for part in branch):
                self.reached.add((branch[0], branch[1], branch[2]))
        return len(self.reached) > before

    def _opened(self) -> Session:
        if self._session is None:
            self._session = self.fork()
        return self._session

    def close(self) -> None:
        if self._session is not None:
            with contextlib.suppress(OSError):
                self._session.close()
            self._session = None
