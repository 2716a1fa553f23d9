"""Two people, one browser: a page stays its person's, whoever logs in beside it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator

import jwt
import pytest
from playwright.async_api import Route, expect

from tests.product import Product
from tests.stories.browser import NARROW, OFFLINE, WIDE, Lobby, Scheme, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_widget import open_chat, open_widget

pytestmark = pytest.mark.anyio

LINN, OLIVIA = "linn@holmbygg.example", "olivia@harbourbooks.example"


def said(product: Product, thread_id: str) -> list[tuple[str, str]]:
    """Who wrote what in a thread, as the log has it."""
    events = product.call(ANNA, "stream.read", stream=f"t:{thread_id}")["events"]
    messages = [event for event in events if event["event"]["type"] == "message.sent"]
    return [(event["actor"]["name"], event["event"]["body"]["content"][0]["content"][0]["text"]) for event in messages]


async def beside(lobby: Lobby, visitor: Visitor) -> Visitor:
    """Another tab of the same browser."""
    tab = Visitor(lobby.product, await visitor.page.context.new_page())
    tab.trouble_is_expected = True  # the browser's console names every refusal
    lobby.visitors.append(tab)
    return tab


async def logs_in(tab: Visitor, name: str, home: str = "/portal") -> None:
    """Log in without anybody's logging out first, as the start page of a development server offers it."""
    await tab.go("/")
    await tab.page.get_by_role("button", name=re.compile(f": {name}$")).click()
    await tab.page.wait_for_url(re.compile(f"{home}$"))


async def log_out(visitor: Visitor) -> None:
    """By the menu behind one's name."""
    await visitor.page.locator(".portal-header__me").click()
    await visitor.page.get_by_role("menuitem", name="Logga ut").click()


async def log_out_without_a_page(visitor: Visitor, product: Product) -> None:
    """End the browser's login. A page to do it on, which is connected, would send first what was left unsent."""
    ended = await visitor.page.context.request.post(
        f"{product.url}/api/v1/session.end", data={}, headers={"origin": product.url}
    )
    assert ended.ok, await ended.text()


@contextlib.asynccontextmanager
async def unplugged(visitor: Visitor) -> AsyncIterator[None]:
    """Without a network, in this one tab of the browser only."""
    visitor.trouble_is_expected = True
    session = await visitor.page.context.new_cdp_session(visitor.page)
    speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await session.send("Network.enable")
    await session.send("Network.emulateNetworkConditions", {"offline": True, **speed})
    # As in Visitor.offline: until the page knows, what is written still goes out.
    await expect(visitor.page.get_by_role("alert").filter(has_text=OFFLINE)).to_be_visible()
    yield
    await session.send("Network.emulateNetworkConditions", {"offline": False, **speed})


