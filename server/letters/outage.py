"""That the mail server takes no letters, as an entry in the inboxes of those who may change how the firm's mail goes: one
for each outage and firm whose letters wait, however many do, and put right once the mail server takes letters again.

Whether a firm has been told stands with what is known of the mail server (`storage.relay`), in the transaction that makes
the entries: so of two schedulers one tells, and none tells of what has just come to its end. Refuses to know SMTP, and
what counts as an outage.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from protocol.inbox import NotificationKind
from protocol.people import Person
from protocol.wire import Id, Ms
from server.core.context import Means
from server.core.sight import leads
from server.inbox import beside, entries
from server.reminders.fates import spoken
from storage.heard import Heard
from storage.mongo.connection import Session
from storage.mongo.documents import Unreadable
from storage.notifications import NotificationDoc, Place
from storage.people import digest
from storage.relay import RelayDoc

TOLD_AFTER_MS: Final = 900_000
"""Longer than an update of a mail server takes, and than the longest pause between two tries at one that is away."""
TEXT_CHARACTERS_MAX: Final = 160


async def follow(means: Means, now: Ms) -> int:
    """Bring inboxes in line with how it stands with the mail server; how many firms were told. Any number may do so."""
    seen = await means.store.relay.get()
    if not seen.away:
        return sum([await _back(means, firm_id, now) for firm_id in seen.told])
    if seen.since is None or now - seen.since < TOLD_AFTER_MS:
        return 0
    told = 0
    # A letter with which it was tried waits until the next try.
    for firm_id in await means.store.letters.firms_waiting(max(now, seen.until), seen.told):
        # An entry of a newer build: its schedulers will tell. The other firms hear of it now.
        with suppress(Unreadable):
            told += await away(means, firm_id, seen, now)
    return told


async def away(means: Means, firm_id: Id, seen: RelayDoc, now: Ms) -> bool:
    """Tell a firm's leads that its letters wait, unless they have been told, or it isn't so any more. `seen`: how it
    stands, as far as the caller knows."""
    firm, since = await means.store.firms.get(firm_id), seen.since
    members = await means.store.people.firm_staff(firm_id)
    leading = [member.id for member in members if member.active and leads(member)]
    if firm is None or since is None:
        return False
    text = spoken(seen.said)[:TEXT_CHARACTERS_MAX] if seen.said is not None else ""
    heard = _heard("mail_away", firm_id, firm.firm.name, since, text)
    place_id = _place_id(firm_id)
    news = [entries.beside_threads(firm_id, user_id, place_id, heard, now, about="mail") for user_id in leading]

    async def work(session: Session) -> list[Place] | None:
        if not await means.store.relay.tell_away(firm_id, since, session):
            return None
        return await beside.put(means, news, now, session)

    return await _told(means, await means.store.mongo.transact(work))


async def _back(means: Means, firm_id: Id, now: Ms) -> bool:
    """What a firm's leads were told is over: the entries say so, and call for nothing."""

    async def work(session: Session) -> list[Place] | None:
        if not await means.store.relay.tell_back(firm_id, session):
            return None
        before = await means.store.notifications.told_of(firm_id, _place_id(firm_id), session)
        return await beside.replaced(means, before, [_put_right(entry, now) for entry in before], now, session)

    return await _told(means, await means.store.mongo.transact(work))


def _put_right(entry: NotificationDoc, now: Ms) -> NotificationDoc:
    heard = _heard("mail_back", entry.firm_id, entry.actor.name, now, "")
    read_notes = max(entry.read_notes, now)
    return replace(entry, kind=heard.kind, at=now, seq=now, text="", unread=False, done=[heard], read_notes=read_notes)


async def _told(means: Means, places: Sequence[Place] | None) -> bool:
    await beside.told(means, places or ())
    return places is not None


def _place_id(firm_id: Id) -> Id:
    """What there is one entry of."""
    return digest(f"relay {firm_id}")[:32]


def _heard(kind: NotificationKind, firm_id: Id, name: str, at: Ms, text: str) -> Heard:
    """Positions are times: of an outage, when it began. Nobody's doing, it stands under the firm's name."""
    actor = Person(id=firm_id, side="staff", name=name)
    return Heard(stream="n", seq=at, at=at, kind=kind, actor=actor, event="", text=text)
