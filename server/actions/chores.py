"""Going on with work that a request caused and a process left half done: the sweep calls it (P9).

A living process works it off itself, right after the answer. Refuses to know when something counts as left.
"""

from server import auth
from server.actions import access_changes, cycles
from server.context import Context, Means
from storage.chores import ChoreDoc


async def go_on(means: Means, chore: ChoreDoc) -> None:
    """Do the rest, in the name of whoever caused it, or of the firm's owner if they have left since."""
    if chore.kind == "decide":
        await cycles.decide_account(means, chore.subject)
        return
    asker = await auth.principal_of(means.store, chore.by.id, chore.by.side, chore.by.id)
    if asker is None:
        owners = await means.store.people.staff_or_owners([], [chore.firm_id])
        asker = await auth.principal_of(means.store, owners[0].id, "staff", owners[0].id) if owners else None
    await access_changes.clear_threads(Context(means, asker), chore.subject)
