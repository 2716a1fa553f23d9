"""Saved replies: texts that staff have at hand while they write (SS-4)."""

from typing import Annotated, ClassVar

import msgspec

from protocol.asked import Asked, Update
from protocol.body import Body
from protocol.folds import Folds, forgets, keeps
from protocol.happened import Happened
from protocol.kept import KeptList, KeptPage
from protocol.wire import LINE, ONE_LINE, WRITTEN, ClientKey, Id, Ms, Wire

ReplyTitle = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=80, pattern=rf"^{LINE}\Z", description=f"a title {ONE_LINE}", extra=WRITTEN),
]


class SavedReply(Wire):
    """A text that staff put into what they write. It has neither tasks nor reminders (SS-4), and mentions nobody."""

    id: Id
    title: ReplyTitle
    """What staff find it by; clients never see it."""
    body: Body
    updated_at: Ms
    personal: bool = False
    """Seen by whoever saved it and by nobody else; otherwise the firm's, for all its staff."""


class SavedReplyUpdated(Happened, tag="saved_reply.updated", stands="u"):
    """A saved reply is new or has changed."""

    saved_reply: SavedReply
    folds: ClassVar[Folds] = (keeps("saved_reply", ".event.saved_reply"),)


class SavedReplyDeleted(Happened, tag="saved_reply.deleted", stands="u"):
    """A saved reply is gone."""

    saved_reply_id: Id
    folds: ClassVar[Folds] = (forgets("saved_reply", ".event.saved_reply_id"),)


class SavedReplyPage(KeptPage, kw_only=True):
    """Saved replies."""

    entities: list[SavedReply]


class SavedReplyList(KeptList, tag="saved_reply.list", may="staff", cost=2):
    """The firm's saved replies and my own."""

    Result: ClassVar[type[Wire]] = SavedReplyPage


class SavedReplyCreate(Asked, tag="saved_reply.create", may="staff", cost=3):
    """Save a reply: for myself, or, with the right to manage templates, for all staff."""

    client_reply_id: ClientKey
    title: ReplyTitle
    body: Body
    personal: bool = False
    Result: ClassVar[type[Wire]] = SavedReply


class SavedReplyUpdate(Update, tag="saved_reply.update", may="staff", cost=3):
    """Change a saved reply that I may manage; what is absent stays."""

    saved_reply_id: Id
    title: ReplyTitle | None = None
    body: Body | None = None
    Result: ClassVar[type[Wire]] = SavedReply


class SavedReplyDelete(Asked, tag="saved_reply.delete", may="staff", cost=2):
    """Delete a saved reply that I may manage. One that is gone already is gone."""

    saved_reply_id: Id
