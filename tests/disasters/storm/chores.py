"""Reminders that come due while faults strike: threads that wait for a client, and the clock that is moved on.

The clock jumps by a little more than a day at a time (`clock.set`), so a time in the log tells by itself how many jumps
lay before it: see `real_ms`.
"""

from __future__ import annotations

import random
from collections.abc import Coroutine
from typing import Any

from protocol import commands as c
from protocol.body import paragraph
from protocol.entities import ReminderSetting
from protocol.ids import new_id
from tests.disasters.storm.diary import Ms, Waiting
from tests.disasters.storm.people import Town

JUMP_MS = 25 * 3_600_000
REMINDERS = 2
THREAD_EVERY_S = 8.0
JUMP_EVERY_S = 12.0
ANSWERED_SHARE = 0.3


def real_ms(at: int, now: Ms) -> Ms:
    """A time of the moved clock as a real one. Runs are far shorter than half a jump."""
    return at - round((at - now) / JUMP_MS) * JUMP_MS


def actors(town: Town, seed: int) -> list[Coroutine[Any, Any, None]]:
    """Who writes to clients that have to be reminded, and who moves the clock."""
    clock = Clock(town, random.Random(f"clock:{seed}"))
    town.clock = clock
    return [wait_for_clients(town, random.Random(f"chores:{seed}")), clock.run()]


class Clock:
    """The movable clock. One moves it."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        self._town, self._chance = town, chance
        self.jumps = 0

    async def run(self) -> None:
        """Jump now and then, until the end."""
        while await self._town.pause(self._chance, JUMP_EVERY_S):
            await self.jump()

    async def jump(self) -> None:
        """Another 25 hours."""
        self.jumps += 1
        windows = self._town.windows_of(self._town.world.anna)
        await self._town.ask(self._chance.choice(windows), c.ClockSet(offset_ms=self.jumps * JUMP_MS))


async def wait_for_clients(town: Town, chance: random.Random) -> None:
    """New threads with reminders on, at an account whose access nobody changes; some are answered."""
    world = town.world
    while await town.pause(chance, THREAD_EVERY_S):
        windows, theirs = town.windows_of(world.erik), town.windows_of(world.gunilla)
        if not windows or not theirs:
            continue
        key = new_id()
        town.diary.tried.add(f"{world.erik.id}:{key}")
        made = await town.ask(
            windows[0],
            c.ThreadCreate(
                account_id=world.wester.id, client_message_id=key, subject="Underlag", body=paragraph("Kan du skicka?"),
                reminder=ReminderSetting(enabled=True, days=1, number=REMINDERS),
            ),
        )  # fmt: skip
        if made is None:
            continue
        town.made.append(made.thread)
        if chance.random() < ANSWERED_SHARE:
            await town.pause(chance, JUMP_EVERY_S)
            await town.say(theirs[0], made.thread, "Här är det")
        else:
            town.diary.waiting.append(Waiting(made.thread.id, REMINDERS))
