"""The scheduler's work for the virus scanner (a real clamd): what goes wrong with one file holds up no other and is tried
again soon, several schedulers share the work, and times are those after a scan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from deploy.dev.embedded import Clamd
from protocol.documents import Document
from protocol.errors import NotFound
from protocol.wire import Ms
from scheduler import scans
from scheduler.health.health import Health
from scheduler.health.watch import Watch
from scheduler.turn import Turn
from server.core.clock_watch import ClockWatch
from server.documents import following, notices, scanning
from server.files import clamd as clamd_client
from server.files.clamd import Failed, Verdict
from storage.mongo.of_firms import FirmRows
from storage.scans import SCANS, ScanDoc
from tests import cabinet
from tests.server.documents.scanned import scanned, sees
from tests.world import World

pytestmark = pytest.mark.anyio
Scan = Callable[[str, AsyncIterator[bytes]], Awaitable[Verdict]]


@pytest.fixture
def held(world: World, clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> Clamd:
    """Every file is for the scheduler."""
    world.set(clamd=clamd.address)
    monkeypatch.setattr(scanning, "AT_ONCE_BYTES_MAX", -1)
    return clamd


async def brought(world: World, *contents: bytes) -> list[Document]:
    folder = await cabinet.for_uploads(world)
    made = [await cabinet.saved(world, world.petra, folder, "a.txt", content) for content in contents]
    assert {one.scan for one in made} == {"held"}
    return made


async def row(world: World, document: Document) -> ScanDoc:
    stored = await world.store.documents.get(world.firm.id, document.id)
    assert stored is not None
    found = await world.store.scans.get(world.firm.id, stored.sha256)
    assert found is not None
    return found


async def seen(world: World, *documents: Document) -> list[str | None]:
    return [await sees(world, world.anna, one) for one in documents]


def later(world: World, ms: Ms) -> None:
    world.clock.advance(s=ms / 1000 + 1)


def moving(world: World) -> Turn:
    """A run during which the clock goes on."""

    async def now() -> Ms:
        return world.clock.now()

    return Turn(now, asyncio.Event())


def instead(monkeypatch: pytest.MonkeyPatch, make: Callable[[Scan], Scan]) -> None:
    monkeypatch.setattr(clamd_client, "scan", make(clamd_client.scan))


def once(error: Exception, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    left = [error]

    async def does(*args: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return await real(*args, **named)

    return does


async def test_two_schedulers_scan_each_content_once(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(real: Scan) -> Scan:
        async def scan(address: str, pieces: AsyncIterator[bytes]) -> Verdict:
            asked.append(address)
            return await real(address, pieces)

        return scan

    instead(monkeypatch, counted)
    made = await brought(world, *(b"content %d" % number for number in range(12)))
    assert sum(await asyncio.gather(scanned(world), scanned(world))) == 12
    assert len(asked) == 12
    assert await seen(world, *made) == ["offered"] * 12


async def test_a_fault_of_the_database_costs_seconds_and_not_the_lease(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await brought(world, b"one", b"two")
    monkeypatch.setattr(world.store.blobs, "find", once(AutoReconnect("gone"), world.store.blobs.find))
    assert await scanned(world) == 1
    later(world, scanning.AGAIN_MS)
    assert await scanned(world) == 1
    assert await seen(world, *made) == ["offered", "offered"]


async def test_a_fault_while_a_verdict_is_written_costs_no_more(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = await brought(world, b"one")
    monkeypatch.setattr(world.store.mongo, "transact", once(AutoReconnect("gone"), world.store.mongo.transact))
    assert await scanned(world) == 0
    later(world, scanning.AGAIN_MS)
    assert await scanned(world) == 1
    assert await seen(world, made) == ["offered"]


async def test_what_could_not_be_given_back_is_given_back_by_the_next_tick(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = await brought(world, b"one")
    monkeypatch.setattr(world.store.blobs, "find", once(AutoReconnect("gone"), world.store.blobs.find))
    monkeypatch.setattr(world.store.scans, "put_off", once(AutoReconnect("gone"), world.store.scans.put_off))
    assert await scanned(world) == 0
    assert await scanned(world) == 0
    later(world, scanning.AGAIN_MS)
    assert await scanned(world) == 1
    assert await seen(world, made) == ["offered"]


async def test_one_that_fails_holds_up_no_other_and_is_tried_later_each_time(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, *good = await brought(world, *(b"content %d" % number for number in range(9)))
    wrong = await row(world, bad)
    read = world.store.blobs.read

    def failing(firm_id: str, sha256: str) -> AsyncIterator[bytes]:
        if sha256 == wrong.sha256:
            raise ZeroDivisionError
        return read(firm_id, sha256)

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(world.store.blobs, "read", failing)
        assert await scanned(world) == 8
        assert await seen(world, bad, *good) == [None, *["offered"] * 8]
        assert [line["sha256"] for line in logs if line["event"] == "scan.fault"] == [wrong.sha256]
        waits = []
        for _ in range(3):
            waits.append(((await row(world, bad)).due_at or 0) - world.clock.now())
            later(world, waits[-1])
            await scanned(world)
        assert [wait // scanning.AGAIN_FAILED_MS for wait in waits] == [1, 2, 4]
    later(world, 8 * scanning.AGAIN_FAILED_MS)
    assert await scanned(world) == 1
    assert await seen(world, bad) == ["offered"]


async def test_while_one_is_slow_others_are_taken(world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "LOOK_S", 0.02, raising=False)
    began, through, other = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def slow(real: Scan) -> Scan:
        async def scan(address: str, pieces: AsyncIterator[bytes]) -> Verdict:
            content = b"".join([piece async for piece in pieces])
            if content == b"slow":
                began.set()
                await through.wait()
            else:
                other.set()
            return Verdict("clean")

        return scan

    instead(monkeypatch, slow)
    made = await brought(world, b"slow")
    tick = asyncio.create_task(scans.tick(world.means, world.clock.now(), moving(world)))
    await began.wait()
    made += await brought(world, b"quick")
    try:
        await asyncio.wait_for(other.wait(), 20)
    finally:
        through.set()
        done = await tick
    assert done == 2
    assert await seen(world, *made) == ["offered", "offered"]


async def test_asked_to_end_it_gives_back_what_it_is_at(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, stop = asyncio.Event(), asyncio.Event()

    async def for_ever(address: str, pieces: AsyncIterator[bytes]) -> Verdict:
        began.set()
        await asyncio.Event().wait()
        return Verdict("clean")

    async def now() -> Ms:
        return world.clock.now()

    (made,) = await brought(world, b"one")
    with monkeypatch.context() as patched:
        patched.setattr(clamd_client, "scan", for_ever)
        tick = asyncio.create_task(scans.tick(world.means, world.clock.now(), Turn(now, stop)))
        await began.wait()
        stop.set()
        assert await tick == 0
    assert await scanned(world) == 1
    assert await seen(world, made) == ["offered"]


async def test_times_are_those_after_a_scan(world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may take minutes, which are no part of how long is waited."""

    def minutes(answer: Verdict | Exception) -> Callable[[Scan], Scan]:
        def make(real: Scan) -> Scan:
            async def scan(address: str, pieces: AsyncIterator[bytes]) -> Verdict:
                world.clock.advance(s=300)
                if isinstance(answer, Exception):
                    raise answer
                return answer

            return scan

        return make

    made = await brought(world, b"one")
    answers: list[tuple[Verdict | Exception, Ms]] = [
        (Failed("no"), scanning.AGAIN_FAILED_MS),
        (clamd_client.Away("no"), scanning.AGAIN_MS),
        (Verdict("too_large"), scanning.AGAIN_TOO_LARGE_MS),
    ]
    for answer, wait in answers:
        with monkeypatch.context() as patched:
            instead(patched, minutes(answer))
            # What is due again at once would never come to an end.
            await asyncio.wait_for(scans.tick(world.means, world.clock.now(), moving(world)), 20)
        assert (await row(world, made[0])).due_at == world.clock.now() + wait
        later(world, wait)
    instead(monkeypatch, minutes(Verdict("clean")))
    await scans.tick(world.means, world.clock.now(), moving(world))
    (chore,) = await world.store.chores.left([notices.UPLOADED], world.clock.now() + 3_600_000, 10)
    assert chore.at == world.clock.now() + notices.TOLD_AFTER_MS


