"""Scheduled chats: new chats that are created at a later time (SS-1).

Until then there is no thread, and nothing for contacts.
"""

from typing import Annotated, ClassVar

import msgspec

from protocol.accounts import AccountBrief
from protocol.asked import Answer, Asked, Update
from protocol.body import Body
from protocol.documents import DocumentIds
from protocol.happened import Happened
from protocol.people import Person
from protocol.reminders import ReminderSetting
from protocol.scheduled_sends import Became, WhyStopped
from protocol.threads import ThreadView
from protocol.wire import ClientKey, Id, Ms, Subject, TaskText, Wire


class LaterChat(Wire, kw_only=True):
    """What a chat is to begin with, and when: what `thread.create` takes, as it was written. Its shortcodes stand for what
    is so when it is created (TH-5)."""

    due_at: Ms
    """When it is scheduled, a time behind now, at most 366 days."""
    subject: Subject
    body: Body
    tasks: Annotated[list[TaskText], msgspec.Meta(max_length=100)] = []
    reminder: ReminderSetting | None = None
    attachments: DocumentIds = []
    template_id: Id | None = None
    """What the form was filled with (TH-3). One that is gone by then is left out: what it said is in the other fields."""


class ScheduledChat(LaterChat):
    """A new chat that waits for its time (SS-1), or could not be created when that came, and then waits for its author."""

    id: Id
    account: AccountBrief
    by: Person
    """Its author, in whose name it is created."""
    stopped: WhyStopped | None = None
    """Why it was not created. It keeps its words, and goes no more unless somebody says when, or creates it."""


class ScheduledChatChanged(Happened, tag="scheduled_chat.changed", stands="u"):
    """A new chat that is to be created later is there, is another, or is there no more. For whom and what it says is not
    told: who may see it asks."""

    scheduled_chat_id: Id
    became: Became


class ScheduledChats(Answer):
    """Those that wait or were not created, the next first."""

    scheduled_chats: list[ScheduledChat]


class ThreadSchedule(LaterChat, Asked, tag="thread.schedule", may="account_staff", cost=10):
    """Start a thread at a later time (SS-1). What could not be created now is refused."""

    account_id: Id
    client_message_id: ClientKey
    Result: ClassVar[type[Wire]] = ScheduledChat


class ScheduledChatList(Asked, tag="scheduled_chat.list", may="staff", cost=2):
    """The new chats that are to be created later, of the accounts that I may see, whoever wrote them."""

    Result: ClassVar[type[Wire]] = ScheduledChats


class ScheduledChatUpdate(LaterChat, Update, tag="scheduled_chat.update", may="account_staff", cost=5):
    """Have one of my own be this instead, all of it. One that was not created waits again."""

    scheduled_chat_id: Id
    account_id: Id
    Result: ClassVar[type[Wire]] = ScheduledChat


class ScheduledChatCancel(Asked, tag="scheduled_chat.cancel", may="staff", cost=2):
    """Have one of my own not be created; owner and admins anybody's. One that is gone already is not found."""

    scheduled_chat_id: Id


class ScheduledChatNow(Asked, tag="scheduled_chat.create", may="staff", cost=10):
    """Create one of my own at once."""

    scheduled_chat_id: Id
    Result: ClassVar[type[Wire]] = ThreadView
