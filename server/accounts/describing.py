"""What the firm's custom fields say of an account (spec 2.3, SC-9)."""

from msgspec.structs import replace

from protocol.accounts import Account, AccountDescribe
from protocol.errors import NotFound
from server.accounts.actions import seen_account
from server.audit import security
from server.core.context import Context
from server.core.doing import does
from server.core.rules import AccountScope
from server.custom_fields import saying
from storage.accounts import AccountDoc
from storage.mongo.connection import Session


@does(AccountDescribe)
async def describe(context: Context, command: AccountDescribe, scope: AccountScope) -> Account:
    """Keep what is said of an account; what changes nothing is noted nowhere. Raises Invalid with its place."""
    firm_id, account_id = scope.account.firm_id, scope.account.id

    async def write(session: Session) -> AccountDoc:
        before = await context.store.accounts.get(firm_id, account_id, session)
        if before is None:
            raise NotFound("There is no such account.")
        custom, changed = await saying.put_together(context, "account", before.custom, command.custom, session)
        if not changed:
            return replace(before, custom=custom)
        act = security.Act(
            "account.changed", firm_id, by=context.principal, account_id=account_id, text=", ".join(changed)
        )
        await security.note(context, act, session)
        after = await context.store.accounts.change(firm_id, account_id, {"$set": {"custom": custom}}, session)
        return after or before

    return await seen_account(context, await context.store.mongo.transact(write))
