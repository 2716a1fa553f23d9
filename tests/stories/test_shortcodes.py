"""Shortcodes in the console: chips while one writes, what the client will see, and what nothing stands for (SC)."""

import itertools
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import to_builtins
from playwright.async_api import Locator, expect

from protocol.body import paragraph
from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat, started
from tests.stories.test_chat import ANNA, HOLM, PETRA, SOFIA, account_of, new_thread

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)


def this_year() -> str:
    return str(datetime.now(ZoneInfo("Europe/Stockholm")).year)


@pytest.fixture
def petra(product: Product) -> Iterator[dict[str, Any]]:
    """Petra, of whom nothing but her name is known before and after."""
    account = account_of(product, HOLM)
    contact = next(link["contact_id"] for link in account["links"] if link["email"] == PETRA)
    yield {"account_id": account["id"], "contact_id": contact}
    product.call(ANNA, "contact.describe", account_id=account["id"], contact_id=contact, city="", first_name="")


def says(visitor: Visitor) -> Locator:
    return visitor.page.locator(".coded__says")


async def to_holm(dialog: Locator) -> None:
    await dialog.get_by_role("combobox", name="Till").fill("Holm")
    await dialog.get_by_role("option", name=re.compile("Holm")).click()


async def add(visitor: Visitor, button: Locator, words: str) -> None:
    """Put a shortcode in by the menu, with the keyboard."""
    await button.click()
    await expect(visitor.page.get_by_role("combobox", name="Hitta en kortkod")).to_be_focused()
    await visitor.page.keyboard.type(words)
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("listbox", name="Kortkoder")).to_be_hidden()


async def test_a_new_chat_says_with_chips_what_the_client_will_see(
    lobby: Lobby, product: Product, petra: dict[str, Any]
) -> None:
    """TH-2, TH-5, SC-2, SC-3, SC-6, SC-7: in subject and message; found by words of either language."""
    number = next(_numbers)
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    editor, subject = dialog.get_by_role("textbox", name="Meddelande"), dialog.get_by_role("textbox", name="Ämne")
    await to_holm(dialog)
    await subject.fill(f"Deklaration {number} ")
    await add(anna, dialog.get_by_role("button", name="Lägg till kortkod: Ämne"), "this year")
    await expect(subject).to_have_value(f"Deklaration {number} [CURRENT_YEAR]")
    await expect(subject).to_be_focused()
    await expect(dialog.locator(".coded__copy .shortcode")).to_have_text("[CURRENT_YEAR]")
    await editor.click()
    await anna.page.keyboard.type("Hej ")
    await add(anna, dialog.get_by_role("button", name="Lägg till kortkod", exact=True), "förnamn")
    await expect(editor).to_be_focused()
    await anna.page.keyboard.type(" i [CITY], [FIRSTNAM]!")
    await expect(editor.locator(".shortcode")).to_have_text(["[FIRST_NAME]", "[CITY]", "[FIRSTNAM]"])
    await expect(editor.locator(".shortcode--unknown")).to_have_text("[FIRSTNAM]")
    await expect(says(anna)).to_contain_text("[FIRSTNAM] är ingen kortkod. Den skickas som den står.")
    await expect(says(anna)).to_contain_text("Inget är känt för [CITY]. Den utelämnas.")
    await expect(says(anna)).to_contain_text("Värdena gäller Petra Holm. En kontakt till läser dem.")
    toggle = says(anna).get_by_role("button", name=f"Petra ser Deklaration {number} {this_year()}")
    await toggle.press("Enter")
    whole = dialog.get_by_role("region", name="Så ser Petra det")
    await expect(whole).to_contain_text("Hej Petra i , [FIRSTNAM]!")
    # What becomes known in another window counts from now on.
    product.call(ANNA, "contact.describe", city="Nacka", **petra)
    await editor.press("End")
    await anna.page.keyboard.type(" Hälsningar")
    await expect(whole).to_contain_text("Hej Petra i Nacka, [FIRSTNAM]! Hälsningar")
    await expect(says(anna)).not_to_contain_text("[CITY]")
    assert await anna.axe() == []
    await dialog.get_by_role("button", name="Skapa chatt").click()
    await expect(anna.message("Hej Petra i Nacka, [FIRSTNAM]! Hälsningar")).to_be_visible()
    reader = await lobby.contact(PETRA, "/portal/threads")
    await reader.page.get_by_role("link", name=re.compile(f"Deklaration {number} {this_year()}")).click()
    await expect(reader.message("Hej Petra i Nacka, [FIRSTNAM]! Hälsningar")).to_be_visible()


