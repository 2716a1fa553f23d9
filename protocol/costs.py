"""What each command takes from its asker's allowance: docs/protocol.md promises it, and the server charges it.

Refuses to know how large the allowance is and how fast it fills up again.
"""

from typing import Final

import msgspec

from protocol import commands as c

COSTS: Final[dict[type[msgspec.Struct], int]] = {
    c.SessionCreate: 5,
    c.SessionRenew: 2,
    c.PasswordForgot: 5,
    c.PasswordReset: 5,
    c.InvitationRead: 2,
    c.InvitationAccept: 5,
    c.MeUpdate: 2,
    c.FirmUpdate: 3,
    c.StaffList: 2,
    c.StaffUpdate: 5,
    c.AccountList: 3,
    c.AccountCreate: 3,
    c.AccountAssign: 5,
    c.AccountFollow: 2,
    c.ContactCreate: 3,
    c.LinkUpdate: 5,
    c.InvitationSend: 5,
    c.ThreadCreate: 10,
    c.ThreadList: 5,
    c.ThreadOpen: 4,
    c.ThreadRead: 2,
    c.ThreadRename: 3,
    c.ThreadArchive: 3,
    c.ThreadReopen: 3,
    c.ThreadAssign: 3,
    c.StreamRead: 3,
    c.MessageSend: 2,
    c.MarkUnread: 3,
    c.TaskAdd: 3,
    c.TaskSet: 3,
    c.TaskEdit: 3,
    c.TaskMove: 3,
    c.TaskDelete: 3,
    c.TaskList: 5,
    c.ReminderRead: 2,
    c.ReminderSet: 3,
    c.ReminderSend: 5,
    c.NotificationList: 3,
    c.NotificationArchive: 2,
    c.AuditList: 2,
    c.SecurityList: 3,
    c.ClockSet: 2,
}
"""1, for a read by key, where nothing stands here; more for what costs more."""


def cost_of(command: type[msgspec.Struct]) -> int:
    """The cost of a command that asks for the least."""
    return COSTS.get(command, 1)
