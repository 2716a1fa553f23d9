"""Colleagues in browsers of their own write what is to go later (SS-1); the client notices nothing until it does."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, SOFIA, new_thread

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000


def waiting(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Skickas senare")


async def later(visitor: Visitor, text: str, *, unless: bool = False) -> None:
    """Write something, and have it go tomorrow morning."""
    await visitor.write(text)
    await visitor.page.get_by_role("button", name="Skicka senare").click()
    dialog = visitor.page.get_by_role("dialog", name="Skicka senare")
    await dialog.get_by_role("button", name=re.compile("I morgon 08:00")).click()
    await expect(dialog.get_by_role("status")).to_contain_text("08:00 (Europe/Stockholm)")
    if unless:
        await dialog.get_by_text("Inte om klienten skriver först").click()
    await dialog.get_by_role("button", name="Schemalägg").click()
    await expect(dialog).to_have_count(0)


async def test_what_waits_is_seen_changed_and_sent_by_time_and_the_client_sees_it_only_then(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-1, AC-6: on both colleagues' pages at once, without a reload."""
    thread_id, _ = new_thread(product)
    anna, sofia = [await lobby.staff(who, f"/console/threads/{thread_id}") for who in (ANNA, SOFIA)]
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(petra.message("Hej Petra!")).to_be_visible()
    await later(anna, "Det här går i morgon")
    await expect(anna.field).to_have_text("")
    for colleague in (anna, sofia):
        await expect(waiting(colleague)).to_contain_text("Det här går i morgon")
        await expect(waiting(colleague)).to_contain_text("08:00")
    # Whose words they are is said to others, who can't change them.
    await expect(waiting(sofia)).to_contain_text("Anna Lindberg")
    await expect(waiting(sofia).get_by_role("button")).to_have_count(0)
    await waiting(anna).get_by_role("button", name="Ändra det som väntar").click()
    dialog = anna.page.get_by_role("dialog", name="Ändra det som väntar")
    await dialog.get_by_role("textbox", name="Meddelande till klienten").click()
    await anna.page.keyboard.press("Control+End")
    await anna.page.keyboard.type(" bitti")
    await dialog.get_by_label("Tid").fill("09:30")
    assert await anna.axe() == []
    await dialog.get_by_role("button", name="Schemalägg").click()
    await expect(waiting(sofia)).to_contain_text("09:30")
    await expect(waiting(sofia)).to_contain_text("Det här går i morgon bitti")
    assert not re.search("senare|morgon|Skickas", await petra.page.locator("body").inner_text())
    clock(2 * DAY_MS)
    for visitor in (petra, anna, sofia):
        await expect(visitor.message("Det här går i morgon bitti")).to_be_visible()
    for colleague in (anna, sofia):
        await expect(waiting(colleague)).to_have_count(0)


async def test_it_stays_when_the_client_writes_first_and_its_author_finds_it_in_the_inbox(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-1: with the reason and the words; it can still be sent, or taken away."""
    thread_id, subject = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await later(anna, "Har du hunnit?", unless=True)
    await later(anna, "Glöm det", unless=True)
    await expect(waiting(anna)).to_contain_text("inte om klienten skriver först")
    await petra.send("Här är allt!")
    await expect(anna.message("Här är allt!")).to_be_visible()
    clock(2 * DAY_MS)
    await expect(waiting(anna).get_by_text("Klienten skrev först.")).to_have_count(2)
    await anna.go("/console/inbox")
    entry = anna.page.get_by_role("listitem").filter(has_text=subject)
    await expect(entry).to_contain_text("skickades inte när det skulle. Klienten skrev först.")
    await anna.go(f"/console/threads/{thread_id}")
    kept = waiting(anna).get_by_role("listitem").filter(has_text="Har du hunnit?")
    await kept.get_by_role("button", name="Skicka nu").click()
    await expect(petra.message("Har du hunnit?")).to_be_visible()
    await expect(kept).to_have_count(0)
    await waiting(anna).get_by_role("button", name="Skicka inte").click()
    await anna.page.get_by_role("dialog").get_by_role("button", name="Skicka inte").click()
    await expect(waiting(anna)).to_have_count(0)
    await expect(petra.message("Glöm det")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_time_is_chosen_on_a_phone_in_english_and_what_the_clock_does_is_said(
    lobby: Lobby, product: Product, scheme: str
) -> None:
    """SS-1. The firm's clock, wherever its reader is; a time that it never shows is said to be as much later."""
    thread_id, _ = new_thread(product)
    product.call(SOFIA, "me.update", language="en")
    try:
        sofia = await lobby.staff(
            SOFIA, f"/console/threads/{thread_id}", size=NARROW, scheme=scheme, zone="America/New_York"
        )
        field = sofia.page.get_by_role("region", name="Write a message").get_by_role("textbox")
        await field.click()
        await sofia.page.keyboard.type("In the night of the change")
        await sofia.page.get_by_role("button", name="Send later").click()
        dialog = sofia.page.get_by_role("dialog", name="Send later")
        schedule = dialog.get_by_role("button", name="Schedule")
        await expect(schedule).to_be_disabled()
        day = await spring_forward(sofia)
        await dialog.get_by_label("Date").fill(day)
        await dialog.get_by_label("Time").fill("02:30")
        await expect(dialog.get_by_role("status")).to_contain_text("03:30 (Europe/Stockholm)")
        await expect(dialog.get_by_text("never shows 02:30: it goes at 03:30")).to_be_visible()
        assert await sofia.axe() == []
        assert await sofia.cramped() == []
        await schedule.click()
        strip = sofia.page.get_by_role("region", name="To be sent later")
        await expect(strip).to_contain_text("03:30")
        assert await sofia.axe() == []
        assert await sofia.cramped() == []
    finally:
        product.call(SOFIA, "me.update", language="sv")


async def spring_forward(visitor: Visitor) -> str:
    """The next last Sunday of March."""
    day: str = await visitor.page.evaluate(
        """() => {
          for (let at = Date.now() + 86_400_000; ; at += 86_400_000) {
            const day = new Date(at);
            const last = day.getUTCDay() === 0 && day.getUTCDate() > 24;
            if (last && day.getUTCMonth() === 2) return day.toISOString().slice(0, 10);
          }
        }"""
    )
    return day
