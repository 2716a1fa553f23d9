"""MongoDB killed, or with another primary, under the whole product: refused as temporary, never falsely acknowledged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from deploy.dev.embedded import ReplicaSet
from server.core.settings import Settings
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.disasters.history import complaints
from tests.disasters.stage import Stage, on_stage
from tests.faults import replication_stopped
from tests.protocol.nodes import start_node
from tests.world import World

pytestmark = pytest.mark.anyio

DATABASE = "disasters"
UNREPLICATED = 40
"""Messages that only the primary has when it dies."""


@contextlib.asynccontextmanager
async def world_on(servers: ReplicaSet) -> AsyncIterator[World]:
    """The cast in a database of these servers."""
    mongo = Mongo(servers.url, DATABASE)
    await prepare(mongo)
    world = World(mongo, Settings(mongo_url=servers.url, mongo_database=DATABASE, development=True))
    await world.settle_in()
    yield world
    await mongo.close()


@contextlib.contextmanager
def two_nodes_on(world: World, redis_url: str, folder: Path, **more: str) -> Iterator[list[str]]:
    """The addresses of two nodes."""
    north, north_url = start_node("north", world.settings, redis_url, folder, **more)
    south, south_url = start_node("south", world.settings, redis_url, folder, **more)
    try:
        yield [north_url, south_url]
    finally:
        north.kill()
        south.kill()


@contextlib.asynccontextmanager
async def stage_on(servers: ReplicaSet, redis_url: str, folder: Path, **more: str) -> AsyncIterator[Stage]:
    """The conversation at two nodes on these servers."""
    async with world_on(servers) as world:
        with two_nodes_on(world, redis_url, folder, **more) as urls:
            async with on_stage(world, urls) as stage:
                yield stage


async def test_while_mongod_is_away_messages_are_refused_and_later_go_through(
    own_mongo: ReplicaSet, redis_url: str, tmp_path: Path
) -> None:
    member = own_mongo.members[0]
    async with stage_on(own_mongo, redis_url, tmp_path) as stage:
        async with stage.conversation():
            for _ in range(2):
                await stage.progress()
                await asyncio.to_thread(member.kill)
                await _refused_again(stage)
                await asyncio.to_thread(member.start)
            await stage.progress()
        assert await stage.complaints() == []


async def test_primaries_that_step_down_under_load_lose_nothing(
    replica_set_of_three: ReplicaSet, redis_url: str, tmp_path: Path
) -> None:
    async with stage_on(replica_set_of_three, redis_url, tmp_path) as stage:
        async with stage.conversation():
            for _ in range(2):
                await stage.progress()
                await asyncio.to_thread(replica_set_of_three.step_down)
            await stage.progress()
        assert await stage.complaints() == []


async def test_messages_that_only_a_dead_primary_has_were_never_acknowledged(
    replica_set_of_three: ReplicaSet, redis_url: str, tmp_path: Path
) -> None:
    assert await _primary_dies_alone(replica_set_of_three, redis_url, tmp_path, _refused_again) == []


async def test_the_checker_sees_the_loss_if_a_node_acknowledges_what_one_server_has(
    replica_set_of_three: ReplicaSet, redis_url: str, tmp_path: Path
) -> None:
    """The control run: the same fault, the same checker, write concern 1."""
    wrong = {"module": "tests.disasters.doomed_node", "WRITE_CONCERN": "1"}
    found = await _primary_dies_alone(replica_set_of_three, redis_url, tmp_path, _unreplicated, **wrong)
    assert any("acknowledged at" in complaint for complaint in found), found


async def _primary_dies_alone(
    servers: ReplicaSet, redis_url: str, folder: Path, meanwhile: Callable[[Stage], Awaitable[None]], **more: str
) -> list[str]:
    """Let a primary die while nothing it writes reaches the others, and come back; what the log's checker then says."""
    async with stage_on(servers, redis_url, folder, **more) as stage:
        async with stage.conversation():
            await stage.progress()
            with replication_stopped(servers) as primary:
                await meanwhile(stage)
                await asyncio.to_thread(primary.kill)
            await asyncio.to_thread(servers.wait_for_primary)
            await asyncio.to_thread(primary.start)
            await stage.progress()
        return await complaints(stage.world.store.mongo, stage.record)


async def _unreplicated(stage: Stage) -> None:
    await stage.progress(UNREPLICATED)


async def _refused_again(stage: Stage) -> None:
    """Wait until a client has been told that it is not possible just now."""
    before = stage.refused
    await stage.record.until(lambda: stage.refused > before, 60)
