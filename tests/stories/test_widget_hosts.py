"""The widget in pages that aren't ours: under any style sheet, across swapped bodies, for one visitor after another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.async_api import Frame, Page, expect

from tests.product import Product
from tests.stories.browser import WIDE, Lobby, Visitor
from tests.stories.hosts import Site, serving
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_widget import LAUNCHER_PX, open_chat

pytestmark = pytest.mark.anyio

JOHAN: Final = "johan@nordvik.example"
LAUNCHER: Final = (WIDE[0] - LAUNCHER_PX, WIDE[1] - LAUNCHER_PX)
PANEL: Final = {"x": WIDE[0] - 24 - 384, "y": WIDE[1] - 96 - 620, "width": 384, "height": 620}
HOSTILE: Final = {
    "what is empty is hidden": "div:empty, :empty { display: none }",
    "only the page's own parts are shown": "html > :not(head, body), body > :not(main) { display: none !important }",
    "everything is unset": "* { all: unset !important }",
    "elements that nobody defined are veiled": ":not(:defined) { visibility: hidden !important; opacity: 0 !important }",
    "by its name": "chattar-widget { display: none !important; position: static !important; width: 0 !important }",
    "the page is a layer of its own": "html { transform: translateZ(0); min-height: 300vh }",
    "the page is turned and small": "html { font: 4px/0 monospace; letter-spacing: 1em; text-transform: uppercase; "
    "direction: rtl; writing-mode: vertical-rl; color: red; visibility: hidden; cursor: none }",
    "everything moves": "@keyframes away { to { transform: translateY(-200vh); opacity: 0 } } "
    "* { animation: away 1s infinite !important; transition: all 60s !important }",
    "everything is small and a negative": "* { transform: scale(.5) !important; filter: invert(1) !important }",
    "a curtain is in front of all": "body::after { content: ''; position: fixed; inset: 0; z-index: 2147483647; "
    "background: red }",
    "nothing can be pressed": "* { pointer-events: none !important; user-select: none !important }",
    "a layer cuts everything": "@layer reset { * { max-width: 0 !important; max-height: 0 !important; "
    "overflow: hidden !important; clip-path: inset(100%) !important; opacity: .2 !important } }",
    "frames and buttons are hidden": "iframe, button, svg, b { display: none !important; border: 9px solid !important }",
    "the page is a box of its own": "html, body { overflow: hidden; height: 100%; contain: strict; container-type: size }",
    "everything floats": "* { position: static !important; float: left !important; width: 100% !important; "
    "margin: 40px !important; padding: 40px !important }",
    "things of the top layer are hidden": "[popover] { display: none !important; inset: auto !important }",
}


@pytest.fixture(scope="module")
def site(product: Product) -> Iterator[Site]:
    with serving(product) as running:
        yield running


async def visit(lobby: Lobby, site: Site, email: str = PETRA, path: str = "") -> Visitor:
    """Somebody opens the site's page, logged in there; the page hears what the widget tells it."""
    visitor = await lobby.arrive()
    visitor.visits(site.url)
    site.visitor = email
    await visitor.page.add_init_script(
        """if (window === top) {
          window.heard = [];
          for (const name of ['ready', 'open', 'close', 'unread'])
            addEventListener(`chattar:${name}`, ({ detail }) => heard.push([name, detail?.count ?? null]));
        }"""
    )
    await visitor.page.goto(site.url + path)
    return visitor


async def press_launcher(page: Page) -> Frame:
    """The panel's page, once it stands there."""
    await page.mouse.click(*LAUNCHER)
    return await panel(page)


async def panel(page: Page) -> Frame:
    """The widget's one frame, once it is drawn."""
    if len(page.frames) < 2:
        await page.wait_for_event("frameattached")
    frame = page.frames[-1]
    await frame.wait_for_url(re.compile("/widget"))
    await expect(frame.get_by_role("heading", level=1)).to_have_text(re.compile("Lindberg"))
    return frame


async def shown(frame: Frame) -> bool:
    """Whether the panel is open."""
    return await (await frame.frame_element()).is_visible()


async def heard(page: Page) -> list[Any]:
    """What the page was told, oldest first."""
    told: list[Any] = await page.evaluate("heard")
    return told


async def test_no_style_sheet_of_a_page_hides_moves_or_changes_the_widget(lobby: Lobby, site: Site) -> None:
    page = (await visit(lobby, site)).page

    async def look() -> tuple[bytes, bytes]:
        """The middle of the launcher and, where the panel has it, the firm's mark."""
        x, y = LAUNCHER
        return (
            await page.screenshot(clip={"x": x - 16, "y": y - 16, "width": 32, "height": 32}),
            await page.screenshot(clip={"x": PANEL["x"] + 18, "y": PANEL["y"] + 18, "width": 30, "height": 30}),
        )

    frame = await press_launcher(page)
    element = await frame.frame_element()

    async def close() -> None:
        await frame.get_by_role("button", name="Stäng", exact=True).click()
        await element.wait_for_element_state("hidden")
        await page.mouse.move(0, 0)

    await page.mouse.move(0, 0)
    opened = await look()
    await close()
    closed, _ = await look()
    found = []
    for name, css in HOSTILE.items():
        style = await page.add_style_tag(content=css)
        if (await look())[0] != closed:
            found.append(f"{name}: the launcher looks otherwise")
        else:
            await page.mouse.click(*LAUNCHER)
            await page.mouse.move(0, 0)
            if not await element.is_visible():
                found.append(f"{name}: the launcher can't be pressed")
            else:
                if dict(await element.bounding_box() or {}) != PANEL or await look() != opened:
                    found.append(f"{name}: the panel looks otherwise")
                await close()
        await style.evaluate("style => style.remove()")
    assert found == []


