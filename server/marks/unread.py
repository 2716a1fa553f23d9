"""Marking a thread as unread for the whole firm (RD-9): one colleague's glance has marked it read for all of them.

Moves the firm's shared position back, and nobody's own: receipts say what happened, and contacts hear nothing of it.
"""

from protocol.asked import Done
from protocol.errors import Invalid
from protocol.ids import thread_stream
from protocol.marks import MarkUnread
from protocol.threads import ThreadUnread
from server.core.context import Context
from server.core.doing import does
from server.core.rules import FactsScope
from server.threads.changing import Change, change
from storage.log.streams import Head
from storage.mongo.documents import to_document
from storage.threads import Position, ThreadDoc


@does(MarkUnread)
async def mark(context: Context, command: MarkUnread, scope: FactsScope) -> Done:
    """Unread from a position on. Where nothing of the contacts' stands behind it, or it is unread already, nothing
    changes. Raises Invalid for a position beyond the head."""
    streams, stream = context.store.streams, thread_stream(scope.thread.id)
    if await streams.at(stream, command.seq) is None:
        raise Invalid(path="$.seq", expected="a position of the thread", got=str(command.seq))
    totals = await streams.totals_at(stream, command.seq - 1) or Head()

    def decide(thread: ThreadDoc) -> Change | None:
        unread = thread.head.contact_messages - totals.contact_messages
        if unread <= 0 or thread.firm_read.seq <= totals.seq:
            return None
        position = Position(seq=totals.seq, messages=totals.contact_messages, at=thread.firm_read.at)
        back = ThreadUnread(
            read_seq=position.seq, unread=unread, read_messages=position.messages, turns_back=thread.firm_turns_back + 1
        )
        return Change(
            audited_as="",
            notes=[back],
            fields={
                "firm_read": to_document(position),
                "firm_turns_back": back.turns_back,
                "firm_unread": unread,
                "has_unread": True,
            },
        )

    await change(context, scope.thread.id, decide)
    return Done()
