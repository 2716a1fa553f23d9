"""Mail in the people's own hands: a letter leads through the login to the thread, an invitation to a first login."""

import asyncio
import itertools
import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from msgspec import to_builtins
from playwright.async_api import expect

from protocol.body import paragraph
from tests.product import PASSWORD, Product
from tests.stories.browser import Lobby
from tests.stories.test_chat import ANNA, PETRA, account_of, new_thread

pytestmark = pytest.mark.anyio

KLARA = "klara@vinterhav.example"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
PATIENCE_S = 60


def mails(product: Product) -> list[dict[str, Any]]:
    """What the development inbox holds, newest first."""
    with urllib.request.urlopen(f"{product.url}/dev/inbox.json", timeout=10) as answer:  # noqa: S310 - our own address
        found: list[dict[str, Any]] = json.load(answer)
    return found


async def mail_to(
    product: Product,
    address: str,
    fact: Callable[[dict[str, Any]], bool],
    time_passes: Callable[[int], None] | None = None,
    since_ms: int = 0,
) -> dict[str, Any]:
    """Wait for a mail to somebody of which something is true; meanwhile a minute passes with each look."""
    async with asyncio.timeout(PATIENCE_S):
        for look in itertools.count(1):
            for mail in await asyncio.to_thread(mails, product):
                if mail["to"] == address and fact(mail):
                    return mail
            if time_passes is not None:
                await asyncio.to_thread(time_passes, since_ms + look * MINUTE_MS)
            await asyncio.sleep(0.2)
    raise AssertionError("time is endless")


def link_in(mail: dict[str, Any], path: str) -> str:
    """The address in a mail that leads to this place."""
    found = re.search(rf"https?://[^\s\"<>]*{path}[^\s\"<>)]*", mail["text"])
    assert found is not None, mail["text"]
    return found.group()


async def test_a_letter_tells_nothing_and_leads_through_the_login_to_the_thread(
    lobby: Lobby, product: Product, clock: Callable[[int], None]
) -> None:
    """EM-1, EM-7, EM-10, NC-3, RD-4, RM-1."""
    thread_id, subject = new_thread(
        product, tasks=["Skicka kvitton"], reminder={"enabled": True, "days": 3, "number": 1}
    )
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.message("Hej Petra!")).to_contain_text("Skickad")
    mail = await mail_to(product, PETRA, lambda mail: thread_id in mail["text"], clock)
    assert "Hej Petra!" not in mail["text"] + mail["html"]
    assert subject not in mail["subject"]
    assert "Skicka kvitton" in mail["text"]
    # The mail server took it: nobody knows whether it arrived.
    await expect(anna.message("Hej Petra!")).to_contain_text(re.compile(r"Mejlat till Petra \d\d:\d\d"))
    await expect(anna.message("Hej Petra!")).not_to_contain_text("Framme")
    assert "Chattar" not in mail["subject"] + mail["from"]  # in the text it is Swedish for "chats"
    # The inbox of the development shows it as rendered.
    reader = await lobby.arrive()
    await reader.go(f"/dev/inbox/{mail['id']}")
    await expect(reader.page.frame_locator("iframe").get_by_text("Skicka kvitton")).to_be_visible()
    # Days pass: the reminder goes out, once.
    reminder = await mail_to(
        product,
        PETRA,
        lambda found: thread_id in found["text"] and found["message_id"] != mail["message_id"],
        clock,
        3 * DAY_MS,
    )
    assert "Skicka kvitton" in reminder["text"]
    petra = await lobby.arrive()
    await petra.page.goto(link_in(reminder, thread_id))
    await expect(petra.page.locator("input[type=email]")).to_be_visible()
    await petra.page.locator("input[type=email]").fill(PETRA)
    await petra.page.locator("input[type=password]").fill(PASSWORD)
    await petra.page.keyboard.press("Enter")
    await expect(petra.page.get_by_role("heading", name=subject)).to_be_visible()
    await expect(petra.message("Hej Petra!")).to_be_visible()


async def test_an_invitation_leads_to_a_password_and_into_the_portal(lobby: Lobby, product: Product) -> None:
    account = account_of(product, "Vinterhav")
    links = product.call(ANNA, "account.read", account_id=account["id"])["links"]
    klara = next(link for link in links if link["email"] == KLARA)
    before = {mail["id"] for mail in mails(product)}
    product.call(ANNA, "invitation.send", account_id=account["id"], contact_id=klara["contact_id"])
    mail = await mail_to(product, KLARA, lambda mail: "/invitation" in mail["text"] and mail["id"] not in before)
    visitor = await lobby.arrive()
    await visitor.page.goto(link_in(mail, "/invitation"))
    await expect(visitor.page.locator("input[type=password]")).to_be_visible()
    assert "#" not in visitor.page.url, "the secret must not stay in the address"
    assert await visitor.axe() == []
    await visitor.page.locator("input[type=password]").fill("en lång ramsa om hav")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_text("Inget väntar på dig", exact=True)).to_be_visible()
    # Used, it is worth nothing.
    again = await lobby.arrive()
    again.trouble_is_expected = True
    await again.page.goto(link_in(mail, "/invitation"))
    await expect(again.page.get_by_text("Länken är använd, ersatt eller för gammal.")).to_be_visible()
    # And the firm can write to her now (AC-8).
    product.call(
        ANNA,
        "thread.create",
        account_id=account["id"],
        client_message_id="valkommen-klara",
        subject="Välkommen",
        body=to_builtins(paragraph("Nu kan du skriva till oss.")),
    )
    await expect(visitor.page.get_by_text("Välkommen").first).to_be_visible()
