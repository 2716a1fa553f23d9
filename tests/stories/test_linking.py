"""Addresses are links: typed, pasted and shown, to both sides and in the widget; a command of the keyboard makes one."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import WIDE, Lobby, Visitor
from tests.stories.test_chat import ANNA, both, new_thread
from tests.stories.test_widget import open_chat, open_widget

pytestmark = pytest.mark.anyio

WRITTEN = "Se https://skatteverket.se/moms, www.bolagsverket.se och bo@holm.example."
LINKS = [
    ("https://skatteverket.se/moms", "https://skatteverket.se/moms"),
    ("www.bolagsverket.se", "https://www.bolagsverket.se"),
    ("bo@holm.example", "mailto:bo@holm.example"),
]


async def leads(place: Locator, links: list[tuple[str, str]]) -> None:
    """The links of a place are these: what they say, and where they lead."""
    shown = place.get_by_role("link")
    await expect(shown).to_have_text([text for text, _ in links])
    for number, (_, address) in enumerate(links):
        await expect(shown.nth(number)).to_have_attribute("href", address)


def stored(product: Product, thread_id: str) -> dict[str, Any]:
    """The body of the last message, as the server has it."""
    page = product.call(ANNA, "thread.open", thread_id=thread_id)["page"]
    body: dict[str, Any] = page["events"][-1]["event"]["body"]
    return body


async def test_an_address_is_a_link_while_it_is_typed_and_wherever_it_is_shown(lobby: Lobby, product: Product) -> None:
    """What is stored stays the text that was written: also what lies there already is shown so."""
    thread_id, subject = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    visitor = await lobby.arrive()
    frame = await open_widget(visitor, WIDE)
    await open_chat(frame, subject)
    for person in (anna, petra):
        await expect(person.page.locator("[contenteditable]")).to_be_visible()
        await person.write(WRITTEN)
        await leads(person.field, LINKS)
    await petra.page.keyboard.press("Control+Enter")
    for place in (
        anna.message("Se https"),
        petra.message("Se https"),
        frame.get_by_role("log").get_by_role("article").last,
    ):
        await leads(place, LINKS)
    assert stored(product, thread_id) == {
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": WRITTEN}]}]
    }
    await expect(anna.message("Se https").get_by_role("link").first).to_have_attribute("rel", re.compile("noopener"))
    assert await anna.axe() == []


async def copied(person: Visitor, text: str) -> None:
    """Somebody has this in the clipboard, and nothing in the field."""
    await person.field.click()
    await person.page.keyboard.press("Control+a")
    await person.page.keyboard.type(text)
    await person.page.keyboard.press("Control+a")
    await person.page.keyboard.press("Control+x")


async def test_an_address_that_is_pasted_over_words_is_their_link(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    people = await both(lobby, thread_id)
    for person, other in (people, reversed(people)):
        await expect(person.page.locator("[contenteditable]")).to_be_visible()
        await copied(person, "www.bolagsverket.se")
        await person.write("Läs villkoren")
        await person.page.keyboard.press("Control+Shift+ArrowLeft")
        await person.page.keyboard.press("Control+v")
        await leads(person.field, [("villkoren", "https://www.bolagsverket.se")])
        await person.page.keyboard.type(" före ")
        await person.page.keyboard.press("Control+v")
        bare = ("www.bolagsverket.se", "https://www.bolagsverket.se")
        await leads(person.field, [("villkoren", "https://www.bolagsverket.se"), bare])
        # Over another address it takes its place.
        await copied(person, "https://b.example/ny")
        await person.write("www.a.example")
        await person.page.keyboard.press("Control+a")
        await person.page.keyboard.press("Control+v")
        await leads(person.field, [("https://b.example/ny", "https://b.example/ny")])
        # And what is no address takes the place of the words, as ever.
        await copied(person, "javascript:alert(1)")
        await person.write("Läs villkoren")
        await person.page.keyboard.press("Control+Shift+ArrowLeft")
        await person.page.keyboard.press("Control+v")
        await expect(person.field.get_by_role("paragraph")).to_have_text(["Läs javascript:alert(1)"])
        await leads(person.field, [])
        await copied(person, "https://b.example/sist")
        await person.write("Här finns det")
        await person.page.keyboard.press("Control+Shift+ArrowLeft")
        await person.page.keyboard.press("Control+v")
        await person.page.keyboard.press("Control+Enter")
        await leads(other.message("Här finns").last, [("det", "https://b.example/sist")])


async def test_control_and_k_asks_for_the_link_and_gives_the_place_back(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    people = await both(lobby, thread_id)
    for person, other in (people, reversed(people)):
        address = person.page.get_by_role("textbox", name="Adress")
        await expect(person.page.locator("[contenteditable]")).to_be_visible()
        await person.write("Läs villkoren")
        await person.page.keyboard.press("Control+Shift+ArrowLeft")
        await person.page.keyboard.press("Control+k")
        await expect(address).to_be_focused()
        await person.page.keyboard.type("javascript:alert(1)")
        await person.page.keyboard.press("Enter")
        await expect(person.page.get_by_text("Ange en webbadress eller en e-postadress")).to_be_visible()
        await address.fill("a.example/villkor")
        assert await person.axe() == []
        await person.page.keyboard.press("Enter")
        await expect(person.field).to_be_focused()
        await leads(person.field, [("villkoren", "https://a.example/villkor")])
        # Asked again in the midst of it, it says where it leads, and Escape changes nothing.
        await person.page.keyboard.press("ArrowLeft")
        await person.page.keyboard.press("Control+k")
        await expect(address).to_have_value("https://a.example/villkor")
        await person.page.keyboard.press("Escape")
        await expect(address).to_be_hidden()
        await expect(person.field).to_be_focused()
        await person.page.keyboard.press("End")
        await person.page.keyboard.type(" idag")
        await person.page.keyboard.press("Control+Enter")
        await expect(other.message("Läs villkoren idag").last).to_be_visible()
        await leads(other.message("Läs villkoren idag").last, [("villkoren", "https://a.example/villkor")])
