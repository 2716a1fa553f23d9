"""One run: the house is built, the town moves in, faults strike by plan while everybody acts, and then it is judged.

The five seconds count from the moment at which every process serves, hears its bus, and the database takes a write: how
long a machine needs to start Python is not what is promised. Everybody has finished what they were at by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.core.settings import Settings
from storage.mongo.connection import Mongo
from storage.mongo.migrations import prepare
from tests.disasters.storm import (
    chores,
    judge_access,
    judge_house,
    judge_log,
    judge_mail,
    judge_state,
    plan,
    report,
    rights,
    talk,
)
from tests.disasters.storm.chores import REMINDERS, Clock
from tests.disasters.storm.diary import now_ms
from tests.disasters.storm.evidence import Evidence, Gatherer, Violation
from tests.disasters.storm.house import DATABASE, TARGETS, House, standing
from tests.disasters.storm.people import Town, all_of
from tests.disasters.storm.windows import be_impatient
from tests.world import World

FINISH_S = 30.0
"""Who has no answer so long after everything is up again never gets one."""
CONVERGE_S = 60.0
"""What is not right by then never will be; what is right later than it should is told with its time."""
DRAIN_S = 60.0
LOOK_S = 0.25
ALL_LIVE_S = 180.0


@dataclass
class Outcome:
    """A run's report and what it is made of."""

    figures: dict[str, Any]
    violations: list[Violation]
    excerpts: list[str]
    evidence: Evidence


async def run(seed: int, lasts_s: float, folder: Path, data: Path, within_s: float = 5.0) -> Outcome:
    """Faults for so long, then the judgement. `within_s`: how soon after the last fault everything must be right."""
    be_impatient()
    async with standing(folder, data) as house:
        mongo = Mongo(house.mongo.url, DATABASE)
        try:
            await prepare(mongo)
            world = World(mongo, Settings(mongo_url=house.mongo.url, mongo_database=DATABASE, development=True))
            await world.settle_in()
            town = Town(world, house.urls, random.Random(f"town:{seed}"))
            await town.enter()
            return await _run(seed, lasts_s, house, town, within_s)
        finally:
            await mongo.close()


async def _run(seed: int, lasts_s: float, house: House, town: Town, within_s: float) -> Outcome:
    mongo = town.world.store.mongo
    supervising = asyncio.create_task(house.supervise(), name="supervisor")
    try:
        await house.all_ready(mongo)
        town.open_windows()
        async with asyncio.timeout(ALL_LIVE_S), asyncio.TaskGroup() as opening:
            for window in town.windows:
                opening.create_task(town.open_threads(window))
        gatherer = Gatherer(house, town)
        await _tried_before(town, gatherer)
        began_ms = now_ms()
        acting = asyncio.create_task(
            all_of([*talk.actors(town, seed), *rights.actors(town, seed), *chores.actors(town, seed)]), name="town"
        )
        planned = plan.make(seed, lasts_s, TARGETS)
        await _storm(house, planned)
        violations: list[Violation] = []
        try:
            await house.all_ready(mongo)
        except TimeoutError:
            violations.append(Violation("died", "house", "", "not all processes are ready again"))
        ready_ms = now_ms()
        await _finish(town, acting)
        late, took_s = await _converge(gatherer, within_s)
        violations += late
        clock = Clock(town)
        await _drain(clock, gatherer)
        evidence = await gatherer.gather()
        violations += _judged(evidence, within_s)
        figures = report.figures(
            evidence, violations, seed=seed, seconds=round((now_ms() - began_ms) / 1000, 1),
            stormed_s=round((ready_ms - began_ms) / 1000, 1), right_after_s=took_s, jumps=clock.jumps,
        )  # fmt: skip
        return Outcome(figures, violations, report.excerpts(evidence, violations, began_ms), evidence)
    finally:
        supervising.cancel()
        await asyncio.gather(supervising, return_exceptions=True)
        await asyncio.gather(*(window.close() for window in town.windows))


async def _tried_before(town: Town, gatherer: Gatherer) -> None:
    """What was said before the first window was opened was tried by the harness too."""
    evidence = await gatherer.gather()
    town.diary.tried |= {event.key for log in evidence.logs.values() for event in log if event.key}


async def _storm(house: House, planned: plan.Plan) -> None:
    """Every fault at its time, until the last one has ended."""
    start = time.monotonic()
    async with asyncio.TaskGroup() as striking:
        for fault in planned.faults:
            # The schedule itself, not a wait for something to happen.
            await asyncio.sleep(max(0.0, start + fault.at_s - time.monotonic()))
            striking.create_task(house.strike(fault), name=f"{fault.kind} {fault.target}")


async def _finish(town: Town, acting: asyncio.Task[None]) -> None:
    """Let everybody finish what they are at."""
    town.closing.set()
    done, _ = await asyncio.wait([acting], timeout=FINISH_S)
    if not done:
        town.given_up.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(acting), FINISH_S)
    if not acting.done():
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)
    else:
        acting.result()


async def _converge(gatherer: Gatherer, within_s: float) -> tuple[list[Violation], float | None]:
    """Look until everything is right: what wasn't in time, each with the time it took; and after how long all was (None:
    never)."""
    started = time.monotonic()
    late: dict[tuple[str, str], Violation] = {}
    right_s: dict[tuple[str, str], float] = {}
    while True:
        wrong = {(one.who, one.where): one for one in judge_state.judge(await gatherer.gather())}
        took_s = time.monotonic() - started
        if took_s > within_s:
            late |= wrong
        for place in late:
            if place in wrong:
                right_s.pop(place, None)
            else:
                right_s.setdefault(place, took_s)
        if not wrong or took_s > CONVERGE_S:
            told = [_told(one, right_s.get(place)) for place, one in late.items()]
            return told, None if wrong else round(took_s, 2)
        await asyncio.sleep(LOOK_S)  # other processes and windows: they are looked at, until the deadline


def _told(one: Violation, right_s: float | None) -> Violation:
    how = "never" if right_s is None else f"right after {right_s:.1f} s"
    return Violation(one.kind, one.who, one.where, f"{one.text}; {how}", one.at_ms, one.places)


async def _drain(clock: Clock, gatherer: Gatherer) -> None:
    """Let the days pass that the last reminders need, and everything go out that is in the outbox."""
    for _ in range(REMINDERS + 1):
        await clock.jump()
        deadline = time.monotonic() + DRAIN_S
        while not _drained(await gatherer.gather()) and time.monotonic() < deadline:  # noqa: ASYNC110 - as above
            await asyncio.sleep(LOOK_S)


def _drained(evidence: Evidence) -> bool:
    now = evidence.shared_now
    waits = any(
        letter.state in ("waiting", "claimed", "sending") and letter.due_at <= now for letter in evidence.letters
    )
    due = any(
        thread.reminder is not None and thread.reminder.next_due_at is not None and thread.reminder.next_due_at <= now
        for thread in evidence.threads.values()
    )
    return not waits and not due and not evidence.unsettled


def _judged(evidence: Evidence, within_s: float) -> list[Violation]:
    """All that doesn't change any more."""
    return [
        *judge_log.judge(evidence), *judge_access.judge(evidence, within_s * 1000), *judge_mail.judge(evidence),
        *judge_house.judge(evidence),
    ]  # fmt: skip
