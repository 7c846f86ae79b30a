"""A server of this machine listens on 127.0.0.1, as databases do."""

import socket

from tests.support.attacks import attack, told

CONNECT = """
    def connect(port):
        socket.create_connection(("127.0.0.1", port), timeout=3).close()
    tell(tried(connect, int(sys.argv[1])))
    """


def test_a_server_on_loopback_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        assert told(attack(CONNECT, port)) in ("ECONNREFUSED", "ENETUNREACH")
        assert told(attack(CONNECT, port, network=True)) == "done"  # the server is there
