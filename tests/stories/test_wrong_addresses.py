"""Addresses that lead nowhere, for this reader: each side says so, with the firm's name and a way on, and claims nothing
that isn't so."""

import re

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import new_id
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, SOFIA

pytestmark = pytest.mark.anyio
FIRM = "Lindberg & Falk"


def said(visitor: Visitor, words: str) -> Locator:
    return visitor.page.get_by_role("main").get_by_text(words)


async def test_an_address_of_no_page_says_so_and_leads_on(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA, "/console/nothing", size=NARROW)
    await expect(said(anna, "Adressen hör inte till någon sida")).to_contain_text(FIRM)
    await expect(anna.page).to_have_title(re.compile("Här finns ingen sida"))
    assert not await anna.cramped()
    assert not await anna.axe()
    await anna.page.get_by_role("button", name="Till chattarna").click()
    await expect(anna.page).to_have_url(re.compile("/console$"))
    await expect(anna.page.get_by_role("heading", level=1, name="Chattar")).to_be_visible()
    petra = await lobby.contact(PETRA, "/portal/threads/12", size=NARROW)
    await expect(said(petra, "Adressen hör inte till någon sida")).to_contain_text(FIRM)
    assert not await petra.cramped()
    assert not await petra.axe()
    await petra.page.get_by_role("main").get_by_role("button", name="Hem").click()
    await expect(petra.page).to_have_url(re.compile("/portal$"))


async def test_a_slash_at_the_end_is_no_other_address(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA, "/console/")
    await expect(anna.page.get_by_role("heading", level=1, name="Chattar")).to_be_visible()
    await anna.go("/console/tasks/?state=done")
    await expect(anna.page.get_by_role("heading", level=1, name="Uppgifter")).to_be_visible()
    await expect(said(anna, "Här finns ingen sida")).to_have_count(0)


async def test_a_page_for_which_one_has_no_right_is_no_page(lobby: Lobby) -> None:
    """What others may is not told, and nothing stands there that can't be used."""
    sofia = await lobby.staff(SOFIA, "/console/fields")
    await expect(said(sofia, "Här finns ingen sida").last).to_be_visible()


async def test_what_one_never_had_is_not_said_to_be_gone(lobby: Lobby) -> None:
    for visitor, path in (
        (await lobby.staff(ANNA), f"/console/threads/{new_id()}"),
        (await lobby.contact(PETRA), f"/portal/threads/{new_id()}"),
    ):
        visitor.trouble_is_expected = True  # its browser reports the 404
        await visitor.go(path)
        await expect(visitor.page.get_by_text("Här finns ingen sådan chatt")).to_be_visible()
        await expect(visitor.page.get_by_text("inte längre")).to_have_count(0)
        await visitor.page.get_by_role("button", name="Till chattarna").click()
        await expect(visitor.page.get_by_text("Här finns ingen sådan chatt")).to_have_count(0)


async def test_a_bulk_message_and_a_client_that_there_are_not(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA)
    anna.trouble_is_expected = True
    await anna.go(f"/console/bulk/{new_id()}")
    await expect(said(anna, "Här finns inget sådant utskick")).to_be_visible()
    await anna.page.get_by_role("button", name="Till alla utskick").click()
    await expect(anna.page).to_have_url(re.compile("/console/bulk$"))
    await anna.go(f"/console/accounts/{new_id()}/documents")
    await expect(said(anna, "Adressen hör inte till någon sida")).to_contain_text(FIRM)
