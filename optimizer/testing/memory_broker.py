"""A broker that forgets everything with its process, and whenever a test wants it to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from optimizer.domain.errors import BrokerError
from optimizer.domain.work import Queue, WorkItem


@dataclass
class MemoryBroker:
    """Implements `optimizer.ports.Broker`."""

    down: bool = False
    messages: list[tuple[Queue, int]] = field(default_factory=list)

    def check(self) -> None:
        if self.down:
            raise BrokerError("the broker is down: a test said so")

    def send(self, items: Sequence[WorkItem]) -> None:
        self.check()
        self.messages += [(item.queue, item.id) for item in items]

    def held(self, queue: Queue) -> int:
        self.check()
        return sum(one is queue for one, _ in self.messages)

    def items(self, queue: Queue) -> frozenset[int]:
        self.check()
        return frozenset(item_id for one, item_id in self.messages if one is queue)

    def close(self) -> None:
        pass

    def delivered(self) -> Iterator[tuple[Queue, int]]:
        """Message after message, also those that are sent meanwhile, until there is none."""
        while self.messages:
            yield self.messages.pop(0)
