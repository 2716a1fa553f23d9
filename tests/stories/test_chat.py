"""Staff and client, each in a browser of their own: what one does appears at the other without a reload."""

import asyncio
import itertools
import re
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec import to_builtins
from playwright.async_api import Route, expect

from protocol.body import paragraph
from tests.product import Product
from tests.stories.browser import Lobby, Visitor

pytestmark = pytest.mark.anyio

ANNA, SOFIA, ERIK = "anna@lindbergfalk.example", "sofia@lindbergfalk.example", "erik@lindbergfalk.example"
PETRA = "petra@holmbygg.example"
HOLM = "Holm & Döttrar Bygg AB"

_numbers = itertools.count(1)


def account_of(product: Product, name: str) -> dict[str, Any]:
    """An account of the Swedish firm."""
    found: list[dict[str, Any]] = product.call(ANNA, "account.list", search=name)["accounts"]
    return found[0]


def new_thread(product: Product, *, tasks: Sequence[str] = (), **more: Any) -> tuple[str, str]:
    """A thread of Anna's with Holm that no other story knows: its id and subject.

    All subjects are equally long. A row has its time right after its subject, and "Ärende 2" at 21:04 reads as 221 would.
    """
    number = next(_numbers)
    subject = f"Ärende {number:04d}"
    made = product.call(
        ANNA,
        "thread.create",
        account_id=account_of(product, HOLM)["id"],
        client_message_id=f"berattelse-{number:04d}",
        subject=subject,
        body=to_builtins(paragraph("Hej Petra!")),
        tasks=[{"text": task, "client_task_id": f"uppgift-{number}-{at:04d}"} for at, task in enumerate(tasks)],
        **more,
    )
    return str(made["thread"]["id"]), subject


async def both(lobby: Lobby, thread_id: str) -> tuple[Visitor, Visitor]:
    """Anna and Petra with the thread open."""
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(anna.message("Hej Petra!")).to_be_visible()
    await expect(petra.message("Hej Petra!")).to_be_visible()
    return anna, petra


async def test_messages_receipts_and_typing_appear_at_the_other_side(lobby: Lobby, product: Product) -> None:
    """MS-1, MS-2."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await anna.write("Hur går det")
    await expect(petra.page.get_by_text("Anna skriver")).to_be_visible()
    await anna.page.keyboard.type(" med lagret?")
    await anna.page.keyboard.press("Control+Enter")
    await expect(petra.message("Hur går det med lagret?")).to_be_visible()
    await expect(petra.page.get_by_text("Anna skriver")).to_be_hidden()
    # A receipt per person, with the time (RD-4).
    await expect(anna.message("Hur går det med lagret?")).to_contain_text(re.compile(r"Läst av Petra \d\d:\d\d"))
    await petra.send("Klart på fredag.")
    await expect(anna.message("Klart på fredag.")).to_be_visible()
    await expect(petra.message("Klart på fredag.")).to_contain_text(re.compile(r"Läst av Anna"))


async def test_a_receipt_says_what_it_can_not_know(lobby: Lobby, product: Product) -> None:
    """RD-5: reading in the mail isn't seen; staff can read so beside "delivered"."""
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA)  # has the message, and another page before her
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    own = anna.message("Hej Petra!")
    await expect(own).to_contain_text(re.compile(r"Framme hos Petra \d\d:\d\d"))
    await own.get_by_role("button", name="Vad det inte säger").click()
    await expect(own.get_by_text("Om någon bara läser i mejlet syns det inte här.")).to_be_visible()
    await petra.page.locator(f'[data-row="{thread_id}"]').click()
    await expect(own).to_contain_text(re.compile(r"Läst av Petra"))
    await expect(own.get_by_role("button", name="Vad det inte säger")).to_have_count(0)


