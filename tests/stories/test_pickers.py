"""Choosing one of many in the console: every picker by the keyboard alone, in the same way, with one ring of focus."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_chat import ANNA, new_thread
from tests.stories.test_shortcodes import to_holm

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)
RINGS = """field => {
    const drawn = element => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== "none" && outlineWidth !== "0px" ? 1 : 0) + (boxShadow !== "none" ? 1 : 0);
    };
    return drawn(field) + drawn(field.parentElement);
}"""


async def of_colleagues(anna: Visitor, product: Product) -> tuple[Locator, str, str]:
    thread_id, _ = new_thread(product)
    await anna.go(f"/console/threads/{thread_id}")
    return anna.page.get_by_role("main").get_by_role("button", name="Tilldela").first, "Sök kollega", "Kollegor"


async def of_replies(anna: Visitor, product: Product) -> tuple[Locator, str, str]:
    number = next(_numbers)
    for title in (f"Väljas {number} ett", f"Väljas {number} två"):
        body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": title}]}]}
        product.call(ANNA, "saved_reply.create", client_reply_id=new_id(), title=title, body=body)
    thread_id, _ = new_thread(product)
    await anna.go(f"/console/threads/{thread_id}")
    return anna.page.get_by_role("button", name="Sparade svar"), "Hitta ett sparat svar", "Sparade svar"


async def of_shortcodes(anna: Visitor, product: Product) -> tuple[Locator, str, str]:
    dialog = await new_chat(anna)
    await to_holm(dialog)
    return dialog.get_by_role("button", name="Lägg till kortkod: Ämne"), "Hitta en kortkod", "Kortkoder"


Opens = Callable[[Visitor, Product], Awaitable[tuple[Locator, str, str]]]


async def points_at_what_is_drawn(field: Locator, listbox: Locator) -> None:
    option = listbox.locator("[role=option][aria-selected=true]")
    await expect(option).to_have_count(1)
    await expect(field).to_have_attribute("aria-activedescendant", await option.get_attribute("id") or "")


@pytest.mark.parametrize("opens", [of_colleagues, of_replies, of_shortcodes], ids=["colleagues", "replies", "codes"])
async def test_a_picker_is_used_by_the_keyboard_alone(lobby: Lobby, product: Product, opens: Opens) -> None:
    anna = await lobby.staff(ANNA)
    button, search, title = await opens(anna, product)
    field, listbox = anna.page.get_by_role("combobox", name=search), anna.page.get_by_role("listbox", name=title)
    press = anna.page.keyboard.press

    await button.click()
    await expect(field).to_be_focused()
    assert await field.evaluate(RINGS) == 1
    options = listbox.locator('[role=option]:not([aria-disabled="true"])')
    await expect(options.first).to_have_attribute("aria-selected", "true")
    assert await anna.axe() == []
    await points_at_what_is_drawn(field, listbox)
    await press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await press("ArrowUp")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    # However long the list, what is current is in sight.
    for _ in range(await options.count()):
        await press("ArrowDown")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    await expect(options.last).to_be_in_viewport()
    # What is typed begins at the top again, and Escape leads back to the button.
    await anna.page.keyboard.type((await options.first.inner_text())[:3])
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await points_at_what_is_drawn(field, listbox)
    await press("Escape")
    await expect(listbox).to_have_count(0)
    await expect(button).to_be_focused()
    await press("Enter")
    await expect(field).to_have_value("")
    await press("Enter")
    await expect(listbox).to_have_count(0)


@pytest.mark.parametrize("opens", [of_colleagues, of_shortcodes], ids=["colleagues", "codes"])
async def test_tab_leaves_a_picker_that_has_nothing_below_its_list(
    lobby: Lobby, product: Product, opens: Opens
) -> None:
    anna = await lobby.staff(ANNA)
    button, search, title = await opens(anna, product)
    await button.click()
    await expect(anna.page.get_by_role("combobox", name=search)).to_be_focused()
    await anna.page.keyboard.press("Tab")
    await expect(anna.page.get_by_role("listbox", name=title)).to_have_count(0)


async def test_tab_reaches_what_stands_below_the_list_of_replies(lobby: Lobby, product: Product) -> None:
    anna = await lobby.staff(ANNA)
    button, search, title = await of_replies(anna, product)
    await button.click()
    await expect(anna.page.get_by_role("combobox", name=search)).to_be_focused()
    await anna.page.keyboard.press("Tab")
    await expect(anna.page.get_by_role("button", name="Hantera sparade svar")).to_be_focused()
    await expect(anna.page.get_by_role("listbox", name=title)).to_be_visible()


async def test_an_account_is_chosen_by_the_keyboard_and_its_field_has_one_ring(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    field = dialog.get_by_role("combobox", name="Till")
    await expect(field).to_be_focused()
    assert await field.evaluate(RINGS) == 1
    await field.fill("Holm")
    listbox = dialog.get_by_role("listbox", name="Till")
    await expect(listbox.locator("[role=option][aria-selected=true]")).to_contain_text("Holm")
    await points_at_what_is_drawn(field, listbox)
    # Escape closes the list and not the form.
    await anna.page.keyboard.press("Escape")
    await expect(listbox).to_have_count(0)
    await expect(dialog).to_be_visible()
    await anna.page.keyboard.press("ArrowDown")
    await expect(listbox).to_be_visible()
    await anna.page.keyboard.press("Enter")
    await expect(field).to_have_count(0)
    await expect(dialog.get_by_role("textbox", name="Ämne")).to_be_focused()


async def test_a_search_field_has_one_ring(lobby: Lobby) -> None:
    """Also where it is part of the page, whose own sheet comes last."""
    anna = await lobby.staff(ANNA)
    field = anna.page.get_by_role("searchbox").first
    await field.focus()
    assert await field.evaluate(RINGS) == 1


async def test_a_picker_that_opened_without_the_server_fills_once_it_is_back(lobby: Lobby, product: Product) -> None:
    anna = await lobby.staff(ANNA)
    button, _, title = await of_colleagues(anna, product)
    await expect(button).to_be_visible()
    await anna.page.wait_for_load_state("networkidle")
    await anna.offline(True)
    await button.click()
    listbox = anna.page.get_by_role("listbox", name=title)
    await expect(anna.page.locator(".popover--picker").get_by_role("status")).to_contain_text("Hämtar")
    # Tried a few times, and given up.
    await expect(anna.page.get_by_text("Servern svarar inte.")).to_be_visible()
    await expect(listbox.get_by_role("option")).to_have_count(0)
    await anna.offline(False)
    await expect(listbox.get_by_role("option").first).to_be_visible()


async def test_the_clients_of_a_new_chat_are_asked_for_until_the_server_answers(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA)
    await anna.page.wait_for_load_state("networkidle")
    await anna.offline(True)
    dialog = await new_chat(anna)
    listbox = dialog.get_by_role("listbox", name="Till")
    await expect(dialog.get_by_role("status").filter(has_text="Hämtar")).to_be_visible()
    await anna.offline(False)
    await expect(listbox.get_by_role("option").first).to_be_visible()
