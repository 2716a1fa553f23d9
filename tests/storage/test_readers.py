"""That somebody can read is remembered while every change is heard of, and never longer (AC-8)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from pymongo.monitoring import CommandListener, CommandStartedEvent

from protocol.contacts import LinkUpdate
from server.core.settings import Settings
from storage.mongo.connection import Mongo
from storage.people import ContactDoc
from storage.readers import Readers
from tests.world import World

pytestmark = pytest.mark.anyio


class Looks(CommandListener):
    """How often the links were looked at."""

    def __init__(self) -> None:
        self.times = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.times += event.command.get("aggregate") == "links"

    def succeeded(self, event: object) -> None:
        pass

    def failed(self, event: object) -> None:
        pass


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
async def readers(world_settings: Settings, looks: Looks) -> AsyncIterator[Readers]:
    mongo = Mongo(world_settings.mongo_url, world_settings.mongo_database, listeners=[looks])
    yield Readers(mongo)
    await mongo.close()


async def switch(world: World, *contacts: ContactDoc, login: bool) -> None:
    for contact in contacts:
        await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=contact.id, login=login))


async def test_who_hears_of_every_change_looks_once_until_the_next(
    world: World, readers: Readers, looks: Looks
) -> None:
    readers.heard(True)
    for _ in range(3):
        assert await readers.somebody(world.firm.id, world.holm.id)
    assert looks.times == 1
    await switch(world, world.petra, world.linn, login=False)
    readers.changed()
    assert not await readers.somebody(world.firm.id, world.holm.id)


async def test_who_may_miss_a_change_looks_each_time(world: World, readers: Readers, looks: Looks) -> None:
    for _ in range(2):
        assert await readers.somebody(world.firm.id, world.holm.id)
    readers.heard(True)
    assert await readers.somebody(world.firm.id, world.holm.id)
    readers.heard(False)
    for _ in range(2):
        assert await readers.somebody(world.firm.id, world.holm.id)
    assert looks.times == 5
    readers.heard(True)
    await readers.somebody(world.firm.id, world.holm.id)
    assert looks.times == 6, "what was known before changes could be missed"


async def test_that_nobody_can_read_is_not_remembered(world: World, readers: Readers) -> None:
    """Whoever chooses their first password loses nobody's access: no bell rings for it."""
    readers.heard(True)
    assert not await readers.somebody(world.firm.id, world.salt.id)
    await world.store.people.change_contact(world.firm.id, world.nils.id, {"activated_at": world.clock.now()})
    assert await readers.somebody(world.firm.id, world.salt.id)


async def test_what_was_found_before_a_change_was_heard_of_is_not_remembered(
    world: World, readers: Readers, looks: Looks
) -> None:
    readers.heard(True)
    looking = asyncio.create_task(readers.somebody(world.firm.id, world.holm.id))
    await asyncio.sleep(0)  # it has begun
    await switch(world, world.petra, world.linn, login=False)
    readers.changed()
    await looking
    assert not await readers.somebody(world.firm.id, world.holm.id)
    assert looks.times == 2


async def test_another_firms_account_is_not_found_nor_in_memory(world: World, readers: Readers) -> None:
    readers.heard(True)
    assert await readers.somebody(world.firm.id, world.holm.id)
    assert not await readers.somebody(world.other_firm.id, world.holm.id)


async def test_who_logs_in_is_one_who_can_read(world: World, readers: Readers, looks: Looks) -> None:
    readers.heard(True)
    world.store.readers = readers
    await world.principal(world.gunilla)
    for account in (world.eken, world.wester):
        assert await readers.somebody(world.firm.id, account.id)
    assert looks.times == 0
    changes = readers.changes
    readers.changed()
    readers.seen(world.firm.id, [world.salt.id], changes)
    assert not await readers.somebody(world.firm.id, world.salt.id), "what was found before a change was heard of"
