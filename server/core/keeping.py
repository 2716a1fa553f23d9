"""What windows keep (protocol.kept), on this side: changed together with the events that tell of it, and listed in pages.

An entity and its event are one transaction, and both are numbered by the one stream: so whoever applies the stream in order
has what the store has, and of two changes at once the later one is told later. Knows own streams and the cursor; refuses
to know the kinds.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from protocol.asked import Asked
from protocol.events import Event
from protocol.ids import firm_stream, user_stream
from protocol.kept import KeptList
from protocol.wire import Id, Seq
from server.core import keys
from server.core.context import Context
from server.core.happening import happen
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session

T = TypeVar("T")


class Entity(Protocol):
    """Is known by its id."""

    @property
    def id(self) -> Id: ...


E = TypeVar("E", bound=Entity)


def draft(
    context: Context, event: Event, *, personal: bool = False, key: str | None = None, meant: str | None = None
) -> Draft:
    """What tells of a change: all who work at the firm, or the asker alone if it is `personal`."""
    principal = context.principal
    return Draft(
        stream=user_stream(principal.user_id) if personal else firm_stream(principal.firm_id),
        firm_id=principal.firm_id,
        account_id=None,
        at=context.clock.now(),
        actor=principal.person,
        event=event,
        key=key,
        meant=meant,
    )


async def change(context: Context, write: Callable[[Session], Awaitable[tuple[T, Sequence[Draft]]]]) -> T:
    """Write something and tell of it; what `write` said.

    `write` reads and writes with the session alone and may be run again; it says what there is to tell. Whoever changes
    something of the same stream at the same time is before it or behind it, never beside it: what `write` counts is so.
    Lets KeyTaken out where a draft's key is in the log. Raises Unavailable.
    """

    async def work(session: Session) -> tuple[T, list[Stored]]:
        result, drafts = await write(session)
        return result, await context.store.streams.append_in(session, drafts) if drafts else []

    return await happen(context.means, work)


async def make(
    context: Context,
    command: Asked,
    client_key: str,
    work: Callable[[str, str], Awaitable[T]],
    made: Callable[[Event], T | None],
) -> T:
    """Make an entity for a person's key, or answer with the one that it has made (P2).

    `work` gets the key and the meaning that its draft is to bear; `made` says what an event has made, None for an event of
    another kind. Raises Conflict `key_reused` where the key stands for something else, and what `work` raises.
    """
    streams = context.store.streams
    key, meant = f"{context.principal.user_id}:{client_key}", keys.meaning(command)

    async def first() -> T | None:
        stored = await streams.first_with(key)
        if stored is None:
            return None
        entity = made(stored.event)
        if entity is None:
            raise keys.reused()
        keys.check_meaning(stored.meant, meant)
        return entity

    return await keys.once(streams.tries, key, lambda: work(key, meant), first)


async def page(
    context: Context, command: KeptList, find: Callable[[Id, int], Awaitable[Sequence[E]]]
) -> tuple[list[E], Id | None, dict[str, Seq]]:
    """A page of a kind: entities, `next` and `heads`. `find` gives so many with an id above one, ascending."""
    heads = await context.store.streams.heads(context.principal.own_streams)  # before what is no older then
    found = await find(command.after or "", command.limit + 1)
    shown = list(found[: command.limit])
    return shown, shown[-1].id if len(found) > len(shown) else None, heads
