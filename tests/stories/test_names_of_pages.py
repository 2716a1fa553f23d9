"""A page has one name: the menu's, in its heading and on the browser's tab."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.stories.browser import NARROW, WIDE, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA

pytestmark = pytest.mark.anyio


async def named_alike(visitor: Visitor, menu: Locator) -> list[str]:
    """Each page that the menu leads to, by what it is called there; the heading and the tab say the same."""
    links = menu.get_by_role("link")
    await expect(links.first).to_be_visible()
    names: list[str] = []
    for link in await links.all():
        await link.click()
        await expect(link).to_have_attribute("aria-current", "page")
        # How much waits there is said beside it.
        name = (await link.locator("[class$=__label]").inner_text()).strip()
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text(re.compile(f"^{re.escape(name)}$"))
        await expect(visitor.page).to_have_title(re.compile(rf"^(\(\d+\) )?{re.escape(name)}( · |$)"))
        names.append(name)
    return names


async def test_a_page_of_the_console_has_one_name(lobby: Lobby) -> None:
    anna = await lobby.staff(ANNA)
    names = await named_alike(anna, anna.page.get_by_role("navigation", name="Huvudmeny"))
    assert names == ["Inkorg", "Chattar", "Uppgifter", "Klienter", "Inställningar"]
    assert await anna.cramped() == []
    await anna.page.get_by_role("button", name="Ditt konto, Anna Lindberg").click()
    await expect(anna.page.get_by_role("menuitem", name="Inställningar")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_page_of_the_portal_has_one_name(lobby: Lobby, size: tuple[int, int]) -> None:
    petra = await lobby.contact(PETRA, size=size)
    names = await named_alike(petra, petra.page.get_by_role("navigation", name="Portalen"))
    assert names == ["Hem", "Chattar", "Dokument", *(["Ditt konto"] if size == NARROW else [])]
    assert await petra.cramped() == []
    if size == WIDE:
        await petra.page.get_by_role("button", name="Ditt konto, Petra Holm").click()
        await expect(petra.page.get_by_role("menuitem", name="Ditt konto")).to_be_visible()
