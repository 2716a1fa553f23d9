"""The command table: for each command its rule, action, cost and doors. One place checks, whatever the door.

Knows no HTTP and no sockets: both doors call `dispatch`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from protocol import commands as c
from protocol.costs import cost_of
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
    more: Callable[[Any], int] = _no_more
    """What a command takes besides, by how much it asks for."""
    again: Again | None = None
    """Of a command with a key: the answer to its first try, if that went through before the asker lost access."""
    http_only: bool = False
    """Sets or needs a cookie, or comes before there is a session: not over the socket."""

    @property
    def cost(self) -> int:
        """What it takes from the asker's allowance, as the document promises."""
        return cost_of(self.command)


TABLE: tuple[Entry, ...] = (
    # sessions, passwords, invitations: before there is anybody
    Entry(c.SessionCreate, access.anyone, sessions.create, http_only=True),
    Entry(c.SessionRenew, access.logged_in, sessions.renew),
    Entry(c.SessionEnd, access.logged_in, sessions.end),
    Entry(c.PasswordForgot, access.anyone, sessions.forgot, http_only=True),
    Entry(c.PasswordReset, access.anyone, sessions.reset, http_only=True),
    Entry(c.InvitationRead, access.anyone, invitations.read, http_only=True),
    Entry(c.InvitationAccept, access.anyone, invitations.accept, http_only=True),
    # the firm and its people
    Entry(c.MeRead, access.logged_in, people.me),
    Entry(c.MeUpdate, access.logged_in, people.update_me),
    Entry(c.FirmRead, access.leads, firms.read),
    Entry(c.FirmUpdate, access.leads, firms.update),
    Entry(c.StaffList, access.staff, people.list_staff),
    Entry(c.StaffUpdate, access.leads, people.update_staff),
    Entry(c.AccountList, access.staff, accounts.page),
    Entry(c.AccountRead, access.account_staff, accounts.read),
    Entry(c.AccountCreate, access.firm_with("manage_accounts"), accounts.create, again=accounts.again),
    Entry(c.AccountAssign, access.account_with("assign_teammates"), accounts.assign),
    Entry(c.AccountFollow, access.account_staff, accounts.follow),
    # Which of two rights it needs depends on what it switches on: the action says.
    Entry(c.ContactCreate, access.account_staff, contacts.create),
    Entry(c.LinkUpdate, access.account_with("manage_accounts"), contacts.update_link),
    Entry(c.InvitationSend, access.account_with("manage_accounts"), contacts.invite),
    # threads and messages
    Entry(c.ThreadCreate, access.account_seen, threads.create),
    Entry(c.ThreadList, access.logged_in, lists.page),
    Entry(c.ThreadOpen, access.facts_seen, lists.open_thread),
    Entry(c.ThreadRead, access.thread_seen, lists.read),
    Entry(c.ThreadRename, access.facts_staff, threads.rename),
    Entry(c.ThreadArchive, access.facts_staff, threads.archive),
    Entry(c.ThreadReopen, access.facts_staff, threads.reopen),
    Entry(c.ThreadAssign, access.facts_staff, threads.assign),
    Entry(c.StreamRead, access.stream_seen, lists.read_stream),
    Entry(c.MessageSend, access.facts_seen, messages.send, again=messages.again),
    Entry(c.MarkRead, access.facts_seen, marks.read),
    Entry(c.MarkUnread, access.facts_staff, unread.mark),
    Entry(c.MarkDelivered, access.logged_in, marks.delivered, more=marks.delivered_cost),
    Entry(c.TypingSet, access.facts_seen, typing.tell),
    # tasks
    Entry(c.TaskAdd, access.thread_staff, tasks.add, again=tasks.again),
    Entry(c.TaskSet, access.thread_seen, tasks.set_done),
    Entry(c.TaskEdit, access.thread_staff, tasks.edit),
    Entry(c.TaskMove, access.thread_staff, tasks.move),
    Entry(c.TaskDelete, access.thread_staff, tasks.delete),
    Entry(c.TaskList, access.logged_in, tasks.page),
    # reminders
    Entry(c.ReminderRead, access.thread_staff, reminders.read),
    Entry(c.ReminderSet, access.thread_staff, reminders.save),
    Entry(c.ReminderSend, access.thread_staff, reminders.send),
    # the feed and the trail
    Entry(c.NotificationList, access.staff, notifications.page),
    Entry(c.NotificationArchive, access.staff, notifications.archive),
    Entry(c.AuditList, access.thread_staff, trail.read),
    Entry(c.SecurityList, access.leads, security.page),
    # for tests and demonstrations
    Entry(c.ClockSet, access.developer, clocks.move),
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
