"""Whether a host is this very machine, where nothing need be encrypted."""

from ipaddress import ip_address


def is_here(host: str) -> bool:
    """Loopback by address or by name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
