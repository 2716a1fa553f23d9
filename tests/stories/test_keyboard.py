"""Everything without a mouse: where the keyboard is after each step, and what a screen reader is told there."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby, Visitor
from tests.stories.test_at_once import DRAWN
from tests.stories.test_at_the_desk import new_chat, started
from tests.stories.test_begun_chats import message, subject
from tests.stories.test_bulk import NOBODY
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_widget import open_widget

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
    # The field that comes first is changed for the editor: whoever is in it stays, but a story asks in between.
    await expect(dialog.locator("[contenteditable]")).to_be_visible()
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
    await expect(dialog.locator("[contenteditable]")).to_be_visible()
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


async def test_opening_a_chat_moves_focus_to_its_heading_and_leaving_it_to_its_row(
    lobby: Lobby, product: Product
) -> None:
    """KB-6: the first one too, from the list and from the inbox; a page that begins with one leaves focus alone."""
    (one, first), (two, second) = new_thread(product), new_thread(product)
    anna = await lobby.staff(ANNA)
    page = anna.page
    for thread_id, words in ((one, first), (two, second)):
        await page.locator(f'[data-row="{thread_id}"]').press("Enter")
        await expect(page.get_by_role("heading", name=words)).to_be_focused()
    await page.go_back()
    await expect(page.get_by_role("heading", name=first)).to_be_focused()
    await page.go_back()
    await expect(page.locator(f'[data-row="{one}"]')).to_be_focused()
    await anna.go(f"/console/threads/{one}")
    await expect(anna.message("Hej Petra!")).to_be_visible()
    assert await page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_opening_a_chat_in_the_portal_moves_focus_to_its_heading(
    lobby: Lobby, product: Product, size: tuple[int, int]
) -> None:
    """KB-6: each time, from the list and from the home page; and back to its row."""
    thread_id, words = new_thread(product)
    petra = await lobby.contact(PETRA, size=size)
    row = petra.page.locator(f'[data-row="{thread_id}"]')
    heading = petra.page.get_by_role("heading", name=words)
    await row.press("Enter")
    await expect(heading).to_be_focused()
    await petra.go("/portal/threads")
    for _ in range(2):
        await row.press("Enter")
        await expect(heading).to_be_focused()
        await petra.page.go_back()
        await expect(row).to_be_focused()
    assert await petra.axe() == []


async def test_opening_a_chat_in_the_widget_moves_focus_to_its_heading(lobby: Lobby, product: Product) -> None:
    """KB-6: with and without tasks."""
    petra = await lobby.arrive()
    made = [new_thread(product, tasks=tasks) for tasks in ([], ["Kvitton"])]
    frame = await open_widget(petra, WIDE)
    for thread_id, words in made:
        await frame.locator(f'[data-row="{thread_id}"]').press("Enter")
        await expect(frame.get_by_role("heading", name=words)).to_be_focused()
        assert await petra.axe(frame) == []
        await frame.get_by_role("button", name="Tillbaka").press("Enter")
        await expect(frame.locator(f'[data-row="{thread_id}"]')).to_be_focused()


FIRST_KEY = f"""async (button) => {{
  {DRAWN}
  button.click();
  await drawn();
  return document.activeElement.ariaLabel;
}}"""
"""What would get a key that is pressed right after the button."""


async def test_the_first_key_after_add_task_is_the_tasks(lobby: Lobby, product: Product) -> None:
    """TK-4: beside a chat and in a new one; Enter opens the next line, Escape leads back to the button."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    panel = anna.page.get_by_role("complementary")
    await expect(panel.get_by_role("button", name="Lägg till uppgift")).to_be_visible()
    for within in ("panel", "form"):
        place = panel if within == "panel" else await new_chat(anna)
        button = place.get_by_role("button", name="Lägg till uppgift")
        assert await button.evaluate(FIRST_KEY) == "Uppgift"
        await anna.page.keyboard.type("Kvitton")
        await anna.page.keyboard.press("Enter")
        await expect(place.get_by_text("Kvitton", exact=True)).to_be_visible()
        await anna.page.keyboard.type("Avtal")
        await anna.page.keyboard.press("Enter")
        await expect(place.get_by_text("Avtal", exact=True)).to_be_visible()
        await anna.page.keyboard.press("Escape")
        await expect(button).to_be_focused()


