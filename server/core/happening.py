"""How something happens: what is written, and the events that say so, are one transaction; once it is committed, those who
are connected hear of it and its consequences are drawn.

What a process that dies in between leaves is in the log: nodes hear of it by themselves (server.network.healing), and the
sweep settles it. Refuses to know what happens, and why.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from protocol.ids import StreamKind, split_stream
from server.core.context import Means
from storage.log.streams import Stored
from storage.mongo.connection import Session, ours

T = TypeVar("T")
Work = Callable[[Session], Awaitable[tuple[T, Sequence[Stored]]]]
"""Reads, writes, appends and notes in the trail with the session alone, and may be run again; its result and what it
appended."""


async def happen(
    means: Means, work: Work[T], *, streams: str | Sequence[str] | None = None, key: str | None = None
) -> T:
    """Do `work` in a transaction, then tell of what it appended; its result.

    `streams`: those of threads that it appends to, with `key` of what it makes (`Streams.transact`); without them it
    appends to people's own or the firm's. Lets out what `work` raises, and Unavailable.
    """
    if streams is not None:
        result, happened = await means.store.streams.transact(streams, work, key)
    else:
        async with ours():
            result, happened = await means.store.mongo.transact(work)
    tell(means, happened)
    return result


def tell(means: Means, happened: Iterable[Stored]) -> None:
    """After the commit: whoever may hears of it, and its consequences are drawn. Own streams have none."""
    for stored in happened:
        means.announcer.event(stored)
        if split_stream(stored.stream)[0] is not StreamKind.USER:
            means.settler.settle(stored)
