"""What counts as read is what has been before somebody's eyes: a long message too, and nothing that was passed over (RD-2,
RD-4, RM-7, feel 17). On a small phone's screen, and in the console."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from msgspec import to_builtins
from playwright.async_api import expect

from protocol.body import paragraph
from tests.product import PASSWORD, Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_chat import ANNA, ERIK, PETRA, SOFIA, new_thread

pytestmark = pytest.mark.anyio

LONG_CHARACTERS = 2_565
MANY = 40
SETTLED_S = 30.0


def say(product: Product, who: str, thread_id: str, text: str, **more: Any) -> int:
    """Write without a browser; its position."""
    key = f"lasning-{re.sub(r'[^a-z0-9]', '-', text[:40].lower())}-{thread_id[-8:]}"
    body = more.pop("body", to_builtins(paragraph(text)))
    sent = product.call(who, "message.send", thread_id=thread_id, client_message_id=key, body=body, **more)
    return int(sent["seq"])


async def holds(fact: Callable[[], bool]) -> None:
    """Wait for what the server answers. Raises TimeoutError when it doesn't become so within SETTLED_S."""
    async with asyncio.timeout(SETTLED_S):
        while not fact():  # noqa: ASYNC110 - the server is asked, as a program without a socket would
            await asyncio.sleep(0.5)  # the server tells this program nothing by itself


def read_by(product: Product, thread_id: str, person: str) -> int:
    """How far somebody has read, as everybody sees it."""
    marks = product.call(ANNA, "thread.open", thread_id=thread_id)["marks"]
    steps = [step["seq"] for mark in marks if mark["person"]["name"] == person for step in mark.get("read", [])]
    return max(steps, default=0)


def long_text() -> str:
    text = "Ett långt besked om bokslutet som någon läser på telefonen. " * 60
    return text[:LONG_CHARACTERS]


async def receipt(anna: Visitor, text: str, *, read: bool) -> None:
    """Anna's window says whether Petra has read a message."""
    said = re.compile(r"Läst av Petra \d\d:\d\d")
    message = anna.message(text)
    await (expect(message).to_contain_text(said) if read else expect(message).not_to_contain_text(said))


async def test_a_message_longer_than_the_screen_is_read(lobby: Lobby, product: Product) -> None:
    """RD-4, RM-7: 2,565 characters at 360 by 740: 60 % of the message itself never fit."""
    thread_id, _ = new_thread(product)
    text = long_text()
    say(product, ANNA, thread_id, text)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    message = petra.message("Ett långt besked")
    await expect(message).to_be_visible()
    fits = await message.evaluate("one => one.offsetHeight < one.closest('[role=log]').clientHeight / 0.6")
    assert not fits, "the message is not too long for the screen"
    await receipt(anna, "Ett långt besked", read=True)


MARKS_WAIT = """
const later = window.setTimeout;
window.setTimeout = (work, after, ...more) => {
  if (after !== 250) return later(work, after, ...more);
  window.markWaits = true;
  return -1;
};
"""
"""What was read waits for its moment, which doesn't come before the page goes."""


