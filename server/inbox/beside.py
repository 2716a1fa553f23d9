"""Inbox entries about no chat that are written together with what they tell of, in its transaction, and told after it.

Refuses to know what they tell of and who hears of it. Whoever dies before telling leaves that to the sweep
(server.inbox.telling).
"""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from protocol.wire import Ms
from server.core.context import Means
from server.inbox import hearing, telling
from storage.mongo.connection import Session, SomebodyWasFirst
from storage.notifications import Change, NotificationDoc, Place, Telling


async def put(means: Means, news: Sequence[Telling], now: Ms, session: Session) -> list[Place]:
    """Write that they hear of it; where the entries are. May be run again. Raises SomebodyWasFirst."""
    known = await means.store.notifications.at([one.entry.place for one in news], session)
    before = [known.get(one.entry.place) for one in news]
    after = [hearing.told(entry, one) for entry, one in zip(before, news, strict=True)]
    return await replaced(means, before, after, now, session)


async def replaced(
    means: Means,
    before: Sequence[NotificationDoc | None],
    after: Sequence[NotificationDoc],
    now: Ms,
    session: Session,
) -> list[Place]:
    """Write the entries that were read as these; where they are. Raises SomebodyWasFirst."""
    changes = [
        Change(known, replace(entry, revision=entry.revision + 1), told_at_once=False)
        for known, entry in zip(before, after, strict=True)
    ]
    if not await means.store.notifications.put(changes, now, session):
        raise SomebodyWasFirst
    return [entry.place for entry in after]


async def told(means: Means, places: Collection[Place]) -> None:
    """After the commit: their owners are told."""
    await telling.tell(means, places)
