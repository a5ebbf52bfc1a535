"""From where a key may be used."""

from ipaddress import IPv6Address, ip_address, ip_network

from app.core.errors import DomainError, Forbidden


def refuse_other(address: str, networks: tuple[str, ...]) -> None:
    """Raises Forbidden for an address outside all of them; of none, every address is inside."""
    if not is_allowed(address, networks):
        raise _outside(address)


def is_allowed(address: str, networks: tuple[str, ...]) -> bool:
    return not networks or any(_is_inside(address, network) for network in networks)


def _outside(address: str) -> DomainError:
    return Forbidden(
        "This key may not be used from here.", details={"address": [f"{address} is not allowed."]}
    )


def _is_inside(address: str, network: str) -> bool:
    try:
        caller = ip_address(address)
    except ValueError:
        return False
    # A server that listens on both families sees an IPv4 caller as ::ffff:192.0.2.1.
    mapped = caller.ipv4_mapped if isinstance(caller, IPv6Address) else None
    return (mapped or caller) in ip_network(network)
