"""Saved replies: made, changed, deleted and listed (SS-4).

The firm's are managed by whoever manages its templates (AC-16) and used by all staff; a colleague's own are theirs alone:
to everybody else they don't exist.
"""

from typing import Final

from msgspec.structs import replace

from protocol import body as bodies
from protocol.asked import Done
from protocol.body import Body
from protocol.errors import Conflict, Invalid, NotFound
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
from protocol.wire import Id
from server.core import keeping, keys
from server.core.context import Context
from server.core.doing import does
from server.core.rules import may_with
from server.core.said import said
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session
from storage.saved_replies import SavedReplyDoc

SAVED_REPLIES_MAX: Final = 200
"""Of a firm, and of each colleague besides: every window of theirs keeps all of them."""


@does(SavedReplyList)
async def page(context: Context, command: SavedReplyList, scope: None) -> SavedReplyPage:
    """The firm's saved replies and the asker's own."""
    principal, replies = context.principal, context.store.saved_replies

    async def find(after: Id, limit: int) -> list[SavedReplyDoc]:
        return await replies.page(principal.firm_id, principal.user_id, after, limit)

    found, following, heads = await keeping.page(context, command, find)
    return SavedReplyPage(entities=[_seen(reply) for reply in found], next=following, heads=heads)


@does(SavedReplyCreate)
async def create(context: Context, command: SavedReplyCreate, scope: None) -> SavedReply:
    """Save a reply; the same key from the same person saves one (P2). Raises Conflict when there are too many."""
    principal, streams = context.principal, context.store.streams
    title, body = said("$.title", command.title), _checked(command.body)
    key, meant = f"{principal.user_id}:{command.client_reply_id}", keys.meaning(command)
    reply = SavedReplyDoc(
        id=new_id(),
        firm_id=principal.firm_id,
        title=title,
        body=body,
        updated_at=context.clock.now(),
        owner_id=principal.user_id if command.personal else None,
    )

    async def write(session: Session) -> tuple[SavedReply, list[Draft]]:
        if await context.store.saved_replies.count(reply.firm_id, reply.owner_id, session) >= SAVED_REPLIES_MAX:
            raise Conflict(f"There are {SAVED_REPLIES_MAX} saved replies already.", reason="too_many")
        await context.store.saved_replies.put(reply, session)
        return _seen(reply), [_told(context, reply, key, meant)]

    async def work() -> SavedReply:
        _must_manage(context, reply)
        return await keeping.change(context, write)

    async def first() -> SavedReply | None:
        return _made(await streams.first_with(key), meant)

    return await keys.once(streams.tries, key, work, first)


@does(SavedReplyUpdate)
async def update(context: Context, command: SavedReplyUpdate, scope: None) -> SavedReply:
    """Change a saved reply. What changes nothing is told to nobody. Raises NotFound, Forbidden, Invalid."""
    title = None if command.title is None else said("$.title", command.title)
    body = None if command.body is None else _checked(command.body)
    replies = context.store.saved_replies

    async def write(session: Session) -> tuple[SavedReply, list[Draft]]:
        before = _known(context, await replies.get(context.principal.firm_id, command.saved_reply_id, session))
        after = replace(before, title=title or before.title, body=body or before.body)
        if after == before:
            return _seen(before), []
        after = replace(after, updated_at=context.clock.now())
        await replies.put(after, session)
        return _seen(after), [_told(context, after)]

    return await keeping.change(context, write)


@does(SavedReplyDelete)
async def delete(context: Context, command: SavedReplyDelete, scope: None) -> Done:
    """Delete a saved reply. Raises NotFound for one that is gone or another's, Forbidden."""
    replies = context.store.saved_replies

    async def write(session: Session) -> tuple[Done, list[Draft]]:
        before = _known(context, await replies.get(context.principal.firm_id, command.saved_reply_id, session))
        await replies.delete(before.firm_id, before.id, session)
        gone = SavedReplyDeleted(saved_reply_id=before.id)
        return Done(), [keeping.draft(context, gone, personal=before.owner_id is not None)]

    return await keeping.change(context, write)


def _checked(body: Body) -> Body:
    """A body that can be put into any message. Raises Invalid."""
    bodies.check(body)
    if bodies.mentions(body):
        # Who sees an account differs from account to account.
        raise Invalid(path="$.body", expected="no mentions", got=f"{len(bodies.mentions(body))} mentions")
    return body


def _known(context: Context, reply: SavedReplyDoc | None) -> SavedReplyDoc:
    """One that the asker may manage."""
    principal = context.principal
    if reply is None or reply.owner_id not in (None, principal.user_id):
        raise NotFound("There is no such saved reply.")
    _must_manage(context, reply)
    return reply


def _must_manage(context: Context, reply: SavedReplyDoc) -> None:
    if reply.owner_id is None:
        may_with(context.principal, "manage_templates")


def _told(context: Context, reply: SavedReplyDoc, key: str | None = None, meant: str | None = None) -> Draft:
    event = SavedReplyUpdated(saved_reply=_seen(reply))
    return keeping.draft(context, event, personal=reply.owner_id is not None, key=key, meant=meant)


def _made(stored: Stored | None, meant: str) -> SavedReply | None:
    """What a try with a key has made. Raises Conflict if that is something else."""
    if stored is None:
        return None
    if not isinstance(stored.event, SavedReplyUpdated):
        raise keys.reused()
    keys.check_meaning(stored.meant, meant)
    return stored.event.saved_reply


def _seen(reply: SavedReplyDoc) -> SavedReply:
    return SavedReply(
        id=reply.id,
        title=reply.title,
        body=reply.body,
        updated_at=reply.updated_at,
        personal=reply.owner_id is not None,
    )
