"""A new chat that is to be created later (SS-1): written in the form, seen by staff; the client notices nothing."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat, started
from tests.stories.test_begun_chats import message, subject, to_holm
from tests.stories.test_chat import ANNA, HOLM, PETRA, SOFIA

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000
_numbers = itertools.count(1)


def row(visitor: Visitor, words: str) -> Locator:
    return visitor.page.get_by_role("listitem").filter(has=visitor.page.get_by_role("heading", name=words))


async def choose(visitor: Visitor, title: str) -> None:
    """Tomorrow morning."""
    dialog = visitor.page.get_by_role("dialog", name=title)
    await dialog.get_by_role("button", name=re.compile("I morgon 08:00")).click()
    await expect(dialog.get_by_role("status")).to_contain_text("08:00 (Europe/Stockholm)")
    await dialog.get_by_role("button", name="Schemalägg").click()
    await expect(dialog).to_have_count(0)


async def later(visitor: Visitor, words: str, text: str) -> None:
    """Write a chat to Holm that is created tomorrow morning."""
    dialog = await new_chat(visitor)
    await to_holm(dialog)
    await subject(dialog).fill(words)
    await message(dialog).click()
    await visitor.page.keyboard.type(text)
    await dialog.get_by_role("button", name="Skapa senare").click()
    await choose(visitor, "Skapa senare")
    await expect(dialog).to_have_count(0)


async def test_a_chat_that_waits_is_seen_and_changed_and_the_client_sees_it_only_when_it_is_created(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-1, AC-6, TH-1: on both colleagues' pages at once, without a reload."""
    words = f"Moms i veckan {next(_numbers)}"
    anna, sofia = await lobby.staff(ANNA), await lobby.staff(SOFIA, "/console/scheduled")
    petra = await lobby.contact(PETRA, "/portal/threads")
    await expect(petra.page.get_by_role("button", name="Ny chatt")).to_be_visible()
    await later(anna, words, "Dags för momsen.")
    await anna.page.get_by_role("button", name="Visa", exact=True).click()
    for colleague in (anna, sofia):
        await expect(row(colleague, words)).to_contain_text("Dags för momsen.")
        await expect(row(colleague, words)).to_contain_text(HOLM)
        await expect(row(colleague, words)).to_contain_text("08:00")
    # Whose words they are is said to others, who can't change them.
    await expect(row(sofia, words)).to_contain_text("Anna Lindberg")
    await expect(row(sofia, words).get_by_role("button")).to_have_count(0)
    await row(anna, words).get_by_role("button", name="Ändra").click()
    dialog = anna.page.get_by_role("dialog", name="Ändra det som väntar")
    await expect(dialog.get_by_text(HOLM)).to_be_visible()
    await expect(message(dialog)).to_have_text("Dags för momsen.")
    await subject(dialog).fill(f"{words}, ändrat")
    assert await anna.axe() == []
    await dialog.get_by_role("button", name="Schemalägg").click()
    times = anna.page.get_by_role("dialog", name="Skapa senare")
    await times.get_by_label("Tid").fill("09:30")
    await times.get_by_role("button", name="Schemalägg").click()
    await expect(row(sofia, f"{words}, ändrat")).to_contain_text("09:30")
    assert await sofia.axe() == []
    assert words not in await petra.page.content()
    assert started(product, words) == []
    clock(2 * DAY_MS)
    for colleague in (anna, sofia):
        await expect(row(colleague, words)).to_have_count(0)
    await petra.page.get_by_role("link", name=re.compile(f"{words}, ändrat")).click()
    await expect(petra.message("Dags för momsen.")).to_be_visible()
    assert started(product, words) == [f"{words}, ändrat"]


async def test_one_is_created_at_once_and_another_never(lobby: Lobby, product: Product) -> None:
    """SS-1."""
    number = next(_numbers)
    now, never = f"Ändå nu {number}", f"Aldrig {number}"
    anna = await lobby.staff(ANNA)
    await later(anna, now, "Genast.")
    await later(anna, never, "Inte alls.")
    await anna.page.get_by_role("button", name="Schemalagda chattar").click()
    await row(anna, never).get_by_role("button", name="Skapa inte").click()
    await anna.page.get_by_role("dialog").get_by_role("button", name="Skapa inte").click()
    await expect(row(anna, never)).to_have_count(0)
    await row(anna, now).get_by_role("button", name="Skapa nu").click()
    await expect(anna.message("Genast.")).to_be_visible()
    assert started(product, now) == [now]
    assert started(product, never) == []
    # Neither is left as a draft.
    await expect(subject(await new_chat(anna))).to_have_value("")


async def test_one_that_could_not_be_created_stands_in_the_inbox_and_keeps_its_words(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """SS-1, TH-9: with the reason, and a way to where it can be changed."""
    words = f"Ingen hemma {next(_numbers)}"
    anna = await lobby.staff(ANNA)
    await later(anna, words, "Hej!")
    holm = product.call(ANNA, "account.list", search="Holm")["accounts"][0]
    people = [link for link in holm["links"] if link.get("login")]
    for link in people:
        product.call(ANNA, "link.update", account_id=holm["id"], contact_id=link["contact_id"], login=False)
    try:
        clock(2 * DAY_MS)
        await anna.go("/console/inbox")
        entry = anna.page.get_by_role("listitem").filter(has_text="En ny chatt av Anna Lindberg skapades inte").first
        await expect(entry).to_contain_text("Ingen hos klienten kan logga in.")
        await entry.get_by_role("link").click()
        await expect(row(anna, words)).to_contain_text("Skapades inte")
        await expect(row(anna, words)).to_contain_text("Ingen hos klienten kan logga in.")
    finally:
        for link in people:
            product.call(ANNA, "link.update", account_id=holm["id"], contact_id=link["contact_id"], login=True)
    await row(anna, words).get_by_role("button", name="Skapa nu").click()
    await expect(anna.message("Hej!").last).to_be_visible()
    assert started(product, words) == [words]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_is_fit_for_phones_and_screen_readers(lobby: Lobby, product: Product, scheme: str) -> None:
    """SS-1, in English."""
    words = f"Narrow {next(_numbers)}"
    holm = product.call(ANNA, "account.list", search="Holm")["accounts"][0]
    at = int(time.time() * 1000) + DAY_MS
    body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "A long first message. " * 20}]}]}
    made = product.call(
        SOFIA,
        "thread.schedule",
        account_id=holm["id"],
        client_message_id=f"narrow-chat-{words}".replace(" ", "-"),
        due_at=at,
        subject=words,
        body=body,
    )
    product.call(SOFIA, "me.update", language="en")
    try:
        sofia = await lobby.staff(SOFIA, "/console/scheduled", size=NARROW, scheme=scheme)
        await expect(row(sofia, words)).to_contain_text("Created")
        assert await sofia.axe() == []
        assert await sofia.cramped() == []
    finally:
        product.call(SOFIA, "me.update", language="sv")
        product.call(SOFIA, "scheduled_chat.cancel", scheduled_chat_id=made["id"])
