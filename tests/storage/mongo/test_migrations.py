"""Changes of the stored form: in order, once, by one process at a time, however long they take or often they die."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.dev.embedded import ReplicaSet
from protocol.marks import MarkRead
from protocol.threads import ThreadList
from storage.mongo import migrations
from storage.mongo.collections import collected
from storage.mongo.connection import Mongo, Unsuitable
from storage.mongo.migrations import (
    INDEXES_FINGERPRINT,
    TABLE,
    Behind,
    LeaseLost,
    Migration,
    fingerprint,
    migrate,
    prepare,
)
from tests.storage.mongo.migrating import HALF, STEPS, filling, made
from tests.world import World

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 30.0
pytestmark = pytest.mark.anyio


@pytest.fixture
async def mongo(mongo_url: str, database_name: str) -> AsyncIterator[Mongo]:
    """A database in which nothing is."""
    connected = Mongo(mongo_url, database_name)
    yield connected
    await connected.close()


@dataclass
class Steps:
    """Migrations that do nothing but say that they ran, and one that waits until it may go on."""

    ran: list[int] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def table(self, last: int, *, slow: int = 0) -> list[Migration]:
        return [
            Migration(number, f"step {number}", self._step(number, number == slow)) for number in range(1, last + 1)
        ]

    def _step(self, number: int, slow: bool) -> Callable[[Mongo], Awaitable[None]]:
        async def run(_: Mongo) -> None:
            self.ran.append(number)
            if slow:
                self.begun.set()
                await self.go_on.wait()

        return run


async def indexes_of(mongo: Mongo) -> dict[str, int]:
    return {name: len([row async for row in await mongo.database[name].list_indexes()]) for name in collected()}


def test_the_table_is_numbered_without_a_gap_and_its_last_row_makes_the_indexes_of_this_build() -> None:
    assert [migration.number for migration in TABLE] == list(range(1, len(TABLE) + 1))
    assert fingerprint() == INDEXES_FINGERPRINT, "add a row to storage.mongo.migrations.TABLE for what changed"


async def test_an_empty_database_is_made_ready_by_whoever_starts_first_and_found_ready_by_the_others(
    mongo: Mongo,
) -> None:
    await asyncio.gather(*(prepare(mongo) for _ in range(4)))
    assert await indexes_of(mongo) == {name: len(collection.indexes) + 1 for name, collection in collected().items()}
    await prepare(mongo)
    assert await migrate(mongo) == []


async def test_a_database_of_a_build_without_numbers_is_refused_with_what_to_do_and_then_taken(mongo: Mongo) -> None:
    await mongo.database["events"].insert_one({"_id": "t:0:1"})
    await mongo.database["facts"].insert_one({"_id": "epoch", "value": "e"})
    with pytest.raises(Behind, match="python -m server migrate"):
        await prepare(mongo)
    assert await mongo.database.list_collection_names(filter={"name": "threads"}) == []
    assert await migrate(mongo) == [migration.number for migration in TABLE]
    await prepare(mongo)
    assert await mongo.database["events"].count_documents({}) == 1


async def test_only_what_is_still_to_be_done_is_done(mongo: Mongo) -> None:
    steps = Steps()
    assert await migrate(mongo, steps.table(2)) == [1, 2]
    with pytest.raises(Behind):
        await prepare(mongo, steps.table(4))
    assert await migrate(mongo, steps.table(4)) == [3, 4]
    assert steps.ran == [1, 2, 3, 4]
    await prepare(mongo, steps.table(3))  # the build before goes on with what this one has made


async def test_one_process_migrates_and_the_others_wait_for_it(mongo: Mongo) -> None:
    steps = Steps()
    first = asyncio.create_task(migrate(mongo, steps.table(2, slow=1)))
    await steps.begun.wait()
    second = asyncio.create_task(migrate(mongo, steps.table(2, slow=1)))
    starting = asyncio.create_task(prepare(mongo, steps.table(2, slow=1)))
    done, _ = await asyncio.wait([second, starting], timeout=2 * migrations.WAIT_S)
    assert not done
    steps.go_on.set()
    async with asyncio.timeout(PATIENCE_S):
        assert await first == [1, 2]
        assert await second == []
        await starting
    assert steps.ran == [1, 2]


async def test_who_is_stopped_leaves_the_rest_to_the_next_who_begins_with_the_step_that_was_not_done(
    mongo: Mongo,
) -> None:
    steps = Steps()
    first = asyncio.create_task(migrate(mongo, steps.table(3, slow=2)))
    await steps.begun.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    steps.go_on.set()
    async with asyncio.timeout(PATIENCE_S):
        assert await migrate(mongo, steps.table(3, slow=2)) == [2, 3]
    assert steps.ran == [1, 2, 2, 3]


async def test_the_lease_of_a_killed_process_runs_out_and_one_that_comes_back_stops(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LEASE_S", 0.2)
    monkeypatch.setattr(migrations, "RENEW_S", 3600.0)  # as if it were frozen
    steps = Steps()
    frozen = asyncio.create_task(migrate(mongo, steps.table(2, slow=1)))
    await steps.begun.wait()
    taken = Steps()
    # It waits for the lease to run out, by the database's clock, and then goes on without the other.
    monkeypatch.setattr(migrations, "RENEW_S", 0.05)
    taken.go_on.set()
    async with asyncio.timeout(PATIENCE_S):
        try:
            assert await migrate(mongo, taken.table(2, slow=1)) == [1, 2]
        finally:
            steps.go_on.set()
        with pytest.raises(LeaseLost):
            await frozen


@asynccontextmanager
async def migrating(url: str, database: str, *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process of its own that migrates; killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.mongo.migrating", url, database, *words, cwd=ROOT, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_said(process: asyncio.subprocess.Process, words: str) -> None:
    """Wait for a line with these words."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while line := (await process.stdout.readline()).decode():
            if words in line:
                return
    raise AssertionError(f"it ended without saying {words}")


