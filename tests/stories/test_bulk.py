"""Clients are ticked and written to together, each in a chat of its own (BK); what it came to stands on its page and in the
inbox."""

import itertools
import re

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_chat import ANNA

pytestmark = pytest.mark.anyio

MARIA, EMMA = "maria@cafesalta.example", "emma@brightwater.example"
CAFE, STUDIO, NOBODY = "Café Saltå AB", "Brightwater Studio Ltd", "Vinterhav Design AB"
MANY = 101
_numbers = itertools.count(1)


def box(visitor: Visitor, client: str) -> Locator:
    return visitor.page.get_by_role("checkbox", name=client, exact=True)


async def write_to_them(visitor: Visitor) -> Locator:
    """The form, opened from the list by its menu."""
    await visitor.page.get_by_role("button", name="Fler åtgärder").click()
    await visitor.page.get_by_role("menuitem", name="Skicka meddelande").click()
    dialog = visitor.page.get_by_role("dialog", name="Meddelande till flera klienter")
    await expect(dialog).to_be_visible()
    return dialog


async def test_ticked_clients_get_a_chat_each_and_the_sender_a_report(lobby: Lobby, product: Product) -> None:
    """BK-1, BK-2, BK-3, BK-5: by keyboard; who can't receive is said before anything is sent, and listed after."""
    subject = f"Bokslut {next(_numbers)}"
    anna = await lobby.staff(ANNA, "/console/clients")
    maria = await lobby.contact(MARIA, "/portal/threads")
    for client in (CAFE, STUDIO, NOBODY):
        await box(anna, client).focus()
        await anna.page.keyboard.press("Space")
        await expect(box(anna, client)).to_be_checked()
    await expect(anna.page.get_by_text("3 valda")).to_be_visible()
    assert await anna.axe() == []
    dialog = await write_to_them(anna)
    await expect(dialog).to_contain_text("2 av 3 får en chatt")
    await expect(dialog).to_contain_text(f"Ingen där kan logga in: {NOBODY}")
    await dialog.get_by_role("textbox", name="Ämne").fill(subject)
    await dialog.get_by_role("textbox", name="Meddelande").click()
    await anna.page.keyboard.type("Hej [ACCOUNT_NAME]!")
    assert await anna.axe() == []
    await dialog.get_by_role("button", name="Skapa 2 chattar").click()
    await expect(dialog).to_have_count(0)
    page = anna.page.get_by_role("main")
    await expect(page.get_by_role("heading", name=subject, level=1)).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Klart")).to_contain_text("3 av 3 behandlade")
    bar = page.get_by_role("progressbar", name="Hur långt utskicket har kommit")
    await expect(bar).to_have_attribute("aria-valuenow", "3")
    await expect(page.get_by_role("listitem").filter(has_text=NOBODY)).to_contain_text("Ingen där kan logga in")
    await expect(page.get_by_role("button", name="Försök igen med en")).to_be_visible()
    assert await anna.axe() == []
    # Each sees their own, with their own name in it.
    await maria.page.get_by_role("link", name=re.compile(subject)).click()
    await expect(maria.message(f"Hej {CAFE}!")).to_be_visible()
    assert STUDIO not in await maria.page.locator("body").inner_text()
    emma = await lobby.contact(EMMA, "/portal/threads")
    await emma.page.get_by_role("link", name=re.compile(subject)).click()
    await expect(emma.message(f"Hej {STUDIO}!")).to_be_visible()
    # One report, which leads to the run.
    await anna.go("/console/inbox")
    entry = anna.page.get_by_role("listitem").filter(has_text=subject).filter(has_text="Utskick")
    await expect(entry).to_contain_text("2 av 3 fick en chatt · 1 kan inte ta emot")
    await entry.get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name=subject, level=1)).to_be_visible()
    await page.get_by_role("link", name="Utskick", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text=subject)).to_contain_text("Klart")


async def test_all_that_match_are_meant_also_those_that_are_not_shown(lobby: Lobby, product: Product) -> None:
    """BK-1: on a phone, where nothing is cramped; what narrows the list takes back what was ticked in another one."""
    word = f"Ömassa{next(_numbers)}"
    for number in range(MANY):
        product.call(ANNA, "account.create", name=f"{word} {number:03}", client_account_id=new_id())
    anna = await lobby.staff(ANNA, "/console/clients", size=NARROW)
    page = anna.page
    await page.get_by_role("searchbox", name="Sök klienter").fill(word)
    await expect(page.get_by_role("checkbox", name=re.compile(word)).first).to_be_visible()
    await expect(page.get_by_role("checkbox", name=re.compile(word))).to_have_count(MANY - 1)
    await page.get_by_text("Alla som visas här").click()
    await expect(page.get_by_text(f"{MANY - 1} valda")).to_be_visible()
    await page.get_by_role("button", name=f"Välj alla {MANY} som matchar").click()
    await expect(page.get_by_text(f"{MANY} valda")).to_be_visible()
    assert await anna.cramped() == []
    dialog = await write_to_them(anna)
    await expect(dialog).to_contain_text(f"0 av {MANY} får en chatt")
    await expect(dialog).to_contain_text("96 till")
    await expect(dialog.get_by_role("button", name="Skapa 0 chattar")).to_be_disabled()
    assert await anna.cramped() == []
    await dialog.get_by_role("button", name="Avbryt").click()
    await page.get_by_role("combobox", name="Inloggning").select_option(label="Kan logga in")
    await expect(page.get_by_text("Inga klienter här")).to_be_visible()
    await page.get_by_role("combobox", name="Inloggning").select_option(label="Alla lägen")
    await expect(page.get_by_text("0 valda")).to_be_visible()
