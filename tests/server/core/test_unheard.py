"""What processes say of themselves where the bus can't carry it, and what they learn of others (P5)."""

from __future__ import annotations

import pytest

from server.core.unheard import FRESH_MS, Unheard
from tests.world import World

pytestmark = pytest.mark.anyio


class Process:
    """One that can't be heard for as long as it is told here."""

    def __init__(self, world: World) -> None:
        self.unheard_s = 0.0
        self.facts = Unheard(world.store.facts, world.clock, lambda: self.unheard_s)


async def test_a_process_that_is_not_heard_is_known_to_the_others_once_and_until_it_is_heard(world: World) -> None:
    one, two = Process(world), Process(world)
    await one.facts.say()
    assert await two.facts.look() is None
    one.unheard_s = 3.0
    await one.facts.say()
    since = world.clock.now() - 3_000
    assert await two.facts.look() == since
    assert two.facts.others
    assert await one.facts.look() is None
    assert not one.facts.others  # it knows that it has no need to ask for its own
    world.clock.advance(s=2)
    one.unheard_s = 5.001  # by another clock than the world's
    await one.facts.say()
    assert await two.facts.look() is None  # known
    assert two.facts.others
    one.unheard_s = 0.0
    await one.facts.say()
    assert await two.facts.look() is None
    assert not two.facts.others


async def test_it_can_happen_again(world: World) -> None:
    one, two = Process(world), Process(world)
    for unheard_s in (2.0, 0.0, 4.0):
        one.unheard_s = unheard_s
        await one.facts.say()
        found = await two.facts.look()
        assert found == (world.clock.now() - round(unheard_s * 1000) if unheard_s else None)


async def test_what_is_on_its_way_is_not_unheard(world: World) -> None:
    one, two = Process(world), Process(world)
    one.unheard_s = 0.2
    await one.facts.say()
    assert await two.facts.look() is None


async def test_a_process_that_has_ended_without_being_heard_is_forgotten(world: World) -> None:
    one, two, three = Process(world), Process(world), Process(world)
    one.unheard_s = 2.0
    await one.facts.say()
    world.clock.advance(s=FRESH_MS / 1000 + 1)
    assert await two.facts.look() is None
    assert not two.facts.others
    world.clock.advance(s=3_600)
    three.unheard_s = 2.0
    await three.facts.say()
    three.unheard_s = 0.0
    await three.facts.say()
    rows = world.store.mongo.database["facts"].find({"_id": {"$regex": "^unheard:"}})
    assert await rows.to_list() == []
