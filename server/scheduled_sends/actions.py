"""Messages that go out at a later time: written, shown, changed, cancelled (SS-1).

All staff who see a thread see what waits in it. It goes in its author's name, so nobody else changes its words or its time,
or sends it; owner and admins can keep anybody's from going. How it goes, and whether it still may, is in
server.scheduled_sends.sending.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from msgspec.structs import replace

from protocol.asked import Done
from protocol.errors import Conflict, Invalid, NotFound
from protocol.events import Event
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.scheduled_sends import (
    Became,
    MessageSchedule,
    ScheduledSend,
    ScheduledSendCancel,
    ScheduledSendChanged,
    ScheduledSendList,
    ScheduledSendNow,
    ScheduledSends,
    ScheduledSendUpdate,
)
from protocol.wire import Id, Seq
from server.core import keys
from server.core.context import Context
from server.core.doing import does
from server.core.happening import happen
from server.core.rules import FactsScope, facts_of
from server.messages import actions as messages
from server.scheduled_sends import planned, sending
from storage.log.streams import Stored
from storage.mongo.connection import Session
from storage.scheduled_sends import ScheduledSendDoc

SENDS_MAX: Final = 200
"""Of one person at a time, those that did not go included."""
SHOWN_MAX: Final = 500


@does(ScheduledSendList)
async def page(context: Context, command: ScheduledSendList, scope: FactsScope) -> ScheduledSends:
    """What is to go later in a thread."""
    found = await context.store.scheduled_sends.of_thread(scope.thread.firm_id, scope.thread.id, SHOWN_MAX)
    return ScheduledSends(scheduled_sends=[send.seen() for send in found])


@does(MessageSchedule)
async def schedule(context: Context, command: MessageSchedule, scope: FactsScope) -> ScheduledSend:
    """Have a message go later; the same key from the same person is one (P2).

    Raises what `message.send` would raise now; Invalid for a time that has been or is too far away, and for a position
    beyond the head; Conflict where its author has too many.
    """
    principal, streams, sends = context.principal, context.store.streams, context.store.scheduled_sends
    send = ScheduledSendDoc(
        id=new_id(),
        firm_id=scope.thread.firm_id,
        account_id=scope.thread.account_id,
        thread_id=scope.thread.id,
        by=principal.person,
        client_message_id=command.client_message_id,
        due_at=planned.later(context, command.due_at),
        body=command.body,
        seq=command.seq,
        known=await _known(context, scope.thread.id, command.seq),
        revision=1,
        state="waiting",
        unless_answered=command.unless_answered,
        quoted_message_id=command.quoted_message_id,
        attachments=list(dict.fromkeys(command.attachments)),
    )

    async def work(key: str, meant: str) -> ScheduledSend:
        async def write(session: Session) -> tuple[None, list[Stored]]:
            if (await streams.head(thread_stream(send.thread_id), session)).archived:
                raise Conflict("Reopen the thread first.", reason="thread_archived")
            if await sends.count(send.firm_id, send.by.id, session) >= SENDS_MAX:
                raise Conflict(f"{SENDS_MAX} messages of yours wait already.", reason="too_many")
            await sends.add(send, session)
            event = sending.changed(send, "waiting", first=True)
            told = replace(sending.note(send, event, context.clock.now(), principal.person), key=key, meant=meant)
            return None, await streams.append_in(session, [told])

        await _could_go(context, send)
        await happen(context.means, write, streams=notes_stream(send.thread_id), key=key)
        return send.seen()

    async def made(event: Event) -> ScheduledSend | None:
        if not isinstance(event, ScheduledSendChanged):
            return None
        return (await _seen(context, event.scheduled_send_id)).seen()

    return await keys.make(context, command, command.client_message_id, work, made)


@does(ScheduledSendUpdate)
async def update(context: Context, command: ScheduledSendUpdate, scope: None) -> ScheduledSend:
    """Change one's own. Raises NotFound for one that has gone meanwhile, Forbidden, Invalid, and what `message.send` would
    raise of new words."""
    before = await _own(context, command.scheduled_send_id)
    after = before
    if command.due_at is not None:
        after = replace(after, due_at=planned.later(context, command.due_at), state="waiting", stopped=None)
    if command.body is not None:
        after = replace(after, body=command.body)
        await _could_go(context, after)
    if command.unless_answered is not None:
        after = replace(after, unless_answered=command.unless_answered)
    if command.seq is not None:
        known = await _known(context, before.thread_id, command.seq)
        after = replace(after, seq=command.seq, known=known)
    if after == before:
        return before.seen()
    after = replace(after, revision=before.revision + 1)

    async def write(session: Session) -> bool:
        return await context.store.scheduled_sends.put(after, session)

    await _change(context, after, write, "waiting" if after.stopped is None else "stopped")
    return after.seen()


@does(ScheduledSendCancel)
async def cancel(context: Context, command: ScheduledSendCancel, scope: None) -> Done:
    """Have one not go. Raises NotFound for one that has gone meanwhile, Forbidden."""
    send = await _seen(context, command.scheduled_send_id)
    planned.may_cancel(context, send)

    async def write(session: Session) -> bool:
        return await context.store.scheduled_sends.take(send, session)

    await _change(context, send, write, "cancelled")
    return Done()


@does(ScheduledSendNow)
async def send_now(context: Context, command: ScheduledSendNow, scope: None) -> Done:
    """Send one's own at once. Raises NotFound for one that has gone, Forbidden, and what `message.send` raises."""
    send = await _own(context, command.scheduled_send_id)
    if not await sending.send_now(context, send, by_hand=True):
        raise _gone()
    return Done()


# inside


async def _seen(context: Context, send_id: Id) -> ScheduledSendDoc:
    """One in a thread that the asker may see."""
    send = await context.store.scheduled_sends.get(context.principal.firm_id, send_id)
    if send is None:
        raise _gone()
    await facts_of(context, send.thread_id)
    return send


async def _own(context: Context, send_id: Id) -> ScheduledSendDoc:
    send = await _seen(context, send_id)
    planned.must_be_own(context, send, "It goes in its author's name: only they may change or send it.")
    return send


def _gone() -> NotFound:
    return NotFound("It has been sent or cancelled.", reason="send_gone")


async def _known(context: Context, thread_id: Id, seq: Seq) -> int:
    known = await context.store.streams.totals_at(thread_stream(thread_id), seq)
    if known is None:
        raise Invalid(path="$.seq", expected="a position of the thread", got=str(seq))
    return known.contact_messages


async def _could_go(context: Context, send: ScheduledSendDoc) -> None:
    """Raises what would keep it from going now."""
    thread = await facts_of(context, send.thread_id)
    await messages.drafted(context, sending.as_message(send), thread, sending.key_of(send))


async def _change(
    context: Context, send: ScheduledSendDoc, write: Callable[[Session], Awaitable[bool]], became: Became
) -> None:
    """Write it, and tell of it, unless somebody was faster. Raises NotFound."""
    streams = context.store.streams

    async def work(session: Session) -> tuple[None, list[Stored]]:
        if not await write(session):
            raise _gone()
        event = sending.changed(send, became)
        told = sending.note(send, event, context.clock.now(), context.principal.person)
        return None, await streams.append_in(session, [told])

    await happen(context.means, work, streams=notes_stream(send.thread_id))
