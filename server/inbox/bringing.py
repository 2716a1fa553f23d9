"""How what is heard gets into inboxes, and into their owners' own streams, for many at once (NS-4, NS-5).

In the usual case it costs one look, one write of the entries, and their part of the one that also settles the events from
which it follows. The look comes when the ends of the streams are known, and each entry is written only if it still is what
was seen; so what a stream tells is never older than what stands before it. What doesn't go this way, since somebody else
came in between, or the events had been heard before, goes the slow one of server.inbox.telling. Refuses to know what is
news to whom.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from protocol.errors import Unavailable
from protocol.ids import user_stream
from protocol.wire import Id, Seq
from server.core.context import Means
from server.core.moment import Matter
from server.core.sight import may_see
from server.inbox import hearing, telling
from storage.log.drafts import Draft, Stored
from storage.looks import Inboxes
from storage.notifications import OPEN_COUNTED_MAX, Change, NotificationDoc, Place, Telling
from storage.threads import ThreadDoc

LOOKS_MAX: Final = 20
"""Each time somebody else has changed an entry that was looked at."""

Tellings = Sequence[tuple[Matter, Telling]]


@dataclass(slots=True)
class Brought:
    """Entries as they are to be, and what their owners' streams are to tell."""

    changes: list[Change] = field(default_factory=list)
    drafts: list[tuple[Place, Draft]] = field(default_factory=list)
    left: set[Place] = field(default_factory=set)
    """What is told the slow way."""
    strange: set[Id] = field(default_factory=set)
    """Threads with an entry that can't be read here: its owner hears of what has happened once a build is here that can."""

    @property
    def made(self) -> list[NotificationDoc]:
        """Those that there were none of."""
        return [change.after for change in self.changes if change.before is None]


def places_of(tellings: Tellings) -> set[Place]:
    """The entries that these are about."""
    return {one.entry.place for _, one in tellings}


def brought_in_line(means: Means, tellings: Tellings, threads: Mapping[Id, ThreadDoc], seen: Inboxes) -> Brought:
    """The entries with what is heard, and what to tell of them. Nothing of an account goes to who may not see it any more
    (AC-15)."""
    brought = Brought()
    after: dict[Place, NotificationDoc] = {}
    for _, news in tellings:
        place = news.entry.place
        if place in seen.strange:
            brought.strange.add(place.thread_id)
            continue
        member, account = seen.staff.get(place.user_id), seen.accounts.get(news.entry.account_id)
        if member is not None and account is not None and may_see(member, account):
            after[place] = hearing.told(after.get(place) or seen.entries.get(place), news)
    open_counts = dict(seen.open_counts)
    for place, heard in after.items():
        before = seen.entries.get(place)
        entry = hearing.read(heard, seen.reached[place]) if place in seen.reached else heard
        if entry == before:
            continue
        after[place] = entry = replace(entry, revision=(before.revision if before else 0) + 1, untold_at=None)
        if heard == before:
            # Nothing but a mark has changed it: who made it what it was may settle these very events, and if this process
            # ends, no event is left for whose sake anybody would tell of it.
            brought.left.add(place)
        told_at_once = place.user_id in seen.heads and place not in brought.left
        brought.changes.append(Change(before, entry, told_at_once=told_at_once))
        open_counts[place.user_id] += (not entry.archived) - (before is not None and not before.archived)
    changed = {change.after.place for change in brought.changes}
    # In one order whichever process it is: how far they get where somebody is in the way is the same then.
    for place in sorted(changed | seen.untold):
        entry = after.get(place) or seen.entries[place]
        account = seen.accounts.get(entry.account_id)
        if (
            place in brought.left
            or place not in after
            or place.user_id not in seen.heads
            or account is None
            or place.thread_id not in seen.titles
        ):
            brought.left.add(place)
            continue
        open_count = min(open_counts[place.user_id], OPEN_COUNTED_MAX)
        thread = seen.titles[entry.thread_id].on(threads[entry.thread_id])
        draft = telling.drafted_event(means, entry, thread, account, open_count)
        brought.drafts.append((place, draft))
    return brought


async def hear(means: Means, news: Sequence[Telling]) -> None:
    """Bring entries in line with what follows from no event; they are left untold. May be called again with the same."""
    notifications, places = means.store.notifications, {one.entry.place for one in news}
    for _ in range(LOOKS_MAX):
        known = await notifications.at(places)
        after: dict[Place, NotificationDoc] = {}
        for one in news:
            place = one.entry.place
            after[place] = hearing.told(after.get(place) or known.get(place), one)
        changes = [
            Change(known.get(place), replace(entry, revision=entry.revision + 1), told_at_once=False)
            for place, entry in after.items()
            if entry != known.get(place)
        ]
        if await notifications.put(changes, means.clock.now()):
            return
    raise Unavailable("Too many are changing these inbox entries at once.")


async def tell(means: Means, brought: Brought, seen: Inboxes, settled: Sequence[Stored]) -> None:
    """Have the owners told, and note that these events are settled. The streams are held."""
    streams = means.store.streams
    heads = {user_stream(user_id): head for user_id, head in seen.heads.items()}
    drafts = [draft for _, draft in brought.drafts]
    appended = await streams.append_settling(drafts, heads, settled)
    for stored in appended:
        means.announcer.event(stored)
    brought.left |= {place for place, _ in brought.drafts[len(appended) :]}


async def read_meanwhile(means: Means, made: Sequence[NotificationDoc]) -> set[Place]:
    """Whose marks have gone beyond what their entry, which there had been none of, was made with: it is read now, and its
    owner is to be told so."""
    if not made:
        return set()
    reached = await means.store.notifications.reached([entry.place for entry in made])
    late = {entry.place: to for entry in made if (to := reached.get(entry.place)) is not None and to.beyond(entry)}
    for place, to in late.items():
        await means.store.notifications.read(place, to, means.clock.now())
    return set(late)


def letters_from(first: Collection[tuple[Id | None, Seq]]) -> dict[Id, Seq]:
    """By thread, the lowest of these positions."""
    lowest: dict[Id, Seq] = {}
    for thread_id, seq in first:
        if thread_id is not None:
            lowest[thread_id] = min(seq, lowest.get(thread_id, seq))
    return lowest
