"""A firm's logo where its clients look: in the portal, in the widget, and in a letter as a mail program shows it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.server.firms.pictures import given, jpeg, png
from tests.stories.browser import NARROW, WIDE, Lobby
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_post import mail_to
from tests.stories.test_widget import open_widget

pytestmark = pytest.mark.anyio


@pytest.fixture
async def firm(product: Product) -> AsyncIterator[Product]:
    """With a logo, until the end of the test."""
    product.call(ANNA, "firm.update", logo=given(png(144, 72)))
    yield product
    product.call(ANNA, "firm.update", logo="")


async def drawn(picture: Locator) -> tuple[int, int]:
    """Its size in pixels, once it has come."""
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("complete", True)
    size: list[int] = await picture.evaluate("one => [one.naturalWidth, one.naturalHeight]")
    return size[0], size[1]


async def test_clients_see_the_firms_logo(lobby: Lobby, firm: Product) -> None:
    """EM-4, spec 2.1: first of all in the portal and on the firm's own site; the initials again without one."""
    petra = await lobby.contact(PETRA)
    visitor = await lobby.arrive(NARROW)
    frame = await open_widget(visitor, NARROW)
    for place in (petra.page, frame):
        assert await drawn(place.locator(".firm-logo")) == (144, 72)
        await expect(place.locator(".firm-mark")).to_have_count(0)
    firm.call(ANNA, "firm.update", logo=given(jpeg(48, 24)))
    await petra.page.reload()
    assert await drawn(petra.page.locator(".firm-logo")) == (48, 24)
    firm.call(ANNA, "firm.update", logo="")
    await petra.page.reload()
    await expect(petra.page.locator(".firm-mark")).to_be_visible()


async def test_a_letter_shows_the_logo_without_fetching_anything(
    lobby: Lobby, firm: Product, clock: Callable[[int], None]
) -> None:
    """EM-4."""
    _, subject = new_thread(firm)
    mail = await mail_to(firm, PETRA, lambda one: subject in one["text"], clock)
    reader = await lobby.arrive(WIDE)
    asked: list[str] = []
    await reader.go(f"/dev/inbox/{mail['id']}/html")
    reader.page.on("request", lambda request: asked.append(request.url))
    assert await drawn(reader.page.locator("img.logo, img[alt=LF]").first) == (144, 72)
    await asyncio.sleep(0)
    assert asked == []
