"""People in browsers: a real Chromium, each person with a profile of their own, looking at the running product.

A `Visitor` knows how a person finds things: by what is written there and what a screen reader calls it. Whatever goes
wrong in a page without anybody noticing (an error in its console, a request to another host) fails the test at the end.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Error, Frame, Locator, Page, Request, async_playwright, expect

from deploy.dev.brought import find_browser
from tests.product import PASSWORD, Product

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 20_000
AXE = Path(__file__).resolve().parents[2] / "web_client" / "node_modules" / "axe-core" / "axe.min.js"
OFFLINE = re.compile(r"Ingen anslutning\.|No connection\.")
WITHOUT_A_WORKER = "Service Worker registration blocked by Playwright"
"""What the driver says of a visitor without a worker; it is no word of ours."""
WIDE, NARROW = (1440, 900), (360, 740)
FAILED = pytest.StashKey[bool]()
"""Of a story: it failed."""
Scheme = Literal["light", "dark"]

expect.set_options(timeout=PATIENCE_MS)


def chromium() -> str:
    """Where the browser is. Fails the test where there is none: a story that isn't told proves nothing."""
    if found := find_browser():
        return found
    pytest.fail(
        "no browser: `python3 dev.py test` brings one, or apt-get install chromium-headless-shell, or set CHROMIUM"
    )


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, product: Product, page: Page) -> None:
        self.product = product
        self.page = page
        self.faults: list[str] = []
        self.trouble_is_expected = False
        """The server or the network is away on purpose: the browser then says so in its console."""
        self._hosts = {urlsplit(product.url).netloc, urlsplit(product.widget_url).netloc}
        page.on("console", self._said)
        page.on("pageerror", self._broke)
        page.on("request", self._asked)

    # coming and going

    def visits(self, url: str) -> None:
        """Say that a site of somebody else's belongs to the story."""
        self._hosts.add(urlsplit(url).netloc)

    async def log_in(self, email: str, path: str) -> None:
        """Go somewhere, through the login."""
        await self.page.goto(self.product.url + path)
        await self.page.locator("input[type=email]").fill(email)
        await self.page.locator("input[type=password]").fill(PASSWORD)
        await self.page.keyboard.press("Enter")
        await expect(self.page.locator("#app, main").first).to_be_visible()
        await self.page.wait_for_url(re.compile(re.escape(path) + "$"))

    async def go(self, path: str) -> None:
        """Load a page of the product."""
        await self.page.goto(self.product.url + path)

    async def offline(self, away: bool) -> None:
        """Pull the network's plug, or put it back. Returns when the page knows that it is away."""
        self.trouble_is_expected = True
        await self.page.context.set_offline(away)
        if away:
            # The browser cuts an open socket a moment later, and until then what is written still goes out.
            await expect(self.page.get_by_role("alert").filter(has_text=OFFLINE)).to_be_visible()

    def may_ask(self, host: str) -> None:
        """The pages of this visitor may ask this host, too, which the story stands in for."""
        self._hosts.add(host)

    # in a thread

    @property
    def stream(self) -> Locator:
        """The messages."""
        return self.page.get_by_role("log")

    def message(self, text: str) -> Locator:
        """One message, by what it says."""
        return self.stream.get_by_role("article").filter(has_text=text)

    @property
    def field(self) -> Locator:
        """Where this person writes."""
        return self.page.get_by_role("region", name="Skriv ett meddelande").get_by_role("textbox")

    async def write(self, text: str) -> None:
        """Type, and not send."""
        await self.field.click()
        await self.page.keyboard.type(text)

    async def send(self, text: str) -> None:
        """Type, and send as the keyboard does (MS-2)."""
        await self.write(text)
        await self.page.keyboard.press("Control+Enter")

    async def close(self) -> None:
        """Leave for good, whatever stands in the page. By going elsewhere: now and then a browser doesn't close a tab, and
        the driver waits for it without end."""
        self.page.on("dialog", lambda dialog: dialog.accept())
        while self.page.url != "about:blank":
            try:
                await self.page.goto("about:blank")
            except Error as error:
                # It is on its way to the login, because its session has just ended.
                if "interrupted by another navigation" not in error.message:
                    raise

    # looking closely

    async def axe(self, frame: Frame | None = None) -> list[str]:
        """What axe finds on the page, or in one of its frames, that is serious or critical, one line each."""
        place = frame or self.page
        await place.evaluate(AXE.read_text())
        found = await place.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary']}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    async def cramped(self) -> list[str]:
        """What doesn't fit: the page scrolls sideways, what is to be read or written in has no room or stands outside."""
        found: list[str] = await self.page.evaluate(
            """() => {
              const root = document.documentElement, found = [];
              if (root.scrollWidth > root.clientWidth) found.push(`${root.scrollWidth} px in ${root.clientWidth}`);
              for (const part of document.querySelectorAll('main, [role=log], [role=dialog], [contenteditable]')) {
                const { width } = part.getBoundingClientRect();
                if (width > 0 && width < 160) found.push(`${part.className} is ${width} px wide`);
              }
              for (const part of document.querySelectorAll('main, main .page')) {
                if (part.scrollWidth > part.clientWidth) found.push(`${part.className} scrolls sideways`);
              }
              for (const part of document.querySelectorAll('[role=log] article .body')) {
                const { left, right } = part.getBoundingClientRect();
                const log = part.closest('[role=log]').getBoundingClientRect();
                if (left < log.left || right > log.right) found.push(`${part.textContent} stands outside the column`);
              }
              return found;
            }"""
        )
        return found

    async def covered(self, within: str, frame: Frame | None = None) -> list[str]:
        """What can be pressed in the parts that match a selector and has something else under the pointer in its middle."""
        found: list[str] = await (frame or self.page).evaluate(
            """(within) => {
              const found = [], controls = ':is(a[href], button, input, textarea, [contenteditable])';
              for (const control of document.querySelectorAll(`:is(${within}) ${controls}`)) {
                const { left, top, width, height } = control.getBoundingClientRect();
                if (width <= 1 || height <= 1 || getComputedStyle(control).visibility === 'hidden') continue;
                const there = document.elementFromPoint(left + width / 2, top + height / 2);
                if (there && (control.contains(there) || control.labels?.[0]?.contains(there))) continue;
                const what = there ? `${there.tagName} ${there.className}` : 'nothing of the page';
                found.push(`${control.ariaLabel || control.textContent || control.className}: ${what}`);
              }
              return found;
            }""",
            within,
        )
        return found

    def _said(self, message: ConsoleMessage) -> None:
        if message.text == WITHOUT_A_WORKER:
            return
        if message.type in ("error", "warning") and not self.trouble_is_expected:
            self.faults.append(f"console {message.type}: {message.text}")

    def _broke(self, error: Error) -> None:
        self.faults.append(f"page error: {error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in self._hosts:
            self.faults.append(f"asked another host: {request.url}")


class Lobby:
    """Lets people in, and looks after them at the end."""

    def __init__(self, product: Product, browser: Browser) -> None:
        self.product = product
        self.browser = browser
        self.visitors: list[Visitor] = []

    async def arrive(
        self,
        size: tuple[int, int] = WIDE,
        scheme: Scheme = "light",
        language: str = "sv-SE",
        zone: str = "Europe/Stockholm",
        *,
        worker: bool = False,
    ) -> Visitor:
        """Somebody opens a browser. With a `worker` it keeps the pages' shell: a process more for each visitor, whose
        requests don't pass by `Page.route`."""
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale=language,
            timezone_id=zone,
            reduced_motion="reduce",
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(self.product, await context.new_page())
        self.visitors.append(visitor)
        return visitor

    async def staff(self, email: str, path: str = "/console", **how: Any) -> Visitor:
        """A member of staff, logged in."""
        visitor = await self.arrive(**how)
        await visitor.log_in(email, path)
        return visitor

    async def contact(self, email: str, path: str = "/portal", **how: Any) -> Visitor:
        """A contact, logged in."""
        return await self.staff(email, path, **how)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the stories of a module."""
    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield started
        await started.close()


@pytest.fixture
async def lobby(product: Product, browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Lobby]:
    """Where people come from. At the end nothing may have gone wrong unnoticed in any of their pages; of a story that
    failed it is printed what everybody had before them."""
    lobby = Lobby(product, browser)
    yield lobby
    if request.node.stash.get(FAILED, False):
        for visitor in lobby.visitors:
            print(f"--- {visitor.page.url} {visitor.faults}")
            for frame in visitor.page.frames:
                try:
                    print(await frame.locator("body").aria_snapshot(timeout=2_000))
                except Error as error:
                    print(f"{frame.url} can't be read: {error.message}")  # it may be on its way elsewhere
    faults = [f"{visitor.page.url}: {fault}" for visitor in lobby.visitors for fault in visitor.faults]
    for visitor in lobby.visitors:
        await visitor.page.context.close()
    assert not faults, "\n".join(faults)
