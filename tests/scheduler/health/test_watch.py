"""A scheduler is watched like a node: its jobs, its outbox, its mail server; and a process of which a part is dead ends."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from protocol.letters import LetterRetry
from scheduler.health import watch as watching
from scheduler.health.door import HEAD_BYTES_MAX, open_to_visitors
from scheduler.health.health import Health
from scheduler.health.watch import IDLE_S_MAX, RUNNING_S_MAX, WATCH_S, Watch
from scheduler.mail import outbox as mail
from server.core.clock_watch import ClockWatch
from server.core.context import Means
from storage.letters import ServerWords
from storage.store import Store
from tests.scheduler.sink import Sink
from tests.scheduler.test_schedulers import ROOT
from tests.world import World

pytestmark = pytest.mark.anyio

PATIENCE_S = 60.0
EXIT_FAILED = 70
STUCK_SCHEDULER = """
import asyncio, runpy
from scheduler import jobs
from scheduler.health import watch

async def never(means, now, turn):
    return await turn.unless_ending(asyncio.Event().wait())

jobs.TABLE = (jobs.Entry("never", 0.1, never),)
watch.WATCH_S, watch.RUNNING_S_MAX = 0.05, 0.2
runpy.run_module("scheduler", run_name="__main__")
"""


def looks(watch: Watch, seconds: float) -> None:
    for _ in range(int(seconds / WATCH_S)):
        watch.look()


def watch_of(*jobs: tuple[str, float]) -> tuple[Watch, list[str]]:
    dead: list[str] = []
    return Watch(jobs, dead.append), dead


def test_a_job_that_has_not_begun_for_many_of_its_intervals_is_stuck_and_told_of_once() -> None:
    watch, dead = watch_of(("mail", 2), ("daily", 3_600))
    looks(watch, IDLE_S_MAX)
    assert (watch.pulses["mail"].state, dead) == ("ok", [])
    looks(watch, 2 * WATCH_S)
    assert (watch.pulses["mail"].state, watch.pulses["daily"].state, dead) == ("stuck", "ok", ["job mail"])


def test_a_tick_may_take_its_time_as_long_as_it_gets_on() -> None:
    watch, dead = watch_of(("mail", 2))
    pulse = watch.pulses["mail"]
    pulse.began()
    for _ in range(3):
        looks(watch, RUNNING_S_MAX)
        assert not pulse.stuck
        pulse.sign()
    looks(watch, RUNNING_S_MAX + WATCH_S)
    assert (pulse.stuck, dead) == (True, ["job mail"])


def test_how_a_tick_ended_is_told_and_counted() -> None:
    watch, _ = watch_of(("mail", 2))
    pulse = watch.pulses["mail"]
    for ending, done in (("failed", 0), ("postponed", 0), ("done", 3)):
        pulse.began()
        pulse.ended(ending, done)  # type: ignore[arg-type]
        assert pulse.state == ("ok" if ending == "done" else ending)
    assert (pulse.ticks, pulse.done, pulse.running) == ({"failed": 1, "postponed": 1, "done": 1}, 3, False)


def test_a_process_that_was_asked_to_end_takes_no_job_for_dead() -> None:
    watch, dead = watch_of(("mail", 2))
    watch.resting = True
    looks(watch, 10 * RUNNING_S_MAX)
    assert dead == []


async def test_a_watch_looks_while_the_process_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "WATCH_S", 0.001)
    monkeypatch.setattr(watching, "IDLE_S_MAX", 0.01)
    heard = asyncio.Event()
    running = asyncio.create_task(Watch([("mail", 0.001)], lambda part: heard.set()).run())
    async with asyncio.timeout(PATIENCE_S):
        await heard.wait()
    running.cancel()


# the pages


async def health_of(world: World, watch: Watch) -> Health:
    clocks = ClockWatch(world.store.mongo, world.clock)
    clocks.apart_ms = 0
    return Health(world.means, watch, clocks)


async def readiness(health: Health) -> tuple[int, dict[str, Any]]:
    answer = await health.answer("/readyz")
    assert answer is not None
    return answer.status, json.loads(answer.text)


async def test_a_scheduler_is_ready_while_its_jobs_do_what_is_due(world: World) -> None:
    watch, _ = watch_of(("mail", 2))
    health = await health_of(world, watch)
    well = {"ending": False, "database": True, "clock": True, "jobs": {"mail": "ok"}, "mail_server": "ok"}
    assert await readiness(health) == (200, well)
    watch.pulses["mail"].began()
    watch.pulses["mail"].ended("failed")
    assert await readiness(health) == (503, well | {"jobs": {"mail": "failed"}})
    watch.pulses["mail"].ended("done")
    watch.resting = True
    assert await readiness(health) == (503, well | {"ending": True})


async def test_a_scheduler_with_a_stuck_job_is_not_well(world: World) -> None:
    watch, _ = watch_of(("mail", 2))
    health = await health_of(world, watch)
    alive = await health.answer("/healthz")
    assert alive is not None
    assert (alive.status, alive.text) == (200, b"ok\n")
    looks(watch, IDLE_S_MAX + WATCH_S)
    alive = await health.answer("/healthz")
    assert alive is not None
    assert (alive.status, alive.text) == (503, b"stuck: mail\n")


async def test_without_a_database_it_is_not_ready_and_tells_the_rest(world: World) -> None:
    health = await health_of(world, watch_of(("mail", 2))[0])
    await world.store.mongo.close()
    status, facts = await readiness(health)
    assert (status, facts["database"], facts["mail_server"]) == (503, False, "unknown")
    numbers = await health.answer("/metrics")
    assert numbers is not None
    assert b"chattar_job_quiet_seconds" in numbers.text
    assert b"chattar_letters_due_seconds" not in numbers.text


async def test_the_outbox_and_the_mail_server_are_told_of(world: World) -> None:
    """Rule 1 of the outbox: a mail server that is away is seen, and costs no readiness."""
    await world.thread()
    await world.settled()
    letters = world.store.mongo.database["letters"]
    now = await world.store.mongo.now()
    await letters.update_many({}, {"$set": {"due_at": now - 600_000}})
    waiting = await letters.count_documents({"state": "waiting"})
    store: Store = world.store
    await store.relay.failed(
        await store.relay.get(), now - 60_000, ServerWords(text="Authentication required", code=530)
    )
    health = await health_of(world, watch_of(("mail", 2))[0])
    status, facts = await readiness(health)
    assert (status, facts["mail_server"]) == (200, "away: 530 Authentication required")
    numbers = await numbers_of(health)
    assert waiting > 0
    assert numbers['chattar_letters{state="waiting"}'] == waiting
    assert 600 <= numbers["chattar_letters_due_seconds"] < 600 + PATIENCE_S
    assert 60 <= numbers["chattar_mail_server_away_seconds"] < 60 + PATIENCE_S


async def numbers_of(health: Health) -> dict[str, float]:
    """The metrics, by name and labels."""
    answer = await health.answer("/metrics")
    assert answer is not None
    lines = [line.rsplit(" ", 1) for line in answer.text.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


async def test_letters_that_were_given_up_and_then_taken_are_counted(world: World, means: Means, sink: Sink) -> None:
    """Rule 6 of the outbox: what an operator is alarmed by (docs/operations.md), and that trying again was of use."""
    health = await health_of(world, watch_of(("mail", 2))[0])

    async def decided() -> tuple[float, float]:
        numbers = await numbers_of(health)
        one, other = (numbers[f'chattar_letters_decided_total{{outcome="{what}"}}'] for what in ("failed", "sent"))
        return one, other

    sink.refused[world.petra.email] = "550 5.1.1 no such mailbox"
    thread = await world.thread()
    await world.settled()
    failed, sent = await decided()
    world.clock.advance(s=600)
    await mail.send_due(means, world.clock.now())
    others = len(sink.mails)
    assert await decided() == (failed + 1, sent + others)
    sink.refused.clear()
    letters = await world.store.letters.of_thread(world.firm.id, thread.id)
    (lost,) = [letter for letter in letters if letter.state == "failed"]
    await world.do(world.sofia, LetterRetry(account_id=world.holm.id, letter_id=lost.id))
    await mail.send_due(means, world.clock.now())
    assert await decided() == (failed + 1, sent + others + 1)


# over HTTP


async def test_the_door_answers_each_path_and_refuses_the_rest(world: World) -> None:
    health = await health_of(world, watch_of(("mail", 2))[0])
    async with open_to_visitors("127.0.0.1", 0, health.answer) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            statuses = [(await client.get(path)).status_code for path in ("/healthz", "/readyz?x=1", "/metrics", "/")]
            posted = (await client.post("/healthz", content=b"x")).status_code
        assert (statuses, posted) == ([200, 200, 200, 404], 405)
        for said, status in ((b"hello\r\n\r\n", 400), (b"GET /" + b"x" * HEAD_BYTES_MAX * 2, 431)):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            assert (await reader.readline()).split()[1] == str(status).encode()
            writer.close()


# the process


@asynccontextmanager
async def scheduler(world: World, *words: str, port: int | None = None) -> AsyncIterator[asyncio.subprocess.Process]:
    environ = os.environ | {
        "CHATTAR_MONGO_URL": world.settings.mongo_url,
        "CHATTAR_MONGO_DATABASE": world.settings.mongo_database,
        "CHATTAR_REDIS_URL": world.settings.redis_url,
        **({"CHATTAR_SCHEDULER_PORT": str(port)} if port is not None else {}),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def logged(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """Wait for a line of the log."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        while line := await process.stdout.readline():
            if event.encode() in line:
                found: dict[str, Any] = json.loads(line)
                return found
    pytest.fail(f"no {event}")


