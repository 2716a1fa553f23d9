"""The table of what happens by itself: name, interval, function. APScheduler is only the clock; MongoDB has the truth."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from protocol.wire import Ms
from scheduler import after_reminders, bulk, housekeeping, reminders, scans, scheduled_chats, scheduled_sends
from scheduler.mail import outbox as mail
from scheduler.turn import Turn
from server.core.context import Means
from server.documents import actions as documents
from server.letters import outage
from server.uploads import actions as uploads

Job = Callable[[Means, Ms, Turn], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table. The function gets the shared clock's time when it begins, and the turn, which tells it anew; it
    returns how much it did."""

    name: str
    interval_s: float
    run: Job


TABLE: tuple[Entry, ...] = (
    Entry("reminders", 5, lambda means, now, turn: reminders.tick(means, now)),
    Entry("after reminders", 5, lambda means, now, turn: after_reminders.tick(means, now)),
    Entry("scheduled sends", 2, lambda means, now, turn: scheduled_sends.tick(means, now)),
    Entry("scheduled chats", 2, lambda means, now, turn: scheduled_chats.tick(means, now)),
    Entry("bulk runs", 1, bulk.tick),
    Entry("mail", 2, mail.send_due),
    Entry("outage", 15, lambda means, now, turn: outage.follow(means, now)),
    Entry("files", 10, lambda means, now, turn: uploads.sweep(means, now)),
    Entry("scans", 2, scans.tick),
    Entry("documents", 60, lambda means, now, turn: documents.sweep(means, now)),
    Entry("sweep", 1, lambda means, now, turn: housekeeping.sweep(means, now)),
)


async def shared_now(means: Means) -> Ms:
    """The database server's clock, which all schedulers share; with the development setting on, moved ahead as
    `clock.set` says, and our own with it."""
    now = await means.store.mongo.now()
    if means.settings.development:
        means.clock.offset_ms = await means.store.facts.clock_offset_ms()
        now += means.clock.offset_ms
    return now
