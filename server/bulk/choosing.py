"""For whom a bulk run is: the accounts that its author has named or means, and who of them can't receive (BK-5).

What is said here before a run begins is asked again for each account when its turn comes. Refuses to send.
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.bulk import BulkCreate, BulkPreview, BulkPreviewed, LeftOut, WhyLeftOut
from protocol.errors import Invalid
from protocol.wire import Id
from server.accounts import finding
from server.core.context import Context
from server.core.doing import does
from storage.accounts import AccountDoc, brief_of

ACCOUNTS_MAX: Final = 20_000
"""Of one run."""
SHOWN_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """An account that was named or meant; None for one that its author may not see, or that there is none of."""

    id: Id
    account: AccountDoc | None


async def chosen(context: Context, command: BulkCreate | BulkPreview) -> AsyncIterator[list[Chosen]]:
    """The accounts, each once, some at a time. Raises Invalid where there are none, or too many, or both ways are said."""
    if (command.matching is None) == (not command.account_ids):
        raise Invalid(path="$.account_ids", expected="either account_ids or matching", got="both or none")
    count = 0
    async for some in _named(context, command.account_ids) if command.matching is None else _meant(context, command):
        count += len(some)
        if count > ACCOUNTS_MAX:
            raise Invalid(path="$.matching", expected=f"at most {ACCOUNTS_MAX} accounts", got="more")
        yield some
    if not count:
        raise Invalid(path="$.matching", expected="at least one account", got="none")


async def _named(context: Context, account_ids: Sequence[Id]) -> AsyncIterator[list[Chosen]]:
    once = list(dict.fromkeys(account_ids))
    for begin in range(0, len(once), finding.LOOKED_AT_ONCE):
        some = once[begin : begin + finding.LOOKED_AT_ONCE]
        found = await context.store.accounts.many(context.principal.firm_id, some)
        yield [
            Chosen(account_id, found.get(account_id) if context.principal.sees(account_id) else None)
            for account_id in some
        ]


async def _meant(context: Context, command: BulkCreate | BulkPreview) -> AsyncIterator[list[Chosen]]:
    assert command.matching is not None
    async for some in finding.matching(context, command.matching):
        yield [Chosen(account.id, account) for account in some]


async def why_not(context: Context, some: Sequence[Chosen]) -> dict[Id, WhyLeftOut]:
    """Who of some accounts can't receive, and why."""
    come = await finding.activations(context, [one.id for one in some if one.account is not None])
    found: dict[Id, WhyLeftOut] = {}
    for one in some:
        if one.account is None:
            found[one.id] = "no_access"
        elif one.account.archived:
            found[one.id] = "account_archived"
        elif come[one.id] != "activated":
            found[one.id] = "nobody_can_read"
    return found


@does(BulkPreview)
async def preview(context: Context, command: BulkPreview, scope: None) -> BulkPreviewed:
    """Who would get a chat and who would not, and why. Raises Invalid."""
    total, excluded, shown = 0, Counter[WhyLeftOut](), list[LeftOut]()
    async for some in chosen(context, command):
        total += len(some)
        why = await why_not(context, some)
        excluded.update(why.values())
        for one in some:
            if one.id in why and len(shown) < SHOWN_MAX:
                shown.append(LeftOut(account=brief_of(one.id, one.account), why=why[one.id]))
    return BulkPreviewed(total=total, ready=total - excluded.total(), excluded=dict(excluded), left_out=shown)
