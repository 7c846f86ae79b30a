"""UDP needs no connection: a sandbox that only stops connecting lets it through."""

import socket

import pytest

from tests.support.attacks import attack, told

SEND = """
    def send(port):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"secret", ("127.0.0.1", port))
    tell(tried(send, int(sys.argv[1])))
    """


def test_no_datagram_arrives_on_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.3)
        port = str(listening.getsockname()[1])
        told(attack(SEND, port))
        with pytest.raises(TimeoutError):
            listening.recv(100)
        told(attack(SEND, port, network=True))
        assert listening.recv(100) == b"secret"  # it would have arrived
