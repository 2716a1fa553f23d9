"""Which keys somebody is at work with on this node, so that no refusal overtakes the outcome of a first try (P2).

A try lasts until its work can't reach the log any more: that may be long after whoever asked has gone. Knows nothing of
other nodes: what they have stored is in the log, and is looked up there.
"""

import asyncio


class Tries:
    """The tries that are under way, by key."""

    def __init__(self) -> None:
        self._under_way: dict[str, int] = {}
        self._awaited: dict[str, asyncio.Future[None]] = {}

    def begin(self, key: str) -> None:
        """Somebody begins; `end` must follow."""
        self._under_way[key] = self._under_way.get(key, 0) + 1

    def end(self, key: str) -> None:
        """What was begun has an outcome: it is in the log, or will never be."""
        left = self._under_way[key] - 1
        if left:
            self._under_way[key] = left
            return
        del self._under_way[key]
        awaited = self._awaited.pop(key, None)
        if awaited is not None and not awaited.done():
            awaited.set_result(None)

    async def ended(self, key: str) -> None:
        """Wait until nobody is at work with a key: not from within a try with it."""
        while key in self._under_way:
            awaited = self._awaited.get(key)
            if awaited is None:
                awaited = self._awaited[key] = asyncio.get_running_loop().create_future()
            await asyncio.shield(awaited)  # others may wait for the same
