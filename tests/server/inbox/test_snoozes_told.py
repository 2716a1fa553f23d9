"""Who finds in their inbox that a snooze is over (SS-2, NS-1)."""

import asyncio

import pytest

from protocol.inbox import Notification, NotificationList
from scheduler.housekeeping import sweep
from tests.server.threads.test_snoozing import HOUR_MS, put_off, says, swept
from tests.world import Person, World

pytestmark = pytest.mark.anyio


async def entries(world: World, who: Person) -> list[Notification]:
    page = await world.do(who, NotificationList())
    return list(page.notifications)


async def test_who_put_it_off_finds_it_in_their_inbox_when_its_time_has_come(world: World) -> None:
    """SS-2, NS-1. As do those who hear of the thread; by mail nobody is told, and of an answer the answer tells."""
    thread = await world.thread(by=world.anna)
    # Vera sees the account and follows it not: she hears of nothing else in it.
    await put_off(world, thread, world.clock.now() + HOUR_MS, by=world.vera)
    letters = len(await world.store.letters.of_thread(world.firm.id, thread.id))
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await swept(world)
    for who in (world.vera, world.sofia, world.anna):
        (entry,) = await entries(world, who)
        assert (entry.kind, entry.unread, entry.internal) == ("snooze_ended", True, True)
    assert await entries(world, world.olle) == []
    assert len(await world.store.letters.of_thread(world.firm.id, thread.id)) == letters
    await put_off(world, thread, by=world.sofia)
    world.clock.advance(s=1)
    await says(world, world.petra, thread)
    assert (await entries(world, world.anna))[0].kind == "message_from_contact"


async def test_who_put_it_off_and_has_lost_the_account_hears_nothing(world: World) -> None:
    """AC-15."""
    thread = await world.thread(by=world.anna)
    await put_off(world, thread, world.clock.now() + HOUR_MS, by=world.sofia)
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$pull": {"staff_ids": world.sofia.id}})
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await swept(world)
    assert await entries(world, world.sofia) == []


async def test_several_sweeps_at_once_tell_it_once(world: World) -> None:
    """SS-2, NS-4."""
    for number in range(5):
        await put_off(world, await world.thread(subject=f"nr {number}"), world.clock.now() + HOUR_MS)
    world.clock.advance(s=HOUR_MS / 1000 + 10)
    await asyncio.gather(*(sweep(world.means, world.clock.now()) for _ in range(4)))
    await world.settled()
    found = await entries(world, world.anna)
    assert [(entry.kind, [line.count for line in entry.gathered]) for entry in found] == [("snooze_ended", [1])] * 5