async def test_of_two_processes_one_migrates_and_when_it_is_killed_in_the_middle_the_other_ends_it(
    mongo: Mongo, mongo_url: str, database_name: str
) -> None:
    ran, filled = mongo.database["ran"], mongo.database["filled"]
    async with migrating(mongo_url, database_name, "half") as first:
        await until_said(first, HALF)
        async with migrating(mongo_url, database_name) as second:
            await until_said(second, "migration.waiting")
            assert [row["step"] async for row in ran.find()] == [1, 2]
            first.kill()
            assert await first.wait() == -signal.SIGKILL
            # As if its lease had run out.
            await mongo.database["facts"].update_one(
                {"_id": "migrations"}, {"$set": {"until": datetime.fromtimestamp(0, UTC)}}
            )
            await until_said(second, "done [2]")
            assert await second.wait() == 0
    assert [row["step"] async for row in ran.find()] == [1, 2, 2]
    times = {row["_id"]: row["times"] async for row in filled.find()}
    assert times == {number: 2 if number < STEPS // 2 else 1 for number in range(STEPS)}
    assert await migrate(mongo, [Migration(1, "short", made), filling(half=True)]) == []


async def test_two_who_bring_an_old_database_up_to_this_build_at_once_do_it_once(
    mongo: Mongo, mongo_url: str, database_name: str
) -> None:
    await mongo.database["events"].insert_one({"_id": "t:0:1"})
    env = {"CHATTAR_MONGO_URL": mongo_url, "CHATTAR_MONGO_DATABASE": database_name}
    refused = await asyncio.to_thread(run, ["server"], env)
    assert refused.returncode == 1
    assert refused.stderr.count("python -m server migrate") == 1
    assert "Traceback" not in refused.stderr
    both = await asyncio.gather(*(asyncio.to_thread(run, ["server", "migrate"], env) for _ in range(2)))
    assert [done.returncode for done in both] == [0, 0]
    assert await indexes_of(mongo) == {name: len(collection.indexes) + 1 for name, collection in collected().items()}
    said = sorted(done.stdout.splitlines()[-1] for done in both)
    assert said == [f"Done: {', '.join(str(step.number) for step in TABLE)}.", "The database is up to date."]


async def test_building_an_index_may_take_longer_than_any_command_of_a_request(
    mongo_with_faults: ReplicaSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.mongo.connection.OPERATION_TIMEOUT_MS", 300)
    with MongoClient[dict[str, Any]](mongo_with_faults.url) as client:
        slow = {"failCommands": ["createIndexes"], "blockConnection": True, "blockTimeMS": 1000}
        client.admin.command("configureFailPoint", "failCommand", mode={"times": 2}, data=slow)
    mongo = Mongo(mongo_with_faults.url, "large", timeout_ms=300)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await migrate(mongo)
        await prepare(mongo)
        assert await indexes_of(mongo) == {
            name: len(collection.indexes) + 1 for name, collection in collected().items()
        }
    finally:
        await mongo.close()


async def test_a_server_without_transactions_is_refused_in_one_sentence(standalone_mongo: str) -> None:
    mongo = Mongo(standalone_mongo, "alone")
    try:
        for use in (prepare, migrate):
            with pytest.raises(Unsuitable, match="replica set"):
                await use(mongo)
    finally:
        await mongo.close()
    for words in (["server"], ["server", "migrate"], ["scheduler"]):
        done = await asyncio.to_thread(run, words, {"CHATTAR_MONGO_URL": standalone_mongo})
        assert done.returncode == 1
        assert "replica set" in done.stderr
        assert "Traceback" not in done.stderr


def run(words: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m` some words, to their end."""
    command = [sys.executable, "-m", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )


async def test_threads_of_an_older_build_get_what_lists_go_by(world: World) -> None:
    thread = await world.thread(tasks=["Kvitton"])
    await world.settled()
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=thread.head))
    mongo = world.store.mongo
    rows = mongo.database["threads"]
    before = await rows.find_one({"_id": thread.id})
    assert before is not None
    assert before["readers"] == {world.petra.id: 1, world.linn.id: 0}
    lists_go_by = ("words", "has_open_tasks", "readers", "unread_by", "turn_at", "found_by")
    await rows.update_one({"_id": thread.id}, {"$unset": dict.fromkeys(lists_go_by, "")})
    await mongo.database["accounts"].update_one(
        {"_id": world.holm.id}, {"$unset": dict.fromkeys(("words", "people_words"), "")}
    )
    assert await migrate(mongo) == []  # what fills is run again each time
    assert in_any_order(await rows.find_one({"_id": thread.id})) == in_any_order(before)
    assert len((await world.do(world.anna, ThreadList(search="holm petra kvi", only="open_tasks"))).threads) == 0
    assert len((await world.do(world.anna, ThreadList(search="holm petra", only="open_tasks"))).threads) == 1
    # Somebody has joined at a node of the build before, which knew nothing of names.
    gone = {"$pull": {name: {"$regex": "^ petra"} for name in ("words", "people_words", "found_by")}}
    for name in ("accounts", "threads"):
        await mongo.database[name].update_many({}, gone)
    assert (await world.do(world.anna, ThreadList(search="petra"))).threads == []
    assert await migrate(mongo) == []
    assert len((await world.do(world.anna, ThreadList(search="petra"))).threads) == 1


def in_any_order(row: dict[str, Any] | None) -> dict[str, Any]:
    assert row is not None
    return row | {name: sorted(row[name]) for name in ("words", "found_by")}


async def test_marks_of_an_older_build_get_the_firm_of_their_thread(world: World) -> None:
    thread = await world.thread()
    await world.do(world.petra, MarkRead(thread_id=thread.id, seq=thread.head))
    marks = world.store.mongo.database["marks"]
    before = [row async for row in marks.find()]
    assert {row["firm_id"] for row in before} == {world.firm.id}
    gone: dict[str, Any] = {"_id": "of a thread that is gone", "thread_id": "gone"}
    await marks.insert_one(gone)
    await marks.update_many({}, {"$unset": {"firm_id": ""}})
    assert await world.store.marks.of_thread(world.firm.id, thread.id) == []
    assert await migrate(world.store.mongo) == []
    assert [row async for row in marks.find({"thread_id": thread.id})] == before
    assert await marks.find_one({"_id": gone["_id"]}) == gone
