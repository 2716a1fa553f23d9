"""What is planned for a later time, a message or a new chat: what its tests share.

Time passes and a scheduler looks (`passed`, `ticks`), something comes between its looking and its taking (`between`), or
what is planned can't be any more (`author_left` and the others).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from protocol.asked import Asked
from protocol.body import Body, Mention, Paragraph
from protocol.contacts import LinkUpdate
from protocol.documents import Document, Folder, FolderSetAccess
from protocol.errors import ChattarError, Forbidden, NotFound
from protocol.inbox import Notification, NotificationList
from protocol.wire import Ms
from server.core.context import Means
from tests.cabinet import folder, saved
from tests.world import Person, World

Tick = Callable[[Means, Ms], Awaitable[int]]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TIMES = [(0, False), (-1, False), (1, True), (366 * DAY_MS, True), (366 * DAY_MS + 1, False)]
"""How far ahead something is planned, in milliseconds, and whether that may be."""


async def passed(world: World, tick: Tick, ms: int) -> int:
    """Time passes, and a scheduler looks; of how many it has made an end."""
    world.clock.advance(s=ms / 1000)
    done = await tick(world.means, world.clock.now())
    await world.settled()
    return done


async def ticks(world: World, tick: Tick, at_once: int) -> None:
    """Several schedulers look at the same time."""
    await asyncio.gather(*(tick(world.means, world.clock.now()) for _ in range(at_once)))


def between(monkeypatch: pytest.MonkeyPatch, collection: Any, act: Callable[[], Awaitable[None]]) -> None:
    """Something happens once, after a scheduler has read what is due and before it takes it."""
    find, looked = collection.due, False

    async def find_and_be_late(*asked: Any, **more: Any) -> Any:
        nonlocal looked
        found = await find(*asked, **more)
        if not looked:
            looked = True
            await act()
        return found

    monkeypatch.setattr(collection, "due", find_and_be_late)


async def entries(world: World, who: Person) -> list[Notification]:
    """What somebody's inbox says of things that stayed."""
    page = await world.do(who, NotificationList())
    return [entry for entry in page.notifications if entry.kind == "send_stopped"]


def mention(person: Person) -> Body:
    """A text that is nothing but the mention of somebody."""
    return Body(content=[Paragraph(content=[Mention(id=person.id, name=person.name)])])


async def viewed_document(world: World) -> tuple[Folder, Document]:
    """A document of Anna's that contacts may see, and its folder."""
    place = await folder(world)
    await world.do(world.anna, FolderSetAccess(folder_id=place.id, access="client_views"))
    return place, await saved(world, world.anna, place)


async def held(world: World, changes: Sequence[Asked]) -> None:
    """Sofia's words are hers: strangers do nothing of `changes`, owner, admins and colleagues nothing but the last."""
    outside: list[tuple[Person, type[ChattarError]]] = [
        (world.olle, Forbidden),
        (world.petra, Forbidden),
        (world.grace, NotFound),
    ]
    for stranger, error in outside:
        for command in changes:
            with pytest.raises(error):
                await world.do(stranger, command)
    # The last cancels: whoever leads the firm may, and it is left to the test.
    for colleague, some in ((world.vera, changes), (world.erik, changes[:-1]), (world.anna, changes[:-1])):
        for command in some:
            with pytest.raises(Forbidden):
                await world.do(colleague, command)


# what keeps it


async def author_left(world: World) -> None:
    await world.store.people.change_staff(world.firm.id, world.sofia.id, {"active": False})


async def author_lost_the_account(world: World) -> None:
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$pull": {"staff_ids": world.sofia.id}})


async def account_archived(world: World, *, archived: bool = True) -> None:
    await world.store.accounts.change(world.firm.id, world.holm.id, {"$set": {"archived": archived}})


async def nobody_logs_in(world: World) -> None:
    for contact in (world.petra, world.linn):
        await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=contact.id, login=False))