async def test_ticks_of_either_side_move_the_counter_everywhere(lobby: Lobby, product: Product) -> None:
    """LS-4, TK-2, TK-3."""
    thread_id, _ = new_thread(product, tasks=["Skicka kvitton", "Godkänn rapporten"])
    anna, petra = await both(lobby, thread_id)
    await petra.page.get_by_role("checkbox", name="Skicka kvitton").check()
    await expect(anna.page.get_by_role("checkbox", name="Skicka kvitton")).to_be_checked()
    await expect(anna.page.get_by_role("complementary").get_by_text("1 av 2 klar", exact=True)).to_be_visible()
    row = anna.page.locator(f'[data-row="{thread_id}"]')
    await expect(row).to_contain_text("1/2")
    await anna.page.get_by_role("checkbox", name="Godkänn rapporten").check()
    await expect(petra.page.get_by_role("checkbox", name="Godkänn rapporten")).to_be_checked()
    await expect(row).to_contain_text("2/2")
    await petra.page.get_by_role("checkbox", name="Skicka kvitton").uncheck()
    await expect(anna.page.get_by_role("checkbox", name="Skicka kvitton")).not_to_be_checked()


@pytest.mark.parametrize("opener", ["the window that marked it", "a colleague"])
async def test_what_was_marked_as_unread_waits_for_the_firm_until_somebody_opens_it(
    lobby: Lobby, product: Product, opener: str
) -> None:
    """RD-9: and the client, who was told that it is read, hears nothing of it."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await petra.send("Kan ni titta på det här?")
    await expect(petra.message("Kan ni titta på det här?")).to_contain_text("Läst av Anna")
    sofia = await lobby.staff(SOFIA)
    rows = [someone.page.locator(f'[data-row="{thread_id}"]') for someone in (anna, sofia)]

    async def unread(count: int) -> None:
        for row in rows:
            await expect(row.get_by_text("Ett oläst meddelande")).to_have_count(count)

    await unread(0)
    await anna.page.get_by_role("button", name="Mer", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Markera som oläst").click()
    await unread(1)
    await expect(petra.message("Kan ni titta på det här?")).to_contain_text("Läst av Anna")
    await sofia.page.reload()
    await unread(1)
    await rows[opener == "a colleague"].click()
    await unread(0)


async def test_renaming_archiving_and_reopening_reach_the_client_at_once(lobby: Lobby, product: Product) -> None:
    """AR-1, AR-6, LS-4, TH-11."""
    thread_id, subject = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await anna.page.get_by_role("button", name="Mer", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Ändra ämnet").click()
    await anna.page.get_by_role("textbox", name="Ämne").fill(f"{subject}, nytt namn")
    await anna.page.keyboard.press("Enter")
    await expect(petra.page.get_by_role("heading", name=f"{subject}, nytt namn")).to_be_visible()
    await anna.page.get_by_role("button", name="Arkivera", exact=True).click()
    await expect(petra.page.get_by_text("Chatten är arkiverad. Om du skriver öppnas den igen.")).to_be_visible()
    await expect(anna.page.get_by_text("Chatten är arkiverad. Öppna den igen för att skriva.")).to_be_visible()
    # A client's reply must not get lost: it opens the thread again (MS-8).
    await petra.send("En sak till!")
    await expect(anna.message("En sak till!")).to_be_visible()
    await expect(anna.field).to_be_visible()


async def test_an_internal_message_reaches_the_mentioned_colleague_and_never_the_client(
    lobby: Lobby, product: Product
) -> None:
    """AC-6, MN-1, MN-2, MS-5."""
    thread_id, subject = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    sofia = await lobby.staff(SOFIA, "/console/inbox")
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await anna.write("@Sof")
    await anna.page.get_by_role("option", name=re.compile("Sofia Rahimi")).click()
    await anna.page.keyboard.type("kolla bilagan från i våras")
    await anna.page.get_by_role("button", name="Spara internt").click()
    await expect(anna.message("kolla bilagan från i våras")).to_contain_text("Intern · syns aldrig för klienten")
    entry = sofia.page.get_by_role("listitem").filter(has_text=subject)
    await expect(entry).to_contain_text("Du nämndes")
    await expect(entry).to_contain_text("Intern")
    await expect(sofia.page.get_by_role("link", name=re.compile("Inkorg"))).to_contain_text(re.compile(r"\d"))
    # What comes after it has reached the client; it itself has not.
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await anna.send("Nu till dig, Petra.")
    await expect(petra.message("Nu till dig, Petra.")).to_be_visible()
    assert "bilagan" not in await petra.page.content()
    await petra.page.reload()
    await expect(petra.message("Nu till dig, Petra.")).to_be_visible()
    assert "bilagan" not in await petra.page.content()


async def test_what_is_typed_while_the_editor_is_loading_stays_where_it_was_typed(
    lobby: Lobby, product: Product
) -> None:
    """The rich field takes the plain one's place under the hands of somebody who writes: nothing moves, nothing is lost."""
    thread_id, _ = new_thread(product)
    anna = await lobby.arrive()
    loaded = asyncio.Event()

    async def late(route: Route) -> None:
        await loaded.wait()
        await route.continue_()

    await anna.page.route(re.compile("/assets/Editor-"), late)
    await anna.log_in(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.message("Hej Petra!")).to_be_visible()
    await anna.write("Först sist")
    for _ in "sist":
        await anna.page.keyboard.press("ArrowLeft")
    loaded.set()
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    await anna.page.keyboard.type("sedan och ")
    await expect(anna.field).to_have_text("Först sedan och sist")
    await anna.page.keyboard.press("Control+Enter")
    await expect(anna.message("Först sedan och sist")).to_be_visible()
    await expect(anna.field).to_be_focused()
    # Nor does anything of it come back once it has gone.
    await expect(anna.field).to_have_text("")


