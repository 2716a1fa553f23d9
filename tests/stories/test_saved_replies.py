"""Saved replies in the console: made in one window, at hand in a colleague's, put into what is written (SS-4)."""

import itertools
import re

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_chat import ANNA, SOFIA, new_thread

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)
LINES = ("Skicka kvitton för mars.", "Tack!")


async def save(visitor: Visitor, title: str, *, for_me: bool = False) -> None:
    """Fill in the form of a new saved reply, and save it."""
    await visitor.page.get_by_role("button", name="Nytt sparat svar").click()
    dialog = visitor.page.get_by_role("dialog", name="Nytt sparat svar")
    await dialog.get_by_role("button", name="Spara").click()
    await expect(dialog).to_contain_text("Ge det en rubrik.")
    await dialog.get_by_role("textbox", name="Rubrik").fill(title)
    await dialog.get_by_role("textbox", name="Text").click()
    await visitor.page.keyboard.type(LINES[0])
    await visitor.page.keyboard.press("Enter")
    await visitor.page.keyboard.type(LINES[1])
    if for_me:
        await dialog.get_by_role("checkbox", name="Bara för mig").check()
    await dialog.get_by_role("button", name="Spara").click()
    await expect(dialog).to_be_hidden()


async def picker(visitor: Visitor) -> Locator:
    """The list of saved replies beside the composer, open."""
    await visitor.page.get_by_role("button", name="Sparade svar").click()
    return visitor.page.get_by_role("listbox", name="Sparade svar")


async def test_what_is_saved_in_one_window_is_at_hand_in_a_colleagues(lobby: Lobby, product: Product) -> None:
    """SS-4, without a reload; one's own are in nobody else's list, and who may not manage them only uses them."""
    number = next(_numbers)
    ours, mine = f"Kvitton {number}", f"Mitt eget {number}"
    thread_id, _ = new_thread(product)
    anna, sofia = await lobby.staff(ANNA, "/console/replies"), await lobby.staff(SOFIA, f"/console/threads/{thread_id}")
    options = await picker(sofia)
    await save(anna, ours)
    await save(anna, mine, for_me=True)
    await expect(anna.page.get_by_role("heading", name=mine)).to_be_visible()
    await expect(options.get_by_role("option", name=ours)).to_be_visible()
    await expect(options.get_by_role("option", name=mine)).to_have_count(0)
    # Chosen by the keyboard, it stands in the text and nothing has been sent.
    await sofia.page.get_by_role("combobox", name="Hitta ett sparat svar").fill(ours)
    await sofia.page.keyboard.press("Enter")
    await expect(sofia.field).to_contain_text(LINES[0])
    assert [line for line in (await sofia.field.inner_text()).splitlines() if line] == list(LINES)
    await expect(sofia.field).to_be_focused()
    await expect(sofia.message(LINES[0])).to_have_count(0)
    await sofia.page.keyboard.press("Control+Enter")
    await expect(sofia.message(LINES[0])).to_be_visible()
    # Deleted here, it is gone there.
    options = await picker(sofia)
    await expect(options.get_by_role("option", name=ours)).to_be_visible()
    await anna.page.get_by_role("button", name=f"Ta bort ”{ours}”").click()
    await anna.page.get_by_role("dialog").get_by_role("button", name="Ta bort").click()
    await expect(anna.page.get_by_role("heading", name=ours)).to_have_count(0)
    await expect(options.get_by_role("option", name=ours)).to_have_count(0)
    await sofia.page.get_by_role("button", name="Hantera sparade svar").click()
    await sofia.page.wait_for_url(re.compile("/console/replies$"))
    await expect(sofia.page.get_by_role("heading", name="Sparade svar")).to_be_visible()
    await expect(sofia.page.get_by_role("button", name=f"Ändra ”{mine}”")).to_have_count(0)
    for visitor in (anna, sofia):
        assert await visitor.axe() == []
        assert await visitor.cramped() == []


async def test_a_saved_setting_of_the_firm_stands_in_every_open_window(lobby: Lobby, product: Product) -> None:
    """Times are the firm's: who has a chat open reads them by the new zone, without a reload."""
    thread_id, _ = new_thread(product)
    sofia = await lobby.staff(SOFIA, f"/console/threads/{thread_id}")
    time = sofia.stream.locator("time").last
    before = await time.inner_text()
    product.call(ANNA, "firm.update", time_zone="Pacific/Auckland")
    try:
        await expect(time).not_to_have_text(before)
    finally:
        product.call(ANNA, "firm.update", time_zone="Europe/Stockholm")
    await expect(time).to_have_text(before)
