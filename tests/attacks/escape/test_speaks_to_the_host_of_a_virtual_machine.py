"""AF_VSOCK reaches the host that this machine is a guest of, whatever network namespace it comes from."""

from tests.support.attacks import attack, told

CONNECT = """
    families = {"vsock": 40, "alg": 38, "packet": 17, "key": 15, "tipc": 30, "rds": 21, "xdp": 44,
        "unspec": 0}
    kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET)
    tell({name: sorted({tried(socket.socket, number, kind) for kind in kinds}) for name,
        number in families.items()}
         | {"unix": [tried(socket.socket, socket.AF_UNIX, socket.SOCK_STREAM)]})
    """


def test_only_the_usual_families_of_sockets_are_to_be_had() -> None:
    found = told(attack(CONNECT))
    assert found.pop("unix") == ["done"]
    assert {name: errors for name, errors in found.items() if errors != ["EAFNOSUPPORT"]} == {}
