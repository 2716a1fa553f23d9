"""What became of letters, as those hear of it whom it concerns. The scheduler calls it for each outcome.

A reminder's fate comes back to its reminder; that of any letter to a contact stands on their place in the account; one
about a chat that failed is told to the staff who follow the chat, and so is what becomes of it when it is tried again; and
one about no chat is told to whom server.letters.lost says.
Each can be told twice (P9). Refuses to know SMTP, and whose fault a refusal was: the letter's `said` has that.
"""

from collections import Counter
from typing import Final

from protocol.ids import notes_stream
from protocol.letters import LetterFailed
from protocol.people import Person
from server.core.context import Means
from server.core.happening import tell
from server.letters import lost, since
from server.reminders import fates as reminder_fates
from server.reminders.fates import delivery
from storage.letters import LetterDoc, Outcome, ServerWords
from storage.log.streams import Draft
from storage.people import ContactDoc

DECIDED: Final[Counter[Outcome]] = Counter()
"""How often each has become of a letter, since this process began."""


async def decided(means: Means, letter: LetterDoc, state: Outcome, said: ServerWords | None) -> None:
    """Tell what has become of a letter, which stands in it already. May be called again with the same: whoever dies
    between the two leaves it to the next (P9). `waiting` is an outcome too: it will be tried again at `due_at`."""
    DECIDED[state] += 1
    if letter.kind == "client_reminder":
        await reminder_fates.decided(means, letter)
    contact = await means.store.people.contact(letter.firm_id, letter.person_id) if letter.side == "contact" else None
    if letter.kind == "invitation" or letter.kind == "copy":
        await lost.decided(means, letter, state, contact)
    if letter.once_failed and letter.thread_id is not None:
        await since.tell(means, letter.firm_id, letter.thread_id, [letter.id])
    if contact is None or letter.account_id is None:
        return
    if state in ("sent", "failed", "unknown") or (state == "waiting" and said is not None):
        await means.store.people.note_mail(
            letter.firm_id, letter.account_id, contact.id, delivery(letter, contact.name)
        )
    if state == "failed" and letter.thread_id is not None:
        await _failed(means, letter, letter.thread_id, contact)


async def _failed(means: Means, letter: LetterDoc, thread_id: str, contact: ContactDoc) -> None:
    """The staff of the chat hear of it, once for each time that the letter was given up."""
    seen = delivery(letter, contact.name)
    appended = await means.store.streams.append(
        Draft(
            stream=notes_stream(thread_id),
            firm_id=letter.firm_id,
            account_id=letter.account_id,
            at=seen.at,
            actor=None,
            event=LetterFailed(
                letter_id=letter.id,
                person=Person(id=contact.id, side="contact", name=contact.name),
                said=seen.said or seen.reason,
            ),
            key=f"failed:{letter.id}:{letter.decided_at}",
        )
    )
    # Also when it was there before: whoever appended it may have died before telling anybody.
    tell(means, [appended.stored])
