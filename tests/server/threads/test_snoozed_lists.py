"""Where threads that are put off stand in lists, and where those do that have come back (SS-2, LS-2)."""

import pytest

from protocol.errors import Invalid
from protocol.threads import Snooze, ThreadList
from scheduler.housekeeping import UNSETTLED_AFTER_MS
from tests.server.threads.test_snoozing import HOUR_MS, listed, part, put_off, says, swept
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_thread_that_is_put_off_stands_in_no_list_but_where_such_are_asked_for(world: World) -> None:
    """SS-2. For everybody at the firm; contacts see what they saw."""
    later = world.clock.now() + HOUR_MS
    asleep, _ = [await world.thread(subject=subject) for subject in ("Bokslut", "Moms")]
    await says(world, world.petra, asleep)
    seen = await listed(world, world.petra)
    await put_off(world, asleep, later)
    for who in (world.anna, world.sofia):
        assert await listed(world, who) == ["Moms"]
        assert await listed(world, who, ThreadList(only="unread")) == []
        assert await listed(world, who, ThreadList(only="snoozed")) == ["Bokslut"]
        assert await listed(world, who, ThreadList(search="bok")) == ["Bokslut"]
        assert await listed(world, who, ThreadList(account_id=world.holm.id)) == ["Moms"]
        page = await world.do(who, ThreadList())
        assert (page.open_total, page.unread_threads, page.unread_messages) == (1, 0, 0)
    # Whoever was away catches up on it.
    assert set(await listed(world, world.sofia, ThreadList(since=0))) == {"Bokslut", "Moms"}
    assert await listed(world, world.petra) == seen
    with pytest.raises(Invalid):
        await world.do(world.petra, ThreadList(only="snoozed"))
    anna = (await world.principal(world.anna)).person
    assert (await part(world, asleep)).snooze == Snooze(by=anna, until=later, answered_at=1)


async def test_it_comes_back_on_top_when_its_time_has_come_and_says_why(world: World) -> None:
    """SS-2. Before what is unread, until somebody writes."""
    asleep, _ = [await world.thread(subject=subject) for subject in ("Bokslut", "Moms")]
    await put_off(world, asleep, world.clock.now() + HOUR_MS)
    world.clock.advance(s=3590)
    unread = await world.thread(subject="Lön")
    await says(world, world.petra, unread)
    await swept(world)
    assert (await part(world, asleep)).back is None
    world.clock.advance(s=20)
    await swept(world)
    now = await part(world, asleep)
    assert now.snooze is None
    assert now.back is not None
    assert now.back.why == "time"
    assert await listed(world, world.sofia) == ["Bokslut", "Lön", "Moms"]
    assert [await listed(world, world.sofia, ThreadList(only=only)) for only in ("unread", "snoozed")] == [["Lön"], []]
    world.clock.advance(s=1)
    await says(world, world.sofia, asleep, internal=True)
    assert (await listed(world, world.sofia))[0] == "Bokslut"
    await says(world, world.sofia, asleep)
    assert (await part(world, asleep)).back is None
    assert await listed(world, world.sofia) == ["Lön", "Bokslut", "Moms"]


async def test_pages_of_a_list_hold_what_has_come_back_once(world: World) -> None:
    for number in range(6):
        world.clock.advance(s=1)
        thread = await world.thread(subject=f"nr {number}")
        if number % 2:
            await put_off(world, thread, world.clock.now() + 1)
            world.clock.advance(s=UNSETTLED_AFTER_MS / 1000 + 1)
            await swept(world)
    whole = ["nr 5", "nr 3", "nr 1", "nr 4", "nr 2", "nr 0"]
    assert await listed(world, world.anna) == whole
    found: list[str] = []
    after = None
    for _ in range(3):
        page = await world.do(world.anna, ThreadList(limit=2, after=after))
        found += [thread.subject for thread in page.threads]
        after = page.next
    assert (found, after) == (whole, None)
