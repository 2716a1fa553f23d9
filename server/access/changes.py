"""What follows when somebody gains or loses access, in the one place that every such change calls (AC-15).

What is decided is decided by the state inside the transaction that changes it: of two changes at once neither undoes
the other, and what was taken or given once is told once. The change and its `access.changed` event are that one
transaction; the sockets hear of it at once, and again with a retry that finds nothing left to change. Refuses to know
why access changed.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeVar

from protocol.accounts import AccessChanged
from protocol.ids import user_stream
from protocol.people import Person
from protocol.wire import Id
from server.core import auth
from server.core.context import Context, Means
from server.core.doing import carries_on
from server.core.happening import tell
from server.inbox import telling
from server.threads import actions as threads
from storage.chores import ChoreDoc
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session, ours
from storage.people import StaffDoc

ACCOUNTS_LISTED_MAX: Final = 1_000
"""Of a change to more accounts the event names none: both lists are empty, and everything is to be loaded anew."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change comes to for the person: the accounts that they lose and gain."""

    lost: Collection[Id] = ()
    gained: Collection[Id] = ()
    unlisted: bool = False
    """More changed than the lists say, or can say."""


async def change(
    context: Context,
    person_id: Id,
    write: Callable[[Session], Awaitable[tuple[T, Difference]]],
    *,
    has_inbox: bool = True,
) -> tuple[T, Difference]:
    """Write what may change somebody's access, together with the event that tells them; what `write` said.

    `write` first holds the person with the session (`People.hold_staff`, `hold_contact`), reads with it whatever it
    decides by, and may be run again. Where it finds no difference nobody is told. `has_inbox`: of staff, who are told
    their badge with it.
    """

    async def work(session: Session) -> tuple[tuple[T, Difference], list[Stored]]:
        result, difference = await write(session)
        draft = _draft(context, person_id, difference)
        if draft is not None and has_inbox:
            # Whatever of the inbox goes with the access has gone in this transaction.
            badge = await context.store.notifications.open_count(context.principal.firm_id, person_id, session)
            draft = _draft(context, person_id, difference, badge)
        happened = await context.store.streams.append_in(session, [draft]) if draft else []
        return (result, difference), happened

    async with ours():
        changed, happened = await context.store.mongo.transact(work)
    announce(context, person_id)
    tell(context.means, happened)
    if happened:
        await context.announcer.passed_on()
    return changed


def _draft(context: Context, person_id: Id, difference: Difference, badge: int | None = None) -> Draft | None:
    lost, gained = difference.lost, difference.gained
    if not (lost or gained or difference.unlisted):
        return None
    if len(lost) + len(gained) > ACCOUNTS_LISTED_MAX:
        lost = gained = ()
    now = context.clock.now()
    return Draft(
        stream=user_stream(person_id),
        firm_id=context.principal.firm_id,
        account_id=None,
        at=now,
        actor=context.principal.person,
        event=AccessChanged(lost=sorted(lost), gained=sorted(gained), at=now, open_count=badge),
    )


async def begin_clearing_up(context: Context, member: StaffDoc, *, sees_all: bool, session: Session) -> None:
    """In the transaction that takes something from somebody, who is as they are then: inbox entries go with it (AC-15), so
    that nobody counts or tells them any more; and what follows in their threads is not forgotten."""
    store, principal, at = context.store, context.principal, context.clock.now()
    if not (member.active and sees_all):
        assigned = await store.accounts.ids_assigned_to(member.firm_id, member.id, session) if member.active else []
        await store.notifications.forget(member.firm_id, member.id, assigned, at, session)
    await store.chores.add("clear_up", member.id, member.firm_id, principal.person, at, session)


async def clear_up(context: Context, member: StaffDoc) -> None:
    """After the transaction: tell somebody the badge if it has become another, and take from them what they are responsible
    for where they have no access any more; again and again without harm.

    Threads have nobody soon after the answer (AS-5): there may be any number of them.
    """
    latest = await context.store.notifications.latest(member.firm_id, member.id)
    await telling.tell(context.means, [latest] if latest else [])
    context.settler.later(clear_threads(context, member.firm_id, member.id), f"clear up {member.id}")


@carries_on("clear_up")
async def go_on(means: Means, chore: ChoreDoc) -> None:
    """What a process left of it: in the name of whoever caused it, or of the firm's owner if they have left since."""
    asker = await auth.principal_of(means.store, chore.firm_id, chore.by.id, chore.by.side, chore.by.id)
    if asker is None:
        owners = await means.store.people.staff_or_owners(chore.firm_id, [])
        first = owners[0].id if owners else None
        asker = await auth.principal_of(means.store, chore.firm_id, first, "staff", first) if first else None
    await clear_threads(Context(means, asker), chore.firm_id, chore.subject)


async def clear_threads(context: Context, firm_id: Id, member_id: Id) -> None:
    """Go through the threads that somebody is responsible for, some at a time, from where somebody left it."""
    chores = context.store.chores
    async with ours():
        while (chore := await chores.get(firm_id, "clear_up", member_id)) is not None:
            member = await context.store.people.staff(firm_id, member_id)
            person = Person(id=member.id, side="staff", name=member.name) if member else None
            last = await threads.clear_assignments(context, person, chore.after) if person else None
            if last is None:
                await chores.finished(chore)
            else:
                await chores.got_further(chore, last, context.clock.now())


def announce(context: Context, user_id: Id) -> None:
    """Have the person's sockets look up their access anew; harmless when nothing changed, and heals a lost bell."""
    context.announcer.access_changed(user_id)