async def test_a_page_that_swaps_its_body_keeps_the_one_widget_as_it_is(lobby: Lobby, site: Site) -> None:
    page = (await visit(lobby, site)).page
    frame = await press_launcher(page)
    await frame.get_by_role("textbox").fill("Inte skickat än")
    # As Turbo does, with a body whose tag runs again.
    await page.evaluate(
        """() => new Promise((done) => {
          const [body, tag] = [document.createElement('body'), document.createElement('script')];
          const before = document.querySelector('script');
          for (const { name, value } of before.attributes) tag.setAttribute(name, value);
          tag.onload = done;
          body.append('Nästa sida', tag);
          document.body.replaceWith(body);
        })"""
    )
    assert page.frames == [page.main_frame, frame]
    assert await shown(frame)
    await expect(frame.get_by_role("textbox")).to_have_value("Inte skickat än")
    await expect(page.locator("chattar-widget")).to_have_count(1)
    # And a page that is written anew from its root: taken away, and put back open.
    async with page.expect_event("frameattached"):
        await page.evaluate("document.documentElement.innerHTML = '<body>Allt är nytt</body>'")
    assert await shown(await panel(page))
    await expect(page.locator("chattar-widget")).to_have_count(1)
    assert [name for name, _ in await heard(page)].count("ready") == 1


async def test_the_page_opens_closes_and_ends_the_widget_and_hears_of_it(
    lobby: Lobby, site: Site, product: Product
) -> None:
    thread_id, _ = new_thread(product)
    page = (await visit(lobby, site)).page
    await page.get_by_role("button", name="Skriv till oss").click()
    frame = await panel(page)
    assert await shown(frame)
    await page.evaluate("chattar.close()")
    assert not await shown(frame)
    await expect(page.get_by_role("button", name="Skriv till oss")).to_be_focused()
    assert [name for name, _ in await heard(page) if name != "unread"] == ["ready", "open", "close"]
    await page.wait_for_function("heard.some(([name, count]) => name === 'unread' && count > 0)")
    counted = [count for name, count in await heard(page) if name == "unread"]
    body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hej igen!"}]}]}
    product.call(ANNA, "message.send", thread_id=thread_id, body=body, client_message_id=thread_id[::-1])
    await page.wait_for_function(
        "least => heard.some(([name, count]) => name === 'unread' && count > least)", arg=max(counted)
    )
    await page.evaluate("chattar.destroy()")
    assert (await heard(page))[-1] == ["unread", 0]
    assert page.frames == [page.main_frame]
    await expect(page.locator("chattar-widget")).to_have_count(0)
    assert await page.evaluate("window.chattar.tagName") == "DIV"
    # Another tag begins another.
    await page.evaluate(
        "document.head.append(document.createRange().createContextualFragment(document.scripts[0].outerHTML))"
    )
    await expect(page.locator("chattar-widget")).to_have_count(1)
    await press_launcher(page)


async def test_who_logs_out_in_one_page_leaves_nothing_to_the_next(lobby: Lobby, site: Site, product: Product) -> None:
    _, subject = new_thread(product)
    page = (await visit(lobby, site)).page
    frame = await press_launcher(page)
    await open_chat(frame, subject)
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    site.visitor = ""
    await page.evaluate("chattar.logout()")
    assert page.frames == [page.main_frame]
    await page.evaluate("chattar.open(), document.body.replaceWith(document.createElement('body'))")
    await page.mouse.click(*LAUNCHER)
    assert page.frames == [page.main_frame]
    # The site's word on Petra comes late: it is not taken for one on Johan.
    async with page.expect_event("frameattached"):
        await page.evaluate("chattar.identify(() => new Promise((done) => { window.late = done; }))")
    await page.wait_for_function("window.late !== undefined")
    async with page.expect_event("frameattached"):
        await page.evaluate("chattar.identify(() => new Promise((done) => { window.soon = done; }))")
    await page.wait_for_function("window.soon !== undefined")
    await page.evaluate("words => { late(words[0]); soon(words[1]); }", [site.signed(PETRA), site.signed(JOHAN)])
    johans = await press_launcher(page)
    await expect(johans.get_by_role("textbox")).to_be_visible()
    chats = product.call(JOHAN, "thread.list", limit=50)["threads"]
    assert chats
    await expect(johans.get_by_text(chats[0]["subject"]).first).to_be_visible()
    await expect(johans.get_by_text(re.compile(f"{subject}|Hej Petra!"))).to_have_count(0)


async def test_a_page_that_is_isolated_from_other_origins_shows_the_widget(lobby: Lobby, site: Site) -> None:
    page = (await visit(lobby, site, path="isolated")).page
    assert await page.evaluate("crossOriginIsolated")
    frame = await press_launcher(page)
    assert await shown(frame)
    await expect(frame.get_by_role("textbox")).to_be_visible()
