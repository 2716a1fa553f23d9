"""Where the reader is in a long chat: what they write is always seen, and what comes in above moves nothing."""

import pytest
from playwright.async_api import Frame, Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_reading import say
from tests.stories.test_widget import open_chat, open_widget

pytestmark = pytest.mark.anyio

MANY = 30
PASTED = "\n".join(f"Rad {number} av det som klistras in" for number in range(25))
SIDES = pytest.mark.parametrize("side", ["console", "portal", "widget"])
TOP = "log => { log.scrollTop = log.scrollHeight / 3; }"
PASTE = """(field, text) => {
  const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
  const data = new DataTransfer();
  data.setData("text/plain", text);
  Object.defineProperty(event, "clipboardData", { value: data });
  field.focus();
  // A plain field takes what the browser gives it.
  if (field.dispatchEvent(event)) document.execCommand("insertText", false, text);
}"""
WHOLE = """(message) => {
  const { top, bottom, height } = message.getBoundingClientRect();
  const log = message.closest("[role=log]").getBoundingClientRect();
  return bottom <= log.bottom + 1 && (top >= log.top - 1 || height > log.height);
}"""


class Desk:
    """Somebody before one chat, in any of the three places where chats are."""

    def __init__(self, visitor: Visitor, frame: Frame | None = None) -> None:
        self.visitor = visitor
        self.place = frame or visitor.page
        self.log = self.place.get_by_role("log")
        region = self.place.get_by_role("region", name="Skriv ett meddelande")
        self.field = region.get_by_role("textbox")

    def message(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    async def write(self, text: str) -> None:
        await self.field.click()
        await self.visitor.page.keyboard.type(text)

    async def send(self, text: str) -> None:
        await self.write(text)
        await self.visitor.page.keyboard.press("Control+Enter")

    async def sees(self, text: str) -> None:
        """The end of a message is before their eyes, and stays there."""
        message = self.message(text).last
        await expect(message).to_be_visible()
        handle = await message.element_handle()
        await self.place.wait_for_function(WHOLE, arg=handle)


def all_read(product: Product, thread_id: str, seq: int) -> None:
    """Both have read everything: the chat opens at its end."""
    for who in (ANNA, PETRA):
        product.call(who, "mark.read", thread_id=thread_id, seq=seq)


async def sit_down(lobby: Lobby, product: Product, side: str, size: tuple[int, int] = WIDE) -> tuple[Desk, str]:
    """Somebody opens a chat of many messages and stands at its end."""
    thread_id, subject = new_thread(product)
    said = [
        say(product, ANNA if number % 2 else PETRA, thread_id, f"Meddelande nummer {number}") for number in range(MANY)
    ]
    all_read(product, thread_id, said[-1])
    if side == "widget":
        petra = await lobby.arrive(size)
        frame = await open_widget(petra, size)
        await open_chat(frame, subject)
        desk = Desk(petra, frame)
    else:
        who = ANNA if side == "console" else PETRA
        visitor = await lobby.staff(who, f"/{side}/threads/{thread_id}", size=size)
        await expect(visitor.page.locator("[contenteditable]")).to_be_visible()
        desk = Desk(visitor)
    await desk.sees(f"Meddelande nummer {MANY - 1}")
    return desk, thread_id


@SIDES
async def test_what_one_sends_is_seen_wherever_one_has_scrolled(lobby: Lobby, product: Product, side: str) -> None:
    desk, thread_id = await sit_down(lobby, product, side)
    await desk.log.evaluate(TOP)
    await expect(desk.place.get_by_role("button", name="Till det senaste")).to_be_visible()
    # What others write leaves the reader where they are.
    say(product, PETRA if side == "console" else ANNA, thread_id, "Skrivet av någon annan")
    await expect(desk.message("Skrivet av någon annan")).to_have_count(1)
    await expect(desk.message("Skrivet av någon annan")).not_to_be_in_viewport()
    await desk.send("Skrivet långt uppifrån")
    await desk.sees("Skrivet långt uppifrån")
    await expect(desk.message("Skrivet långt uppifrån")).not_to_contain_text("Skickar …")
    await desk.sees("Skrivet långt uppifrån")


@SIDES
async def test_a_paste_that_grows_the_field_hides_neither_the_end_nor_what_is_sent(
    lobby: Lobby, product: Product, side: str
) -> None:
    desk, thread_id = await sit_down(lobby, product, side, NARROW if side == "portal" else WIDE)
    before = await desk.log.evaluate("log => log.clientHeight")
    await desk.field.evaluate(PASTE, PASTED)
    await expect(desk.field).to_contain_text("Rad 24") if side != "widget" else await expect(desk.field).to_have_value(
        PASTED
    )
    assert await desk.log.evaluate("log => log.clientHeight") < before
    await desk.sees(f"Meddelande nummer {MANY - 1}")
    # Under a long draft, too, what comes in is seen by whoever is at the end.
    say(product, PETRA if side == "console" else ANNA, thread_id, "Medan du skriver")
    await desk.sees("Medan du skriver")
    await desk.field.press("Control+Enter")
    await desk.sees("Rad 24 av det")
    await desk.send("Och detta efter det")
    await desk.sees("Och detta efter det")


async def test_an_answer_with_a_quote_is_seen_though_the_quoted_stands_far_above(
    lobby: Lobby, product: Product
) -> None:
    desk, _ = await sit_down(lobby, product, "console")
    quoted = desk.message("Meddelande nummer 2").first
    await quoted.hover()
    await quoted.get_by_role("button", name="Svara med citat").click()
    await desk.send("Svar på det")
    await desk.sees("Svar på det")


@pytest.mark.parametrize("side", ["console", "portal"])
async def test_older_messages_come_by_scrolling_and_nothing_moves(lobby: Lobby, product: Product, side: str) -> None:
    thread_id, _ = new_thread(product)
    texts = [f"Brev {number:03d} " + "med mer text " * (number % 9) for number in range(450)]
    said = [say(product, ANNA if at % 7 else PETRA, thread_id, text) for at, text in enumerate(texts)]
    all_read(product, thread_id, said[-1])
    who = ANNA if side == "console" else PETRA
    visitor = await lobby.staff(who, f"/{side}/threads/{thread_id}")
    await expect(visitor.message("Brev 449")).to_be_in_viewport()
    await expect(visitor.message("Brev 200")).to_have_count(0)
    moved = await visitor.stream.evaluate(
        """async (log) => {
          const frame = () => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
          const first = () => log.querySelector("[data-entry]");
          const told = [], until = performance.now() + 60_000;
          while (!log.textContent.includes("Hej Petra!")) {
            const before = first();
            log.scrollTop = 160;
            const held = [...log.querySelectorAll("[data-entry]")]
              .find((entry) => entry.getBoundingClientRect().top > log.getBoundingClientRect().top + 100);
            const { top } = held.getBoundingClientRect();
            while (first() === before) {
              if (performance.now() > until) throw new Error(`nothing older came, after ${told}`);
              await frame();
            }
            await frame();
            told.push(Math.abs(held.getBoundingClientRect().top - top));
          }
          return told;
        }"""
    )
    assert len(moved) >= 3
    assert max(moved) <= 0.5, moved
