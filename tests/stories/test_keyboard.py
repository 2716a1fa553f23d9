"""Everything without a mouse: where the keyboard is after each step, and what a screen reader is told there."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat, started
from tests.stories.test_begun_chats import message, subject
from tests.stories.test_bulk import NOBODY
from tests.stories.test_chat import ANNA, PETRA

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)


async def tab_to(visitor: Visitor, place: Locator, at_most: int, key: str = "Tab") -> int:
    """Press until the keyboard is there; how often that took."""
    for presses in range(1, at_most + 1):
        await visitor.page.keyboard.press(key)
        if await place.evaluate("place => place.contains(document.activeElement)"):
            return presses
    pytest.fail(f"not there after {at_most} times {key}")


async def choose_holm(anna: Visitor, dialog: Locator) -> None:
    """By the keyboard alone."""
    await expect(dialog.get_by_role("combobox", name="Till")).to_be_focused()
    await anna.page.keyboard.type("Holm")
    await expect(dialog.get_by_role("option", name=re.compile("Holm"))).to_have_count(1)
    await anna.page.keyboard.press("Enter")


async def test_a_new_chat_is_begun_and_gone_on_with_by_the_keyboard_alone(lobby: Lobby) -> None:
    """TH-1, TH-6, KB-6: from the client to the subject, and after it is there to where one writes in it."""
    words = f"Utan mus {next(_numbers)}"
    anna = await lobby.staff(ANNA)
    keys = anna.page.keyboard
    await anna.page.get_by_role("button", name="Ny chatt").press("Enter")
    dialog = anna.page.get_by_role("dialog", name="Ny chatt")
    await choose_holm(anna, dialog)
    await expect(subject(dialog)).to_be_focused()
    await keys.type(words)
    await tab_to(anna, message(dialog), 4)
    await keys.type("Hej!")
    await keys.press("Control+Enter")
    await expect(anna.message("Hej!")).to_be_visible()
    await expect(anna.field).to_be_focused()
    await keys.type("Och en sak till.")
    await keys.press("Control+Enter")
    await expect(anna.message("Och en sak till.")).to_be_visible()
    # Opened once more it is read, not written in.
    await anna.page.keyboard.press("Shift+Tab")
    rows = anna.page.locator("[data-row]")
    await rows.nth(1).click()
    await rows.filter(has_text=words).click()
    await expect(anna.page.get_by_role("heading", name=words)).to_be_focused()


async def test_a_client_begins_a_chat_and_goes_on_in_it_by_the_keyboard_alone(lobby: Lobby) -> None:
    """TH-10, KB-6."""
    words = f"Fråga utan mus {next(_numbers)}"
    petra = await lobby.contact(PETRA, "/portal/threads")
    keys = petra.page.keyboard
    await petra.page.get_by_role("button", name="Ny chatt").press("Enter")
    dialog = petra.page.get_by_role("dialog")
    await expect(subject(dialog)).to_be_focused()
    await keys.type(words)
    await tab_to(petra, message(dialog), 3)
    await keys.type("Hej!")
    await keys.press("Control+Enter")
    await expect(petra.message("Hej!")).to_be_visible()
    await expect(petra.field).to_be_focused()
    await keys.type("Och en sak till.")
    await keys.press("Control+Enter")
    await expect(petra.message("Och en sak till.")).to_be_visible()


async def test_a_new_chat_whose_client_is_known_begins_at_its_subject(lobby: Lobby) -> None:
    """TH-6."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await choose_holm(anna, dialog)
    await anna.page.keyboard.type(f"Påbörjad {next(_numbers)}")
    await anna.page.wait_for_function("() => Object.values(localStorage).some(text => text.includes('Påbörjad'))")
    await anna.page.reload()
    dialog = await new_chat(anna)
    await expect(subject(dialog)).to_be_focused()


async def test_a_client_that_cannot_be_written_to_is_said_to_be_locked(lobby: Lobby) -> None:
    """AC-8, TH-9: in the list, and why once it is chosen; focus stays where another can be."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await anna.page.keyboard.type(NOBODY)
    await expect(dialog.get_by_role("option", name=f"{NOBODY} låst, ingen där kan logga in")).to_be_visible()
    assert await anna.axe() == []
    await anna.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text(NOBODY)
    await expect(dialog.get_by_role("button", name="Välj en annan klient")).to_be_focused()
    assert await anna.axe() == []


async def test_ctrl_enter_creates_and_escape_leaves_from_everywhere_in_a_new_chat(
    lobby: Lobby, product: Product
) -> None:
    """MS-2, TH-6: whatever has focus, once, with what was being written."""
    anna = await lobby.staff(ANNA)
    keys = anna.page.keyboard
    question = anna.page.get_by_role("dialog", name="Ta bort det du har skrivit?")
    places = [
        ("button", "Välj en annan klient"),
        ("combobox", "Mall"),
        ("textbox", "Ämne"),
        ("textbox", "Meddelande"),
        ("switch", ""),
        ("textbox", "Uppgift"),
    ]
    for role, name in places:
        words = f"Överallt {next(_numbers)}"
        dialog = await new_chat(anna)
        await choose_holm(anna, dialog)
        await keys.type(words)
        await message(dialog).click()
        await keys.type("Hej!")
        await dialog.get_by_role("button", name="Lägg till uppgift").click()
        await keys.type("Kvitton")
        place = dialog.get_by_role(role, name=re.compile(name)).first  # type: ignore[arg-type]
        if name != "Uppgift":
            await place.focus()
            await expect(place).to_be_focused()
            await keys.press("Escape")
            await question.get_by_role("button", name="Avbryt").click()
            await expect(place).to_be_focused()
        await keys.press("Control+Enter")
        await expect(anna.field).to_be_focused()
        await expect(anna.page.get_by_role("heading", name=words)).to_be_visible()
        await expect(anna.page.get_by_role("complementary").get_by_role("checkbox", name="Kvitton")).to_have_count(1)
        assert started(product, words) == [words]


async def test_ctrl_enter_in_the_list_of_clients_chooses_nobody(lobby: Lobby) -> None:
    """MS-2: it asks for the chat to be created, and says what is missing."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await anna.page.keyboard.type("Holm")
    await expect(dialog.get_by_role("option", name=re.compile("Holm"))).to_have_count(1)
    await anna.page.keyboard.press("Control+Enter")
    await expect(dialog.get_by_role("alert").filter(has_text="Välj vem du skriver till")).to_be_visible()
    await expect(dialog.get_by_role("combobox", name="Till")).to_be_focused()
