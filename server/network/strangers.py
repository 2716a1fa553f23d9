"""Connections of those of whom nothing is known yet: how many there may be, from one address and in all.

Whoever has not logged in is a stranger: a connection over HTTP in every state, a socket until its `hello` is believed.
Where there is no room for another one, the one that has kept us waiting for the longest gives way: an honest request takes
milliseconds and is never that one. Those for whom we are working are not cut; then the new one is refused.

Knows addresses and counts. Refuses to know protocols and sockets.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

FILES_RESERVED: Final = 128
"""For MongoDB, Redis, pages and logs, of what the process may have open."""


def rooms(connections_max: int, files_max: int) -> tuple[int, int]:
    """How many sockets of known people a process takes, and how many strangers: together no more than it has files for.

    The strangers' part is a quarter at most, so that they can't take the room of those who are logged in.
    """
    files = max(files_max - FILES_RESERVED, files_max // 2, 2)
    strangers = max(1, min(connections_max, files) // 4)
    return max(1, min(connections_max, files - strangers)), strangers


class Stranger:
    """One connection, from its first byte until it is known whose it is, or until it has ended."""

    __slots__ = ("_strangers", "cut", "key", "waited_for")

    def __init__(self, strangers: "Strangers", cut: Callable[[], None]) -> None:
        self._strangers = strangers
        self.cut = cut
        """Ends the connection at once."""
        self.key: str | None = None
        self.waited_for = True

    def works(self) -> None:
        """They have said what they want: now they wait for us."""
        self._strangers.wait_for(self, False)

    def idles(self) -> None:
        """We wait for them."""
        self._strangers.wait_for(self, True)

    def moves(self, key: str | None) -> bool:
        """A proxy says from where they really come (None: not known at the moment). Whether there is room for them."""
        self.leaves()
        return self._strangers.admit(self, key)

    def leaves(self) -> None:
        """It is known who they are, or they are gone. May be said twice."""
        self._strangers.forget(self)


class _Address:
    __slots__ = ("count", "waited_for")

    def __init__(self) -> None:
        self.count = 0
        self.waited_for: OrderedDict[Stranger, None] = OrderedDict()


class Strangers:
    """All of a process."""

    def __init__(self, strangers_max: int, per_address_max: int) -> None:
        """One address never has more than half of the room, whatever `per_address_max` says."""
        self.room = strangers_max
        self._per_address_max = min(per_address_max, max(1, strangers_max // 2))
        self._all: set[Stranger] = set()
        self._waited_for: OrderedDict[Stranger, None] = OrderedDict()
        self._addresses: dict[str, _Address] = {}
        self.cut = 0
        self.refused = 0

    def __len__(self) -> int:
        return len(self._all)

    def admit(self, stranger: Stranger, key: str | None) -> bool:
        """Let somebody in, at the cost of who has kept us waiting for longest if need be. Whether there was room.

        `key` says whose they are (`server.core.limits.address_key`); with None they count in all only.
        """
        address = self._addresses.get(key) if key is not None else None
        full = address is not None and address.count >= self._per_address_max
        if full and address is not None and not self._make_room(address.waited_for):
            self.refused += 1
            return False
        if len(self._all) >= self.room and not self._make_room(self._waited_for):
            self.refused += 1
            return False
        stranger.key = key
        self._all.add(stranger)
        if key is not None:
            # Looked up anew: the last one of an address takes it along.
            self._addresses.setdefault(key, _Address()).count += 1
        self.wait_for(stranger, stranger.waited_for)
        return True

    def _make_room(self, waited_for: OrderedDict[Stranger, None]) -> bool:
        if not waited_for:
            return False
        oldest = next(iter(waited_for))
        self.forget(oldest)
        self.cut += 1
        oldest.cut()
        return True

    def wait_for(self, stranger: Stranger, waited_for: bool) -> None:
        """Whether it is we who wait for them."""
        stranger.waited_for = waited_for
        if stranger not in self._all:
            return
        queues = [self._waited_for]
        if stranger.key is not None:
            queues.append(self._addresses[stranger.key].waited_for)
        for queue in queues:
            if waited_for:
                queue[stranger] = None
            else:
                queue.pop(stranger, None)

    def forget(self, stranger: Stranger) -> None:
        """Count somebody no longer."""
        if stranger not in self._all:
            return
        self._all.discard(stranger)
        self._waited_for.pop(stranger, None)
        if stranger.key is not None:
            address = self._addresses[stranger.key]
            address.waited_for.pop(stranger, None)
            address.count -= 1
            if not address.count:
                del self._addresses[stranger.key]
