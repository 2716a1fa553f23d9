"""Several scheduler processes, one of them killed: each account of a bulk run gets its chat once (BK-6)."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from protocol.accounts import AccountFilter
from protocol.body import paragraph
from protocol.bulk import BulkCreate, BulkGet
from protocol.ids import new_id
from protocol.inbox import NotificationList
from storage.accounts import ACCOUNTS, AccountDoc
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from storage.people import LINKS, LinkDoc, link_id
from tests.scheduler.sink import Sink
from tests.scheduler.test_schedulers import PATIENCE_S, scheduler
from tests.world import World

pytestmark = pytest.mark.anyio

ACCOUNTS_MADE, DEAF = 300, 20
"""So many accounts, of which some have nobody who can read."""
KILLED_AFTER = 30
LEASE_OVER_MS = 60_000


async def clients(world: World) -> None:
    """Accounts of which each but some can receive."""
    made = [
        AccountDoc(
            id=new_id(),
            firm_id=world.firm.id,
            name=f"Massa {number} AB",
            name_key=f"massa {number} ab",
            short_id=f"MA{number}",
            kind="company",
            created_at=world.clock.now(),
            staff_ids=[],
            follower_ids=[],
        )
        for number in range(ACCOUNTS_MADE)
    ]
    links = [
        LinkDoc(
            id=link_id(account.id, world.petra.id),
            firm_id=world.firm.id,
            account_id=account.id,
            contact_id=world.petra.id,
            login=True,
            notify=False,
        )
        for account in made[DEAF:]
    ]
    await FirmRows(world.store.mongo, ACCOUNTS).insert(*map(to_document, made))
    await FirmRows(world.store.mongo, LINKS).insert(*map(to_document, links))


async def test_300_accounts_two_schedulers_one_killed(world: World, sink: Sink) -> None:
    """BK-2, BK-5, BK-6. Whoever is killed in the middle of a portion leaves what it has begun; the other one finds it,
    begins the rest, counts each account once, and draws what follows from what the dead one had done."""
    await clients(world)
    command = BulkCreate(
        client_bulk_id=new_id(),
        matching=AccountFilter(search="massa"),
        subject="Till [ACCOUNT_NAME]",
        body=paragraph("Hej [ACCOUNT_NAME]!"),
    )
    run = await world.do(world.anna, command)
    assert run.total == ACCOUNTS_MADE
    database = world.store.mongo.database
    threads, portions = database["threads"], database["bulk_portions"]

    async def state() -> Any:
        return (await world.do(world.anna, BulkGet(bulk_id=run.id))).bulk

    async with scheduler(world, sink, "doomed") as doomed, asyncio.timeout(PATIENCE_S):
        # In the middle of a portion of its own, and nobody else is there.
        while await threads.count_documents({"origin": "bulk"}) < KILLED_AFTER:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.005)
        doomed.kill()
        await doomed.wait()
    assert await portions.count_documents({"state": "waiting"}) > 0, "nothing was left to do: it was killed too late"
    await world.store.facts.set_clock_offset_ms(LEASE_OVER_MS)
    async with scheduler(world, sink, "one"), scheduler(world, sink, "other"), asyncio.timeout(PATIENCE_S):
        unsettled = {"unsettled_at": {"$exists": True}}
        while (await state()).state != "done" or await database["events"].count_documents(  # noqa: ASYNC110
            unsettled
        ):
            await asyncio.sleep(0.1)
    found = await state()
    assert (found.created, found.skipped, found.failed) == (ACCOUNTS_MADE - DEAF, DEAF, 0)
    rows = [row async for row in threads.find({"origin": "bulk"}, {"account_id": 1, "subject": 1})]
    assert set(Counter(row["account_id"] for row in rows).values()) == {1}
    assert len(rows) == ACCOUNTS_MADE - DEAF
    assert {row["subject"] for row in rows} == {f"Till Massa {number} AB" for number in range(DEAF, ACCOUNTS_MADE)}
    sent = [row async for row in database["events"].find({"event.type": "message.sent"}, {"key": 1})]
    assert len({row["key"] for row in sent}) == len(sent) == ACCOUNTS_MADE - DEAF
    told = [one for one in (await world.do(world.anna, NotificationList())).notifications if one.about == "bulk"]
    assert [(entry.bulk.created, entry.bulk.skipped) for entry in told if entry.bulk] == [(ACCOUNTS_MADE - DEAF, DEAF)]
