"""The widget in a firm's own page, on another origin and under a strict policy: one script tag, and it works."""

import itertools
import re

import pytest
from playwright.async_api import Frame, expect

from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby, Scheme, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread

pytestmark = pytest.mark.anyio

PAGE = 50
LAUNCHER_PX = 24 + 28
"""From the corner of the window to the middle of the launcher (design 3), which stands in a closed shadow root."""


async def open_widget(visitor: Visitor, size: tuple[int, int]) -> Frame:
    """Load the firm's page and press the launcher; the widget's own page."""
    await visitor.page.goto(visitor.product.widget_url)
    async with visitor.page.expect_event("frameattached"):
        await visitor.page.mouse.click(size[0] - LAUNCHER_PX, size[1] - LAUNCHER_PX)
    frame = visitor.page.frames[-1]
    await frame.wait_for_url(re.compile("/widget"))
    await expect(frame.get_by_role("heading", level=1)).to_be_visible()
    return frame


async def open_chat(frame: Frame, subject: str) -> None:
    """Press a chat in the widget's list, on whichever page of it: what is read stands behind all that other stories left
    unread."""
    rows = frame.get_by_role("list").get_by_role("link")
    chat = frame.get_by_role("link", name=re.compile(subject))
    for page in itertools.count():
        await expect(rows.nth(page * PAGE)).to_be_visible()
        if await chat.count():
            break
        await frame.get_by_role("button", name="Visa fler").click()
    await chat.click()


async def test_a_visitor_of_the_firms_own_page_chats_with_the_firm(lobby: Lobby, product: Product) -> None:
    thread_id, subject = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.arrive()
    frame = await open_widget(petra, WIDE)
    await open_chat(frame, subject)
    stream = frame.get_by_role("log")
    await expect(stream.get_by_text("Hej Petra!")).to_be_visible()
    await expect(frame.get_by_text("Teamet är online")).to_be_visible()
    await expect(frame.get_by_text("svar inom 1 tim", exact=True)).to_be_visible()
    await frame.get_by_role("textbox").fill("Jag sitter på er sida.")
    await frame.get_by_role("button", name="Skicka").click()
    await expect(anna.message("Jag sitter på er sida.")).to_be_visible()
    await anna.send("Så bra!")
    await expect(stream.get_by_text("Så bra!")).to_be_visible()
    await expect(anna.message("Så bra!")).to_contain_text(re.compile("Läst av Petra"))
    assert "Chattar" not in await frame.locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_the_widget(scheme: Scheme, lobby: Lobby, product: Product) -> None:
    _, subject = new_thread(product, tasks=["Skicka kvitton"])
    petra = await lobby.arrive(scheme=scheme)
    frame = await open_widget(petra, WIDE)
    await expect(frame.get_by_role("link", name=re.compile(subject))).to_be_visible()
    assert await petra.axe(frame) == []
    await open_chat(frame, subject)
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    assert await petra.axe(frame) == []


async def test_a_visitor_of_many_chats_comes_to_each_of_them(lobby: Lobby, product: Product) -> None:
    """LS-2: the list comes in pages, and what is read stands behind all that isn't."""
    thread_id, subject = new_thread(product)
    opened = product.call(PETRA, "thread.open", thread_id=thread_id)
    product.call(PETRA, "mark.read", thread_id=thread_id, seq=opened["page"]["events"][-1]["seq"])
    later = [new_thread(product)[0] for _ in range(PAGE)]
    petra = await lobby.arrive()
    frame = await open_widget(petra, WIDE)
    await expect(frame.get_by_role("button", name="Visa fler")).to_be_visible()
    await expect(frame.get_by_role("link", name=re.compile(subject))).to_have_count(0)
    assert not await petra.axe(frame)
    await open_chat(frame, subject)
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    for one in later:
        product.call(ANNA, "thread.archive", thread_id=one)


async def test_on_a_phone_the_widget_is_the_screen(lobby: Lobby) -> None:
    petra = await lobby.arrive(NARROW)
    frame = await open_widget(petra, NARROW)
    box = await (await frame.frame_element()).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == NARROW