@pytest.mark.parametrize("going", ["closed", "left", "hidden"])
@pytest.mark.parametrize("side", ["contact", "staff"])
async def test_what_was_read_is_told_though_the_page_goes_at_once(
    lobby: Lobby, product: Product, side: str, going: str
) -> None:
    """RD-1, RD-4: another window has the receipt."""
    thread_id, _ = new_thread(product)
    name = "Petra Holm" if side == "contact" else "Anna Lindberg"
    if side == "staff":
        say(product, PETRA, thread_id, "Har ni fått allt?")
    reader = await lobby.arrive()
    await reader.page.add_init_script(MARKS_WAIT)
    place = f"/portal/threads/{thread_id}" if side == "contact" else f"/console/threads/{thread_id}"
    await reader.log_in(PETRA if side == "contact" else ANNA, place)
    await expect(reader.message("Hej Petra!")).to_be_visible()
    await reader.page.wait_for_function("() => window.markWaits")
    assert read_by(product, thread_id, name) == 0
    if going == "closed":
        await reader.page.close(run_before_unload=True)
    elif going == "left":
        await reader.page.goto("about:blank")
    else:
        await reader.page.evaluate(
            """() => {
              Object.defineProperty(document, "visibilityState", { value: "hidden" });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    await holds(lambda: read_by(product, thread_id, name) > 0)


async def test_a_chat_opens_where_it_is_unread_and_its_end_claims_nothing_above(lobby: Lobby, product: Product) -> None:
    """RD-4, MN-6."""
    thread_id, _ = new_thread(product)
    first = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await expect(first.message("Hej Petra!")).to_be_visible()
    await first.page.goto("about:blank")
    last = max(say(product, ANNA, thread_id, f"Besked nummer {number}.") for number in range(1, MANY + 1))
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await expect(petra.message("Besked nummer 1.")).to_be_in_viewport()
    await expect(petra.message(f"Besked nummer {MANY}.")).not_to_be_in_viewport()
    await receipt(anna, "Besked nummer 1.", read=True)
    await petra.page.get_by_role("button", name="Till det senaste meddelandet").click()
    await expect(petra.message(f"Besked nummer {MANY}.")).to_be_in_viewport()
    # What comes now is seen at once; a mark for it would have claimed all that lies between.
    say(product, ANNA, thread_id, "Och en sak till.")
    await expect(petra.message("Och en sak till.")).to_be_in_viewport()
    await expect(anna.message("Och en sak till.")).to_contain_text("Framme hos Petra")
    assert 0 < read_by(product, thread_id, "Petra Holm") < last - 5
    for number in range(2, MANY + 1, 3):
        await petra.message(f"Besked nummer {number}.").scroll_into_view_if_needed()
    await petra.message(f"Besked nummer {MANY}.").scroll_into_view_if_needed()
    await receipt(anna, "Och en sak till.", read=True)


async def test_a_link_from_a_mail_opens_at_what_it_speaks_of_and_only_that_clears_the_mention(
    lobby: Lobby, product: Product
) -> None:
    """NS-9, MN-6: Erik has read everything for the firm; Sofia's mention stands far above the end."""
    thread_id, subject = new_thread(product)
    people = {one["name"]: one["id"] for one in product.call(ANNA, "staff.list")["staff"]}
    mention = {"type": "mention", "id": people["Sofia Rahimi"], "name": "Sofia Rahimi"}
    body = {"content": [{"type": "paragraph", "content": [mention, {"type": "text", "text": " ser du bilagan?"}]}]}
    place = say(product, ANNA, thread_id, "omnämnande", body=body, internal=True)
    last = max(say(product, PETRA, thread_id, f"Svar nummer {number}.") for number in range(1, MANY + 1))
    product.call(ERIK, "mark.read", thread_id=thread_id, seq=last)

    def mentioned() -> bool:
        entries = product.call(SOFIA, "notification.list", limit=200)["notifications"]
        return any(one["subject"] == subject and one.get("mentioned", False) for one in entries)

    # What follows a message is settled after its answer, and nobody else is told of that.
    await holds(mentioned)
    sofia = await lobby.arrive()
    where = f"/console/threads/{thread_id}#n{place}"
    await sofia.page.goto(f"{product.url}/login?next={quote(where, safe='')}")
    await sofia.page.locator("input[type=email]").fill(SOFIA)
    await sofia.page.locator("input[type=password]").fill(PASSWORD)
    await sofia.page.keyboard.press("Enter")
    await sofia.page.wait_for_url(re.compile(re.escape(where) + "$"))
    await expect(sofia.message("ser du bilagan?")).to_be_in_viewport()
    await expect(sofia.message(f"Svar nummer {MANY}.")).not_to_be_in_viewport()
    await sofia.page.get_by_role("link", name=re.compile("Inkorg")).click()
    entry = sofia.page.get_by_role("listitem").filter(has_text=subject)
    await expect(entry).not_to_contain_text("Du nämndes")
    await holds(lambda: not mentioned())


async def test_an_entry_says_what_was_asked_and_what_was_ticked(lobby: Lobby, product: Product) -> None:
    """NS-2, NS-4: it stands under messages and under tasks."""
    thread_id, subject = new_thread(product, tasks=["Skicka kvitton", "Godkänn rapporten", "Skriv under"])
    head = product.call(SOFIA, "thread.open", thread_id=thread_id)["page"]["head"]
    product.call(SOFIA, "mark.read", thread_id=thread_id, seq=head)
    sofia = await lobby.staff(SOFIA, "/console/inbox")
    say(product, PETRA, thread_id, "Vilket konto gäller det?")
    tasks = product.call(ANNA, "thread.open", thread_id=thread_id)["tasks"]
    for task in tasks[:2]:
        product.call(PETRA, "task.set", thread_id=thread_id, task_id=task["id"], done=True)
    entry = sofia.page.get_by_role("listitem").filter(has_text=subject)
    await expect(entry).to_contain_text("Petra Holm skrev: ”Vilket konto gäller det?” och bockade av 2 uppgifter")
    say(product, ERIK, thread_id, "Jag tar det.", internal=True)
    await expect(entry).to_contain_text(
        "Petra Holm skrev: ”Vilket konto gäller det?”, bockade av 2 uppgifter och Erik Falk skrev: ”Jag tar det.”"
    )
    for tab in ("Klientmeddelanden", "Uppgifter"):
        await sofia.page.get_by_role("tab", name=re.compile(tab)).click()
        await expect(entry).to_be_visible()
