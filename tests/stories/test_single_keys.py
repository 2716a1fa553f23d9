"""Keys that act by themselves: one letter archives, assigns, answers; none while somebody writes, or wants none."""

from __future__ import annotations

import itertools
import re

import pytest
from msgspec import to_builtins
from playwright.async_api import Locator, Page, expect

from protocol.body import paragraph
from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby, Scheme, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_keyboard import COMPOSING_KEYS

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)
SWEDISH, ENGLISH = "Kortkommandon", "Keyboard shortcuts"


def row(visitor: Visitor, thread_id: str) -> Locator:
    return visitor.page.locator(f'[data-row="{thread_id}"]')


async def keys_are_here(page: Page) -> None:
    """What hears them is fetched after the page."""
    await page.wait_for_function("() => document.documentElement.dataset.keys")


def answer(product: Product, thread_id: str, text: str) -> None:
    """Petra writes."""
    number = next(_numbers)
    body = to_builtins(paragraph(text))
    product.call(PETRA, "message.send", thread_id=thread_id, client_message_id=f"tangent-{number:04d}", body=body)


def state_of(product: Product, thread_id: str) -> str:
    return str(product.call(ANNA, "thread.read", thread_id=thread_id)["thread"]["state"])


async def test_chats_are_gone_through_answered_and_assigned_by_single_keys(lobby: Lobby, product: Product) -> None:
    """KB-1, KB-6: `j`, `k`, `r`, `a`, `n` and `/`, each of which is a letter again where one writes."""
    thread_id, words = new_thread(product)
    other, _ = new_thread(product)
    for one in (other, thread_id):
        answer(product, one, "Hur går det?")
    anna = await lobby.staff(ANNA)
    page, press = anna.page, anna.page.keyboard.press
    await keys_are_here(page)
    rows = page.locator("a[data-row]")
    await expect(rows.nth(0)).to_have_attribute("data-row", thread_id)
    for key, at in (("j", 0), ("j", 1), ("k", 0), ("k", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        await press(key)
        await expect(rows.nth(at)).to_be_focused()
    await press("Enter")
    await expect(page.get_by_role("heading", name=words)).to_be_focused()
    await press("r")
    await expect(anna.field).to_be_focused()
    await page.keyboard.type("jag kanske reser en annan dag, eller nu?")
    await press("Control+Enter")
    await expect(anna.message("jag kanske reser en annan dag, eller nu?")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)

    # From the list, in a chat that isn't open: beside its row, and in its field.
    await row(anna, other).focus()
    await press("a")
    await expect(page.get_by_role("combobox", name="Sök kollega")).to_be_focused()
    await press("Escape")
    await expect(row(anna, other)).to_be_focused()
    await press("r")
    await expect(anna.field).to_be_focused()
    await expect(row(anna, other)).to_have_attribute("aria-current", "true")

    await page.get_by_role("heading", level=2).first.focus()
    await press("a")
    await expect(page.get_by_role("combobox", name="Sök kollega")).to_be_focused()
    await page.keyboard.type("Sofia")
    await expect(page.get_by_role("option", name="Sofia")).to_have_count(1)
    await press("Enter")
    assigned = page.get_by_role("main").get_by_role("button", name="Tilldelad Sofia Rahimi").first
    await expect(assigned).to_be_focused()
    await press("n")
    await expect(page.get_by_role("dialog", name="Ny chatt")).to_be_visible()
    await press("Escape")
    await press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(assigned).to_be_focused()
    await press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()


async def test_a_chat_is_archived_and_marked_as_unread_by_a_key_and_its_row_leads_on(
    lobby: Lobby, product: Product
) -> None:
    """AR-1, RD-9, KB-6: the open one, and one in the list; the keyboard stays where the next work is."""
    made = [new_thread(product)[0] for _ in range(3)]
    for thread_id in reversed(made):
        answer(product, thread_id, "Hur går det?")
    first, second, third = made
    anna = await lobby.staff(ANNA)
    press = anna.page.keyboard.press
    await keys_are_here(anna.page)
    await row(anna, first).focus()
    await press("e")
    await expect(row(anna, first)).to_have_count(0)
    await expect(row(anna, second)).to_be_focused()
    assert state_of(product, first) == "archived"

    await press("Enter")
    heading = anna.page.get_by_role("heading", level=2).first
    await expect(anna.message("Hur går det?")).to_be_visible()
    await expect(heading).to_be_focused()
    await press("u")
    await expect(row(anna, second)).to_be_focused()
    await expect(row(anna, second).get_by_text("Ett oläst meddelande")).to_have_count(1)

    await row(anna, third).press("Enter")
    await expect(heading).to_be_focused()
    await press("e")
    await expect(anna.page.get_by_role("button", name="Öppna igen").first).to_be_visible()
    await expect(heading).to_be_focused()
    assert state_of(product, third) == "archived"


async def test_entries_of_the_inbox_have_their_keys_and_lead_on_to_the_next(lobby: Lobby, product: Product) -> None:
    """NS-4, NS-6, KB-6."""
    (one, first), (two, second) = new_thread(product), new_thread(product)
    for thread_id in (two, one):
        answer(product, thread_id, "Hur går det?")
    anna = await lobby.staff(ANNA, "/console/inbox")
    press = anna.page.keyboard.press
    await keys_are_here(anna.page)
    rows = anna.page.locator("a[data-row]")
    await expect(rows.nth(0)).to_contain_text(first)
    await press("j")
    await expect(rows.nth(0)).to_be_focused()
    await press("a")
    await expect(anna.page.get_by_role("combobox", name="Sök kollega")).to_be_focused()
    await press("Escape")
    await rows.nth(0).focus()
    await press("e")
    await expect(anna.page.get_by_role("main").get_by_text(first)).to_have_count(0)
    await expect(rows.filter(has_text=second)).to_be_focused()


ALL = [*"jkreaun/?"]


async def test_single_keys_do_nothing_while_somebody_writes_or_with_another_key(lobby: Lobby, product: Product) -> None:
    """Fields of all kinds, menus, dialogs; Ctrl, Alt, Cmd and Shift; keys of an input method."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    page = anna.page
    await keys_are_here(page)
    await expect(page.locator("[contenteditable]")).to_be_visible()
    heading = page.get_by_role("heading", level=2).first

    async def taken(**how: object) -> list[str]:
        return list(await page.evaluate(COMPOSING_KEYS, [how, ALL]))

    await heading.focus()
    for how in ("ctrlKey", "altKey", "metaKey", "isComposing"):
        assert await taken(**{how: True}) == []
    assert await taken(keyCode=229) == []
    assert await page.evaluate(COMPOSING_KEYS, [{"shiftKey": True}, [*"JKREAUN"]]) == []
    editor = anna.field
    places = (
        editor,
        page.get_by_role("searchbox"),
        task := page.get_by_role("complementary").get_by_role("textbox", name="Uppgift"),
    )
    for place in places:
        if place is task:
            # A task that is left with nothing in it is gone.
            await page.get_by_role("button", name="Lägg till uppgift").click()
        await place.focus()
        assert await taken() == []
        await place.press("e")
        if place is editor:
            await expect(place).to_have_text("e")
        else:
            await expect(place).to_have_value("e")
        await place.press("Backspace")
    await page.get_by_role("main").get_by_role("button", name="Mer").click()
    await expect(page.get_by_role("menuitem").first).to_be_focused()
    assert await taken() == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Ny chatt").click()
    dialog = page.get_by_role("dialog", name="Ny chatt")
    for part in (dialog.get_by_role("combobox", name="Mall"), dialog.get_by_role("switch")):
        await part.focus()
        assert await taken() == []
    # Held down, a key acts once.
    await page.keyboard.press("Escape")
    await heading.focus()
    assert await page.evaluate(COMPOSING_KEYS, [{"repeat": True}, [*"eaun?"]]) == []
    assert state_of(product, thread_id) == "active"


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide", "narrow"])
async def test_the_list_of_keys_opens_by_one_and_switches_them_off(
    lobby: Lobby, size: tuple[int, int], scheme: Scheme
) -> None:
    """KB-1: for good in this browser; the settings lead to it without any of them."""
    anna = await lobby.staff(ANNA, size=size, scheme=scheme)
    page = anna.page
    await keys_are_here(page)
    dialog = page.get_by_role("dialog", name=SWEDISH)
    await page.keyboard.press("?")
    await expect(dialog).to_be_visible()
    for words in ("Arkivera", "Tilldela", "Svara", "Ny chatt", "Markera som oläst", "Nästa i listan", "Nästa kolumn"):
        await expect(dialog.get_by_role("term").filter(has_text=words)).to_have_count(1)
    assert await anna.cramped() + await anna.axe() == []
    switch = dialog.get_by_role("switch", name="Enkla tangenter")
    await switch.click()
    await expect(switch).not_to_be_checked()
    assert await anna.axe() == []
    await page.keyboard.press("Escape")
    await page.reload()
    await keys_are_here(page)
    assert await page.evaluate(COMPOSING_KEYS, [{}, ALL]) == []
    await page.get_by_role("link", name="Inställningar").click()
    await page.get_by_role("button", name="Visa listan").click()
    await switch.click()
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await expect(page.get_by_role("dialog", name="Ny chatt")).to_be_visible()


async def test_clients_have_the_keys_that_apply_to_them(lobby: Lobby, product: Product) -> None:
    """KB-1: `j`, `k`, `r`, `n` and the list, in English too."""
    thread_id, words = new_thread(product)
    petra = await lobby.contact(PETRA, "/portal/threads")
    page, press = petra.page, petra.page.keyboard.press
    await keys_are_here(page)
    await expect(page.locator("a[data-row]").first).to_have_attribute("data-row", thread_id)
    await press("j")
    await expect(row(petra, thread_id)).to_be_focused()
    await press("Enter")
    await expect(page.get_by_role("heading", name=words)).to_be_focused()
    await press("r")
    await expect(petra.field).to_be_focused()
    await page.keyboard.type("en rak fråga")
    await press("Control+Enter")
    await expect(petra.message("en rak fråga")).to_be_visible()
    await page.get_by_role("heading", name=words).focus()
    for key in "eau":
        await press(key)
    await press("?")
    dialog = page.get_by_role("dialog", name=SWEDISH)
    await expect(dialog.get_by_role("term")).to_have_count(10)
    assert await petra.cramped() + await petra.axe() == []
    await press("Escape")
    await press("n")
    await expect(page.get_by_role("dialog", name=re.compile("Lindberg"))).to_be_visible()
    assert state_of(product, thread_id) == "active"
    olivia = await lobby.contact("olivia@harbourbooks.example", language="en-GB")
    await keys_are_here(olivia.page)
    await olivia.page.keyboard.press("?")
    await expect(olivia.page.get_by_role("dialog", name=ENGLISH)).to_contain_text("Next in the list")
