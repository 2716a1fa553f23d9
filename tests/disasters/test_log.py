"""The log under faults of MongoDB: nothing acknowledged is lost, nothing is there twice, no hole (P1, P2, P3)."""

import asyncio
from collections.abc import Callable

import pytest

from deploy.dev.embedded import ReplicaSet
from storage.log.streams import Streams
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.disasters.history import History, complaints, until_the_database_answers

pytestmark = pytest.mark.anyio

WRITERS = 12
ACKNOWLEDGED_BETWEEN_FAULTS = 150
DATABASE = "disasters"


async def under_faults(servers: ReplicaSet, fault: Callable[[], None], *, faults: int, nodes: int = 2) -> History:
    """Let writers on several nodes write through a number of faults; each fault waits for some progress first."""
    mongos = [Mongo(servers.url, DATABASE) for _ in range(nodes)]
    await prepare(mongos[0])
    logs = [Streams(mongo) for mongo in mongos]
    history, stop = History(), asyncio.Event()
    async with asyncio.TaskGroup() as writers:
        for number in range(WRITERS):
            writers.create_task(history.write(logs[number % nodes], number, stop))
        for _ in range(faults):
            await history.progress(ACKNOWLEDGED_BETWEEN_FAULTS)
            await asyncio.to_thread(fault)
        await until_the_database_answers(mongos[0])
        await history.progress(ACKNOWLEDGED_BETWEEN_FAULTS)
        stop.set()
    for mongo in mongos:
        await mongo.close()
    return history


async def test_a_mongod_that_is_killed_and_restarted_loses_nothing(own_mongo: ReplicaSet) -> None:
    member = own_mongo.members[0]

    def kill_and_restart() -> None:
        member.kill()
        member.start()

    history = await under_faults(own_mongo, kill_and_restart, faults=2)
    mongo = Mongo(own_mongo.url, DATABASE)
    assert await complaints(mongo, history) == []
    assert len(history.acknowledged) > 2 * ACKNOWLEDGED_BETWEEN_FAULTS
    await mongo.close()


async def test_primaries_that_step_down_under_load_lose_nothing(replica_set_of_three: ReplicaSet) -> None:
    history = await under_faults(replica_set_of_three, lambda: _step_down(replica_set_of_three), faults=2)
    mongo = Mongo(replica_set_of_three.url, DATABASE)
    assert await complaints(mongo, history) == []
    await mongo.close()


def _step_down(servers: ReplicaSet) -> None:
    servers.step_down()
