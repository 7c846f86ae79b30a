"""Abstract Unix sockets have no file that could be hidden: X11 and D-Bus listen on some."""

import socket
import uuid

from tests.support.attacks import attack, told

CONNECT = """
    sock = socket.socket(socket.AF_UNIX)
    tell(tried(sock.connect, "\\0" + sys.argv[1]))
    """


def test_an_abstract_socket_of_the_machine_is_not_reached() -> None:
    name = f"optimizer-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0" + name)
        server.listen()
        assert told(attack(CONNECT, name)) == "ECONNREFUSED"
        assert told(attack(CONNECT, name, network=True)) == "done"
