"""What follows when somebody gains or loses access, in the one place that every such change calls (AC-15).

The change and its `access.changed` event are one transaction; the sockets hear of it at once, and again with a retry
that finds nothing left to change. Refuses to know why access changed.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from protocol.entities import Person
from protocol.events import AccessChanged
from protocol.ids import user_stream
from protocol.wire import Id
from server import auth
from server.actions import threads
from server.context import Context
from storage.mongo import Row, Session, ours
from storage.people import ContactDoc, StaffDoc
from storage.streams import Draft, Stored

ACCOUNTS_LISTED_MAX: Final = 1_000
"""Of a change to more accounts the event names none: both lists are empty, and everything is to be loaded anew."""

ASSIGNED_THREADS_MAX: Final = 100_000

Somebody = StaffDoc | ContactDoc


async def change(
    context: Context,
    person: Somebody,
    write: Callable[[Session], Awaitable[None]],
    *,
    lost: Collection[Id] = (),
    gained: Collection[Id] = (),
    unlisted: bool = False,
) -> None:
    """Write what changes somebody's access, together with the event that tells them.

    `unlisted`: more changed than the lists say, or can say. Without any of the three it is a plain write.
    """
    if len(lost) + len(gained) > ACCOUNTS_LISTED_MAX:
        lost, gained, unlisted = (), (), True
    told = bool(lost or gained or unlisted)
    draft = Draft(
        stream=user_stream(person.id),
        firm_id=person.firm_id,
        account_id=None,
        at=context.clock.now(),
        actor=context.principal.person,
        event=AccessChanged(lost=sorted(lost), gained=sorted(gained), at=context.clock.now()),
    )

    async def work(session: Session) -> list[Stored]:
        await write(session)
        return await context.store.streams.append_in(session, [draft]) if told else []

    async with ours():
        happened = await context.store.mongo.transact(work)
    announce(context, person.id)
    for stored in happened:
        context.announcer.event(stored)


async def clear_up(context: Context, member: StaffDoc) -> None:
    """Take from somebody what they have where they have no access any more; again and again without harm.

    Inbox entries go (AC-15), and threads that they were responsible for have nobody (AS-5).
    """
    principal = await auth.principal_of(context.store, member.id, "staff", member.id)
    person, inbox = Person(id=member.id, side="staff", name=member.name), context.store.notifications
    if principal is None:
        await inbox.forget(member.id)
        await threads.clear_assignments(context, person)
        return
    if principal.sees_all:
        return
    await inbox.forget(member.id, but_of=principal.account_ids)
    query: Row = {"firm_id": member.firm_id, "assignee_id": member.id}
    assigned = await context.store.threads.find(query, [("_id", 1)], ASSIGNED_THREADS_MAX)
    for account_id in {thread.account_id for thread in assigned if not principal.sees(thread.account_id)}:
        await threads.clear_assignments(context, person, account_id)


def announce(context: Context, user_id: Id) -> None:
    """Have the person's sockets look up their access anew; harmless when nothing changed, and heals a lost bell."""
    context.announcer.access_changed(user_id)