async def test_a_colleague_who_is_made_responsible_reads_so_in_the_inbox(lobby: Lobby, product: Product) -> None:
    """AS-2, AS-4."""
    thread_id, subject = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    sofia = await lobby.staff(SOFIA, "/console/inbox")
    header = anna.page.get_by_role("main").get_by_role("button", name="Ingen tilldelad")
    await header.click()
    await anna.page.get_by_role("option", name=re.compile("Sofia Rahimi")).click()
    entry = sofia.page.get_by_role("listitem").filter(has_text=subject)
    await expect(entry).to_contain_text("Anna Lindberg tilldelade dig chatten")


async def test_what_is_written_without_a_connection_is_kept_and_sent_once(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await petra.offline(True)
    await petra.send("Skrivet i tunneln")
    await expect(petra.message("Skrivet i tunneln")).to_contain_text("Skickar …")
    await anna.send("Skrivet under tiden")
    await petra.offline(False)
    await expect(petra.message("Skrivet under tiden")).to_be_visible()
    await expect(anna.message("Skrivet i tunneln")).to_have_count(1)
    await expect(petra.message("Skrivet i tunneln")).to_have_count(1)
    await expect(petra.message("Skrivet i tunneln")).not_to_contain_text("Skickar …")
    await expect(petra.page.get_by_role("alert").filter(has_text="Ingen anslutning.")).to_be_hidden()


async def test_a_message_outlives_the_death_of_the_server(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    anna.trouble_is_expected = petra.trouble_is_expected = True
    product.kill_web()
    try:
        await anna.send("Hörs jag?")
        await expect(anna.message("Hörs jag?")).to_contain_text("Skickar …")
        await expect(anna.page.get_by_role("alert").filter(has_text="Ansluter igen")).to_be_visible()
    finally:
        product.start_web()
    await expect(petra.message("Hörs jag?")).to_have_count(1)
    await expect(anna.message("Hörs jag?")).not_to_contain_text("Skickar …")


async def test_a_message_that_is_refused_stays_until_somebody_decides(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna, _ = await both(lobby, thread_id)
    await anna.offline(True)
    await anna.send("För sent?")
    product.call(ERIK, "thread.archive", thread_id=thread_id)
    await anna.offline(False)
    await expect(anna.message("För sent?")).to_contain_text("Inte skickat.")
    await anna.page.reload()
    await expect(anna.message("För sent?")).to_contain_text("Inte skickat.")
    await anna.page.get_by_role("button", name="Öppna igen").first.click()
    await anna.message("För sent?").get_by_role("button", name="Försök igen").click()
    await expect(anna.message("För sent?")).not_to_contain_text("Inte skickat.")
    await expect(anna.message("För sent?")).to_have_count(1)


async def test_drafts_survive_a_reload_with_their_mode(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await anna.write("Halvfärdig tanke")
    await petra.write("Halvfärdigt svar")
    for visitor in (anna, petra):
        await visitor.page.reload()
    await expect(anna.field).to_contain_text("Halvfärdig tanke")
    await expect(anna.page.get_by_role("button", name="Spara internt")).to_be_visible()
    await expect(petra.field).to_contain_text("Halvfärdigt svar")


async def test_who_loses_access_loses_the_thread_at_once(lobby: Lobby, product: Product) -> None:
    """AC-15, RT-4."""
    thread_id, _ = new_thread(product)
    sofia = await lobby.staff(SOFIA, f"/console/threads/{thread_id}")
    await expect(sofia.message("Hej Petra!")).to_be_visible()
    holm = account_of(product, HOLM)
    staff = product.call(ANNA, "staff.list")["staff"]
    sofia_id = next(member["id"] for member in staff if member["email"] == SOFIA)
    # Whatever her page asks for at this very moment is refused, and the browser says so.
    sofia.trouble_is_expected = True
    product.call(ANNA, "account.assign", account_id=holm["id"], staff_id=sofia_id, assigned=False)
    try:
        await expect(sofia.page.get_by_text("Du har inte längre tillgång till chatten")).to_be_visible()
        await expect(sofia.page.locator(f'[data-row="{thread_id}"]')).to_have_count(0)
        assert "Hej Petra!" not in await sofia.page.content()
    finally:
        product.call(ANNA, "account.assign", account_id=holm["id"], staff_id=sofia_id, assigned=True)
    await expect(sofia.page.locator(f'[data-row="{thread_id}"]')).to_have_count(1)
    sofia.trouble_is_expected = False


async def test_a_new_chat_with_tasks_and_reminders_stands_at_the_client_and_stops_when_it_is_answered(
    lobby: Lobby, product: Product
) -> None:
    """TK-1, TK-2, RM-2, RM-20, LS-4, TH-7, NC-3."""
    petra = await lobby.contact(PETRA)
    anna = await lobby.staff(ANNA)
    await anna.page.get_by_role("button", name="Ny chatt").click()
    dialog = anna.page.get_by_role("dialog", name="Ny chatt")
    await dialog.get_by_role("combobox", name="Till").fill("Holm")
    await dialog.get_by_role("option", name=re.compile("Holm")).click()
    subject = f"Inventering {next(_numbers)}"
    await dialog.get_by_role("textbox", name="Ämne").fill(subject)
    await dialog.get_by_role("textbox", name="Meddelande").click()
    await anna.page.keyboard.type("Hej! Dags att räkna lagret.")
    await dialog.get_by_role("button", name="Lägg till uppgift").click()
    await dialog.get_by_role("textbox", name="Uppgift").fill("Räkna lagret")
    await anna.page.keyboard.press("Enter")
    switch = dialog.get_by_role("switch")
    if await switch.get_attribute("aria-checked") == "false":
        await switch.click()
    await dialog.get_by_role("button", name="Skapa chatt").click()
    await expect(dialog).to_be_hidden()
    # It waits for the client on the home page, live (NC-2, TK-9).
    await expect(petra.page.get_by_role("checkbox", name="Räkna lagret")).to_be_visible()
    await petra.page.get_by_text(subject).first.click()
    await expect(petra.message("Hej! Dags att räkna lagret.")).to_be_visible()
    panel = anna.page.get_by_role("complementary")
    await panel.get_by_role("tab", name="Påminnelser").click()
    await expect(panel.get_by_text("Nästa", exact=True)).to_be_visible()
    await expect(panel.get_by_text("0 av 1 skickade")).to_be_visible()
    await petra.page.get_by_role("checkbox", name="Räkna lagret").check()
    await expect(panel.get_by_text("Stoppad: alla uppgifter är klara och alla meddelanden lästa")).to_be_visible()