async def test_what_is_told_of_uploads_is_told_no_earlier_than_the_last_one_asks(world: World, held: Clamd) -> None:
    await brought(world, b"one")
    before = world.clock.now()
    later(world, 300_000)
    await brought(world, b"two")
    (chore,) = await world.store.chores.left([notices.UPLOADED], world.clock.now() + 3_600_000, 10)
    # A scheduler whose clock is behind, or whose scan has taken until now.
    assert await scans.tick(world.means, before, Turn.at(before)) == 1
    (then,) = await world.store.chores.left([notices.UPLOADED], world.clock.now() + 3_600_000, 10)
    assert then.at == chore.at


async def test_what_is_too_large_is_tried_less_and_less_often_and_is_counted_apart(world: World, held: Clamd) -> None:
    (made,) = await brought(world, bytes(held.STREAM_BYTES_MAX + 1))
    health = Health(world.means, Watch([], lambda part: None), ClockWatch(world.store.mongo, world.clock))

    async def counted() -> list[bytes]:
        answer = await health.answer("/metrics")
        assert answer is not None
        return [line for line in answer.text.splitlines() if line.startswith(b"chattar_scans")]

    assert await counted() == [b"chattar_scans_waiting 1.0", b"chattar_scans_too_large 0.0"]
    hours = []
    for _ in range(7):
        assert await scanned(world) == 1
        wait = ((await row(world, made)).due_at or 0) - world.clock.now()
        hours.append(wait / 3_600_000)
        later(world, wait)
    assert hours == [1, 2, 4, 8, 16, 24, 24]
    assert await counted() == [b"chattar_scans_waiting 0.0", b"chattar_scans_too_large 1.0"]


