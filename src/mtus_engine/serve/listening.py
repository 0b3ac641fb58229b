"""The socket that a server listens on."""

import socket

# Connections that wait until they are taken.
_BACKLOG = 2048


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address; port 0 is any that is free.

    It listens before the server begins: who is told the address and comes at once waits, and is not turned away.

    It names TCP as its protocol: only then does asyncio send what it has at once. Without that an answer waits for the
    acknowledgement of its own head, 40 milliseconds.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound
