"""What is left to do once a custom field is gone: nothing is said in it any more, of however many accounts and contacts.

It is noted in the transaction that deletes the field, and may be done twice. What somebody says in it at the same moment
may stay behind: a field's id never comes again, so nothing shows it, and the next change of that account or contact takes
it away.
"""

from typing import Final

from protocol.wire import Id
from server.core.context import Context, Means
from server.core.doing import carries_on
from storage.chores import ChoreDoc
from storage.mongo.connection import Session, ours

GONE: Final = "custom_field_gone"


async def leave(context: Context, field_id: Id, session: Session) -> None:
    """In the transaction that deletes a field: note that what was said in it is to go."""
    principal = context.principal
    await context.store.chores.add(GONE, field_id, principal.firm_id, principal.person, context.clock.now(), session)


def go_on_with(context: Context, field_id: Id) -> None:
    """After the transaction: do it, behind the answer."""
    work = _clear(context.means, context.principal.firm_id, field_id)
    context.settler.later(work, f"custom field {field_id}")


@carries_on(GONE)
async def go_on(means: Means, chore: ChoreDoc) -> None:
    """What a process left of it."""
    await _clear(means, chore.firm_id, chore.subject)


async def _clear(means: Means, firm_id: Id, field_id: Id) -> None:
    store = means.store
    async with ours():
        while (chore := await store.chores.get(firm_id, GONE, field_id)) is not None:
            await store.accounts.forget_custom(firm_id, field_id)
            await store.people.forget_custom(firm_id, field_id)
            await store.chores.finished(chore)
