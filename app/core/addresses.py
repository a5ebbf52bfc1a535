"""Which addresses nobody may be sent to: those that only this machine, or its cloud, can see."""

import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address

# Where clouds serve credentials to whoever asks from inside; most are link-local besides.
_METADATA = {
    ipaddress.ip_address(text)
    for text in (
        *("169.254.169.254", "fd00:ec2::254", "fd20:ce::254"),
        *("100.100.100.200", "168.63.129.16", "192.0.0.192"),
    )
}
_METADATA_NAMES = {"metadata", "metadata.google.internal", "metadata.goog", "instance-data"}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")


def is_forbidden_name(host: str) -> bool:
    """A name that means a cloud's metadata service wherever it is known."""
    return host.rstrip(".").lower() in _METADATA_NAMES


def literal(host: str) -> str | None:
    """The address that a host is one of, in any spelling that resolvers take; None for a name.

    `2130706433`, `0x7f.1` and `0177.0.0.1` are all 127.0.0.1.
    """
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def is_forbidden(address: str, *, allow_loopback: bool) -> bool:
    """Private networks are fit: that is where a NAS lives."""
    ip = _unwrapped(ipaddress.ip_address(address))
    if ip.is_loopback:
        return not allow_loopback
    if ip in _METADATA or ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return True
    if isinstance(ip, IPv4Address):
        return ip in _THIS_NETWORK or ip.is_reserved
    return ip.is_site_local


def is_public(address: str) -> bool:
    """An address of the internet, and neither of this machine nor of any network of its own."""
    ip = _unwrapped(ipaddress.ip_address(address))
    return ip.is_global and not is_forbidden(str(ip), allow_loopback=False)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one carries, since that is where its packets go."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if int(ip) >> 32 == 0 and int(ip) > 1:
        return IPv4Address(int(ip))
    return ip.ipv4_mapped or ip.sixtofour or ip
