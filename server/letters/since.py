"""What has become since of letters that inboxes tell of as failed, so that entries say what is so, in every window.

The entries are looked at first and the letters then, and an entry is written only if it still is what was seen. So
whoever writes last has seen the letter as it is, in whatever order its outcomes are told, by whichever process, and
however often (P9). Refuses to know how letters are sent, and who hears that one failed.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Final

from msgspec.structs import replace

from protocol.errors import Unavailable
from protocol.wire import Email, Id
from server.core.context import Means
from server.inbox import hearing, telling
from server.inbox.news import Hearing
from server.reminders.fates import delivery
from storage.letters import LetterDoc
from storage.notifications import Change, NotificationDoc, Place

TEXT_CHARACTERS_MAX: Final = 160
"""Of what a mail server said."""
LOOKS_MAX: Final = 20
"""Each time somebody else has changed an entry that was looked at."""

Look = Callable[[], Awaitable[Iterable[tuple[NotificationDoc, NotificationDoc]]]]
"""Entries as they are, with what they are to be."""


async def tell(means: Means, firm_id: Id, thread_id: Id, letter_ids: Collection[Id]) -> None:
    """Have everybody's entry of a thread say what is so of these letters, where it tells of them as failed. May be called
    again by anybody."""

    async def look() -> Iterable[tuple[NotificationDoc, NotificationDoc]]:
        entries = await means.store.notifications.telling_of(firm_id, thread_id, letter_ids)
        letters = [await means.store.letters.get(firm_id, letter_id) for letter_id in letter_ids] if entries else []
        became = {letter.id: delivery(letter, "").state for letter in letters if letter is not None}
        return [(entry, hearing.since(entry, became)) for entry in entries]

    await _bring(means, look)


async def invitation_stands(means: Means, place_id: Id, letter: LetterDoc) -> None:
    """Have the entries that tell of earlier invitations that failed say how it stands with this one, which took their
    place: somebody else may have sent it, and hear of it alone. May be called again by anybody."""

    async def look() -> Iterable[tuple[NotificationDoc, NotificationDoc]]:
        entries = await means.store.notifications.told_of(letter.firm_id, place_id)
        now = await means.store.letters.get(letter.firm_id, letter.id) if entries else None
        if now is None:
            return []
        seen = delivery(now, "")
        words = (seen.said or seen.reason)[:TEXT_CHARACTERS_MAX]
        return [(entry, hearing.sent_anew(entry, seen.state, now, words)) for entry in entries]

    await _bring(means, look)


async def copies_stand(means: Means, place_id: Id, firm_id: Id, email: Email) -> None:
    """Have the entries about a firm's blind copies say how those stand that failed, of which some were sent to `email`
    again. May be called again by anybody."""

    async def look() -> Iterable[tuple[NotificationDoc, NotificationDoc]]:
        entries = await means.store.notifications.told_of(firm_id, place_id)
        state = await means.store.copies.standing(firm_id) if entries else "failed"
        return [(entry, hearing.copies_stand(entry, state, email)) for entry in entries]

    await _bring(means, look)


async def _bring(means: Means, look: Look) -> None:
    touched = set[Place]()
    for _ in range(LOOKS_MAX):
        changes = [
            Change(before, replace(after, revision=before.revision + 1), told_at_once=False)
            for before, after in await look()
            if after != before
        ]
        touched |= {change.after.place for change in changes}
        if await means.store.notifications.put(changes, means.clock.now()):
            await telling.tell(means, touched)
            return
    raise Unavailable("Too many are changing these inbox entries at once.")


def told_in(heard: Iterable[Hearing]) -> Mapping[tuple[Id, Id], set[Id]]:
    """By firm and thread, the letters of whose failure somebody hears: one may have been tried again before that."""
    found: dict[tuple[Id, Id], set[Id]] = {}
    for one in heard:
        for item in one.news:
            if item.letter_id is not None:
                thread = one.matter.thread
                found.setdefault((thread.firm_id, thread.id), set()).add(item.letter_id)
    return found
