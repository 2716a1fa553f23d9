"""Every kind of letter in a browser: wide and narrow, light and dark, both languages, as a mail program would show it.

`python -m tests.stories.test_looks_of_letters FOLDER` takes pictures, to be looked at beside the design.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.scheduler.letters.letter_gallery import LETTERS, as_shown, mail_of
from tests.stories.browser import AXE, FLAGS, Scheme, browser, chromium
from tests.stories.tour import SCHEMES

__all__ = ["browser"]

pytestmark = pytest.mark.anyio

WIDTHS = (360, 700)
# A letter is shown inside a mail program's page: the landmarks are that page's.
NOT_A_PAGE = "rules: {region: {enabled: false}, 'landmark-one-main': {enabled: false}}"


async def every_letter(browser: Browser, width: int, scheme: Scheme) -> AsyncIterator[tuple[str, Page, list[str]]]:
    """The name of each letter, the page with it, and what it asked of the network."""
    context = await browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = await context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name, letter in LETTERS.items():
        await page.set_content(as_shown(mail_of(letter)))
        yield name, page, asked
    await context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_axe_finds_nothing_in_any_letter(width: int, scheme: Scheme, browser: Browser) -> None:
    """All of axe's rules, contrast among them, and its advice too; nothing scrolls sideways or is fetched, logos
    are drawn."""
    found = {}
    async for name, page, asked in every_letter(browser, width, scheme):
        await page.evaluate(AXE.read_text())
        broken = await page.evaluate(f"axe.run(document, {{resultTypes: ['violations'], {NOT_A_PAGE}}})")
        faults = [f"{rule['id']}: {node['html'][:160]}" for rule in broken["violations"] for node in rule["nodes"]]
        across = await page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{across} px wide"] if across > width else []
        unseen = await page.evaluate(
            "Promise.allSettled([...document.images].map(one => one.decode()))"
            ".then(all => all.filter(one => one.status === 'rejected').length)"
        )
        faults += [f"{unseen} pictures not drawn"] if unseen else []
        if faults + asked:
            found[name] = faults + asked
    assert found == {}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_logo_stands_beside_the_middle_of_the_firms_name(width: int, scheme: Scheme, browser: Browser) -> None:
    """EM-4: however flat it is, and in its white frame too; the name stands where it does in the other scheme."""
    asked = """() => {
        const logo = document.querySelector("img.logo"), firm = document.querySelector(".firm");
        if (!logo) return null;
        const line = document.createRange();
        line.selectNodeContents(firm);
        const name = line.getClientRects()[0], picture = logo.getBoundingClientRect();
        return [(picture.top + picture.bottom) / 2 - (name.top + name.bottom) / 2, name.left - logo.width];
    }"""
    found = [await page.evaluate(asked) async for _, page, _ in every_letter(browser, width, scheme)]
    off = [one for one in found if one is not None]
    assert len(off) == sum(letter.firm.logo is not None for letter in LETTERS.values())
    assert [one for one in off if abs(one[0]) > 2] == []
    assert len({round(one[1]) for one in off}) == 1


async def pictures(folder: Path) -> None:
    """A picture of each letter, by size and theme."""
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for width in WIDTHS:
            for scheme in SCHEMES:
                async for name, page, _ in every_letter(started, width, scheme):
                    await page.screenshot(path=folder / f"{name}-{width}-{scheme}.png", full_page=True)
        await started.close()


if __name__ == "__main__":
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    asyncio.run(pictures(into))
