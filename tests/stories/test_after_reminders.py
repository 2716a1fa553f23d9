"""What follows the last reminder (SS-6): chosen in every form with reminders, told in the inbox, seen by no client."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import to_builtins
from playwright.async_api import Locator, expect

from protocol.body import paragraph
from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_begun_chats import kept, message, subject, to_holm
from tests.stories.test_chat import ANNA, PETRA, SOFIA, new_thread

pytestmark = pytest.mark.anyio

DAY_MS, MINUTE_MS = 86_400_000, 60_000
PATIENCE_S = 60
DONE = "Det som följer på den sista gjordes"
UNANSWERED = "Den sista påminnelsen har gått ut och klienten har inte svarat"
_numbers = itertools.count(1)


def choice(form: Locator, name: str = "Efter den sista") -> Locator:
    return form.get_by_role("combobox", name=name)


async def reminders_of(visitor: Visitor, thread_id: str) -> Locator:
    """The Reminders tab of a thread."""
    await visitor.go(f"/console/threads/{thread_id}")
    panel = visitor.page.get_by_role("complementary")
    await panel.get_by_role("tab", name="Påminnelser").click()
    await expect(panel.get_by_role("switch")).to_be_visible()
    return panel


async def exhausted(product: Product, clock: Callable[[int], None], after_last: str, **more: Any) -> tuple[str, str]:
    """A thread whose one reminder has gone out, and has been handed over, a day ago and a bit more."""
    reminder = {"enabled": True, "days": 1, "number": 1, "after_last": after_last}
    thread_id, called = new_thread(product, reminder=reminder, **more)
    if after_last == "tell":
        sofia = product.call(SOFIA, "me.read")["person"]["id"]
        product.call(ANNA, "thread.assign", thread_id=thread_id, staff_id=sofia)
    clock(DAY_MS + MINUTE_MS)

    def handed_over() -> bool:
        rows = product.call(ANNA, "reminder.read", thread_id=thread_id)["rows"]
        return [one["state"] for row in rows for one in row["deliveries"]] == ["handed_over"]

    async with asyncio.timeout(PATIENCE_S):
        while not await asyncio.to_thread(handed_over):  # noqa: ASYNC110 - asked
            await asyncio.sleep(0.2)  # another process: it is asked, until the deadline
    clock(2 * DAY_MS + 2 * MINUTE_MS)
    return thread_id, called


async def test_it_is_chosen_with_a_new_chat_and_changed_in_its_tab(lobby: Lobby, product: Product) -> None:
    """SS-6, TH-6, RM-2: kept over a reload; the tab says when it will be."""
    words = f"Efteråt {next(_numbers)}"
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await to_holm(dialog)
    await subject(dialog).fill(words)
    await message(dialog).click()
    await anna.page.keyboard.type("Vi väntar på underlagen.")
    await dialog.get_by_role("switch").click()
    await dialog.get_by_role("button", name="Ändra takten").click()
    await expect(choice(dialog)).to_have_value("")
    await expect(choice(dialog).get_by_role("option").first).to_have_text("Byråns val")
    assert await anna.cramped() + await anna.axe() == []
    await choice(dialog).select_option(label="Säg till den tilldelade")
    await kept(anna.page, "after_last")
    await anna.page.reload()
    dialog = await new_chat(anna)
    await dialog.get_by_role("button", name="Ändra takten").click()
    await expect(choice(dialog)).to_have_value("tell")
    await dialog.get_by_role("button", name="Skapa chatt").click()
    await expect(anna.message("Vi väntar på underlagen.")).to_be_visible()
    thread_id = anna.page.url.rpartition("/")[2]
    panel = await reminders_of(anna, thread_id)
    await expect(choice(panel)).to_have_value("tell")
    await expect(choice(panel).get_by_role("option")).to_have_count(3)
    await expect(panel.get_by_text("Den tilldelade får veta", exact=True)).to_be_visible()
    await choice(panel).select_option(label="Arkivera chatten")
    await expect(panel.get_by_text("Chatten arkiveras", exact=True)).to_be_visible()
    assert await anna.cramped() + await anna.axe() == []
    assert product.call(ANNA, "reminder.read", thread_id=thread_id)["reminder"]["after_last"] == "archive"
    await choice(panel).select_option(label="Inget mer händer")
    await expect(panel.get_by_text("Chatten arkiveras", exact=True)).to_have_count(0)


async def test_a_template_says_it_or_leaves_it_to_the_firm(lobby: Lobby, product: Product) -> None:
    """SS-6, TP-1."""
    number = next(_numbers)
    name = f"Efteråtmall {number}"
    template = product.call(
        ANNA, "template.create", client_template_id=f"efterat-mall-{number:04d}", name=name, subject=f"Moms {number}",
        body=to_builtins(paragraph("Hej!")),
        reminder={"enabled": True, "days": 2, "number": 2},
    )  # fmt: skip

    def said() -> str | None:
        found = product.call(ANNA, "template.list")["entities"]
        (reminder,) = [one["reminder"] for one in found if one["id"] == template["id"]]
        assert (reminder["enabled"], reminder["days"], reminder["number"]) == (True, 2, 2)
        return reminder.get("after_last")  # type: ignore[no-any-return]

    anna = await lobby.staff(ANNA, "/console/templates")
    try:
        for label, value in (("Arkivera chatten", "archive"), ("Byråns val", None)):
            await anna.page.get_by_role("button", name=f"Ändra ”{name}”").click()
            dialog = anna.page.get_by_role("dialog", name=re.compile(name))
            await dialog.get_by_role("button", name="Ändra takten").click()
            await choice(dialog).select_option(label=label)
            await dialog.get_by_role("button", name="Spara", exact=True).click()
            await expect(dialog).to_be_hidden()
            assert await asyncio.to_thread(said) == value
            if value is not None:
                await anna.go("/console")
                form = await new_chat(anna)
                await form.get_by_role("combobox", name="Mall").select_option(label=name)
                await form.get_by_role("button", name="Ändra takten").click()
                await expect(choice(form)).to_have_value(value)
                await form.get_by_role("button", name="Avbryt").click()
                await anna.page.get_by_role("button", name="Ta bort", exact=True).last.click()
                await expect(form).to_be_hidden()
                await anna.go("/console/templates")
    finally:
        product.call(ANNA, "template.delete", template_id=template["id"])


async def test_the_assignee_finds_it_in_their_inbox_and_nobody_else_does(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-6, AC-6, RM-20: in words, with a way to the chat, where it is told to staff alone."""
    thread_id, called = await exhausted(product, clock, "tell")
    sofia, anna = await lobby.staff(SOFIA, "/console/inbox"), await lobby.staff(ANNA, "/console/inbox")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    entry = sofia.page.get_by_role("listitem").filter(has_text=called)
    await expect(entry).to_contain_text(UNANSWERED)
    assert await sofia.cramped() + await sofia.axe() == []
    await entry.get_by_role("link").click()
    await expect(sofia.stream.get_by_text(UNANSWERED)).to_be_visible()
    panel = await reminders_of(sofia, thread_id)
    await expect(panel.get_by_text("Sagt i inkorgen", exact=True)).to_be_visible()
    await expect(anna.page.get_by_role("listitem").filter(has_text=UNANSWERED).filter(has_text=called)).to_have_count(0)
    await expect(petra.message("Hej Petra!")).to_be_visible()
    assert not re.search("åminnelse|sista|arkiverades", await petra.page.get_by_role("main").inner_text())


async def test_a_chat_that_nobody_answered_is_archived_for_both_sides(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-6, AR-1, AC-6: staff read why; the client, on a phone, that it is archived."""
    thread_id, _ = await exhausted(product, clock, "archive")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await expect(petra.page.get_by_text("Chatten arkiverades")).to_be_visible()
    assert await petra.cramped() + await petra.axe() == []
    assert "åminnelse" not in await petra.page.get_by_role("main").inner_text()
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.stream.get_by_text("Chatten arkiverades")).to_be_visible()
    await expect(anna.stream.get_by_text(UNANSWERED)).to_be_visible()
    panel = await reminders_of(anna, thread_id)
    await expect(panel.get_by_text(DONE)).to_be_visible()
    # A word of theirs takes it back (MS-8), and the round is another.
    key, body = f"efterat-svar-{next(_numbers):04d}", to_builtins(paragraph("Förlåt!"))
    product.call(PETRA, "message.send", thread_id=thread_id, client_message_id=key, body=body)
    await expect(panel.get_by_text("Stoppad: klienten har svarat")).to_be_visible()
    await expect(panel.get_by_text(DONE)).to_have_count(0)
