"""A wire between two programs that can be cut."""

import contextlib
import selectors
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Wire:
    """Listens on a port of this machine and passes on to another one, until it is cut; then it takes no
    connection, and those there are get nothing through any more, as when a cable is pulled."""

    to: tuple[str, int]
    _listening: socket.socket = field(init=False)
    _cut: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> "Wire":
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._listening.close()
        self.cut()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def cut(self) -> None:
        """Until `mend`. Connections there were are broken for good."""
        self._cut.set()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def mend(self) -> None:
        self._cut.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._cut.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(self.to)
            except OSError:
                near.close()
                continue
            self._open += [near, far]
            threading.Thread(target=_pump, args=(near, far), daemon=True).start()


def _pump(near: socket.socket, far: socket.socket) -> None:
    """Both ways, until one side ends."""
    other: dict[object, socket.socket] = {near: far, far: near}
    with selectors.DefaultSelector() as selector, near, far, contextlib.suppress(OSError):
        for one in (near, far):
            selector.register(one, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                to = other[key.fileobj]
                data = (far if to is near else near).recv(65536)
                if not data:
                    return
                to.sendall(data)
