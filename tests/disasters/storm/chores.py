"""Reminders that come due while faults strike: threads that wait for a client, as if they had for days already.

The clock stands while faults strike, since no production clock jumps. When they are over it is moved on by a little more
than a day at a time (`clock.set`): the rest of the reminders comes due, and every letter's next try. So a time in the log
tells by itself how many jumps lay before it: see `real_ms`.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from protocol.body import paragraph
from protocol.development import ClockSet
from protocol.ids import new_id, thread_stream
from protocol.reminders import ReminderSetting
from protocol.threads import ThreadCreate
from protocol.wire import Id
from tests.disasters.storm.diary import Ms, Waiting
from tests.disasters.storm.people import Town

JUMP_MS = 25 * 3_600_000
REMINDERS = 2
WAITED_MS = 3 * 86_400_000
THREAD_EVERY_S = 6.0
ANSWER_AFTER_S = 6.0
ANSWERED_SHARE = 0.3


def real_ms(at: int, now: Ms) -> Ms:
    """A time of the moved clock as a real one. Runs are far shorter than half a jump."""
    return at - round((at - now) / JUMP_MS) * JUMP_MS


def actors(town: Town, seed: int) -> list[Coroutine[Any, Any, None]]:
    """Who writes to clients that have to be reminded."""
    return [wait_for_clients(town, random.Random(f"chores:{seed}"))]


class Clock:
    """The movable clock. One moves it."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.jumps = 0

    async def jump(self) -> None:
        """Another 25 hours."""
        self.jumps += 1
        windows = self._town.windows_of(self._town.world.anna)
        await self._town.ask(windows[0], ClockSet(offset_ms=self.jumps * JUMP_MS))


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
            ThreadCreate(
                account_id=world.wester.id, client_message_id=key, subject="Underlag", body=paragraph("Kan du skicka?"),
                reminder=ReminderSetting(enabled=True, days=1, number=REMINDERS),
            ),
        )  # fmt: skip
        if made is None:
            continue
        await make_due(town, made.thread.id)
        if chance.random() < ANSWERED_SHARE:
            await town.pause(chance, ANSWER_AFTER_S)
            await town.say(theirs[0], made.thread, "Här är det")
        else:
            town.diary.waiting.append(Waiting(made.thread.id, REMINDERS))


async def make_due(town: Town, thread_id: Id) -> None:
    """Have the first reminder due at once: its cycle began days ago. Where its settling still is to come, that begins the
    cycle anew, and the reminder comes due with the clock."""
    mongo = town.world.store.mongo
    unsettled = {"stream": thread_stream(thread_id), "unsettled_at": {"$exists": True}}

    async def earlier() -> bool:
        row = await mongo.database["threads"].find_one({"_id": thread_id}, {"reminder": 1})
        reminder = row["reminder"] if row is not None else {}
        if "next_due_at" not in reminder or await mongo.database["events"].count_documents(unsettled):
            return False
        revision = reminder.get("revision", 0)
        answer = await mongo.database["threads"].update_one(
            {"_id": thread_id, "reminder.revision": revision or {"$in": [None, 0]}},
            {
                "$set": {
                    "reminder.anchor_at": reminder["anchor_at"] - WAITED_MS,
                    "reminder.next_due_at": reminder["next_due_at"] - WAITED_MS,
                    "reminder.revision": revision + 1,
                }
            },
        )
        return answer.modified_count == 1

    while not town.closing.is_set() and not await town.until_the_database_answers(earlier):  # noqa: ASYNC110
        await asyncio.sleep(0.2)  # the store can't wake us: asked again, until the town closes
