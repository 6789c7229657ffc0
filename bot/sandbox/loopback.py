"""Nothing of the sandbox listens, answers or speaks beyond this machine."""

from urllib.parse import urlsplit

_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(host: str) -> bool:
    """Whether this host is this machine, by a name or number that needs no asking."""
    return host in _HOSTS


def names_loopback(header: str) -> bool:
    """Whether a Host header names this machine: a name elsewhere that merely resolves here, as in
    DNS rebinding, does not."""
    try:
        return is_loopback(urlsplit(f"//{header}").hostname or "")
    except ValueError:
        return False


def leads_to_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and is_loopback(parts.hostname or "")
    except ValueError:
        return False
