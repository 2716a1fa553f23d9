"""What is looked at stands in the address: filters, search, tabs. Back and forward go through it, and a copied
address opens the same view, in another window or after a login."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, SOFIA, new_thread

pytestmark = pytest.mark.anyio


async def stands(visitor: Visitor, place: str) -> None:
    """The address becomes this one."""
    await visitor.page.wait_for_url(visitor.product.url + place)


def place_of(visitor: Visitor) -> str:
    """The address without the server."""
    parts = urlsplit(visitor.page.url)
    return f"{parts.path}?{parts.query}"


async def chosen(tab: Locator) -> None:
    await expect(tab).to_have_attribute("aria-selected", "true")


async def pressed(chip: Locator, yes: bool = True) -> None:
    await expect(chip).to_have_attribute("aria-pressed", "true" if yes else "false")


async def test_what_narrows_the_chats_stands_in_the_address(lobby: Lobby, product: Product) -> None:
    thread_id, subject = new_thread(product, tasks=["Skicka momsen"])
    anna = await lobby.staff(ANNA)
    page = anna.page
    unread = page.get_by_role("button", name=re.compile("^Olästa"))
    tasks = page.get_by_role("button", name="Öppna uppgifter")
    await tasks.click()
    await stands(anna, "/console?only=open_tasks")
    await unread.click()
    await stands(anna, "/console?only=unread")
    await page.go_back()
    await pressed(tasks)
    await page.go_back()
    await stands(anna, "/console")
    await pressed(tasks, False)
    await page.go_forward()
    await pressed(tasks)
    # Search replaces: nobody goes back through single letters.
    await page.get_by_role("searchbox").fill(subject)
    await page.wait_for_url(re.compile(r"[?&]q="))
    await page.get_by_role("link", name=re.compile(subject)).first.click()
    await page.get_by_role("tab", name="Info").click()
    await page.wait_for_url(re.compile(f"/console/threads/{thread_id}\\?.*tab=info"))
    here = place_of(anna)

    sofia = await lobby.staff(SOFIA, here)
    await chosen(sofia.page.get_by_role("tab", name="Info"))
    await pressed(sofia.page.get_by_role("button", name="Öppna uppgifter"))
    await expect(sofia.page.get_by_role("searchbox")).to_have_value(subject)
    # Elsewhere and back, the list is as it was.
    await page.get_by_role("navigation").get_by_role("link", name=re.compile("Uppgifter")).click()
    await stands(anna, "/console/tasks")
    await page.get_by_role("navigation").get_by_role("link", name=re.compile("Chattar")).click()
    await pressed(tasks)


async def test_filters_of_tasks_and_inbox_stand_in_the_address(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA, "/console/tasks?state=done&whose=mine")
    page = anna.page
    await chosen(page.get_by_role("tab", name="Klara"))
    await pressed(page.get_by_role("button", name="Tilldelade mig"))
    await page.get_by_role("tab", name="Alla").click()
    await stands(anna, "/console/tasks?state=all&whose=mine")
    await page.go_back()
    await chosen(page.get_by_role("tab", name="Klara"))

    await anna.go("/console/inbox?filter=mentions")
    await chosen(page.get_by_role("tab", name="Omnämnanden"))
    await page.get_by_role("button", name="Arkiverade").click()
    await stands(anna, "/console/inbox?filter=mentions&state=archived")
    await page.go_back()
    await expect(page.get_by_role("button", name="Arkiverade")).to_be_visible()
    # What nobody offers is as if nothing were asked.
    await anna.go("/console/inbox?filter=everything")
    await chosen(page.get_by_role("tab", name=re.compile("^Allt")))


async def test_a_contacts_list_stands_in_the_address(lobby: Lobby) -> None:
    petra = await lobby.contact(PETRA, "/portal/threads")
    page = petra.page
    await page.get_by_role("tab", name="Arkiverade").click()
    await stands(petra, "/portal/threads?state=archived")
    await page.go_back()
    await chosen(page.get_by_role("tab", name=re.compile("^Aktiva")))
    await page.go_forward()
    await chosen(page.get_by_role("tab", name="Arkiverade"))
    await page.reload()
    await chosen(page.get_by_role("tab", name="Arkiverade"))
