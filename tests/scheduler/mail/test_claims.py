"""Letters while they are handed over: claimed by one sender, from 354 on in nobody's hands, and when a sender is to end."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from scheduler.mail import outbox as mail
from scheduler.turn import Turn
from server.core.context import Means
from storage.letters import ServerWords
from tests.scheduler.mail.queueing import everybody, now, queued, run, states
from tests.scheduler.mail.scripted import DROP, Scripted
from tests.world import World

pytestmark = pytest.mark.anyio


PATIENCE_S = 60


async def test_the_gap_begins_with_354(world: World, outbox: Means, script: Scripted) -> None:
    """What is cut before it was never sent; after it a reminder stays unknown, and everything else goes again."""
    await queued(world, world.petra)
    said = [DROP]
    script.answer = lambda at, _: said.pop() if at == "DATA" and said else None
    await run(world)
    assert set((await states(world)).values()) == {"waiting"}
    said.append(DROP)
    script.answer = lambda at, _: said.pop() if at == "end" and said else None
    await run(world, timedelta(minutes=1))
    assert set((await states(world)).values()) == {"waiting"}
    await run(world, timedelta(minutes=1))
    assert script.recipients == [world.petra.email]


class Slow:
    """A mail server that has the whole letter, and takes its time."""

    def __init__(self, script: Scripted, step: str) -> None:
        self.step, self.reached, self.goes_on = step, asyncio.Event(), asyncio.Event()
        self.times = 0
        script.pause = self.pause

    async def pause(self, step: str) -> None:
        if step == self.step:
            self.times += 1
            self.reached.set()
            await self.goes_on.wait()


async def test_what_is_being_handed_over_is_nobody_elses_however_long_it_takes(
    world: World, outbox: Means, script: Scripted
) -> None:
    """Ten minutes are the mail server's good right (RFC 5321, 4.5.3.2)."""
    letter, slow = await queued(world, world.petra), Slow(script, "end")
    async with asyncio.timeout(PATIENCE_S):
        first = asyncio.create_task(run(world))
        await slow.reached.wait()
        for _ in range(4):
            await run(world, timedelta(seconds=149))
        assert (slow.times, (await now(world, letter)).state) == (1, "sending")
        slow.goes_on.set()
        await first
    assert (script.recipients, (await now(world, letter)).state) == ([world.petra.email], "sent")


async def test_who_was_frozen_before_data_finds_its_claim_gone(world: World, outbox: Means, script: Scripted) -> None:
    """While it stood still, somebody else has sent the letter."""
    letter, slow = await queued(world, world.petra), Slow(script, "DATA")
    async with asyncio.timeout(PATIENCE_S):
        first = asyncio.create_task(run(world))
        await slow.reached.wait()
        script.pause = None
        await run(world, timedelta(minutes=3))
        assert (await now(world, letter)).state == "sent"
        slow.goes_on.set()
        await first
    assert script.recipients == [world.petra.email]


async def test_who_hears_late_that_a_letter_was_taken_says_so(world: World, outbox: Means, script: Scripted) -> None:
    """Its lease had run out in the middle of DATA, and nobody could know."""
    letter, slow = await queued(world, world.petra), Slow(script, "end")
    async with asyncio.timeout(PATIENCE_S):
        first = asyncio.create_task(run(world))
        await slow.reached.wait()
        world.clock.advance(s=mail.HANDING_OVER_MS / 1000)
        relay = world.store.relay
        await relay.failed(await relay.get(), world.clock.now(), ServerWords(text="away"))
        await run(world)
        assert (await now(world, letter)).state == "waiting"
        slow.goes_on.set()
        await first
    assert (await now(world, letter)).state == "sent"
    await run(world, timedelta(days=1))
    assert script.recipients == [world.petra.email]


async def test_claims_are_made_by_the_time_that_it_is(world: World, outbox: Means, script: Scripted) -> None:
    """A run may last for an hour: a letter that is claimed at its end is claimed until then and a lease."""
    letters = [await queued(world, person) for person in everybody(world)]

    class Ticking(Turn):
        def __init__(self) -> None:
            super().__init__(self._next, asyncio.Event())

        async def _next(self) -> int:
            world.clock.advance(s=10)
            return world.clock.now()

    claimed: list[int] = []
    script.answer = lambda at, _: claimed.append(world.clock.now()) if at == "RCPT" else None
    await mail.send_due(outbox, world.clock.now(), Ticking())
    kept = [await now(world, letter) for letter in letters]
    assert len({letter.decided_at for letter in kept}) == len(letters)
    assert max(letter.sent_at or 0 for letter in kept) >= max(claimed)


async def test_who_is_asked_to_end_claims_nothing_more_and_finishes_what_is_in_data(
    world: World, outbox: Means, script: Scripted
) -> None:
    letters = [await queued(world, person) for person in everybody(world)]
    slow, stop = Slow(script, "end"), asyncio.Event()

    async def standing() -> int:
        return world.clock.now()

    async with asyncio.timeout(PATIENCE_S):
        running = asyncio.create_task(mail.send_due(outbox, world.clock.now(), Turn(standing, stop)))
        while slow.times < mail.SENDERS:  # noqa: ASYNC110 - connections of others, which don't wake us
            await asyncio.sleep(0.01)  # a counter of theirs is read; the deadline is above
        stop.set()
        slow.goes_on.set()
        assert await running == mail.SENDERS
    assert Counter((await states(world)).values()) == {
        "sent": mail.SENDERS, "waiting": len(letters) - mail.SENDERS
    }  # fmt: skip


@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
async def test_who_is_asked_to_end_waits_for_no_answer_before_data(
    world: World, outbox: Means, script: Scripted, step: str
) -> None:
    """It gives the letter back as it was: nobody has to wait for its lease."""
    letter, slow, stop = await queued(world, world.petra), Slow(script, step), asyncio.Event()

    async def standing() -> int:
        return world.clock.now()

    async with asyncio.timeout(PATIENCE_S):
        running = asyncio.create_task(mail.send_due(outbox, world.clock.now(), Turn(standing, stop)))
        await slow.reached.wait()
        stop.set()
        assert await running == 0
        assert (await now(world, letter)).state == "waiting"
        script.pause = None
        await run(world)
        slow.goes_on.set()
    assert script.recipients == [world.petra.email]
