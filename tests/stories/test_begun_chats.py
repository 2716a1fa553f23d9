"""A new chat that was begun and not created: kept in this browser for its writer, until created or discarded (TH-6)."""

import itertools
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat, started
from tests.stories.test_attaching import choose, row, tray
from tests.stories.test_chat import ANNA, PETRA, SOFIA
from tests.stories.test_two_people import LINN, beside, log_out_without_a_page

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)
TEXT = "Nu är det dags för momsen."


def subject(dialog: Locator) -> Locator:
    return dialog.get_by_role("textbox", name="Ämne")


def message(dialog: Locator) -> Locator:
    return dialog.get_by_role("textbox", name="Meddelande")


async def kept(page: Page, words: str) -> None:
    """What is written has reached the place where it is kept: a browser that dies now loses nothing."""
    await page.wait_for_function("words => Object.values(localStorage).some(text => text.includes(words))", arg=words)


async def write(visitor: Visitor, dialog: Locator, words: str, text: str = TEXT) -> None:
    await subject(dialog).fill(words)
    await message(dialog).click()
    await visitor.page.keyboard.type(text)
    await kept(visitor.page, words)
    await kept(visitor.page, text)


async def discard(visitor: Visitor, dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Avbryt").click()
    warning = visitor.page.get_by_role("alertdialog").or_(visitor.page.get_by_role("dialog", name="Ta bort det du har"))
    await warning.last.get_by_role("button", name="Ta bort").click()
    await expect(dialog).to_be_hidden()


async def to_holm(dialog: Locator) -> None:
    await dialog.get_by_role("combobox", name="Till").fill("Holm")
    await dialog.get_by_role("option", name=re.compile("Holm")).click()


async def test_a_new_chat_is_as_it_was_after_a_reload_and_is_created_once(lobby: Lobby, product: Product) -> None:
    """TH-2, TH-3, TH-6: with client, template, subject, message, files, reminders and tasks."""
    number = next(_numbers)
    words = f"Moms {number}"
    template: dict[str, Any] = product.call(
        ANNA,
        "template.create",
        client_template_id=f"utkast-mall-{number:04d}",
        name=f"Momsmall {number}",
        subject="Moms",
        body={"content": [{"type": "paragraph", "content": [{"type": "text", "text": TEXT}]}]},
    )
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await dialog.get_by_role("combobox", name="Mall").select_option(label=template["name"])
    await to_holm(dialog)
    await subject(dialog).fill(words)
    await message(dialog).get_by_text(TEXT).click()
    await anna.page.keyboard.press("End")
    await anna.page.keyboard.type(" Helst i dag.")
    await dialog.get_by_role("switch").click()
    await dialog.get_by_role("button", name="Lägg till uppgift").click()
    await dialog.get_by_role("textbox", name="Uppgift").fill("Kvitton")
    await anna.page.keyboard.press("Enter")
    name = f"Bilaga {number}.pdf"
    await choose(anna, (name, b"%PDF-1.7 moms"))
    await expect(row(anna, name)).not_to_contain_text("%")
    for there in (words, "Helst i dag.", "Kvitton", name):
        await kept(anna.page, there)
    await anna.page.reload()
    dialog = await new_chat(anna)
    await expect(dialog.get_by_text("Holm & Döttrar Bygg AB")).to_be_visible()
    await expect(dialog.get_by_role("combobox", name="Mall")).to_have_value(template["id"])
    await expect(subject(dialog)).to_have_value(words)
    await expect(message(dialog)).to_have_text(f"{TEXT} Helst i dag.")
    await expect(dialog.get_by_role("switch")).to_be_checked()
    await expect(dialog.get_by_text("Kvitton", exact=True)).to_be_visible()
    await expect(row(anna, name)).to_be_visible()
    assert await anna.cramped() + await anna.axe() == []
    await dialog.get_by_role("button", name="Skapa chatt").click()
    await expect(anna.message("Helst i dag.").get_by_role("link", name=name)).to_be_visible()
    assert started(product, words) == [words]
    # Created, it is over.
    dialog = await new_chat(anna)
    await expect(subject(dialog)).to_have_value("")
    await expect(dialog.get_by_role("combobox", name="Till")).to_be_visible()


async def test_a_closed_tab_costs_nothing_and_discarding_is_for_good(lobby: Lobby, product: Product) -> None:
    """TH-6."""
    words = f"Lön {next(_numbers)}"
    anna = await lobby.staff(ANNA)
    await write(anna, await new_chat(anna), words)
    tab = await beside(lobby, anna)
    await anna.close()
    await tab.go("/console")
    dialog = await new_chat(tab)
    await expect(subject(dialog)).to_have_value(words)
    await expect(message(dialog)).to_have_text(TEXT)
    await discard(tab, dialog)
    await tab.page.reload()
    await expect(subject(await new_chat(tab))).to_have_value("")
    assert started(product, words) == []


async def test_two_tabs_write_two_and_neither_touches_the_others(lobby: Lobby) -> None:
    """TH-6."""
    number = next(_numbers)
    first = await lobby.staff(ANNA)
    one = await new_chat(first)
    await write(first, one, f"Ett {number}")
    second = await beside(lobby, first)
    await second.go("/console")
    two = await new_chat(second)
    await expect(subject(two)).to_have_value("")
    await write(second, two, f"Två {number}", "Något annat.")
    await discard(second, two)
    await first.page.reload()
    one = await new_chat(first)
    await expect(subject(one)).to_have_value(f"Ett {number}")
    await expect(message(one)).to_have_text(TEXT)


async def test_a_client_finds_what_they_began_and_nobody_else_in_the_browser_does(
    lobby: Lobby, product: Product
) -> None:
    """TH-6, TH-10."""
    number = next(_numbers)
    words, name = f"Fråga {number}", f"Kvitto {number}.pdf"
    petra = await lobby.contact(PETRA, "/portal/threads")
    button = petra.page.get_by_role("button", name="Ny chatt")
    await button.click()
    dialog = petra.page.get_by_role("dialog")
    await write(petra, dialog, words)
    await choose(petra, (name, b"%PDF-1.7 kvitto"))
    await kept(petra.page, name)
    petra.trouble_is_expected = True  # what the page still asks is answered with 401
    await log_out_without_a_page(petra, product)

    linn = await beside(lobby, petra)
    await petra.close()
    await linn.log_in(LINN, "/portal/threads")
    await linn.page.get_by_role("button", name="Ny chatt").click()
    dialog = linn.page.get_by_role("dialog")
    await expect(subject(dialog)).to_have_value("")
    await expect(tray(linn)).to_have_count(0)
    await write(linn, dialog, f"Linns fråga {number}", "Linn undrar.")
    linn.trouble_is_expected = True
    await log_out_without_a_page(linn, product)

    again = await beside(lobby, linn)
    await linn.close()
    await again.log_in(PETRA, "/portal/threads")
    await again.page.get_by_role("button", name="Ny chatt").click()
    dialog = again.page.get_by_role("dialog")
    await expect(subject(dialog)).to_have_value(words)
    await expect(message(dialog)).to_have_text(TEXT)
    await expect(row(again, name)).to_be_visible()
    await dialog.get_by_role("button", name="Skicka").click()
    await expect(again.message(TEXT).get_by_role("link", name=name)).to_be_visible()
    assert started(product, words) == [words]


async def test_who_may_not_see_the_client_any_more_chooses_anew(lobby: Lobby, product: Product) -> None:
    """TH-6, AC-15: what was written stays theirs, the client's name is not told."""
    words = f"Utan tillgång {next(_numbers)}"
    sofia = await lobby.staff(SOFIA)
    dialog = await new_chat(sofia)
    await to_holm(dialog)
    await write(sofia, dialog, words)
    holm = product.call(ANNA, "account.list", search="Holm")["accounts"][0]
    sofia_id = next(member["id"] for member in product.call(ANNA, "staff.list")["staff"] if member["email"] == SOFIA)
    sofia.trouble_is_expected = True  # the browser's console names every refusal
    product.call(ANNA, "account.assign", account_id=holm["id"], staff_id=sofia_id, assigned=False)
    try:
        await sofia.page.reload()
        dialog = await new_chat(sofia)
        await expect(subject(dialog)).to_have_value(words)
        await expect(dialog.get_by_role("combobox", name="Till")).to_have_value("")
        await expect(dialog.get_by_text(holm["name"])).to_have_count(0)
    finally:
        product.call(ANNA, "account.assign", account_id=holm["id"], staff_id=sofia_id, assigned=True)
