"""Pages that stay calm: what somebody looks at or presses stays where it is while much happens, and nothing is said twice."""

import re

import pytest
from playwright.async_api import Frame, Locator, Page, expect

from tests.product import Product
from tests.stories.browser import WIDE, Lobby
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_reading import say
from tests.stories.test_widget import open_widget

pytestmark = pytest.mark.anyio

IN_LIST = ":is(.thread-list, .portal-list, .widget) [data-row]"


def row(place: Page | Frame, thread_id: str) -> Locator:
    return place.locator(f'{IN_LIST}[data-row="{thread_id}"]')


async def order(place: Page | Frame, *ours: str) -> list[str]:
    """These threads as they stand among each other in the list."""
    rows: list[str] = await place.locator(IN_LIST).evaluate_all("rows => rows.map(row => row.dataset.row)")
    return [thread_id for thread_id in rows if thread_id in ours]


async def top_of(place: Page | Frame, thread_id: str) -> float:
    box = await row(place, thread_id).bounding_box()
    assert box is not None
    return box["y"]


UNREAD = re.compile("oläst")


# the row that was chosen


@pytest.mark.parametrize("side", ["console", "portal"])
async def test_the_row_that_was_clicked_keeps_its_place_until_another_is_chosen(
    lobby: Lobby, product: Product, side: str
) -> None:
    """LS-2, RD-2: it is read by being opened, which takes it from the top, and both it and others have news."""
    made = [new_thread(product)[0] for _ in range(3)]
    me, other = (ANNA, PETRA) if side == "console" else (PETRA, ANNA)
    for thread_id in made:
        say(product, other, thread_id, "Något nytt")
    third, second, first = made
    visitor = await lobby.staff(me, "/console" if side == "console" else "/portal/threads")
    page = visitor.page
    await expect(row(page, first).get_by_text(UNREAD)).to_have_count(1)
    assert await order(page, *made) == [first, second, third]
    place = await top_of(page, second)

    await row(page, second).click()
    await expect(visitor.message("Något nytt")).to_be_visible()
    await expect(row(page, second).get_by_text(UNREAD)).to_have_count(0)
    assert await order(page, *made) == [first, second, third]
    assert await top_of(page, second) == place

    # News of its own, and of one that stands below.
    say(product, other, second, "Och mer i den här")
    await expect(visitor.message("Och mer i den här")).to_be_visible()
    say(product, other, third, "Och mer i en annan")
    await expect(row(page, third)).to_contain_text("Och mer i en annan")
    assert await order(page, *made) == [third, second, first]
    assert await top_of(page, second) == place

    # Another is chosen: that one keeps its place now, and the first goes where it belongs.
    place = await top_of(page, first)
    await row(page, first).click()
    await expect(visitor.message("Något nytt")).to_be_visible()
    await expect(row(page, first).get_by_text(UNREAD)).to_have_count(0)
    assert await top_of(page, first) == place


async def test_in_the_widget_the_chat_one_comes_back_from_stands_where_it_was(lobby: Lobby, product: Product) -> None:
    made = [new_thread(product) for _ in range(3)]
    ids = [thread_id for thread_id, _ in reversed(made)]
    petra = await lobby.arrive()
    frame = await open_widget(petra, WIDE)
    await expect(row(frame, ids[0])).to_be_visible()
    assert await order(frame, *ids) == ids
    await frame.get_by_role("link", name=re.compile(made[1][1])).click()
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    await frame.get_by_role("button", name="Tillbaka").click()
    await expect(row(frame, ids[1]).get_by_text(UNREAD)).to_have_count(0)
    assert await order(frame, *ids) == ids
