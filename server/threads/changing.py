"""How a thread is changed: decided as it is, and done, in one transaction: the row, the events, the audit row (AR-7), or
nothing. Telling the others comes after the commit.

Knows changes by what they come to. Refuses to know why anything is changed: that is what its callers decide.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from protocol.errors import NotFound
from protocol.events import Event
from protocol.ids import notes_stream, thread_stream
from protocol.people import Person
from protocol.wire import Id
from server.audit import trail
from server.core.context import Context, Means
from server.core.happening import happen
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Row, Session
from storage.threads import ThreadDoc


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of a thread comes to."""

    audited_as: str
    """What the trail calls it; empty for what stands in no trail."""
    events: Sequence[Event] = ()
    """In t:."""
    notes: Sequence[Event] = ()
    """In n:."""
    fields: Row = field(default_factory=dict)
    messages: Sequence[Draft] = ()
    """Appended to t: behind the events."""
    text: str = ""


Decide = Callable[[ThreadDoc], Change | None]
"""Sees the thread inside the transaction, and may be asked again after a conflict; None changes nothing."""
Check = Callable[[Session], Awaitable[None]]
"""Looks with the session at whatever else the change depends on, or writes what belongs to it; raises what then becomes of
the change."""


async def change(
    context: Context, thread_id: Id, decide: Decide, check: Check | None = None, key: str | None = None
) -> list[Stored]:
    """Change a thread in somebody's name; what was appended. `key`: of what it makes. Raises NotFound."""

    async def note(thread: ThreadDoc, made: Change, session: Session) -> None:
        if made.audited_as:
            await trail.note(context, thread, made.audited_as, made.text, session)

    return await _change(
        context.means, context.principal.firm_id, context.principal.person, thread_id, decide, check, key, note
    )


async def by_itself(
    means: Means, firm_id: Id, thread_id: Id, decide: Decide, check: Check | None = None
) -> list[Stored]:
    """Change a thread in nobody's name, because of what has happened or what time it is; what was appended."""

    async def note(thread: ThreadDoc, made: Change, session: Session) -> None:
        if made.audited_as:
            await trail.note_by_itself(means, thread, made.audited_as, made.text, session)

    return await _change(means, firm_id, None, thread_id, decide, check, None, note)


async def _change(
    means: Means,
    firm_id: Id,
    person: Person | None,
    thread_id: Id,
    decide: Decide,
    check: Check | None,
    key: str | None,
    note: Callable[[ThreadDoc, Change, Session], Awaitable[None]],
) -> list[Stored]:
    store = means.store

    async def work(session: Session) -> tuple[list[Stored], list[Stored]]:
        if check is not None:
            await check(session)
        thread = await store.threads.get(firm_id, thread_id, session)
        if thread is None:
            raise NotFound("There is no such thread.")
        made = decide(thread)
        if made is None:
            return [], []
        at = means.clock.now()
        drafts = [_draft(thread, thread_stream(thread_id), at, person, event) for event in made.events]
        drafts += made.messages
        visible = await store.streams.append_in(session, drafts) if drafts else []
        drafts = [_draft(thread, notes_stream(thread_id), at, person, event) for event in made.notes]
        inside = await store.streams.append_in(session, drafts) if drafts else []
        fields = dict(made.fields)
        if inside:
            fields |= {"notes_head": inside[-1].seq, "updated_at": max(thread.updated_at, at)}
        await store.threads.change(firm_id, thread_id, fields, session, visible)
        await note(thread, made, session)
        happened = [*visible, *inside]
        return happened, happened

    return await happen(means, work, streams=thread_stream(thread_id), key=key)


def _draft(thread: ThreadDoc, stream: str, at: int, person: Person | None, event: Event) -> Draft:
    return Draft(stream=stream, firm_id=thread.firm_id, account_id=thread.account_id, at=at, actor=person, event=event)
