"""What windows keep (protocol.kept), on this side: changed together with the events that tell of it, and listed in pages.

An entity and its event are one transaction, and both are numbered by the one stream: so whoever applies the stream in order
has what the store has, and of two changes at once the later one is told later. Knows own streams and the cursor; refuses
to know the kinds.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from protocol.events import Event
from protocol.ids import firm_stream, user_stream
from protocol.kept import KeptList, KeptPage
from protocol.wire import Id
from server.core.context import Context
from server.core.happening import happen
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session

T = TypeVar("T")


class Entity(Protocol):
    """Is known by its id."""

    @property
    def id(self) -> Id: ...


D = TypeVar("D", bound=Entity)
P = TypeVar("P", bound=KeptPage)


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


async def page(
    context: Context,
    command: KeptList,
    answer: Callable[..., P],
    find: Callable[[Id, int], Awaitable[Sequence[D]]],
    seen: Callable[[D], Entity],
) -> P:
    """A page of a kind, which is an `answer`. `find` gives so many with an id above one, ascending; `seen` says what
    windows keep of one."""
    heads = await context.store.streams.heads(context.principal.own_streams)  # before what is no older then
    found = await find(command.after or "", command.limit + 1)
    shown = found[: command.limit]
    following = shown[-1].id if len(found) > len(shown) else None
    return answer(entities=[seen(one) for one in shown], next=following, heads=heads)