async def test_a_gap_is_seen_before_it_is_sent_however_fast_one_is(lobby: Lobby, product: Product) -> None:
    """SC-6: the first press shows it, the second sends."""
    name = f"Fort {next(_numbers)}"
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await to_holm(dialog)
    await dialog.get_by_role("textbox", name="Ämne").fill(name)
    await dialog.get_by_role("textbox", name="Meddelande").click()
    # At one stroke, so that nobody has been asked yet.
    await anna.page.keyboard.insert_text("Hej [MIDDLE_NAME]!")
    await anna.page.keyboard.press("Control+Enter")
    await expect(says(anna)).to_contain_text("Inget är känt för [MIDDLE_NAME]. Den utelämnas.")
    await expect(dialog).to_be_visible()
    assert started(product, name) == []
    await anna.page.keyboard.press("Control+Enter")
    await expect(dialog).to_be_hidden()
    assert started(product, name) == [name]


async def test_chips_are_text_that_is_copied_pasted_and_taken_away_whole(lobby: Lobby, product: Product) -> None:
    """SC-1: what is pasted is what was copied, also from one field into the other."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    editor, subject = dialog.get_by_role("textbox", name="Meddelande"), dialog.get_by_role("textbox", name="Ämne")
    await to_holm(dialog)
    await editor.click()
    await anna.page.keyboard.type("[CITY] och [STATE / PROVINCE]")
    await anna.page.keyboard.press("Control+a")
    await anna.page.keyboard.press("Control+c")
    # The editor hears of a key that the browser acts on a moment later: Enter before that would replace what was selected.
    heard = await anna.page.evaluate_handle(
        "() => ({once: new Promise((done) => document.addEventListener('selectionchange', done, {once: true}))})"
    )
    await anna.page.keyboard.press("End")
    await heard.evaluate("({once}) => once.then(() => undefined)")
    await anna.page.keyboard.press("Enter")
    await anna.page.keyboard.press("Control+v")
    await expect(editor.locator(".shortcode")).to_have_text(["[CITY]", "[STATE / PROVINCE]"] * 2)
    await anna.page.keyboard.press("Backspace")
    await expect(editor.locator(".shortcode")).to_have_text(["[CITY]", "[STATE / PROVINCE]", "[CITY]"])
    await anna.page.keyboard.press("Control+z")
    await expect(editor.locator(".shortcode")).to_have_count(4)
    await subject.click()
    await anna.page.keyboard.press("Control+v")
    await expect(subject).to_have_value(re.compile(r"^\[CITY\] och \[STATE / PROVINCE\]$"))
    await expect(dialog.locator(".coded__copy .shortcode")).to_have_text(["[CITY]", "[STATE / PROVINCE]"])


async def test_a_saved_reply_with_shortcodes_is_sent_with_what_they_stand_for(lobby: Lobby, product: Product) -> None:
    """SS-4, SC-6: seen in the thread before it goes, and what nothing stands for is said first."""
    title = f"Hälsning {next(_numbers)}"
    body = to_builtins(paragraph("Hej [FIRST_NAME] på [ACCOUNT_NAME]! [FIRSTNAM]"))
    product.call(ANNA, "saved_reply.create", client_reply_id=new_id(), title=title, body=body)
    thread_id, _ = new_thread(product)
    sofia = await lobby.staff(SOFIA, f"/console/threads/{thread_id}")
    await sofia.page.get_by_role("button", name="Sparade svar").click()
    await sofia.page.get_by_role("combobox", name="Hitta ett sparat svar").fill(title)
    await expect(sofia.page.get_by_role("option", name=title)).to_be_visible()
    await sofia.page.keyboard.press("Enter")
    await expect(sofia.field.locator(".shortcode")).to_have_text(["[FIRST_NAME]", "[ACCOUNT_NAME]", "[FIRSTNAM]"])
    await says(sofia).get_by_role("button", name="Så ser Petra det").click()
    region = sofia.page.get_by_role("region", name="Så ser Petra det")
    await expect(region).to_have_text(f"Hej Petra på {HOLM}! [FIRSTNAM]")
    await expect(says(sofia)).to_contain_text("[FIRSTNAM] är ingen kortkod.")
    assert await sofia.axe() == []
    await sofia.field.press("Control+Enter")
    await expect(sofia.message(f"Hej Petra på {HOLM}! [FIRSTNAM]")).to_be_visible()
    await expect(says(sofia)).to_have_count(0)
    reader = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(reader.message(f"Hej Petra på {HOLM}! [FIRSTNAM]")).to_be_visible()
    # A text without shortcodes goes at once, as ever.
    await sofia.send("Utan kortkod")
    await expect(reader.message("Utan kortkod")).to_be_visible()


async def test_templates_and_saved_replies_are_written_with_chips_on_a_phone_too(
    lobby: Lobby, product: Product
) -> None:
    """TH-2, SC-6: what there is not is said where it is written."""
    anna = await lobby.staff(ANNA, "/console/templates", size=NARROW)
    await anna.page.get_by_role("button", name="Ny mall").click()
    dialog = anna.page.get_by_role("dialog", name="Ny mall")
    subject = dialog.get_by_role("textbox", name="Ämne")
    await subject.fill("Moms [LAST_QUARTR] ")
    await expect(says(anna)).to_contain_text("[LAST_QUARTR] är ingen kortkod.")
    await add(anna, dialog.get_by_role("button", name="Lägg till kortkod: Ämne"), "förra kvartal")
    await expect(subject).to_have_value("Moms [LAST_QUARTR] [LAST_QUARTER]")
    await dialog.get_by_role("button", name="Lägg till kortkod", exact=True).click()
    await expect(anna.page.get_by_role("option", name=re.compile("Klientens namn"))).to_be_visible()
    assert await anna.axe() == []
    assert await anna.cramped() == []
    await anna.page.keyboard.press("Escape")
    await expect(anna.page.get_by_role("listbox", name="Kortkoder")).to_be_hidden()
    await expect(dialog).to_be_visible()


async def test_what_is_known_of_a_contact_is_put_right_where_they_stand(
    lobby: Lobby, product: Product, petra: dict[str, Any]
) -> None:
    """Spec 2.4: from the Info tab, by who may; and not left by mistake."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}?tab=info")
    row = anna.page.get_by_role("tabpanel", name="Info").get_by_role("listitem").filter(has_text=PETRA)
    await row.get_by_role("button", name="Kontaktuppgifter").click()
    dialog = anna.page.get_by_role("dialog", name="Kontaktuppgifter: Petra Holm")
    await dialog.get_by_role("textbox", name="Ort").fill("Nacka")
    await dialog.get_by_role("button", name="Avbryt").click()
    await expect(anna.page.get_by_text("Inget har sparats.")).to_be_visible()
    await anna.page.get_by_role("button", name="Avbryt").last.click()
    assert await anna.axe() == []
    await dialog.get_by_role("button", name="Spara").click()
    await expect(dialog).to_be_hidden()
    assert product.call(ANNA, "contact.read", **petra)["details"]["city"] == "Nacka"
    await row.get_by_role("button", name="Kontaktuppgifter").click()
    await expect(dialog.get_by_role("textbox", name="Ort")).to_have_value("Nacka")
