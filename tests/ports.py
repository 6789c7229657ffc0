"""A port of loopback that stays free for whoever was given it, over any number of restarts."""

import random
import socket

_KEPT: list[socket.socket] = []
"""Ports given to this process. Each is held as a port of UDP, so that no other process of the tests
is given it while its service is between two lives."""
_BELOW_OUTGOING = range(10_000, 32_000)
"""Outgoing connections take theirs from 32,768 (Linux) or 49,152 on: such a connection of anybody
would lie on the port of a service that is about to be born again."""


def free_port() -> int:
    """A port nobody listens on now and no other caller is given; OSError if there is none."""
    for port in random.sample(_BELOW_OUTGOING, 100):
        held = socket.socket(type=socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            held.close()
            continue
        _KEPT.append(held)
        return port
    raise OSError("no port of a hundred is free")
