"""How a run is worked off: portion by portion, each account's chat begun once (BK-2, BK-3, BK-6).

A chat's key is made of run and account, so whoever begins it, and however often, there is one. A portion is had by one
process for a while; one that dies or stands still leaves it to another, which finds what there is already. Whether an
account can receive is asked as the author, when its turn comes: nothing is done in their name that they may not do any
more. Refuses to know when a scheduler looks, and how fast it may go.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from protocol.bulk import SKIPPED, WhyLeftOut
from protocol.errors import ChattarError, Invalid, Unavailable
from protocol.ids import new_id
from protocol.tasks import TaskToAdd
from protocol.wire import Id, Ms
from server.bulk import telling
from server.core import auth
from server.core.context import Context, Means, Principal
from server.core.happening import happen
from server.threads import actions as threads
from storage.accounts import AccountDoc
from storage.bulk import BulkPortionDoc, BulkRunDoc, LeftOutDoc
from storage.log.streams import Stored
from storage.mongo.connection import Row, Session, ours
from storage.people import digest

log = structlog.get_logger(__name__)

LEASE_MS: Final = 30_000
"""A portion takes a second or two. What a process leaves in the middle waits for so long."""
AT_ONCE_MAX: Final = 4

_WHY: Final[dict[str, WhyLeftOut]] = {
    "account_archived": "account_archived",
    "account_not_activated": "nobody_can_read",
}
"""By the reason of a refusal."""


def key_of(run: BulkRunDoc, account_id: Id) -> str:
    """The key of an account's chat: one, whoever begins it."""
    return f"bulk:{run.id}:{account_id}"


async def work(means: Means, run: BulkRunDoc, now: Ms) -> int:
    """Work off a portion of a run, or end it; how many accounts were worked off. 0 where there is nothing to do in it but
    what others are at."""
    cancelling = run.state == "cancelling"
    portion = await means.store.bulk_portions.claim(run, now, now + LEASE_MS, begun=cancelling)
    if portion is None:
        await _finish(means, run, now)
        return 0
    if cancelling:
        # Somebody had begun it: who has no chat by now gets none.
        await _finished(means, run, portion, await _counted(means, run, portion), [], now)
    else:
        left_out = await _begin_all(means, run, portion)
        await _finished(means, run, portion, len(portion.account_ids) - len(left_out), left_out, now)
    return len(portion.account_ids)


async def _begin_all(means: Means, run: BulkRunDoc, portion: BulkPortionDoc) -> list[LeftOutDoc]:
    """Begin the chats of a portion; who gets none."""
    asker = await auth.principal_of(means.store, run.firm_id, run.by.id, "staff", new_id())
    accounts = await means.store.accounts.many(run.firm_id, portion.account_ids)
    room = asyncio.Semaphore(AT_ONCE_MAX)

    async def begin(account_id: Id) -> WhyLeftOut | None:
        async with room:
            return await _begin(means, run, asker, account_id, accounts.get(account_id))

    # Each is waited for: what one lets out ends none of the others in the middle.
    outcomes = await asyncio.gather(*map(begin, portion.account_ids), return_exceptions=True)
    left_out = []
    for account_id, outcome in zip(portion.account_ids, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome is not None:
            left_out.append(LeftOutDoc(account_id=account_id, why=outcome))
    return left_out


async def _begin(
    means: Means, run: BulkRunDoc, asker: Principal | None, account_id: Id, account: AccountDoc | None
) -> WhyLeftOut | None:
    """Begin an account's chat; why not. Raises Unavailable."""
    try:
        async with ours():
            why = await _try(means, run, asker, account_id, account)
    except Unavailable:
        raise
    except Invalid:
        why = "text"
    except ChattarError as error:
        why = _WHY.get(error.reason or "", "refused")
    except Exception:
        # A fault of ours with this account holds up no other one.
        log.exception("bulk.failed", run=run.id, account=account_id)
        why = "failed"
    # What it is refused for may be so only since it got its chat, from who had the portion before.
    return None if why is not None and await _has_chat(means, run, account_id) else why


async def _try(
    means: Means, run: BulkRunDoc, asker: Principal | None, account_id: Id, account: AccountDoc | None
) -> WhyLeftOut | None:
    if asker is None:
        return "author_inactive"
    if account is None or not asker.sees(account_id):
        return "no_access"
    key = key_of(run, account_id)
    start = threads.Start(
        account=account,
        subject=run.subject,
        body=run.body,
        client_message_id=digest(key)[:32],
        actor=asker.person,
        origin="bulk",
        key=key,
        tasks=[TaskToAdd(text=text) for text in run.tasks],
        reminder=run.reminder,
        template_id=run.template_id,
    )
    await threads.start(Context(means, asker), start)
    return None


async def _has_chat(means: Means, run: BulkRunDoc, account_id: Id) -> bool:
    return await means.store.threads.by_key(run.firm_id, key_of(run, account_id)) is not None


async def _counted(means: Means, run: BulkRunDoc, portion: BulkPortionDoc) -> int:
    """How many of a portion have their chat."""
    return sum([await _has_chat(means, run, account_id) for account_id in portion.account_ids])


async def _finished(
    means: Means, run: BulkRunDoc, portion: BulkPortionDoc, created: int, left_out: Sequence[LeftOutDoc], now: Ms
) -> None:
    """Count a portion with its run, once, whatever has become of that meanwhile, and tell of it."""
    skipped = sum(one.why in SKIPPED for one in left_out)
    counts = {"created": created, "skipped": skipped, "failed": len(left_out) - skipped}

    async def write(session: Session) -> tuple[None, list[Stored]]:
        before = await means.store.bulk_runs.get(run.firm_id, run.id, session)
        if before is None or not await means.store.bulk_portions.finish(portion, left_out, session):
            return None, []
        fields: Row = {"updated_at": now} | ({} if before.due_at is None else {"due_at": now})
        after = await means.store.bulk_runs.change(run, {"$inc": counts, "$set": fields}, session)
        told = [] if after is None else [telling.updated(after, now)]
        return None, await means.store.streams.append_in(session, told)

    await happen(means, write)


async def _finish(means: Means, run: BulkRunDoc, now: Ms) -> bool:
    """End a run of which nothing is left, with one report. False where somebody is still at it, or stopped it."""
    runs, portions = means.store.bulk_runs, means.store.bulk_portions
    begun = run.state == "cancelling"
    if await portions.waiting(run, begun=begun):
        return False
    fresh = await runs.get(run.firm_id, run.id)
    if fresh is None or fresh.state != run.state:
        return False
    await telling.report(means, fresh)

    async def write(session: Session) -> tuple[bool, list[Stored]]:
        before = await runs.get(run.firm_id, run.id, session)
        if before is None or (before.state, before.attempt) != (fresh.state, fresh.attempt):
            return False, []
        if await portions.waiting(run, session, begun=begun):
            return False, []
        if begun:
            await portions.drop_waiting(run, session)
        fields = {"state": "cancelled" if begun else "done", "finished_at": now, "updated_at": now}
        after = await runs.change(run, {"$set": fields, "$unset": {"due_at": ""}}, session)
        told = [] if after is None else [telling.updated(after, now)]
        return True, await means.store.streams.append_in(session, told)

    return await happen(means, write)
