"""What became of a reminder's letters, and whether it counts: as sent, if at least one was handed over (RM-19).

Fates are looked up in the letters themselves, where they stand; what is drawn from them here, when the last of a reminder's
letters has one, is the row's and the cycle's count and an event for staff. It can be drawn twice (P9). Refuses to know how
letters are sent, and whose fault a refusal was.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from protocol.errors import Unavailable
from protocol.ids import notes_stream
from protocol.letters import Delivery, DeliveryState
from protocol.reminders import ReminderChanged, ReminderSettled
from protocol.wire import Id
from server.core.context import Means
from server.core.happening import happen
from server.reminders import cycles, state, table
from storage.letters import LetterDoc, LetterState, ServerWords
from storage.log.streams import Draft, KeyTaken, Stored
from storage.mongo.connection import Session
from storage.reminders import ReminderRowDoc, reminder_of
from storage.threads import ReminderDoc, ThreadDoc

ATTEMPTS_MAX: Final = 20
_SEEN: Final[dict[LetterState, DeliveryState]] = {
    "waiting": "waiting", "claimed": "waiting", "sending": "waiting",
    "sent": "handed_over", "dropped": "dropped", "failed": "failed", "unknown": "unknown",
}  # fmt: skip


class _Overtaken(Exception):
    """Somebody else has changed the cycle, or the row, meanwhile."""


def delivery(letter: LetterDoc, name: str) -> Delivery:
    """What has become of a letter, as staff see it."""
    return Delivery(
        letter_id=letter.id,
        state=_SEEN[letter.state],
        at=letter.decided_at or letter.created_at,
        person_id=letter.person_id,
        name=name,
        said=spoken(letter.said) if letter.said is not None and letter.state != "dropped" else "",
        reason=letter.error or "" if letter.state != "sent" else "",
        invitation=letter.kind == "invitation",
    )


def spoken(said: ServerWords) -> str:
    """What the mail server said, as it said it."""
    return " ".join(part for part in (str(said.code or ""), said.enhanced, said.text) if part)


async def waits(means: Means, firm_id: Id, row_id: str) -> bool:
    """Whether some letter of a reminder is still to leave, or on its way: nobody knows yet whether it reaches anybody."""
    return any(_SEEN[one.state] == "waiting" for one in await means.store.letters.of_reminder(firm_id, row_id))


async def of_thread(means: Means, firm_id: Id, thread_id: Id) -> dict[str, list[Delivery]]:
    """What became of the letters of a thread's reminders, by reminder."""
    letters = [one for one in await means.store.letters.of_thread(firm_id, thread_id) if one.kind == "client_reminder"]
    found: dict[str, list[Delivery]] = {}
    for letter, seen in zip(letters, await _deliveries(means, firm_id, letters), strict=True):
        found.setdefault(reminder_of(letter.key), []).append(seen)
    return found


async def _deliveries(means: Means, firm_id: Id, letters: Sequence[LetterDoc]) -> list[Delivery]:
    contacts = await means.store.people.contacts(firm_id, list({letter.person_id for letter in letters}))
    names = {contact.id: contact.name for contact in contacts}
    return [delivery(letter, names.get(letter.person_id) or letter.email) for letter in letters]


async def decided(means: Means, letter: LetterDoc) -> None:
    """Something has become of a reminder's letter: once that is so of all of them, settle what it counts.

    Whoever decides about the last letter finds all of them decided; of two who do so at once, one writes.
    """
    row_id = reminder_of(letter.key)
    for _ in range(ATTEMPTS_MAX):
        letters = await means.store.letters.of_reminder(letter.firm_id, row_id)
        if not letters or any(_SEEN[one.state] == "waiting" for one in letters):
            return
        try:
            await _settle(means, letter.firm_id, row_id, letters)
        except _Overtaken:
            continue
        return
    raise Unavailable("The reminder is being changed by too many at once.")


async def _settle(means: Means, firm_id: Id, row_id: str, letters: Sequence[LetterDoc]) -> None:
    # One of these for each time at which the last of the letters was decided: another one after somebody tried again.
    taken = sum(letter.state == "sent" for letter in letters)
    key = f"settled:{row_id}:{max(letter.decided_at or 0 for letter in letters)}:{taken}"
    row = await means.store.reminder_rows.get(firm_id, row_id)
    if row is None or await means.store.streams.first_with(key) is not None:
        return
    deliveries = await _deliveries(means, row.firm_id, letters)
    counted = any(one.state in ("handed_over", "unknown") for one in deliveries)

    async def work(session: Session) -> tuple[None, list[Stored]]:
        thread = await means.store.threads.get(row.firm_id, row.thread_id, session)
        if thread is None:
            return None, []
        await means.store.reminder_rows.count(row.firm_id, row.id, counted, session)
        reminder = thread.reminder
        of = reminder.number if reminder else 0
        event = ReminderSettled(
            reminder_id=row.id, number=row.number, of=of, counted=counted, deliveries=deliveries
        )  # fmt: skip
        now = means.clock.now()
        drafts = [replace(cycles.note(thread, event, now, None), key=key)]
        if row.number > 0 and reminder is not None:
            drafts += await _recount(means, thread, reminder, row, counted, session)
        return None, await means.store.streams.append_in(session, drafts)

    with suppress(KeyTaken):  # somebody else has told the same
        await happen(means, work, streams=notes_stream(row.thread_id), key=key)


async def _recount(
    means: Means, thread: ThreadDoc, reminder: ReminderDoc, row: ReminderRowDoc, counted: bool, session: Session
) -> list[Draft]:
    """The cycle with what its reminder turned out to count; the event that tells staff, if that is another than before."""
    firm = await means.store.firms.get(thread.firm_id)
    if firm is None:
        return []
    cycle, now = state.cycle_of(reminder), means.clock.now()
    place = {"of_cycle": row.cycle, "sequence": row.number, "sent_at": row.at}
    after = (
        table.on_sent(cycle, planned_at=row.planned_at, **place) if counted else table.on_reached_nobody(cycle, **place)
    )
    if after == cycle:
        return []
    around = await cycles.around(means, thread, firm, session)
    saved = state.decided(state.settings_of(reminder), after, reminder.heard_seq, 0, around)
    if not await means.store.threads.save_reminder(thread.firm_id, thread.id, saved, reminder.revision, session):
        raise _Overtaken
    changed = ReminderChanged(reminder=state.seen(saved, firm, around, now))
    return [cycles.note(thread, changed, now, None)]