async def test_a_task_that_is_left_takes_no_key_that_is_meant_for_something_else(lobby: Lobby) -> None:
    """TK-4: it is saved, and no next line opens under the hands of whoever has gone on."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await dialog.get_by_role("button", name="Lägg till uppgift").click()
    await anna.page.keyboard.type("Kvitton")
    await message(dialog).click()
    await anna.page.keyboard.type("Hej!")
    await expect(message(dialog)).to_have_text("Hej!")
    await expect(dialog.get_by_text("Kvitton", exact=True)).to_be_visible()


COMPOSING_KEYS = """([how, keys]) => keys.filter((key) => {
  const more = key.startsWith("Control+") ? {ctrlKey: true} : {};
  const event = new KeyboardEvent("keydown", {
    key: key.replace("Control+", ""), bubbles: true, cancelable: true, ...more, ...how,
  });
  return !document.activeElement.dispatchEvent(event);
})"""
"""Keys, as a browser tells them while an input method composes; which of them a handler took for its own."""


@pytest.mark.parametrize("how", [{"isComposing": True}, {"keyCode": 229}], ids=["composing", "just after"])
async def test_keys_of_an_input_method_do_nothing_else(lobby: Lobby, product: Product, how: dict[str, object]) -> None:
    """In every field of a new chat, in the composer and on the page: they choose, save, send and close nothing."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()

    async def taken() -> list[str]:
        keys = ["Enter", "Control+Enter", "Escape", "ArrowDown", "Tab", "F6", "/"]
        return list(await anna.page.evaluate(COMPOSING_KEYS, [how, keys]))

    await anna.page.get_by_role("heading", level=2).first.focus()
    assert await taken() == []
    await anna.write("Inte klart")
    assert await taken() == []
    await expect(anna.field).to_have_text("Inte klart")
    await expect(anna.field.locator("p")).to_have_count(1)
    dialog = await new_chat(anna)
    await anna.page.keyboard.type("Holm")
    await expect(dialog.get_by_role("option", name=re.compile("Holm"))).to_have_count(1)
    assert await taken() == []
    await expect(dialog.get_by_role("combobox", name="Till")).to_have_value("Holm")
    await subject(dialog).fill("Ämne")
    assert await taken() == []
    await message(dialog).click()
    await anna.page.keyboard.type("Hej!")
    assert await taken() == []
    await dialog.get_by_role("button", name="Lägg till uppgift").click()
    await anna.page.keyboard.type("Kvitton")
    assert await taken() == []
    await expect(dialog.get_by_role("textbox", name="Uppgift")).to_have_value("Kvitton")
    await expect(anna.page.get_by_role("dialog")).to_have_count(1)
    await expect(dialog.get_by_role("alert")).to_have_count(0)


async def test_a_client_whose_input_method_composes_sends_nothing(lobby: Lobby, product: Product) -> None:
    """In portal and widget: the word is taken, and stays in the field."""
    thread_id, words = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(petra.page.locator("[contenteditable]")).to_be_visible()
    await petra.field.click()
    driver = await petra.page.context.new_cdp_session(petra.page)
    await driver.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    await petra.page.keyboard.press("Control+Enter")
    await expect(petra.field).to_have_text("にほん")
    await driver.send("Input.insertText", {"text": "日本"})
    await petra.page.keyboard.press("Control+Enter")
    await expect(petra.message("日本")).to_be_visible()

    frame = await open_widget(petra, WIDE)
    await frame.get_by_role("link", name=re.compile(words)).click()
    field = frame.get_by_role("textbox")
    await field.fill("Inte klart")
    for how in ({"isComposing": True}, {"keyCode": 229}):
        assert await frame.evaluate(COMPOSING_KEYS, [how, ["Enter", "Control+Enter"]]) == []
    await expect(field).to_have_value("Inte klart")


LINKED = "Se https://example.com/ett och https://example.com/tva samt https://example.com/tre"
"""A message that offers much."""


