"""The command table: for each command its rule, its action, its cost and its doors. One place checks, whatever the door.

Knows no HTTP and no sockets: both doors call `dispatch`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from protocol import commands as c
from protocol.wire import Wire
from server import access
from server.access import Rule
from server.actions import messages, notifications, reminders, tasks, trail
from server.context import Context

Action = Callable[[Context, Any, Any], Awaitable[Wire]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table."""

    command: type[c.Asked]
    rule: Rule
    action: Action
    cost: int = 1
    """What it takes from the asker's allowance: 1 for a read by key, more for what costs more."""
    http_only: bool = False
    """Sets or needs a cookie, or comes before there is a session: not over the socket."""


TABLE: tuple[Entry, ...] = (
    Entry(c.MessageSend, access.thread_seen, messages.send, cost=2),
    # tasks
    Entry(c.TaskAdd, access.thread_staff, tasks.add, cost=3),
    Entry(c.TaskSet, access.thread_seen, tasks.set_done, cost=3),
    Entry(c.TaskEdit, access.thread_staff, tasks.edit, cost=3),
    Entry(c.TaskMove, access.thread_staff, tasks.move, cost=3),
    Entry(c.TaskDelete, access.thread_staff, tasks.delete, cost=3),
    Entry(c.TaskList, access.logged_in, tasks.page, cost=5),
    # reminders
    Entry(c.ReminderRead, access.thread_staff, reminders.read, cost=2),
    Entry(c.ReminderSet, access.thread_staff, reminders.save, cost=3),
    Entry(c.ReminderSend, access.thread_staff, reminders.send, cost=5),
    # the feed and the trail
    Entry(c.NotificationList, access.staff, notifications.page, cost=3),
    Entry(c.NotificationArchive, access.staff, notifications.archive, cost=2),
    Entry(c.AuditList, access.thread_staff, trail.read, cost=2),
)  # fmt: skip

ENTRIES: dict[type[c.Asked], Entry] = {entry.command: entry for entry in TABLE}
TAGS: dict[str, Entry] = {str(entry.command.__struct_config__.tag): entry for entry in TABLE}


async def dispatch(context: Context, command: c.Asked) -> Wire:
    """Do what was asked, if the asker may. Raises ChattarError; what it returns is durable (P1)."""
    entry = ENTRIES[type(command)]
    scope = await entry.rule(context, command)
    return await entry.action(context, command, scope)
