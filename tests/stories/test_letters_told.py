"""What becomes of letters, as people see it: pressed again in the inbox, an invitation nobody got, an outage of the mail
server, a reminder that was answered in time, and why nobody is reminded. Told with a mail server of the stories' own."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from msgspec import to_builtins
from playwright.async_api import Locator, WebSocketRoute, expect

from protocol.body import paragraph
from protocol.ids import new_id
from server.letters.outage import TOLD_AFTER_MS
from tests.product import Product, serving
from tests.scheduler.sink import Sink, body, listening
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_chat import ANNA, HOLM, PETRA, SOFIA, account_of, new_thread

pytestmark = pytest.mark.anyio

NOBODY = "550 5.1.1 no such mailbox"
FULL = "552 5.2.2 mailbox full"
ARCHIVE = "arkiv@lindbergfalk.example"
SALT = "Café Saltå AB"
MINUTE_MS, DAY_MS = 60_000, 86_400_000
PATIENCE_S = 90


@pytest.fixture(scope="module")
async def relay() -> AsyncIterator[Sink]:
    """The mail server, which can refuse and be away."""
    async with listening() as relay:
        yield relay


@pytest.fixture(scope="module")
def product(
    relay: Sink, mongo_url: str, servers_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """One of these stories' own: other stories' letters arrive."""
    relay_url = f"smtp://127.0.0.1:{relay.port}"
    folder = tmp_path_factory.mktemp("letters-told")
    with serving(folder, servers_folder, mongo_url, "letters_told", relay_url) as running:
        yield running


class Clock:
    """The whole product's. It is never set back: what waits for a time would wait for hours after that."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._ahead_ms = 0

    async def passes(self, ms: int) -> None:
        self._ahead_ms += ms
        await asyncio.to_thread(self._product.call, ANNA, "clock.set", offset_ms=self._ahead_ms)

    async def until(self, seen: Locator) -> None:
        """A minute passes with each look, until something is there to be seen."""
        async with asyncio.timeout(PATIENCE_S):
            while not await seen.count():
                await self.passes(MINUTE_MS)
                await asyncio.sleep(
                    0.2
                )  # the scheduler's jobs go by real seconds, and tell nobody when they have looked


@pytest.fixture(scope="module")
def clock(product: Product) -> Clock:
    return Clock(product)


@pytest.fixture(autouse=True)
async def well(relay: Sink) -> AsyncIterator[None]:
    """Each story begins with a mail server that takes everything, and leaves one."""
    relay.refused.clear()
    yield
    relay.refused.clear()


def entry_of(visitor: Visitor, words: str) -> Locator:
    return visitor.page.get_by_role("main").get_by_role("listitem").filter(has_text=words)


def again(entry: Locator) -> Locator:
    return entry.get_by_role("button", name="Försök igen")


def says(visitor: Visitor, words: str) -> Locator:
    return visitor.page.get_by_role("status").filter(has_text=words)


async def test_a_mail_that_failed_is_sent_again_from_the_inbox(
    lobby: Lobby, product: Product, relay: Sink, clock: Clock
) -> None:
    """NS-4, NS-5, RM-17: one presses, and everybody who had heard of it reads how it stands, until it is handed over."""
    relay.refused[PETRA] = NOBODY
    thread_id, subject = new_thread(product)
    anna, sofia = await lobby.staff(ANNA, "/console/inbox"), await lobby.staff(SOFIA, "/console/inbox")
    mine, hers = entry_of(anna, subject), entry_of(sofia, subject)
    await clock.until(mine.get_by_text("Mejlet till Petra Holm skickades inte. Adressen finns inte"))
    await expect(mine.get_by_text(NOBODY)).to_be_visible()
    await expect(mine.get_by_text("Oläst")).to_have_count(1)
    await expect(hers).to_contain_text("Mejlet till Petra Holm skickades inte. Adressen finns inte")
    relay.refused.clear()
    await relay.goes_away()
    try:
        await again(mine).click()
        await expect(says(anna, "Mejlet till Petra Holm skickas igen")).to_be_visible()
        for entry in (mine, hers):
            await expect(entry).to_contain_text("Mejlet till Petra Holm skickas igen")
            await expect(entry.get_by_text(NOBODY)).to_have_count(0)
            await expect(again(entry)).to_have_count(0)
    finally:
        await relay.comes_back()
    await clock.until(mine.get_by_text("Mejlet till Petra Holm är nu lämnat till e-postservern"))
    await expect(hers).to_contain_text("Mejlet till Petra Holm är nu lämnat till e-postservern")
    await expect(mine.get_by_text("Oläst")).to_have_count(0)
    assert len([mail for mail in relay.mails if PETRA in str(mail["To"]) and thread_id in body(mail, "plain")]) == 1


