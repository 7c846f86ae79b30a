"""Addresses of the internet, told from those of our own network and of this machine."""

import ipaddress
import re

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NUMERIC = re.compile(r"0x[0-9a-f]*|[0-9]+")
_IPV6_INTERNET = ipaddress.IPv6Network("2000::/3")  # all that is given out so far
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # how a network without IPv4 sees IPv4
# Inside of what the library takes for global: tunnels that carry any IPv4 address, and special purposes.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def is_public(address: IPAddress) -> bool:
    """Anybody's: not of this machine, of a private network or a link, no multicast, no tunnel, no reserve."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
        if address not in _IPV6_INTERNET:
            return False
    special = any(address in network for network in _NOT_PUBLIC if network.version == address.version)
    return address.is_global and not address.is_multicast and not address.is_reserved and not special


def literal_address(host: str) -> IPAddress | None:
    """The address that a host is spelled as; None for a name.

    Raises ValueError for one that is spelled as a number, in octal, in hexadecimal or with parts left out:
    programs do not agree on what these mean.
    """
    if host.startswith("["):
        return ipaddress.IPv6Address(host[1:-1])
    if not host or not all(host.split(".")):
        raise ValueError(host)
    if not _NUMERIC.fullmatch(host.rsplit(".", 1)[-1]):
        return None
    return ipaddress.IPv4Address(host)  # takes four decimal numbers without leading zeros, nothing else