@pytest.mark.parametrize("size", [WIDE, (1100, 800)], ids=["wide", "panel over it"])
async def test_it_is_a_few_tabs_from_the_header_of_a_chat_to_where_one_writes(
    lobby: Lobby, product: Product, size: tuple[int, int]
) -> None:
    """KB-6: however much its messages offer; in console, portal and widget."""
    thread_id, words = new_thread(product, tasks=["Kvitton"])
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", size=size)
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    for text in (LINKED, "En till."):
        await anna.send(text)
        await expect(anna.message(text)).to_be_visible()
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=size)
    await expect(petra.page.locator("[contenteditable]")).to_be_visible()
    for person in (anna, petra):
        await expect(person.message("En till.")).to_be_visible()
        await person.page.get_by_role("heading", name=words).focus()
        await tab_to(person, person.field, 6)
        assert await person.axe() == []
    frame = await open_widget(petra, size)
    await frame.get_by_role("link", name=re.compile(words)).click()
    heading, field = frame.get_by_role("heading", name=words), frame.get_by_role("textbox")
    await expect(heading).to_be_focused()
    await expect(frame.get_by_role("log").get_by_text("En till.")).to_be_visible()
    for _ in range(6):
        await petra.page.keyboard.press("Tab")
        if await field.evaluate("field => field === document.activeElement"):
            break
    await expect(field).to_be_focused()
    assert await petra.axe(frame) == []


async def test_messages_are_gone_through_by_arrows_and_what_they_offer_as_well(lobby: Lobby, product: Product) -> None:
    """MS-4, KB-6: up and down among them, right and left in one, Escape back to it; the stop is where one was."""
    thread_id, words = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    press = anna.page.keyboard.press
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    for text in (LINKED, "En till."):
        await anna.send(text)
        await expect(anna.message(text)).to_be_visible()
    first, linked, last = anna.message("Hej Petra!"), anna.message("Se https"), anna.message("En till.")
    await anna.page.get_by_role("heading", name=words).focus()
    await tab_to(anna, last, 3)
    await expect(last).to_be_focused()
    for key, there in (("ArrowUp", linked), ("ArrowUp", first), ("End", last), ("Home", first), ("ArrowDown", linked)):
        await press(key)
        await expect(there).to_be_focused()
    links = linked.get_by_role("link")
    await press("ArrowRight")
    await expect(links.nth(0)).to_be_focused()
    await press("ArrowRight")
    await expect(links.nth(1)).to_be_focused()
    await press("Escape")
    await expect(linked).to_be_focused()
    await press("Tab")
    assert await anna.page.evaluate("!document.activeElement.closest('[role=log]')")
    await press("Shift+Tab")
    await expect(linked).to_be_focused()
    await press("Enter")
    await expect(links.nth(0)).to_be_focused()
    await press("ArrowUp")
    await expect(first).to_be_focused()
    # Backwards: the last thing that a message offers is to answer it.
    await press("ArrowLeft")
    await expect(first.get_by_role("button", name="Svara med citat")).to_be_focused()
    await press("Enter")
    await expect(anna.field).to_be_focused()
    await anna.page.keyboard.type("Svar på det första.")
    await press("Control+Enter")
    await expect(anna.message("Svar på det första.").locator("blockquote")).to_contain_text("Hej Petra!")
    # So does a single letter.
    await linked.focus()
    await press("r")
    await expect(anna.field).to_be_focused()
    await expect(anna.page.get_by_role("region", name="Skriv ett meddelande").locator("blockquote")).to_be_visible()


async def test_what_can_be_done_with_a_chat_is_one_stop_with_arrows(lobby: Lobby, product: Product) -> None:
    """KB-6: assign, reminders, archive and the rest, in a row; what they open has arrows of its own."""
    thread_id, words = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    press = anna.page.keyboard.press
    bar = anna.page.get_by_role("toolbar", name="Det som går att göra med chatten")
    await anna.page.get_by_role("heading", name=words).focus()
    await press("Tab")
    await expect(bar.get_by_role("button", name="Tilldela")).to_be_focused()
    await press("ArrowLeft")
    await expect(bar.get_by_role("button", name="Mer")).to_be_focused()
    await press("Enter")
    await expect(anna.page.get_by_role("menuitem").first).to_be_focused()
    await press("ArrowDown")
    await expect(anna.page.get_by_role("menuitem").nth(1)).to_be_focused()
    await press("Escape")
    await expect(bar.get_by_role("button", name="Mer")).to_be_focused()
    await press("ArrowLeft")
    await expect(bar.get_by_role("button", name="Arkivera")).to_be_focused()