async def test_blind_copies_that_failed_are_sent_again_from_the_inbox(
    lobby: Lobby, product: Product, relay: Sink, clock: Clock
) -> None:
    """EM-3, NS-10."""
    product.call(ANNA, "firm.update", bcc=ARCHIVE)
    try:
        relay.refused[ARCHIVE] = FULL
        new_thread(product)
        anna = await lobby.staff(ANNA, "/console/inbox")
        entry = entry_of(anna, ARCHIVE)
        await clock.until(entry.get_by_text("skickades inte. Brevlådan är full"))
        await expect(entry).to_contain_text("Byråns egen e-post")
        relay.refused.clear()
        await relay.goes_away()
        try:
            await again(entry).click()
            await expect(says(anna, f"till {ARCHIVE} skickas igen")).to_be_visible()
            await expect(entry).to_contain_text(f"till {ARCHIVE} skickas igen")
            await expect(again(entry)).to_have_count(0)
        finally:
            await relay.comes_back()
        await clock.until(entry.get_by_text(re.compile(rf"till {ARCHIVE} är nu lämna\w+ till e-postservern")))
        assert ARCHIVE in relay.recipients
    finally:
        product.call(ANNA, "firm.update", bcc="")


async def test_an_invitation_that_nobody_got_is_put_right_where_it_is_told(
    lobby: Lobby, product: Product, relay: Sink, clock: Clock
) -> None:
    """NS-5, spec 1.3: the entry leads to the contact, whose address is corrected; entry and contact say how it stands."""
    wrong, right = "siv@holmbyg.example", "siv@holmbygg.example"
    relay.refused[wrong] = NOBODY
    holm = account_of(product, HOLM)["id"]
    product.call(
        ANNA, "contact.create", account_id=holm, name="Siv Ek", email=wrong, login=True, notify=False, invite=True
    )
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, "/console/inbox")
    beside = await lobby.staff(ANNA, f"/console/threads/{thread_id}?tab=info")
    contact = beside.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="Siv Ek").first
    entry = entry_of(anna, "Siv Ek")
    await clock.until(entry.get_by_text(f"Mejlet till Siv Ek ({wrong}) skickades inte. Adressen finns inte"))
    await expect(contact).to_contain_text("Senaste mejlet kunde inte skickas. Adressen finns inte")
    await relay.goes_away()
    try:
        await entry.get_by_role("link").click()
        dialog = anna.page.get_by_role("dialog", name="Mejl till Siv Ek")
        await expect(dialog).to_contain_text(NOBODY)
        await dialog.get_by_role("textbox", name="E-postadress").fill(right)
        await dialog.get_by_role("button", name="Spara och skicka inbjudan").click()
        await expect(says(anna, "En inbjudan är på väg till Siv Ek")).to_be_visible()
        await expect(dialog).to_have_count(0)
        await expect(entry).to_contain_text(f"Mejlet till Siv Ek ({right}) skickas igen")
        await expect(contact).to_contain_text(right)
        await clock.until(contact.get_by_text("Senaste mejlet väntar på e-postservern"))
    finally:
        await relay.comes_back()
    await clock.until(entry.get_by_text(f"Mejlet till Siv Ek ({right}) är nu lämnat till e-postservern"))
    await expect(contact).to_contain_text("Senaste mejlet lämnat till e-postservern")
    assert (relay.recipients.count(wrong), relay.recipients.count(right)) == (0, 1)


async def test_an_outage_of_the_mail_server_is_told_and_puts_itself_right(
    lobby: Lobby, product: Product, relay: Sink, clock: Clock
) -> None:
    """NS-4, NS-5: to who leads the firm, in an open window, without anybody doing anything."""
    anna, sofia = await lobby.staff(ANNA, "/console/inbox"), await lobby.staff(SOFIA, "/console/inbox")
    away = entry_of(anna, "Inga mejl har gått iväg sedan")
    thread_id, subject = new_thread(product)
    await relay.goes_away()
    try:
        await clock.passes(TOLD_AFTER_MS)
        await clock.until(away)
        await expect(away).to_contain_text("Byråns egen e-post")
        await expect(away).to_contain_text("De väntar och skickas så snart e-postservern tar emot dem igen.")
        await expect(away.get_by_text("Oläst")).to_have_count(1)
        await expect(again(away)).to_have_count(0)
    finally:
        await relay.comes_back()
    back = entry_of(anna, "Mejlen går iväg igen")
    await clock.until(back)
    await expect(away).to_have_count(0)
    await expect(back.get_by_text("Oläst")).to_have_count(0)
    assert [mail for mail in relay.mails if PETRA in str(mail["To"]) and thread_id in body(mail, "plain")]
    await expect(entry_of(sofia, subject)).to_be_visible()
    await expect(entry_of(sofia, "Mejlen går iväg igen")).to_have_count(0)