async def test_without_the_setting_it_says_once_that_files_wait_and_counts_them(world: World, held: Clamd) -> None:
    memory = scans.Memory()
    now = world.clock.now()
    with capture_logs() as logs:
        world.set(clamd="")
        assert await scans.tick(world.means, now, Turn.at(now), memory) == 0
        assert [line["event"] for line in logs] == []
        world.set(clamd=held.address)
        (made,) = await brought(world, b"one")
        world.set(clamd="")
        for _ in range(3):
            now = world.clock.now()
            assert await scans.tick(world.means, now, Turn.at(now), memory) == 0
        assert [line["event"] for line in logs] == ["scan.unset"]
    health = Health(world.means, Watch([], lambda part: None), ClockWatch(world.store.mongo, world.clock))
    answer = await health.answer("/metrics")
    assert answer is not None
    assert b"chattar_scans_waiting 1.0" in answer.text
    assert await seen(world, made) == [None]


async def test_what_has_gone_is_forgotten_unless_it_has_come_again(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody brings the content between the look at it and now."""

    async def gone(address: str, pieces: AsyncIterator[bytes]) -> Verdict:
        raise NotFound

    (made,) = await brought(world, b"one")
    with monkeypatch.context() as patched:
        patched.setattr(clamd_client, "scan", gone)
        await scanned(world)
    later(world, scanning.AGAIN_MS)
    assert await scanned(world) == 1
    assert await seen(world, made) == ["offered"]
    rows = FirmRows(world.store.mongo, SCANS).of(world.firm.id)
    await FirmRows(world.store.mongo, SCANS).insert(
        {"_id": f"{world.firm.id}:feed", "firm_id": world.firm.id, "sha256": "feed", "state": "waiting", "due_at": 1}
    )
    assert await scanned(world) == 1
    assert await rows.find_one({"_id": f"{world.firm.id}:feed"}) is None


async def test_what_this_build_cannot_read_holds_up_nothing(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of its content nothing is let pass."""
    monkeypatch.setattr(scans, "WORKERS_MAX", 1)
    strange, made = await brought(world, b"strange", b"one")
    wrong = await row(world, strange)
    rows = FirmRows(world.store.mongo, SCANS).of(world.firm.id)
    await rows.update_one({"_id": wrong.id}, {"$set": {"state": "frozen", "due_at": 1}})
    assert await scanned(world) == 1
    assert await seen(world, made) == ["offered"]
    (again,) = await brought(world, b"strange")
    assert await seen(world, strange, again) == [None, None]


@pytest.mark.parametrize("content", [b"clean", Clamd.FINDS])
async def test_many_documents_of_one_content_follow_some_at_a_time_whoever_dies_between(
    world: World, held: Clamd, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(scanning, "SETTLED_AT_ONCE_MAX", 3, raising=False)
    made = await brought(world, *[content] * 8)
    most, transact = [0], world.store.mongo.transact
    add = world.store.chores.add

    async def counted(kind: str, *rest: Any) -> None:
        most[-1] += kind == following.DOCUMENT
        await add(kind, *rest)

    async def counting(work: Any) -> Any:
        most.append(0)
        return await transact(work)

    monkeypatch.setattr(world.store.chores, "add", counted)
    monkeypatch.setattr(world.store.mongo, "transact", counting)
    monkeypatch.setattr(following, "go_on_scanned", once(ZeroDivisionError(), following.go_on_scanned))
    assert await scanned(world) == 0
    later(world, scanning.AGAIN_FAILED_MS)
    assert await scanned(world) == 1
    assert [one for one in most if one] == [3, 3, 2]
    by, other = ("offered", "offered") if content == b"clean" else ("refused", None)
    assert [await sees(world, world.petra, one) for one in made] == [by] * 8
    assert await seen(world, *made) == [other] * 8
    # It is through with them.
    later(world, scanning.LEASE_MS)
    assert await scanned(world) == 0
