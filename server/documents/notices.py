"""Documents that came into folders: who hears of the account is to be told of them, once for all that come together,
unless a message carries them, which tells of itself (DC-6, ZP-5).

What is attached is saved before the message goes, so nobody is told before some time has gone by without another. Refuses
to know who is told, and how: that is `server.inbox.of_documents`.
"""

from typing import Final

from protocol.people import Person
from protocol.wire import Id, Ms
from server.core.context import Context, Means
from storage.documents import DocumentDoc
from storage.mongo.connection import Session

UPLOADED: Final = "documents_uploaded"
REFUSED: Final = "document_refused"
TOLD_AFTER_MS: Final[Ms] = 10 * 60_000
"""Since the last one that came."""


async def leave(context: Context, account_id: Id, session: Session) -> None:
    """In the transaction that makes a document: note that it is to be told of."""
    principal, at = context.principal, context.clock.now()
    await leave_of(context.means, principal.firm_id, account_id, principal.person, at, session)


async def leave_of(means: Means, firm_id: Id, account_id: Id, by: Person, now: Ms, session: Session) -> None:
    """The same, of what somebody made and is offered now."""
    await means.store.chores.add(UPLOADED, account_id, firm_id, by, now + TOLD_AFTER_MS, session)


async def leave_refused(means: Means, document: DocumentDoc, now: Ms, session: Session) -> None:
    """In the transaction in which a document is refused: note that staff are to be told, once for all of an account that
    are refused until then."""
    await means.store.documents.untold(document, session)
    await means.store.chores.add(REFUSED, document.account_id, document.firm_id, document.uploaded_by, now, session)