async def test_a_reminder_that_was_answered_before_its_mail_went_is_not_told_as_sent(
    lobby: Lobby, product: Product, relay: Sink, clock: Clock
) -> None:
    """RM-15, RM-19, RM-20: the line of the chat and the Reminders tab say what is so, in a window that was open all the
    time, and the round still has its one reminder."""
    thread_id, _ = new_thread(product, reminder={"enabled": True, "days": 3, "number": 1})
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}?tab=reminders")
    panel = anna.page.get_by_role("complementary")
    await expect(panel.get_by_text("0 av 1 skickade")).to_be_visible()
    sent = anna.stream.get_by_text("Påminnelse 1 av 1 skickad till Petra Holm")
    await clock.until(anna.message("Hej Petra!").get_by_text("Mejlat till Petra"))
    await relay.goes_away()
    try:
        await clock.passes(3 * DAY_MS)
        await clock.until(sent)
        await expect(panel.get_by_text("Väntar på e-postservern: Petra Holm")).to_be_visible()
        answer = to_builtins(paragraph("Här är svaret"))
        product.call(PETRA, "message.send", thread_id=thread_id, client_message_id=new_id(), body=answer)
        await expect(anna.message("Här är svaret")).to_be_visible()
    finally:
        await relay.comes_back()
    await clock.until(anna.stream.get_by_text("Påminnelsen till Petra Holm skickades inte"))
    await expect(sent).to_have_count(0)
    await expect(panel.get_by_text("0 av 1 skickade")).to_be_visible()
    await expect(panel.get_by_text("Påminnelse 1, skickades inte")).to_be_visible()
    await expect(panel.get_by_text("Behövdes inte längre: Petra Holm")).to_be_visible()
    await expect(panel.get_by_text("Stoppad: klienten har svarat")).to_be_visible()


class Slow:
    """Between a page and the server: what the page asks about accounts waits until it is let through."""

    def __init__(self) -> None:
        self.live = asyncio.Event()
        """From here on the page asks by its socket."""
        self.reminder_read = asyncio.Event()
        """The page has heard what the Reminders tab shows."""
        self._asked: set[int] = set()
        self._waiting: list[Callable[[], None]] = []

    def stand_between(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def said(message: str | bytes) -> None:
            frame = json.loads(message)
            name = frame.get("command", {}).get("type")
            if name == "account.read":
                self._waiting.append(lambda: server.send(message))
                return
            if name == "reminder.read":
                self._asked.add(frame["id"])
            server.send(message)

        def heard(message: str | bytes) -> None:
            page.send(message)
            frame = json.loads(message)
            if frame["type"] == "live":
                self.live.set()
            if frame.get("id") in self._asked:
                self.reminder_read.set()

        page.on_message(said)
        server.on_message(heard)

    def let_through(self) -> None:
        for send in self._waiting:
            send()


async def test_the_reminders_tab_says_at_the_first_look_why_nobody_is_reminded(lobby: Lobby, product: Product) -> None:
    """RM-6, RM-20: also where the answer about the client comes later than the one about the reminders."""
    account = product.call(ANNA, "account.list", search=SALT)["accounts"][0]
    links = product.call(ANNA, "account.read", account_id=account["id"])["links"]
    made = product.call(
        ANNA, "thread.create", account_id=account["id"], client_message_id=new_id(), subject="Ingen att påminna",
        body=to_builtins(paragraph("Hej Maria!")), reminder={"enabled": True, "days": 3, "number": 1},
    )  # fmt: skip
    for link in links:
        product.call(ANNA, "link.update", account_id=account["id"], contact_id=link["contact_id"], login=False)
    anna, slow = await lobby.arrive(), Slow()
    await anna.page.route_web_socket(re.compile("/ws"), slow.stand_between)
    await anna.page.add_init_script(
        """window.seen = new Set();
        new MutationObserver(() => {
          for (const part of document.querySelectorAll('.reminders__problem')) window.seen.add(part.textContent);
        }).observe(document, { subtree: true, childList: true, characterData: true });"""
    )
    await anna.log_in(ANNA, "/console")
    async with asyncio.timeout(PATIENCE_S):
        await slow.live.wait()
        await anna.page.locator(f"[data-row='{made['thread']['id']}']").click()
        await anna.page.get_by_role("complementary").get_by_role("tab", name="Påminnelser").click()
        await slow.reminder_read.wait()
    # What it would draw of that alone, it has drawn two frames later.
    await anna.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    slow.let_through()
    why = f"Ingen på {SALT} får logga in. Slå på inloggning för någon först."
    await expect(anna.page.get_by_role("complementary").locator(".reminders__problem")).to_have_text(why)
    assert await anna.page.evaluate("[...window.seen]") == [why]
