"""Documents that came into folders: who hears of the account is to be told of them, once for all that come together,
unless a message carries them, which tells of itself (DC-6, ZP-5).

What is attached is saved before the message goes, so nobody is told before some time has gone by without another. Refuses
to know who is told, and how: that is `server.inbox.of_documents`.
"""

from typing import Final

from protocol.wire import Id, Ms
from server.core.context import Context
from storage.mongo.connection import Session

UPLOADED: Final = "documents_uploaded"
TOLD_AFTER_MS: Final[Ms] = 10 * 60_000
"""Since the last one that came."""


async def leave(context: Context, account_id: Id, session: Session) -> None:
    """In the transaction that makes a document: note that it is to be told of."""
    by, at = context.principal.person, context.clock.now() + TOLD_AFTER_MS
    await context.store.chores.add(UPLOADED, account_id, context.principal.firm_id, by, at, session)
