"""A walk past every page and state of a page that people see, each by a name: for axe, and for looking at pictures.

`python -m tests.stories.tour FOLDER --url … --widget-url …` takes a picture of each on a running product: wide and
narrow, light and dark, in the language of the people who look.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from playwright.async_api import Page, async_playwright, expect

from tests.stories.browser import FLAGS, NARROW, WIDE, Lobby, Scheme, Visitor, chromium

Words = dict[str, str]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
SWEDISH: Final[Words] = {
    "staff": "anna@lindbergfalk.example", "contact": "petra@holmbygg.example", "thread": "Årsbokslut 2025",
    "new": "Ny chatt", "panel": "Uppgifter, påminnelser", "tasks": "Uppgifter", "reminders": "Påminnelser", "info": "Info",
    "template": "Årsbokslut", "internal": "Intern anteckning", "archived": "Arkiverade", "to": "Till", "client": "Holm",
    "code": "Lägg till kortkod", "codes": "Kortkoder", "details": "Kontaktuppgifter",
    "acts": "Fler åtgärder", "send to them": "Skicka meddelande",
    "field": "Nytt fält", "fill": "Egna fält",
}  # fmt: skip
ENGLISH: Final[Words] = {
    "staff": "grace@marlowereed.example", "contact": "olivia@harbourbooks.example", "thread": "Year-end accounts",
    "new": "New chat", "panel": "Tasks, reminders", "tasks": "Tasks", "reminders": "Reminders", "info": "Info",
    "template": "Year-end", "internal": "Internal note", "archived": "Archived", "to": "To", "client": "Harbour",
    "code": "Add shortcode", "codes": "Shortcodes", "details": "Contact details",
    "acts": "More actions", "send to them": "Send message",
    "field": "New field", "fill": "Custom fields",
}  # fmt: skip


async def of_doors(visitor: Visitor, words: Words) -> AsyncIterator[str]:
    """What everybody sees before they are known, in their browser's language."""
    for name, path in (("start", "/"), ("login", "/login"), ("forgot", "/forgot"), ("gone", "/invitation")):
        visitor.trouble_is_expected = name == "gone"  # the browser notes that the answer is 404
        await visitor.go(path)
        await settled(visitor.page)
        yield name


