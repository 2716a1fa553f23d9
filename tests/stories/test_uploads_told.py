"""Documents in the inbox of staff: what a client uploaded outside of any chat, and that they are done (DC-6, DC-9)."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.async_api import FilePayload, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby
from tests.stories.filed import document, folder, send
from tests.stories.test_attaching import UPLOADS, tray
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of, new_thread
from tests.stories.test_documents_page import line

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


async def test_a_client_uploads_says_so_and_the_firm_finds_it(lobby: Lobby, product: Product) -> None:
    number = next(_numbers)
    account_id = account_of(product, HOLM)["id"]
    names = [f"Underlag {number}-{at}.txt" for at in range(2)]
    # What other stories have uploaded is told and put away.
    product.call(PETRA, "document.finish", account_id=account_id)
    entries = product.call(ANNA, "notification.list")["notifications"]
    # Of everything in the inbox this one alone: what other stories wrote may come to stand above it at any moment.
    (told,) = [one for one in entries if one.get("about") == "documents" and one["account"]["id"] == account_id]
    product.call(ANNA, "notification.archive", notification_id=told["id"])
    anna = await lobby.staff(ANNA, "/console/inbox")
    petra = await lobby.contact(PETRA, "/portal/documents", size=NARROW)
    done = petra.page.get_by_role("button", name="Jag har laddat upp allt")
    await expect(line(petra, UPLOADS)).to_be_visible()
    await expect(done).to_have_count(0)
    await line(petra, UPLOADS).get_by_role("button", name=UPLOADS).first.click()
    await expect(petra.page.get_by_role("button", name="Ladda upp filer här")).to_be_visible()
    await petra.page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="text/plain", buffer=name.encode()) for name in names]
    )
    await tray(petra).get_by_role("button", name="Spara", exact=True).click()
    await expect(tray(petra)).to_have_count(0)
    for name in names:
        await expect(line(petra, name)).to_be_visible()
    await done.click()
    await expect(petra.page.get_by_text("Vi har sagt till byrån att du är klar")).to_be_visible()
    assert not await petra.cramped()
    assert not await petra.axe()
    entry = anna.page.get_by_role("main").get_by_role("listitem").filter(has_text="Petra Holm har laddat upp allt")
    await expect(entry).to_contain_text("Petra Holm laddade upp 2 dokument")
    assert not await anna.axe()
    await entry.get_by_role("link", name=HOLM).click()
    await expect(anna.page).to_have_url(re.compile(f"/console/accounts/{account_id}/documents$"))


async def test_what_a_message_brings_is_said_with_it(lobby: Lobby, product: Product) -> None:
    """DC-6, NS-2: in one entry, with its words or without."""
    thread_id, subject = new_thread(product)
    where = folder(product, "client_edits")["id"]
    anna = await lobby.staff(ANNA, "/console/inbox")
    entry = anna.page.get_by_role("main").get_by_role("listitem").filter(has_text=subject)
    for words, count, said in (
        ("", 1, "Petra Holm skickade ett dokument"),
        ("Och här är resten.", 2, "Och här är resten.” (3 dokument)"),
    ):
        made = [document(product, where, f"{number}.pdf", PETRA)["id"] for number in range(count)]
        send(product, thread_id, made, words, email=PETRA)
        await expect(entry).to_contain_text(said)
