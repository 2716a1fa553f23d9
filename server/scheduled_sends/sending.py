"""How what was to go later goes: once, or not at all, and then its author hears why (SS-1).

One transaction takes it away, appends the message and tells the firm, so that a process that dies leaves it as it was or
sent, and of any number of schedulers one sends it. Whether it still may go is asked as its author: whatever they may not do
any more at that time is not done in their name. Refuses to know when a scheduler looks.
"""

from typing import Final

from msgspec.structs import replace

from protocol.errors import ChattarError, Conflict, Forbidden, NotFound, Unavailable
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend
from protocol.people import Person
from protocol.scheduled_sends import Became, ScheduledSendChanged, WhyStopped
from protocol.wire import Ms
from server.core import auth
from server.core.context import Context, Means
from server.core.happening import happen
from server.core.rules import facts_of
from server.documents import carrying
from server.inbox import beside
from server.messages import actions as messages
from server.scheduled_sends import unseen
from storage.log.drafts import Closed
from storage.log.streams import Draft, KeyTaken, Stored
from storage.mongo.connection import Session
from storage.notifications import Place
from storage.scheduled_sends import ScheduledSendDoc

WHY: Final[dict[str, WhyStopped]] = {
    "thread_archived": "thread_archived",
    "account_archived": "account_archived",
    "account_not_activated": "nobody_can_read",
    "document_private": "documents",
}
"""By the reason of a refusal."""


class Answered(Exception):
    """A contact has written meanwhile."""


def as_message(send: ScheduledSendDoc) -> MessageSend:
    """What its author would send now."""
    return MessageSend(
        thread_id=send.thread_id,
        client_message_id=send.client_message_id,
        body=send.body,
        quoted_message_id=send.quoted_message_id,
        attachments=send.attachments,
    )


def key_of(send: ScheduledSendDoc) -> str:
    """The key of its message: one, whoever sends it."""
    return f"scheduled:{send.id}"


def changed(send: ScheduledSendDoc, became: Became, *, first: bool = False) -> ScheduledSendChanged:
    """What staff are told of it: never its words, which stand where they can be taken back."""
    return ScheduledSendChanged(
        scheduled_send_id=send.id,
        became=became,
        due_at=send.due_at,
        by=send.by,
        first=first,
        stopped=send.stopped if became == "stopped" else None,
    )


def note(send: ScheduledSendDoc, event: ScheduledSendChanged, at: Ms, actor: Person | None) -> Draft:
    """The firm's own note in the thread: contacts don't learn of it (AC-6)."""
    return Draft(
        stream=notes_stream(send.thread_id),
        firm_id=send.firm_id,
        account_id=send.account_id,
        at=at,
        actor=actor,
        event=event,
    )


async def send_due(means: Means, send: ScheduledSendDoc) -> bool:
    """Send one whose time has come, or say why it doesn't go. False where somebody else was faster, or changed it."""
    asker = await auth.principal_of(means.store, send.firm_id, send.by.id, "staff", new_id())
    if asker is None:
        return await _stop(means, send, "author_inactive")
    try:
        return await _send_as(Context(means, asker), send)
    except Unavailable:
        raise
    except Answered:
        return await _stop(means, send, "contact_wrote")
    except ChattarError as error:
        return await _stop(means, send, WHY.get(error.reason or "", "refused"))


async def _send_as(context: Context, send: ScheduledSendDoc) -> bool:
    try:
        await facts_of(context, send.thread_id)
    except (Forbidden, NotFound):
        return await _stop(context.means, send, "no_access")
    try:
        await carrying.check(context, send.account_id, send.attachments, internal=False)
    except (Forbidden, NotFound):
        return await _stop(context.means, send, "documents")
    return await send_now(context, send)


async def send_now(context: Context, send: ScheduledSendDoc, *, by_hand: bool = False) -> bool:
    """Send one as its author, who may see its thread. False where it isn't any more as it was read. Raises what
    `message.send` raises, Conflict for an account that is archived, and Answered unless it is done `by_hand`."""
    streams, store = context.store.streams, context.store
    account = await store.accounts.get(send.firm_id, send.account_id)
    if account is None or account.archived:
        raise Conflict("The account is archived.", reason="account_archived")
    thread = await facts_of(context, send.thread_id)
    message = await messages.drafted(context, as_message(send), thread, key_of(send))
    visible = thread_stream(send.thread_id)

    async def work(session: Session) -> tuple[bool, list[Stored]]:
        if not await store.scheduled_sends.take(send, session):
            return False, []
        head = await streams.head(visible, session)
        # An archived thread says so first: the answer may have come before it was archived.
        if send.unless_answered and not by_hand and not head.archived and head.contact_messages > send.known:
            raise Answered
        sent = await streams.append_in(session, [message], {visible: head})
        await carrying.note(context, [message], session)
        told = note(send, changed(send, "sent"), message.at, message.actor if by_hand else None)
        return True, [*sent, *await streams.append_in(session, [told])]

    try:
        return await happen(context.means, work, streams=[visible, notes_stream(send.thread_id)], key=message.key)
    except Closed:
        raise Conflict("Reopen the thread first.", reason="thread_archived") from None
    except KeyTaken:
        return False  # this very message is in the log


async def _stop(means: Means, send: ScheduledSendDoc, why: WhyStopped) -> bool:
    """It doesn't go: it keeps its words, and its author hears why. False where it isn't any more as it was read."""
    stopped = replace(send, state="stopped", stopped=why, revision=send.revision + 1)
    streams, at = means.store.streams, means.clock.now()
    news = unseen.to_author(send.firm_id, send.by, send.id, "scheduled_send.changed", at) if why == "no_access" else []

    async def work(session: Session) -> tuple[list[Place] | None, list[Stored]]:
        if not await means.store.scheduled_sends.put(stopped, session):
            return None, []
        told = note(stopped, changed(stopped, "stopped"), at, None)
        return await beside.put(means, news, at, session), await streams.append_in(session, [told])

    places = await happen(means, work, streams=notes_stream(send.thread_id))
    await beside.told(means, places or ())
    return places is not None