async def of_console(visitor: Visitor, words: Words) -> AsyncIterator[str]:
    """What staff see."""
    page = visitor.page
    await visitor.log_in(words["staff"], "/console")
    await expect(page.get_by_role("link", name=re.compile(words["thread"]))).to_be_visible()
    await settled(page)
    yield "console-chats"
    await page.get_by_role("link", name=re.compile(words["thread"])).first.click()
    await expect(visitor.stream.get_by_role("article").first).to_be_visible()
    await settled(page)
    yield "console-thread"
    await page.get_by_role("switch", name=words["internal"]).first.click()
    await page.keyboard.type("@")
    await expect(page.get_by_role("option").first).to_be_visible()
    yield "console-internal-picker"
    await page.keyboard.press("Escape")
    await page.keyboard.press("Backspace")
    await page.get_by_role("switch", name=words["internal"]).first.click()
    panel = page.get_by_role("button", name=re.compile(words["panel"]))
    if await panel.is_visible():
        await panel.click()
    for tab in ("tasks", "reminders", "info"):
        await page.get_by_role("tab", name=re.compile(words[tab])).click()
        shown = page.get_by_role("tabpanel", name=re.compile(words[tab]))
        await expect(shown.get_by_role("checkbox" if tab == "tasks" else "switch").first).to_be_visible()
        await settled(page)
        yield f"console-{tab}"
    await page.get_by_role("tabpanel").get_by_role("button", name=words["fill"], exact=True).click()
    await expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_visible()
    yield "console-account-fields"
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name=re.compile(words["details"])).first.click()
    await expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_visible()
    yield "console-contact-details"
    await page.keyboard.press("Escape")
    for place in ("inbox", "tasks", "clients", "bulk", "settings"):
        await visitor.go(f"/console/{place}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await settled(page)
        yield f"console-{place}-page"
    await visitor.go("/console/clients")
    await page.get_by_role("main").get_by_role("listitem").first.get_by_role("checkbox").check(force=True)
    await page.get_by_role("button", name=words["acts"]).click()
    await page.get_by_role("menuitem", name=words["send to them"]).click()
    await expect(page.get_by_role("dialog").locator(".recipients")).to_be_visible()
    yield "console-bulk-form"
    await page.keyboard.press("Escape")
    await visitor.go("/console/fields")
    await expect(page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
    await settled(page)
    yield "console-fields-page"
    await page.get_by_role("button", name=words["field"]).click()
    await expect(page.get_by_role("dialog").get_by_role("textbox").first).to_be_visible()
    yield "console-new-field"
    await page.keyboard.press("Escape")
    await visitor.go("/console/templates")
    row = page.get_by_role("listitem").filter(has_text=words["template"])
    await settled(page)
    yield "console-templates"
    await row.get_by_role("button").nth(1).click()
    await expect(page.get_by_role("dialog").locator("[contenteditable]")).to_contain_text("!")
    yield "console-template"
    await page.keyboard.press("Escape")
    await row.get_by_role("button").first.click()
    await expect(page.get_by_role("dialog").locator("[contenteditable]")).to_contain_text("!")
    await page.get_by_role("combobox", name=words["to"], exact=True).fill(words["client"])
    # A click holds on to what it found first, and the templates' own choice is an option too.
    await page.get_by_role("listbox", name=words["to"]).get_by_role("option").first.click()
    await expect(page.get_by_role("dialog").locator(".coded__toggle")).to_be_visible()
    yield "console-new-chat-from-template"
    await page.get_by_role("button", name=words["code"], exact=True).click()
    await expect(page.get_by_role("listbox", name=words["codes"])).to_be_visible()
    yield "console-shortcodes"
    await page.keyboard.press("Escape")
    await visitor.go("/console")
    await page.get_by_role("button", name=words["new"]).first.click()
    await expect(page.get_by_role("dialog").get_by_role("textbox").nth(1)).to_be_visible()
    await settled(page)
    yield "console-new-chat"


async def of_portal(visitor: Visitor, words: Words) -> AsyncIterator[str]:
    """What contacts see."""
    page = visitor.page
    await visitor.log_in(words["contact"], "/portal")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await settled(page)
    yield "portal-home"
    await visitor.go("/portal/threads")
    await expect(page.get_by_role("link", name=re.compile(words["thread"]))).to_be_visible()
    await settled(page)
    yield "portal-chats"
    await page.get_by_role("link", name=re.compile(words["thread"])).first.click()
    await expect(visitor.stream.get_by_role("article").first).to_be_visible()
    await settled(page)
    yield "portal-thread"
    await visitor.go("/portal/settings")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await settled(page)
    yield "portal-settings"
    await visitor.go("/portal/threads")
    await page.get_by_role("tab", name=words["archived"]).click()
    await settled(page)
    yield "portal-archived"
    await page.get_by_role("button", name=words["new"]).first.click()
    await expect(page.get_by_role("dialog").get_by_role("textbox").nth(1)).to_be_visible()
    await settled(page)
    yield "portal-new-chat"


TOURS: Final[dict[str, Callable[[Visitor, Words], AsyncIterator[str]]]] = {
    "doors": of_doors, "console": of_console, "portal": of_portal,
}  # fmt: skip


async def settled(page: Page) -> None:
    """Wait until the page has drawn what it has: nothing is being fetched, and no skeleton stands."""
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".skeleton")).to_have_count(0)


class _Served:
    """The addresses of a product that runs elsewhere."""

    def __init__(self, url: str, widget_url: str) -> None:
        self.url, self.widget_url = url, widget_url


async def take_pictures(folder: Path, url: str, widget_url: str, only: str) -> None:
    """One picture of each page, by size, theme and language."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        lobby = Lobby(_Served(url, widget_url), browser)  # type: ignore[arg-type] # only its addresses are asked
        for language, words in (("sv-SE", SWEDISH), ("en-GB", ENGLISH)):
            for size in (WIDE, NARROW):
                for scheme in SCHEMES:
                    for tour in TOURS.values():
                        visitor = await lobby.arrive(size, scheme, language)
                        async for name in tour(visitor, words):
                            if only in name:
                                await visitor.page.screenshot(
                                    path=folder / f"{name}-{size[0]}-{scheme}-{language[:2]}.png"
                                )
                        await visitor.page.context.close()
        await browser.close()


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--widget-url", default="http://localhost:8001/")
    parser.add_argument("--only", default="", help="part of the names of those wanted")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_pictures(chosen.folder, chosen.url, chosen.widget_url, chosen.only))


if __name__ == "__main__":
    main()
