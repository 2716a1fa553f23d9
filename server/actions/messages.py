"""Messages: sent, internal or not.

The hot path: one insert, then the reply. What follows from a message is drawn by the settler, twice if need be.
"""

from protocol import body as bodies
from protocol.commands import MessageAccepted, MessageSend
from protocol.errors import Conflict, Forbidden, NotFound
from protocol.events import MessageSent, Quote
from protocol.ids import new_id, notes_stream, split_stream, thread_stream
from protocol.wire import Id
from server.access import ThreadScope
from server.actions import threads
from server.context import Context
from storage.streams import Draft
from storage.threads import ThreadDoc

QUOTE_CHARACTERS_MAX = 280


async def send(context: Context, command: MessageSend, scope: ThreadScope) -> MessageAccepted:
    """Write to a thread (MS-1); durable when it returns (P1), once for each key (P2).

    Raises Invalid for a blank or overlong body or a mention of nobody, Forbidden for an internal message by a contact,
    Conflict for staff in an archived thread (MS-8), NotFound for a quote of another thread's message.
    """
    bodies.check(command.body)
    principal, thread = context.principal, scope.thread
    if command.internal and not principal.is_staff:
        raise Forbidden("Only staff write internal messages.")
    await check_mentions(context, thread.account_id, command.body)
    if thread.state == "archived":
        if principal.is_staff:
            raise Conflict("Reopen the thread first.", reason="thread_archived")
        await threads.reopen_for_contact(context, thread)
    stream = notes_stream(thread.id) if command.internal else thread_stream(thread.id)
    quote = await _quote(context, thread, command.quoted_message_id, command.internal)
    appended = await context.store.streams.append(
        Draft(
            stream=stream,
            firm_id=thread.firm_id,
            account_id=thread.account_id,
            at=context.clock.now(),
            actor=principal.person,
            event=MessageSent(
                message_id=new_id(),
                client_message_id=command.client_message_id,
                body=command.body,
                quote=quote,
                after=await _position(context, thread) if command.internal else None,
            ),
            key=f"{principal.user_id}:{command.client_message_id}",
        )
    )
    stored = appended.stored
    # Also when it was there before: the node that stored it may have died before it could tell anybody.
    context.announcer.event(stored)
    context.settler.settle(stored)
    if not isinstance(stored.event, MessageSent):
        raise Conflict("This key was used for something else.", reason="key_reused")
    return MessageAccepted(message_id=stored.event.message_id, stream=stored.stream, seq=stored.seq, at=stored.at)


async def check_mentions(context: Context, account_id: Id, body: bodies.Body) -> None:
    """Refuse a mention by a contact (MN-5), or of somebody who can't see the account (MN-4, AC-5)."""
    mentioned = bodies.mentions(body)
    if not mentioned:
        return
    if not context.principal.is_staff:
        raise Forbidden("Only staff mention staff.")
    allowed = {member.id for member in await threads.staff_who_see(context.store, context.principal.firm_id, account_id)}
    for staff_id in mentioned:
        if staff_id not in allowed:
            raise NotFound("Somebody mentioned has no access to this account.", reason="mention_without_access")


async def _position(context: Context, thread: ThreadDoc) -> int:
    """Where in t: an internal message stands: behind everything there is now."""
    return (await context.store.streams.head(thread_stream(thread.id))).seq


async def _quote(context: Context, thread: ThreadDoc, message_id: Id | None, internal: bool) -> Quote | None:
    if message_id is None:
        return None
    quoted = await context.store.streams.message(message_id)
    if quoted is None or split_stream(quoted.stream)[1] != thread.id:
        raise NotFound("The quoted message is not in this thread.")
    inside = quoted.stream.startswith("n:")
    # An internal message may be quoted in an internal one only, or the quote would carry it to the client (AC-6).
    if inside and not internal:
        raise NotFound("The quoted message is not in this thread.")
    if not isinstance(quoted.event, MessageSent) or quoted.actor is None:
        raise NotFound("The quoted message is not in this thread.")
    text = bodies.plain_text(quoted.event.body)[:QUOTE_CHARACTERS_MAX]
    return Quote(message_id=message_id, person=quoted.actor, text=text)
