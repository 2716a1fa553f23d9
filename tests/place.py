"""A port of a test's own, at which somebody listens now and then. Knows sockets, and nothing of what is said there."""

from __future__ import annotations

import contextlib
import socket

HOST = "127.0.0.1"


class Place:
    """Holds a port for as long as it is there: while nobody listens at it, no connection and no other test is given it."""

    def __init__(self) -> None:
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]
        self._listener: socket.socket | None = None

    def listener(self) -> socket.socket:
        """A socket to listen with from now on."""
        self._listener = _bound(self.port)
        return self._listener

    def end(self) -> None:
        """Nobody listens any more, to be called before the listener is closed. A process that was forked meanwhile has the
        socket too until it is the program that it is to be, and on a busy machine that takes a while."""
        if self._listener is not None:
            with contextlib.suppress(OSError):  # ENOTCONN where a system knows this of connections only
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener = None

    def leave(self) -> None:
        """Give the port away."""
        self._held.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound
