"""The command table: for each command its rule, action, cost and doors. One place checks, whatever the door.

Knows no HTTP and no sockets: both doors call `dispatch`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from protocol import commands as c
from protocol.errors import Forbidden, NotFound
from protocol.texts import composed
from protocol.wire import Wire
from server import access
from server.access import Rule
from server.actions import (
    accounts,
    clocks,
    contacts,
    firms,
    invitations,
    lists,
    marks,
    messages,
    notifications,
    people,
    reminders,
    security,
    sessions,
    tasks,
    threads,
    trail,
    typing,
    unread,
)
from server.context import Context

Action = Callable[[Context, Any, Any], Awaitable[Wire]]
Again = Callable[[Context, Any], Awaitable[Wire | None]]


def _no_more(command: c.Asked) -> int:
    """Most commands are of one size."""
    return 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table."""

    command: type[c.Asked]
    rule: Rule
    action: Action
    cost: int = 1
    """What it takes from the asker's allowance: 1 for a read by key, more for what costs more."""
    more: Callable[[Any], int] = _no_more
    """What a command takes besides, by how much it asks for."""
    again: Again | None = None
    """Of a command with a key: the answer to its first try, if that went through before the asker lost access."""
    http_only: bool = False
    """Sets or needs a cookie, or comes before there is a session: not over the socket."""


TABLE: tuple[Entry, ...] = (
    # sessions, passwords, invitations: before there is anybody
    Entry(c.SessionCreate, access.anyone, sessions.create, cost=5, http_only=True),
    Entry(c.SessionRenew, access.logged_in, sessions.renew, cost=2),
    Entry(c.SessionEnd, access.logged_in, sessions.end),
    Entry(c.PasswordForgot, access.anyone, sessions.forgot, cost=5, http_only=True),
    Entry(c.PasswordReset, access.anyone, sessions.reset, cost=5, http_only=True),
    Entry(c.InvitationRead, access.anyone, invitations.read, cost=2, http_only=True),
    Entry(c.InvitationAccept, access.anyone, invitations.accept, cost=5, http_only=True),
    # the firm and its people
    Entry(c.MeRead, access.logged_in, people.me),
    Entry(c.MeUpdate, access.logged_in, people.update_me, cost=2),
    Entry(c.FirmRead, access.leads, firms.read),
    Entry(c.FirmUpdate, access.leads, firms.update, cost=3),
    Entry(c.StaffList, access.staff, people.list_staff, cost=2),
    Entry(c.StaffUpdate, access.leads, people.update_staff, cost=5),
    Entry(c.AccountList, access.staff, accounts.page, cost=3),
    Entry(c.AccountRead, access.account_staff, accounts.read),
    Entry(c.AccountCreate, access.firm_with("manage_accounts"), accounts.create, cost=3, again=accounts.again),
    Entry(c.AccountAssign, access.account_with("assign_teammates"), accounts.assign, cost=5),
    Entry(c.AccountFollow, access.account_staff, accounts.follow, cost=2),
    # Which of two rights it needs depends on what it switches on: the action says.
    Entry(c.ContactCreate, access.account_staff, contacts.create, cost=3),
    Entry(c.LinkUpdate, access.account_with("manage_accounts"), contacts.update_link, cost=5),
    Entry(c.InvitationSend, access.account_with("manage_accounts"), contacts.invite, cost=5),
    # threads and messages
    Entry(c.ThreadCreate, access.account_seen, threads.create, cost=10),
    Entry(c.ThreadList, access.logged_in, lists.page, cost=5),
    Entry(c.ThreadOpen, access.facts_seen, lists.open_thread, cost=4),
    Entry(c.ThreadRead, access.thread_seen, lists.read, cost=2),
    Entry(c.ThreadRename, access.facts_staff, threads.rename, cost=3),
    Entry(c.ThreadArchive, access.facts_staff, threads.archive, cost=3),
    Entry(c.ThreadReopen, access.facts_staff, threads.reopen, cost=3),
    Entry(c.ThreadAssign, access.facts_staff, threads.assign, cost=3),
    Entry(c.StreamRead, access.stream_seen, lists.read_stream, cost=3),
    Entry(c.MessageSend, access.facts_seen, messages.send, cost=2, again=messages.again),
    Entry(c.MarkRead, access.facts_seen, marks.read),
    Entry(c.MarkUnread, access.facts_staff, unread.mark, cost=3),
    Entry(c.MarkDelivered, access.logged_in, marks.delivered, more=marks.delivered_cost),
    Entry(c.TypingSet, access.facts_seen, typing.tell),
    # tasks
    Entry(c.TaskAdd, access.thread_staff, tasks.add, cost=3, again=tasks.again),
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
    Entry(c.SecurityList, access.leads, security.page, cost=3),
    # for tests and demonstrations
    Entry(c.ClockSet, access.developer, clocks.move, cost=2),
)  # fmt: skip

ENTRIES: dict[type[c.Asked], Entry] = {entry.command: entry for entry in TABLE}
TAGS: dict[str, Entry] = {str(entry.command.__struct_config__.tag): entry for entry in TABLE}


async def dispatch(context: Context, command: c.Asked) -> Wire:
    """Do what was asked, if the asker may. Raises ChattarError; what it returns is durable (P1)."""
    entry = ENTRIES[type(command)]
    command = composed(command)
    try:
        scope = await entry.rule(context, command)
    except (Forbidden, NotFound):
        first = await entry.again(context, command) if entry.again else None
        if first is None:
            raise
        return first
    return await entry.action(context, command, scope)
