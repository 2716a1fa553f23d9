"""Work that is left to do: whoever works for an earlier occasion takes nothing away from a later one (P9)."""

import pytest

from protocol.people import Person
from storage.chores import ChoreDoc
from storage.mongo.connection import Session
from tests.world import World

pytestmark = pytest.mark.anyio


async def asked_for(world: World) -> ChoreDoc:
    by = Person(id=world.anna.id, side="staff", name=world.anna.name)

    async def work(session: Session) -> None:
        await world.store.chores.add("decide", world.holm.id, world.firm.id, by, world.clock.now(), session)

    await world.store.mongo.transact(work)
    chore = await world.store.chores.get(world.firm.id, "decide", world.holm.id)
    assert chore is not None
    return chore


async def test_work_that_was_asked_for_anew_is_neither_finished_nor_moved_on_by_who_did_the_old(world: World) -> None:
    chores = world.store.chores
    old = await asked_for(world)
    await chores.got_further(old, "a" * 32, world.clock.now())
    new = await asked_for(world)
    assert new.after == ""
    await chores.finished(old)
    await chores.got_further(old, "b" * 32, world.clock.now())
    assert await chores.get(world.firm.id, "decide", world.holm.id) == new
    await chores.finished(new)
    assert await chores.get(world.firm.id, "decide", world.holm.id) is None
