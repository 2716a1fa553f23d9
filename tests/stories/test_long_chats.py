"""A chat of thousands of messages is as calm as a short one: what comes in above moves nothing by a pixel, and a key draws
no message again. Time isn't measured, which a busy machine would stretch: places are, and what is drawn."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import CDPSession, expect

from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby
from tests.stories.long_chats import DAY_MS, began_at, conversation, put_in_log
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_reading import say
from tests.stories.test_scrolling import SIDES, Desk, all_read
from tests.stories.test_widget import open_chat, open_widget

pytestmark = pytest.mark.anyio

PAGE = 100
PREPENDS = 8
PLACES = pytest.mark.parametrize(("side", "size"), [("portal", NARROW), ("console", WIDE), ("widget", WIDE)])
FUNCTION_CHARACTERS_MAX = 3_000
KEPT = "(text) => Object.values({ ...localStorage, ...sessionStorage }).some((kept) => kept.includes(text))"
"""The draft is kept: whatever a key leads to in the page has been done."""
FRAMES = """async () => {
  for (let frames = 0; frames < 10; frames += 1) await new Promise((go) => requestAnimationFrame(go));
}"""
WALK = """async (log, { prepends, fling }) => {
  const entries = () => [...log.querySelectorAll("[data-entry]")];
  // Where each message on screen ends, below the top of the window: of the first one the author's name goes when they
  // wrote the one above, too.
  const end = (entry) => entry.getBoundingClientRect().bottom - log.getBoundingClientRect().top;
  const seen = () => new Map(entries().map((entry) => [entry, end(entry)])
    .filter(([, px]) => px > 0 && px < log.clientHeight));
  const most = (stood) => Math.max(...[...stood].filter(([entry]) => entry.isConnected)
    .map(([entry, px]) => Math.abs(end(entry) - px)));
  const patience = () => new Promise((go) => setTimeout(go, 60_000));
  const frame = () => new Promise((go) => requestAnimationFrame(go));
  const told = [];
  // As soon as anything is drawn, and not only once all has come to rest.
  let before, places, came;
  const look = new MutationObserver(() => {
    if (entries()[0] === before || !places) return;
    told.push(most(places));
    places = undefined;
    came?.();
  });
  look.observe(log, { childList: true, subtree: true });
  for (let at = 0; at < prepends; at += 1) {
    const next = new Promise((go) => { came = go; });
    before = entries()[0];
    // From where it is asked for upwards: at the very top, somewhere, and nearly a window below.
    const height = [0, 37, 160, 0.5 * log.clientHeight, 0.9 * log.clientHeight][at % 5];
    if (fling) {
      for (let top = log.scrollTop; top > height; top -= 1500) { log.scrollTop = Math.max(top, height); await frame(); }
    }
    log.scrollTop = height;
    if (fling) log.scrollTop += 3;
    const stood = places = seen();
    if (await Promise.race([next.then(() => true), patience()]) !== true)
      throw new Error(`nothing older came, after ${told}`);
    // What comes later, such as documents of messages above, moves nothing either.
    for (let frames = 0; frames < 3; frames += 1) await frame();
    told[told.length - 1] = Math.max(told.at(-1), most(stood));
    if (entries().some((entry) => entry.textContent.includes("Hej Petra!"))) break;
  }
  look.disconnect();
  return told;
}"""


async def sit_down(
    lobby: Lobby, product: Product, side: str, thread_id: str, subject: str, size: tuple[int, int] = WIDE
) -> Desk:
    """Somebody opens the chat in one of the three places."""
    if side == "widget":
        visitor = await lobby.arrive(size)
        frame = await open_widget(visitor, size)
        await open_chat(frame, subject)
        return Desk(visitor, frame)
    visitor = await lobby.staff(ANNA if side == "console" else PETRA, f"/{side}/threads/{thread_id}", size=size)
    await expect(visitor.page.locator("[contenteditable]")).to_be_visible()
    return Desk(visitor)


def years(product: Product, mongo_url: str, messages: int, *, notes: int = 5) -> tuple[str, str]:
    """A thread of so many messages, over as many eighths of a day, and some of them internal; its id and subject."""
    thread_id, subject = new_thread(product)
    since = int(time.time() * 1000) - (messages + 1) * DAY_MS // 8
    began_at(mongo_url, thread_id, since)
    put_in_log(product, mongo_url, thread_id, conversation(messages, since, notes=notes))
    return thread_id, subject


@PLACES
async def test_older_messages_come_again_and_again_and_nothing_moves(
    lobby: Lobby, product: Product, mongo_url: str, side: str, size: tuple[int, int]
) -> None:
    """At several heights, by a leap and by a fling, with dates and internal messages between, while others write. The
    browser keeps nothing in its place by itself: some can't."""
    thread_id, subject = years(product, mongo_url, (PREPENDS + 4) * PAGE, notes=5 if side == "console" else 0)
    all_read(product, thread_id, say(product, ANNA, thread_id, "Det senaste"))
    desk = await sit_down(lobby, product, side, thread_id, subject, size)
    await desk.sees("Det senaste")
    assert await desk.log.evaluate("log => getComputedStyle(log).overflowAnchor") == "none"
    moved = []
    for fling in (False, True):
        walking = asyncio.create_task(desk.log.evaluate(WALK, {"prepends": PREPENDS // 2, "fling": fling}))
        number = 0
        while not walking.done():
            number += 1
            await asyncio.to_thread(say, product, ANNA, thread_id, f"Under tiden {fling} {number}")
            await asyncio.wait([walking], timeout=0.2)  # so often, and not faster than people write
        moved += await walking
    assert len(moved) == PREPENDS
    assert max(moved) == 0, moved


class Drawings:
    """How often a page has drawn a message, as its own engine counts the calls of the function that does."""

    MARKS = ("message__surface", "contact-message__surface")

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._sources: dict[str, str] = {}

    @classmethod
    async def of(cls, desk: Desk) -> Drawings:
        """Count from now on."""
        page = desk.visitor.page
        drawings = cls(await page.context.new_cdp_session(page))
        await drawings._session.send("Debugger.enable")
        await drawings._session.send("Profiler.enable")
        await drawings._session.send("Profiler.startPreciseCoverage", {"callCount": True, "detailed": False})
        return drawings

    async def taken(self) -> int:
        """How often it was called since this was last asked. Of several that match, such as one within the other, the one
        that was called most."""
        most = 0
        coverage = await self._session.send("Profiler.takePreciseCoverage")
        for script in coverage["result"]:
            source = await self._source(script["scriptId"])
            for called in script["functions"]:
                reach = called["ranges"][0]
                body = source[reach["startOffset"] : reach["endOffset"]]
                # The one that draws it, and not what that stands in.
                if any(mark in body for mark in self.MARKS) and len(body) < FUNCTION_CHARACTERS_MAX:
                    most = max(most, reach["count"])
        return most

    async def _source(self, script_id: str) -> str:
        if script_id not in self._sources:
            answer = await self._session.send("Debugger.getScriptSource", {"scriptId": script_id})
            self._sources[script_id] = answer["scriptSource"]
        return self._sources[script_id]


async def before_many(lobby: Lobby, product: Product, mongo_url: str, side: str) -> tuple[Desk, str, Drawings]:
    """Somebody before hundreds of messages, and a counter that is seen to count."""
    thread_id, subject = years(product, mongo_url, 4 * PAGE)
    desk = await sit_down(lobby, product, side, thread_id, subject)
    await expect(desk.message("Brev 0002")).to_have_count(1)
    await desk.write("En början")
    drawings = await Drawings.of(desk)
    say(product, PETRA if side == "console" else ANNA, thread_id, "Det allra senaste")
    await expect(desk.message("Det allra senaste")).to_have_count(1)
    assert await drawings.taken() > 0
    return desk, thread_id, drawings


@SIDES
async def test_a_key_draws_no_message_again_however_many_there_are(
    lobby: Lobby, product: Product, mongo_url: str, side: str
) -> None:
    desk, _, drawings = await before_many(lobby, product, mongo_url, side)
    drawn = []
    # What comes late from the server, such as how far it has been read, draws once. A key draws each time or never.
    for letter in "abcdefgh":
        await drawings.taken()
        await desk.visitor.page.keyboard.type(f" {letter}99")
        await desk.place.wait_for_function(KEPT, arg=f"{letter}99")
        await desk.log.evaluate(FRAMES)
        drawn.append(await drawings.taken())
        if drawn[-1] == 0:
            return
    pytest.fail(f"each key has drawn messages again: {drawn}")


@pytest.mark.parametrize("side", ["portal", "widget"])
async def test_what_comes_in_above_draws_each_message_once(
    lobby: Lobby, product: Product, mongo_url: str, side: str
) -> None:
    """That it is on its way, and that it has come, draw none."""
    thread_id, subject = years(product, mongo_url, 6 * PAGE, notes=0)
    all_read(product, thread_id, say(product, ANNA, thread_id, "Det senaste"))
    desk = await sit_down(lobby, product, side, thread_id, subject)
    await desk.sees("Det senaste")
    await desk.log.evaluate(WALK, {"prepends": 3, "fling": False})
    drawings = await Drawings.of(desk)
    await desk.log.evaluate(WALK, {"prepends": 1, "fling": False})
    assert 0 < await drawings.taken() <= await desk.log.get_by_role("article").count()
