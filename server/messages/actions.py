"""Messages: sent, internal or not.

The hot path: one insert, then the reply. Who may see the thread is known without a read, and whether it is archived is
judged by the log itself. What follows from a message is drawn by the settler, twice if need be.
"""

from collections.abc import Collection

from protocol import body as bodies
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id, notes_stream, split_stream, thread_stream
from protocol.messages import MessageAccepted, MessageSend, MessageSent, Quote
from protocol.wire import Id
from server.core import keys
from server.core.context import Context
from server.core.doing import answers_again, does
from server.core.happening import tell
from server.core.rules import FactsScope
from server.documents import carrying
from server.people import mentions, reachable
from server.shortcodes import filling
from server.threads import actions as threads
from storage.log.streams import Closed, Draft, Stored
from storage.mongo.connection import Session
from storage.threads import ThreadFacts

QUOTE_CHARACTERS_MAX = 280


@does(MessageSend)
async def send(context: Context, command: MessageSend, scope: FactsScope) -> MessageAccepted:
    """Write to a thread (MS-1); durable when it returns (P1), once for each key (P2). What the shortcodes of staff stand
    for is put in their place first (SC-3, SS-4); contacts have none.

    A retry gets the first message back, whatever has happened to the thread since; a key that meant something else is a
    Conflict. Raises Invalid for a blank or overlong body and for a template (TH-4), Forbidden for an internal message or a
    mention by a contact, Conflict for staff in an archived thread (MS-8) and where nobody of the account can log in (AC-8),
    NotFound for a mention of somebody without access, a quote of another thread's message or a document that the asker may
    not see.
    """
    mentioned = _checked(context, command)
    key, meant, streams = _key(context, command), keys.meaning(command), context.store.streams

    async def work() -> Stored:
        return await _appended(context, await _draft(context, command, scope.thread, mentioned, key, meant))

    stored = await keys.once(streams.tries, key, work, lambda: streams.first_with(key))
    return _accepted(context, command, meant, stored)


async def drafted(context: Context, command: MessageSend, thread: ThreadFacts, key: str) -> Draft:
    """The message as it would be sent now. Raises what `send` raises of it, but for a thread that is archived: that the log
    says, where it is appended with what it carries (`carrying.note`)."""
    return await _draft(context, command, thread, _checked(context, command), key, keys.meaning(command))


def _checked(context: Context, command: MessageSend) -> Collection[Id]:
    """Whom the message mentions. Raises what can be said of it by itself."""
    mentioned = bodies.check(command.body, may_be_blank=bool(command.attachments))
    if command.template_id is not None:
        raise Invalid(path="$.template_id", expected="no template: only a new thread begins with one", got="a template")
    if command.internal and not context.principal.is_staff:
        raise Forbidden("Only staff write internal messages.")
    return mentioned


@answers_again(MessageSend)
async def again(context: Context, command: MessageSend) -> MessageAccepted | None:
    """The answer to a first try that went through before access was lost: where the message stands, and nothing else."""
    key, streams = _key(context, command), context.store.streams
    await streams.tries.ended(key)
    first = await streams.first_with(key)
    return _accepted(context, command, keys.meaning(command), first) if first else None


def _key(context: Context, command: MessageSend) -> str:
    return f"{context.principal.user_id}:{command.client_message_id}"


def _accepted(context: Context, command: MessageSend, meant: str, stored: Stored) -> MessageAccepted:
    """The answer for what is in the log under the command's key. Raises Conflict if that is something else."""
    if not isinstance(stored.event, MessageSent) or split_stream(stored.stream)[1] != command.thread_id:
        raise keys.reused()
    keys.check_meaning(stored.meant, meant)
    # Also when it was there before: the node that stored it may have died before it could tell anybody.
    tell(context.means, [stored])
    return MessageAccepted(message_id=stored.event.message_id, stream=stored.stream, seq=stored.seq, at=stored.at)


async def _appended(context: Context, draft: Draft) -> Stored:
    """The message in the log: the one that is to be sent, or the one that has this key already."""
    try:
        if carrying.rows_of(draft):
            return await _appended_carrying(context, draft)
        return (await context.store.streams.append(draft)).stored
    except Closed:
        if context.principal.is_staff:
            raise Conflict("Reopen the thread first.", reason="thread_archived") from None
    # A retry must not reopen what was archived since.
    first = await context.store.streams.first_with(draft.key or "")
    return first or await threads.reopen_for_contact(context, split_stream(draft.stream)[1], draft)


async def _appended_carrying(context: Context, draft: Draft) -> Stored:
    """A message with documents: what it carries is noted with it or not at all. Raises Closed, lets KeyTaken out."""
    streams = context.store.streams

    async def work(session: Session) -> Stored:
        (stored,) = await streams.append_in(session, [draft])
        await carrying.note(context, [draft], session)
        return stored

    return await streams.transact(draft.stream, work, draft.key)


async def _draft(
    context: Context, command: MessageSend, thread: ThreadFacts, mentioned: Collection[Id], key: str, meant: str
) -> Draft:
    visible = thread_stream(thread.id)
    after = None
    if context.principal.is_staff and not command.internal:
        await reachable.must_be(context, thread.account_id)
    if command.internal:
        # Behind everything there is now; and n: can't tell by itself that the thread is archived.
        head = await context.store.streams.head(visible)
        if head.archived:
            raise Conflict("Reopen the thread first.", reason="thread_archived")
        after = head.seq
    written = body = await mentions.with_true_names(context, thread.account_id, command.body, mentioned)
    if context.principal.is_staff:
        body = await filling.body_of(context, thread.account_id, written)
    if body is not written:
        bodies.check(body, may_be_blank=bool(command.attachments))
    return Draft(
        stream=notes_stream(thread.id) if command.internal else visible,
        firm_id=thread.firm_id,
        account_id=thread.account_id,
        at=context.clock.now(),
        actor=context.principal.person,
        event=MessageSent(
            message_id=new_id(),
            client_message_id=command.client_message_id,
            body=body,
            quote=await _quote(context, thread, command.quoted_message_id, command.internal),
            after=after,
            attachments=await carrying.check(
                context, thread.account_id, command.attachments, internal=command.internal
            ),
        ),
        key=key,
        meant=meant,
        only_open=not command.internal,
    )


async def _quote(context: Context, thread: ThreadFacts, message_id: Id | None, internal: bool) -> Quote | None:
    if message_id is None:
        return None
    quoted = await context.store.streams.message(thread.firm_id, message_id)
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
