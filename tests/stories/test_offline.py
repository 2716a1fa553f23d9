"""Without a network: it is said where it covers nothing, and what can be pressed stays within reach."""

import pytest
from playwright.async_api import Frame, expect

from tests.product import Product
from tests.stories.browser import NARROW, OFFLINE, WIDE, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_widget import open_widget

pytestmark = pytest.mark.anyio

WITH_KEYBOARD = (360, 400)
"""A phone whose keyboard is up."""
SIZES = pytest.mark.parametrize("size", [WIDE, NARROW, WITH_KEYBOARD], ids=["desk", "phone", "keyboard"])
CONTROLS = "header, [role=tablist], nav, .composer, .contact-composer, .connection"


async def within_reach(visitor: Visitor, frame: Frame | None = None) -> None:
    """It says that there is no connection, and neither that nor anything else lies over what is to be pressed."""
    place = frame or visitor.page
    said = place.get_by_role("alert").filter(has_text=OFFLINE)
    await expect(said).to_be_visible()
    assert await visitor.covered(CONTROLS, frame) == []
    words = said.get_by_text(OFFLINE)
    assert await words.evaluate(
        """words => {
          const { left, top } = words.getBoundingClientRect();
          return words.contains(document.elementFromPoint(left + 2, top + 2));
        }"""
    )
    assert await place.evaluate("document.documentElement.scrollHeight <= innerHeight")


def fill_the_list(product: Product) -> None:
    """More chats than fit: what is said to screen readers alone in those below must not make the page itself longer."""
    for _ in range(20):
        new_thread(product)


@SIZES
async def test_in_the_console_the_banner_covers_nothing(lobby: Lobby, product: Product, size: tuple[int, int]) -> None:
    thread_id, _ = new_thread(product, tasks=["Skicka kvitton"])
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", size=size)
    await expect(anna.message("Hej Petra!")).to_be_visible()
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    await anna.offline(True)
    await within_reach(anna)
    assert await anna.cramped() == []
    if size != WIDE:
        # Neither over the panel, which lies over the chat where there is no room beside it.
        await anna.page.get_by_role("main").get_by_role("button", name="Uppgifter, påminnelser och info").click()
        await expect(anna.page.get_by_role("tab", name="Uppgifter")).to_be_visible()
        await expect(anna.page.locator(".console__panel")).to_have_css("transform", "none")
        assert await anna.covered("aside, .connection") == []
        await expect(anna.page.get_by_role("alert").get_by_text(OFFLINE)).to_be_in_viewport()


@SIZES
async def test_in_the_portal_the_banner_covers_nothing(lobby: Lobby, product: Product, size: tuple[int, int]) -> None:
    fill_the_list(product)
    thread_id, _ = new_thread(product, tasks=["Skicka kvitton"])
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=size)
    await expect(petra.message("Hej Petra!")).to_be_visible()
    await expect(petra.page.locator("[contenteditable]")).to_be_visible()
    await petra.offline(True)
    await within_reach(petra)
    assert await petra.cramped() == []


@SIZES
async def test_in_the_widget_the_banner_covers_nothing(lobby: Lobby, product: Product, size: tuple[int, int]) -> None:
    fill_the_list(product)
    petra = await lobby.arrive(size)
    frame = await open_widget(petra, size)
    petra.trouble_is_expected = True
    await petra.page.context.set_offline(True)
    await within_reach(petra, frame)
