"""Saved replies: made, changed, deleted and listed (SS-4).

The firm's are managed by whoever manages its templates (AC-16) and used by all staff; a colleague's own are theirs alone:
to everybody else they don't exist.
"""

from functools import partial
from typing import Any, Final

from protocol.asked import Done
from protocol.events import Event
from protocol.ids import new_id
from protocol.saved_replies import (
    SavedReply,
    SavedReplyCreate,
    SavedReplyDelete,
    SavedReplyDeleted,
    SavedReplyList,
    SavedReplyPage,
    SavedReplyUpdate,
    SavedReplyUpdated,
)
from server.core import keeping
from server.core.context import Context
from server.core.doing import does
from server.core.kept_texts import KeptTexts, for_anybody
from server.core.rules import may_with
from server.core.said import said
from storage.saved_replies import SavedReplyDoc

SAVED_REPLIES_MAX: Final = 200
"""Of a firm, and of each colleague besides: every window of theirs keeps all of them."""


@does(SavedReplyList)
async def page(context: Context, command: SavedReplyList, scope: None) -> SavedReplyPage:
    """The firm's saved replies and the asker's own."""
    principal = context.principal
    find = partial(context.store.saved_replies.page, principal.firm_id, principal.user_id)
    return await keeping.page(context, command, SavedReplyPage, find, _seen)


@does(SavedReplyCreate)
async def create(context: Context, command: SavedReplyCreate, scope: None) -> SavedReply:
    """Save a reply; the same key from the same person saves one (P2). Raises Conflict when there are too many."""
    reply = SavedReplyDoc(
        id=new_id(),
        firm_id=context.principal.firm_id,
        updated_at=context.clock.now(),
        owner_id=context.principal.user_id if command.personal else None,
        **_checked(command),
    )
    return await REPLIES.create(context, command, command.client_reply_id, reply)


@does(SavedReplyUpdate)
async def update(context: Context, command: SavedReplyUpdate, scope: None) -> SavedReply:
    """Change a saved reply. What changes nothing is told to nobody. Raises NotFound, Forbidden, Invalid."""
    return await REPLIES.update(context, command.saved_reply_id, _checked(command))


@does(SavedReplyDelete)
async def delete(context: Context, command: SavedReplyDelete, scope: None) -> Done:
    """Delete a saved reply. Raises NotFound for one that is gone or another's, Forbidden."""
    return await REPLIES.delete(context, command.saved_reply_id)


def _checked(command: SavedReplyCreate | SavedReplyUpdate) -> dict[str, Any]:
    """What is said of a saved reply, as it is kept. Raises Invalid with its place."""
    fields: dict[str, Any] = {}
    if command.title is not None:
        fields["title"] = said("$.title", command.title)
    if command.body is not None:
        fields["body"] = for_anybody(command.body)
    return fields


def _seen(reply: SavedReplyDoc) -> SavedReply:
    return SavedReply(
        id=reply.id,
        title=reply.title,
        body=reply.body,
        updated_at=reply.updated_at,
        personal=reply.owner_id is not None,
    )


def _made(event: Event) -> SavedReply | None:
    return event.saved_reply if isinstance(event, SavedReplyUpdated) else None


def _must_manage(context: Context, reply: SavedReplyDoc) -> None:
    if reply.owner_id is None:
        may_with(context.principal, "manage_templates")


REPLIES: Final[KeptTexts[SavedReplyDoc, SavedReply]] = KeptTexts(
    one="saved reply",
    many="saved replies",
    most=SAVED_REPLIES_MAX,
    kept_in=lambda store: store.saved_replies,
    seen=_seen,
    updated=lambda reply: SavedReplyUpdated(saved_reply=reply),
    made=_made,
    deleted=lambda reply_id: SavedReplyDeleted(saved_reply_id=reply_id),
    owner_of=lambda reply: reply.owner_id,
    must_manage=_must_manage,
)
