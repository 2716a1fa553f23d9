"""Two scheduler processes have the same things to do, and one of them is killed in the middle of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from tests.scheduler.sink import Sink
from tests.scheduler.test_schedulers import PATIENCE_S, scheduler
from tests.world import World


async def one_killed_halfway(
    world: World, sink: Sink, made: str, those: Mapping[str, Any], killed_after: int, left: str
) -> None:
    """Kills one of two schedulers once so many of `those` are in the collection `made`; returns when the other one has left
    nothing in the collection `left`, and has drawn what follows from all that has happened."""
    database = world.store.mongo.database
    async with scheduler(world, sink, "doomed") as doomed, scheduler(world, sink, "survivor"):
        async with asyncio.timeout(PATIENCE_S):
            while await database[made].count_documents(those) < killed_after:  # noqa: ASYNC110 - in the database
                await asyncio.sleep(0.005)
        doomed.kill()
        await doomed.wait()
        assert await database[left].count_documents({}) > 0, "nothing was left to do: it was killed too late"
        async with asyncio.timeout(PATIENCE_S):
            while await database[left].count_documents({}) or await database["events"].count_documents(  # noqa: ASYNC110
                {"unsettled_at": {"$exists": True}}
            ):
                await asyncio.sleep(0.1)
