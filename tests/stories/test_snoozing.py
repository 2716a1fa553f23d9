"""Colleagues in browsers of their own put chats off, and find them again (SS-2); the client notices nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, SOFIA, new_thread

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
UNTIL = re.compile(r"Uppskjuten till \S+ \d+ \S+ (\d{4} )?08:00")


def row_of(visitor: Visitor, thread_id: str) -> Locator:
    return visitor.page.locator(f'[data-row="{thread_id}"]')


async def put_off(anna: Visitor, choice: str) -> None:
    """Through the thread's menu."""
    await anna.page.get_by_role("button", name="Mer", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Skjut upp …").click()
    dialog = anna.page.get_by_role("dialog", name="Skjut upp chatten")
    await dialog.get_by_role("button", name=re.compile(choice)).click()
    await expect(dialog).to_have_count(0)


async def test_a_chat_that_is_put_off_is_out_of_sight_until_the_client_writes(lobby: Lobby, product: Product) -> None:
    """SS-2, KB-3: for both colleagues at once, without a reload; and the one who did it can take it back."""
    thread_id, _ = new_thread(product)
    anna, sofia = await lobby.staff(ANNA, f"/console/threads/{thread_id}"), await lobby.staff(SOFIA)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(petra.message("Hej Petra!")).to_be_visible()
    await expect(row_of(sofia, thread_id)).to_be_visible()
    await put_off(anna, "I morgon")
    for colleague in (anna, sofia):
        await expect(row_of(colleague, thread_id)).to_have_count(0)
    await anna.page.get_by_role("button", name="Ångra").click()
    await expect(row_of(sofia, thread_id)).to_be_visible()
    await row_of(anna, thread_id).click()
    await put_off(anna, "Tills klienten skriver")
    await expect(row_of(sofia, thread_id)).to_have_count(0)
    await sofia.page.get_by_role("button", name="Uppskjutna").click()
    await expect(row_of(sofia, thread_id)).to_contain_text("Uppskjuten tills klienten skriver")
    await sofia.page.get_by_role("button", name="Uppskjutna").click()
    await expect(row_of(sofia, thread_id)).to_have_count(0)
    await petra.send("Här kommer svaret!")
    for colleague in (anna, sofia):
        await expect(row_of(colleague, thread_id)).to_contain_text("Tillbaka: klienten har skrivit")
        await expect(colleague.page.locator("[data-row]").first).to_have_attribute("data-row", thread_id)
    # The stream tells what happened, to staff alone.
    await row_of(sofia, thread_id).click()
    await expect(sofia.stream.get_by_text("Anna Lindberg sköt upp chatten tills klienten skriver")).to_be_visible()
    await expect(sofia.stream.get_by_text("Tillbaka: klienten har skrivit")).to_be_visible()
    await expect(petra.message("Här kommer svaret!")).to_be_visible()
    assert not re.search("skjut|sköt|Tillbaka:", await petra.page.locator("body").inner_text())
    await sofia.page.get_by_role("button", name="Mer", exact=True).click()
    await sofia.page.get_by_role("menuitem", name="Ta ner från toppen").click()
    await expect(row_of(anna, thread_id)).not_to_contain_text("Tillbaka")


async def test_it_comes_back_when_the_day_has_come_that_was_chosen(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-2: by the scheduler's clock; on top of the list, and in the inbox of who put it off."""
    thread_id, subject = new_thread(product)
    newer, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    await put_off(anna, "Nästa vecka")
    await expect(row_of(anna, newer)).to_be_visible()
    await expect(row_of(anna, thread_id)).to_have_count(0)
    await anna.page.get_by_role("button", name="Uppskjutna").click()
    await expect(row_of(anna, thread_id)).to_contain_text(UNTIL)
    await anna.page.get_by_role("button", name="Uppskjutna").click()
    clock(8 * DAY_MS)
    await expect(row_of(anna, thread_id)).to_contain_text("Tillbaka: tiden är inne")
    await expect(anna.page.locator("[data-row]").first).to_have_attribute("data-row", thread_id)
    await anna.go("/console/inbox")
    entry = anna.page.get_by_role("listitem").filter(has_text=subject)
    await expect(entry).to_contain_text("Tillbaka: tiden är inne")


async def test_a_date_is_chosen_on_a_phone_too(lobby: Lobby, product: Product) -> None:
    """SS-2. What is chosen stands there in the reader's words; nothing is cramped, and axe finds nothing."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", size=NARROW)
    await anna.page.get_by_role("button", name="Mer", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Skjut upp …").click()
    dialog = anna.page.get_by_role("dialog", name="Skjut upp chatten")
    choose = dialog.get_by_role("button", name="Skjut upp", exact=True)
    await expect(choose).to_be_disabled()
    day = await anna.page.evaluate("new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)")
    await dialog.get_by_label("Ett datum").fill(day)
    await expect(dialog.get_by_role("status")).to_contain_text("08:00")
    assert await anna.axe() == []
    assert await anna.cramped() == []
    await choose.click()
    await expect(anna.page.get_by_text(UNTIL)).to_be_visible()
    await expect(row_of(anna, thread_id)).to_have_count(0)
    snooze = product.call(ANNA, "thread.read", thread_id=thread_id)["thread"]["staff"]["snooze"]
    assert (
        datetime.fromtimestamp(snooze["until"] / 1000, ZoneInfo("Europe/Stockholm")).isoformat()[:16] == f"{day}T08:00"
    )