async def test_what_was_written_offline_is_never_sent_as_somebody_elses(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(petra.message("Hej Petra!")).to_be_visible()
    before = said(product, thread_id)
    linn = await beside(lobby, petra)
    async with unplugged(petra):
        await petra.send("Mitt utan nät")
        await expect(petra.message("Mitt utan nät")).to_be_visible()
        await log_out_without_a_page(linn, product)
        await linn.log_in(LINN, "/portal")
    notice = petra.page.get_by_role("alert").filter(has_text="Du är nu inloggad som Linn Holm i en annan flik")
    await expect(notice).to_contain_text("Det Petra Holm har skrivit men inte skickat är kvar här")
    await expect(petra.page.get_by_text("Mitt utan nät")).to_have_count(0)
    assert said(product, thread_id) == before

    # On as Linn: none of Petra's words are here.
    await petra.page.get_by_role("button", name="Fortsätt som Linn Holm").click()
    await petra.page.wait_for_url(re.compile("/portal$"))
    await petra.go(f"/portal/threads/{thread_id}")
    await expect(petra.message("Hej Petra!")).to_be_visible()
    await expect(petra.message("Mitt utan nät")).to_have_count(0)
    assert said(product, thread_id) == before

    # Petra logs in again: hers, once.
    await log_out(linn)
    await linn.page.wait_for_url(re.compile("/login"))
    await linn.log_in(PETRA, f"/portal/threads/{thread_id}")
    await expect(linn.message("Mitt utan nät")).to_contain_text(re.compile("Skickad|Framme|Läst"))
    assert said(product, thread_id) == [*before, ("Petra Holm", "Mitt utan nät")]


async def test_logging_out_of_an_old_page_ends_nobodys_login(lobby: Lobby) -> None:
    petra = await lobby.contact(PETRA)
    await expect(petra.page.locator(".portal-header__me")).to_be_visible()
    linn = await beside(lobby, petra)
    await logs_in(linn, "Linn Holm")
    petra.trouble_is_expected = True
    await log_out(petra)
    notice = petra.page.get_by_role("alert")
    await expect(notice).to_contain_text("Du är nu inloggad som Linn Holm i en annan flik")
    await expect(notice).to_contain_text("Den här sidan var öppen för Petra Holm.")
    await linn.go("/portal/settings")
    await expect(linn.page.get_by_text(LINN)).to_be_visible()


@pytest.mark.parametrize(("size", "scheme", "language"), [(WIDE, "light", "en-GB"), (NARROW, "dark", "sv-SE")])
async def test_the_notice_is_fit_for_keyboards_and_screen_readers_and_goes_when_the_author_is_back(
    lobby: Lobby, size: tuple[int, int], scheme: Scheme, language: str
) -> None:
    name, home = ("Tom Reed", "/console") if language == "en-GB" else ("Linn Holm", "/portal")
    words = f"Continue as {name}" if language == "en-GB" else f"Fortsätt som {name}"
    offline = "No connection." if language == "en-GB" else "Ingen anslutning."
    author, first = ("Olivia Hart", OLIVIA) if language == "en-GB" else ("Petra Holm", PETRA)
    page = await lobby.contact(first, size=size, scheme=scheme, language=language)
    await expect(page.page.get_by_role("navigation").first).to_be_visible()
    tab = await beside(lobby, page)
    async with unplugged(page):
        await expect(page.page.get_by_text(offline)).to_be_visible()
        await logs_in(tab, name, home)
    way_on = page.page.get_by_role("button", name=words)
    await expect(way_on).to_be_visible()
    assert await page.cramped() + await page.axe() == []
    await logs_in(tab, author)
    await page.page.evaluate("dispatchEvent(new Event('pageshow'))")
    await expect(page.page.get_by_role("navigation").first).to_be_visible()


def signed(product: Product, email: str) -> str:
    """Who the firm's own server says that its visitor is."""
    firm_id = product.call(ANNA, "me.read")["firm"]["id"]
    claims = {"iss": firm_id, "email": email, "exp": int(time.time()) + 600}
    return jwt.encode(claims, product.administer("widget", firm_id), algorithm="HS256")


async def test_the_widget_begins_anew_for_another_visitor_of_the_page(lobby: Lobby, product: Product) -> None:
    thread_id, subject = new_thread(product)
    petra = await lobby.arrive()
    frame = await open_widget(petra, WIDE)
    await open_chat(frame, subject)
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    before, of_linn = said(product, thread_id), signed(product, LINN)

    async def as_linn(route: Route) -> None:
        await route.fulfill(body=of_linn, content_type="text/plain")

    petra.trouble_is_expected = True
    product.kill_web()
    await frame.get_by_role("textbox").fill("Mitt på er sida")
    await frame.get_by_role("button", name="Skicka").click()
    await expect(frame.get_by_role("log").get_by_text("Mitt på er sida")).to_be_visible()
    await petra.page.route("**/my/identity", as_linn)
    await asyncio.to_thread(product.start_web)
    # The page around it has another visitor now: a new panel, which knows nothing of the first one's words.
    await expect(frame.get_by_role("link", name=re.compile(subject))).to_be_visible()
    await open_chat(frame, subject)
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    await expect(frame.get_by_text("Mitt på er sida")).to_have_count(0)
    assert said(product, thread_id) == before
    # Petra is back on the page: hers, once.
    await petra.page.unroute("**/my/identity")
    again = await open_widget(petra, WIDE)
    await open_chat(again, subject)
    await expect(again.get_by_role("log").get_by_text("Mitt på er sida")).to_be_visible()
    await expect(again.get_by_role("log").get_by_text(re.compile("Skickad|Framme|Läst"))).to_be_visible()
    assert said(product, thread_id) == [*before, ("Petra Holm", "Mitt på er sida")]
