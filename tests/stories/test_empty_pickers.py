"""A list without options is none to a screen reader: what stands in its place is said, while it is fetched and when nothing
is found."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_chat import ANNA
from tests.stories.test_pickers import Opens, of_colleagues, of_replies, of_shortcodes

pytestmark = pytest.mark.anyio


async def says_instead(anna: Visitor, field: Locator, place: Locator, words: re.Pattern[str]) -> None:
    """There is no list, and the field promises none; why is said."""
    await expect(place.get_by_role("status").filter(has_text=words)).to_be_visible()
    await expect(anna.page.get_by_role("listbox")).to_have_count(0)
    await expect(field).to_have_attribute("aria-expanded", "false")
    for name in ("aria-controls", "aria-activedescendant"):
        assert await field.get_attribute(name) is None
    assert await anna.axe() == []


@pytest.mark.parametrize("opens", [of_colleagues, of_replies, of_shortcodes], ids=["colleagues", "replies", "codes"])
async def test_a_picker_that_finds_nothing_says_so(lobby: Lobby, product: Product, opens: Opens) -> None:
    anna = await lobby.staff(ANNA)
    button, search, title = await opens(anna, product)
    await button.click()
    field = anna.page.get_by_role("combobox", name=search)
    listbox = anna.page.get_by_role("listbox", name=title)
    await expect(listbox.get_by_role("option").first).to_be_visible()
    await field.fill("zzzz")
    words = "Ingen kollega" if opens is of_colleagues else "Inget hittades"
    await says_instead(anna, field, anna.page.locator(".popover--picker"), re.compile(words))
    await field.fill("")
    await expect(listbox.get_by_role("option").first).to_be_visible()
    await expect(field).to_have_attribute("aria-controls", await listbox.get_attribute("id") or "")


async def fetched(anna: Visitor, part: str) -> None:
    """A part of the page is here, ahead of its use."""
    await anna.page.wait_for_function(
        "part => performance.getEntriesByType('resource').some(({ name }) => name.includes(part))", arg=part
    )


async def test_a_picker_that_waits_for_its_list_says_so(lobby: Lobby, product: Product) -> None:
    anna = await lobby.staff(ANNA)
    button, search, title = await of_colleagues(anna, product)
    await expect(button).to_be_visible()
    await fetched(anna, "StaffPicker")
    await anna.page.wait_for_load_state("networkidle")
    await anna.offline(True)
    await button.click()
    field = anna.page.get_by_role("combobox", name=search)
    await says_instead(anna, field, anna.page.locator(".popover--picker"), re.compile("Hämtar"))
    await anna.offline(False)
    listbox = anna.page.get_by_role("listbox", name=title)
    await expect(listbox.get_by_role("option").first).to_be_visible()


async def test_the_clients_of_a_new_chat_are_waited_for_and_not_found_in_words(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA)
    await anna.page.wait_for_load_state("networkidle")
    await anna.offline(True)
    dialog = await new_chat(anna)
    field = dialog.get_by_role("combobox", name="Till")
    await says_instead(anna, field, dialog, re.compile("Hämtar"))
    await anna.offline(False)
    await expect(dialog.get_by_role("listbox", name="Till").get_by_role("option").first).to_be_visible()
    await field.fill("zzzz")
    await says_instead(anna, field, dialog, re.compile("Ingen klient"))
