"""Messages that carry documents: who may have one carry which, and which threads show that they carry something.

A message carries ids and nothing else (DC-8). Refuses to know how messages are sent.
"""

from collections.abc import Collection, Sequence
from typing import Final

from protocol.errors import Conflict, NotFound
from protocol.messages import MessageSent
from protocol.wire import Id
from server.core import cabinet
from server.core.context import Context
from server.core.rules import may_with
from storage.carried import CarriedDoc
from storage.log.drafts import Draft
from storage.mongo.connection import Session
from storage.threads import ThreadDoc

LOOKED_AT_MAX: Final = 2_000
"""Of what the threads of one page carry: whether there is something is seen sooner as a rule."""


async def check(context: Context, account_id: Id, document_ids: Sequence[Id], *, internal: bool) -> list[Id]:
    """The documents that a message of the asker's is to carry, each once.

    Raises Forbidden for staff without the right to manage documents (DC-12), NotFound for what the asker may not see or
    what is of another account, Conflict `document_private` for what contacts would not see (DC-1).
    """
    wanted = list(dict.fromkeys(document_ids))
    if not wanted:
        return []
    if context.principal.is_staff:
        may_with(context.principal, "manage_documents")
    seen = {document.id: folder for document, folder in await cabinet.documents_seen(context, wanted)}
    if any(one not in seen or seen[one].account_id != account_id for one in wanted):
        raise NotFound("There is no such document.")
    if not internal and not all(cabinet.contacts_see(folder) for folder in seen.values()):
        raise Conflict("A document in a private folder can't be sent.", reason="document_private")
    return wanted


def rows_of(draft: Draft) -> list[CarriedDoc]:
    """What a message carries, as it is noted with it."""
    event = draft.event
    if not isinstance(event, MessageSent) or draft.account_id is None:
        return []
    return [
        CarriedDoc(
            id=f"{document_id}:{event.message_id}",
            firm_id=draft.firm_id,
            account_id=draft.account_id,
            thread_id=draft.stream[2:],
            stream=draft.stream,
            document_id=document_id,
            at=draft.at,
        )
        for document_id in event.attachments
    ]


async def note(context: Context, drafts: Sequence[Draft], session: Session) -> None:
    """Note what messages carry, in the transaction that appends them."""
    rows = [row for draft in drafts for row in rows_of(draft)]
    if rows:
        await context.store.carried.add(rows, session)


async def showing(context: Context, threads: Collection[ThreadDoc]) -> set[Id]:
    """Which of some threads carry a document that the asker may see now (DC-4)."""
    principal, some = context.principal, [thread.id for thread in threads if thread.carries]
    if not some:
        return set()
    rows = [
        row
        for row in await context.store.carried.of_threads(principal.firm_id, some, LOOKED_AT_MAX)
        if principal.is_staff or row.stream.startswith("t:")
    ]
    seen = {document.id for document, _ in await cabinet.documents_seen(context, [row.document_id for row in rows])}
    return {row.thread_id for row in rows if row.document_id in seen}
