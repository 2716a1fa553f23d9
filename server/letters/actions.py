"""Trying a letter again that was given up, by whoever works with the account.

The letter is the same, with the same key: whatever it tells is asked anew when it goes, and it is dropped if that isn't
true any more. Doing it twice is doing it once. An invitation is sent anew instead, since its link went with the first; the
firm's blind copies are sent again together, by who may say where they go.
"""

from protocol.errors import Conflict, NotFound
from protocol.letters import LetterCopiesRetried, LetterRetried, LetterRetry, LetterRetryCopies
from protocol.wire import Id
from server.audit import trail
from server.core.context import Context
from server.core.doing import does
from server.core.rules import AccountScope
from server.letters import lost, since
from server.people import acquaintance
from server.reminders.fates import delivery
from storage.letters import LetterDoc
from storage.mongo.connection import Session
from storage.people import ContactDoc, link_id


@does(LetterRetry)
async def retry(context: Context, command: LetterRetry, scope: AccountScope) -> LetterRetried:
    """Put a letter that failed back into the outbox, with an audit row, and say what came of it. Every inbox that tells of
    it says what is so then. Raises NotFound for one of another account, or of the firm's own, and Conflict for an
    invitation."""
    store, now = context.store, context.clock.now()
    letter = await store.letters.get(scope.account.firm_id, command.letter_id)
    if letter is None or letter.account_id != scope.account.id or letter.kind == "copy":
        raise NotFound("There is no such letter.")
    if letter.secret is None and letter.kind in ("invitation", "password_reset"):
        raise Conflict("Send a new one: its link is gone.", reason="secret_gone")
    contact = await store.people.contact(letter.firm_id, letter.person_id) if letter.side == "contact" else None
    thread = await store.threads.get(letter.firm_id, letter.thread_id) if letter.thread_id else None

    async def work(session: Session) -> LetterDoc | None:
        waiting = await store.letters.retry(letter.firm_id, letter.id, now, session)
        if waiting is None:
            return None
        if contact is not None:
            seen = delivery(waiting, contact.name)
            await store.people.note_mail(letter.firm_id, scope.account.id, contact.id, seen, session, again=True)
        if thread is not None:
            await trail.note(context, thread, "letter.retried", contact.email if contact else letter.email, session)
        return waiting

    waiting = await store.mongo.transact(work)
    if thread is not None:
        # Also where there was nothing to do: an entry of an older build may not know what became of it.
        await since.tell(context.means, thread.firm_id, thread.id, [letter.id])
    if waiting is not None:
        await store.letters.told(waiting)
    stands = waiting or await store.letters.get(letter.firm_id, letter.id) or letter
    name = letter.email if contact is None else await _name(context, scope.account.id, contact)
    return LetterRetried(again=waiting is not None, delivery=delivery(stands, name))


@does(LetterRetryCopies)
async def retry_copies(context: Context, command: LetterRetryCopies, scope: None) -> LetterCopiesRetried:
    """Put the firm's blind copies that failed back into the outbox, as far as they are kept; the inboxes that tell of it
    say so. Raises Conflict where the firm has no address for copies by now."""
    store, firm_id = context.store, context.principal.firm_id
    firm = await store.firms.get(firm_id)
    email = firm.settings.bcc if firm is not None else None
    if not email:
        raise Conflict("The firm has no address for blind copies.", reason="no_copy_address")
    count = await store.copies.retry(firm_id, email, context.clock.now())
    await lost.copies_stand(context.means, firm_id, email)
    return LetterCopiesRetried(count=count, email=email)


async def _name(context: Context, account_id: Id, contact: ContactDoc) -> str:
    """A contact's, as the asker knows them."""
    link = await context.store.people.link(contact.firm_id, account_id, contact.id)
    typed = await acquaintance.typed_names(context, [link]) if link is not None else {}
    return typed.get(link_id(account_id, contact.id), contact.name)
