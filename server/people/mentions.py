"""Mentions, and who can be mentioned or assigned: active staff who can see the account (MN-4, AS-2).

A mention never widens access (AC-5); refuses to know what a mention leads to.
"""

from collections.abc import Collection, Mapping

from msgspec.structs import replace

from protocol.body import Block, Body, Mention, Paragraph
from protocol.errors import Forbidden, NotFound
from protocol.wire import Id
from server.core.context import Context
from server.core.sight import may_see
from storage.mongo.connection import Session
from storage.people import StaffDoc
from storage.store import Store


async def staff_who_see(store: Store, firm_id: Id, account_id: Id) -> list[StaffDoc]:
    """Active staff who can see an account (AC-4), by name."""
    account = await store.accounts.get(firm_id, account_id)
    if account is None:
        return []
    return [member for member in await store.people.firm_staff(firm_id) if may_see(member, account)]


async def held_if_seeing(store: Store, firm_id: Id, staff_id: Id, account_id: Id, session: Session) -> StaffDoc | None:
    """Somebody who is active and can see an account, held in a transaction: they can't lose it before that commits."""
    member = await store.people.hold_staff(firm_id, staff_id, session)
    account = await store.accounts.get(firm_id, account_id, session)
    seeing = member and account and may_see(member, account)
    return member if seeing else None


async def with_true_names(context: Context, account_id: Id, body: Body, mentioned: Collection[Id]) -> Body:
    """The body, which mentions these, with each mention under the colleague's real name, whatever the client wrote beside
    the id.

    Raises Forbidden for a mention by a contact (MN-5), NotFound for one of somebody who can't see the account (MN-4,
    AC-5).
    """
    if not mentioned:
        return body
    if not context.principal.is_staff:
        raise Forbidden("Only staff mention staff.")
    seeing = await staff_who_see(context.store, context.principal.firm_id, account_id)
    names = {member.id: member.name for member in seeing}
    if any(staff_id not in names for staff_id in mentioned):
        raise NotFound("Somebody mentioned has no access to this account.", reason="mention_without_access")
    return Body(content=[_named(block, names) for block in body.content])


def _named(block: Block, names: Mapping[Id, str]) -> Block:
    if isinstance(block, Paragraph):
        named = [replace(node, name=names[node.id]) if isinstance(node, Mention) else node for node in block.content]
        return replace(block, content=named)
    items = [replace(item, content=[_named(inner, names) for inner in item.content]) for item in block.items]
    return replace(block, items=items)