async def test_a_process_tells_how_it_is_and_ends_as_it_was_asked_to(world: World) -> None:
    async with scheduler(world, "-m", "scheduler", port=0) as process:
        port = (await logged(process, "scheduler.health.health"))["port"]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_S) as client:
            assert (await client.get("/healthz")).text == "ok\n"
            told = (await client.get("/readyz")).json()
            assert told["jobs"] == {
                "reminders": "ok",
                "after reminders": "ok",
                "scheduled sends": "ok",
                "bulk runs": "ok",
                "scheduled chats": "ok",
                "mail": "ok",
                "outage": "ok",
                "files": "ok",
                "scans": "ok",
                "documents": "ok",
                "sweep": "ok",
            }
        process.terminate()
        async with asyncio.timeout(PATIENCE_S):
            assert (await process.communicate(), process.returncode)[1] == 0


async def test_a_process_with_a_stuck_job_ends_and_its_status_says_so(world: World) -> None:
    async with scheduler(world, "-c", STUCK_SCHEDULER) as process:
        assert (await logged(process, "job.stuck"))["job"] == "never"
        async with asyncio.timeout(PATIENCE_S):
            assert (await process.communicate(), process.returncode)[1] == EXIT_FAILED


async def test_a_port_that_is_taken_is_said_in_a_sentence(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with scheduler(world, "-m", "scheduler", port=taken.getsockname()[1]) as process:
            async with asyncio.timeout(PATIENCE_S):
                said, _ = await process.communicate()
            assert process.returncode == 1
            assert b"CHATTAR_SCHEDULER_PORT: can't listen at 127.0.0.1" in said
