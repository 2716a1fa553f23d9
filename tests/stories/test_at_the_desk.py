"""What the pages owe to single rules: the form of a new chat, keys, pickers, the panel, the lists, the home page."""

import asyncio
import itertools
import re
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.async_api import FloatRect, Locator, Route, expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import PATIENCE_MS, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, SOFIA, both, new_thread

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)


async def new_chat(visitor: Visitor) -> Locator:
    """The form of a new chat, open."""
    await visitor.page.get_by_role("button", name="Ny chatt").click()
    dialog = visitor.page.get_by_role("dialog", name="Ny chatt")
    await expect(dialog).to_be_visible()
    return dialog


async def stand_in_order(*parts: Locator) -> None:
    """Each of them stands below the one before. Waits for it: a part may still be on its way, or be replaced right now."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not in_order([await part.bounding_box() for part in parts]):  # noqa: ASYNC110 - asked
            await asyncio.sleep(0.05)  # the page tells nobody where its parts stand


def in_order(boxes: Sequence[FloatRect | None]) -> bool:
    tops = [box["y"] for box in boxes if box is not None]
    return len(tops) == len(boxes) and tops == sorted(tops)


def started(product: Product, subject: str) -> list[str]:
    return [row["subject"] for row in product.call(ANNA, "thread.list", search=subject).get("threads", [])]


async def test_the_form_of_a_new_chat_asks_in_order_and_is_not_left_by_mistake(lobby: Lobby, product: Product) -> None:
    """TH-1, TH-2, TH-6."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    parts = [
        dialog.get_by_role("combobox", name="Till"),
        dialog.get_by_role("combobox", name="Mall"),
        dialog.get_by_role("textbox", name="Ämne"),
        dialog.get_by_role("textbox", name="Meddelande"),
        dialog.get_by_role("switch"),
        dialog.get_by_role("button", name="Lägg till uppgift"),
        dialog.get_by_role("button", name="Skapa chatt"),
    ]
    await stand_in_order(*parts)
    # Untouched, it goes at once.
    await dialog.get_by_role("button", name="Avbryt").click()
    await expect(dialog).to_be_hidden()

    subject = f"Aldrig skapad {next(_numbers)}"
    for leave in ("Avbryt", "Escape"):
        dialog = await new_chat(anna)
        await dialog.get_by_role("combobox", name="Till").fill("Holm")
        await dialog.get_by_role("option", name=re.compile("Holm")).click()
        await dialog.get_by_role("textbox", name="Ämne").fill(subject)
        if leave == "Avbryt":
            await dialog.get_by_role("button", name="Avbryt").click()
        else:
            await anna.page.keyboard.press("Escape")
        warning = anna.page.get_by_role("alertdialog").or_(anna.page.get_by_role("dialog", name="Ta bort det du har"))
        await expect(warning.last).to_contain_text("Ta bort det du har skrivit?")
        await warning.last.get_by_role("button", name="Avbryt").click()
        await expect(dialog.get_by_role("textbox", name="Ämne")).to_have_value(subject)
        await dialog.get_by_role("button", name="Avbryt").click()
        await warning.last.get_by_role("button", name="Ta bort").click()
        await expect(dialog).to_be_hidden()
    assert started(product, subject) == []


APPLE = "Object.defineProperty(navigator, 'platform', {get: () => 'MacIntel'})"


@pytest.mark.parametrize(("platform", "keys"), [("", "Control+Enter"), (APPLE, "Meta+Enter")], ids=["Ctrl", "Cmd"])
async def test_ctrl_or_cmd_with_enter_sends_and_enter_alone_is_a_new_line(
    lobby: Lobby, product: Product, platform: str, keys: str
) -> None:
    """MS-2, on both sides."""
    thread_id, _ = new_thread(product)
    people = []
    for email, place in ((ANNA, "console"), (PETRA, "portal")):
        visitor = await lobby.arrive()
        await visitor.page.add_init_script(platform)
        await visitor.log_in(email, f"/{place}/threads/{thread_id}")
        await expect(visitor.page.locator("[contenteditable]")).to_be_visible()
        people.append(visitor)
    for number, visitor in enumerate(people):
        await visitor.write(f"rad ett {number}")
        await visitor.page.keyboard.press("Enter")
        await visitor.page.keyboard.type("rad två")
        await expect(visitor.message(f"rad ett {number}")).to_have_count(0)
        await visitor.page.keyboard.press(keys)
        for other in people:
            await expect(other.message(f"rad ett {number}").locator("p", has_text="rad två")).to_be_visible()


async def test_formatting_that_was_chosen_arrives_at_the_other_side(lobby: Lobby, product: Product) -> None:
    """MS-3: bold, italic and underlined, by the bar, without losing the place where one writes."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    await anna.field.click()
    for name, text in (("Fet", "fett"), ("Kursiv", "lutat"), ("Understruken", "struket")):
        button = anna.page.get_by_role("toolbar").get_by_role("button", name=re.compile(name)).first
        await button.click()
        await anna.page.keyboard.type(text)
        await button.click()
        await anna.page.keyboard.type(" ")
    await anna.page.keyboard.press("Control+Enter")
    message = petra.message("fett")
    for tag, text in (("strong", "fett"), ("em", "lutat"), ("u", "struket")):
        await expect(message.locator(tag)).to_have_text(text)


async def test_internal_messages_have_a_colour_of_their_own(lobby: Lobby, product: Product) -> None:
    """MS-5: the paper, and the field in which one is written."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")

    async def colour(part: Locator) -> str:
        return str(await part.evaluate("part => getComputedStyle(part).backgroundColor"))

    await anna.send("Till klienten")
    plain = await colour(anna.message("Till klienten").locator(".message__surface"))
    field = anna.page.locator(".composer")
    to_contact = await colour(field)
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await expect(field).not_to_have_css("background-color", to_contact)
    await anna.send("Bara för oss")
    await expect(anna.message("Bara för oss")).to_contain_text("Intern")
    assert await colour(anna.message("Bara för oss").locator(".message__surface")) != plain


async def test_only_who_sees_the_account_can_be_mentioned_and_contacts_mention_nobody(
    lobby: Lobby, product: Product
) -> None:
    """MN-1, MN-4, MN-5: those with access first; the others are shown, and can't be chosen."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    await anna.write("@")
    picker = anna.page.get_by_role("listbox", name="Kollegor")
    able = picker.locator('[role=option]:not([aria-disabled="true"])')
    unable = picker.locator('[role=option][aria-disabled="true"]')
    await expect(able.filter(has_text="Sofia Rahimi")).to_have_count(1)
    await expect(unable.filter(has_text="Olle Berg")).to_have_count(1)
    names = [text.strip() for text in await picker.get_by_role("option").all_inner_texts()]
    assert not any("Petra" in name or "Anna" in name for name in names)
    assert next(at for at, name in enumerate(names) if "Olle" in name) >= await able.count()
    await unable.filter(has_text="Olle Berg").click(force=True)
    await expect(picker).to_be_visible()
    await able.filter(has_text="Sofia Rahimi").click()
    await anna.page.keyboard.type("hjälper dig")
    await anna.page.keyboard.press("Control+Enter")
    seen = petra.message("hjälper dig")
    await expect(seen).to_contain_text("@Sofia Rahimi")
    await expect(seen.locator(".body a, .body button")).to_have_count(0)
    # A contact types the same, and it is text.
    await expect(petra.page.locator("[contenteditable]")).to_be_visible()
    await petra.write("@Sof")
    await expect(petra.field).to_contain_text("@Sof")
    await expect(petra.page.get_by_role("listbox")).to_have_count(0)
    await petra.page.keyboard.press("Control+Enter")
    await expect(anna.message("@Sof").last).to_be_visible()


async def test_a_window_that_nobody_looks_at_receives_and_reads_nothing(lobby: Lobby, product: Product) -> None:
    """RD-4: received is what came to the page, read is what was before somebody's eyes."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.arrive()
    await petra.page.add_init_script("window.looking = true; document.hasFocus = () => window.looking")
    await petra.log_in(PETRA, f"/portal/threads/{thread_id}")
    await anna.send("Sedd")
    await expect(anna.message("Sedd")).to_contain_text("Läst av Petra")
    await petra.page.evaluate("window.looking = false")
    await anna.send("Bara framme")
    await expect(petra.message("Bara framme")).to_be_visible()
    await expect(anna.message("Bara framme")).to_contain_text("Framme hos Petra")

    def read() -> int:
        marks: list[dict[str, Any]] = product.call(ANNA, "thread.open", thread_id=thread_id)["marks"]
        (mark,) = [mark for mark in marks if mark["person"]["name"] == "Petra Holm"]
        return int(mark["read"][-1]["seq"])

    head = product.call(ANNA, "thread.read", thread_id=thread_id)["thread"]["head"]
    assert await asyncio.to_thread(read) == head - 1
    await petra.page.evaluate("window.looking = true; dispatchEvent(new Event('focus'))")
    await expect(anna.message("Bara framme")).to_contain_text("Läst av Petra")


async def test_the_reminders_tab_has_its_controls_and_says_in_words_why_it_rests(
    lobby: Lobby, product: Product
) -> None:
    """RM-20, RM-21, RM-2: what is pressed is saved, and more than five are warned of."""
    thread_id, _ = new_thread(product, reminder={"enabled": True, "days": 3, "number": 1})
    anna, petra = await both(lobby, thread_id)
    panel = anna.page.get_by_role("complementary")
    await panel.get_by_role("tab", name="Påminnelser").click()
    number, days = (
        panel.get_by_label("Antal påminnelser", exact=True),
        panel.get_by_label("Dagar mellan påminnelser", exact=True),
    )
    await expect(panel.get_by_role("switch")).to_be_checked()
    await expect(days).to_have_value("3")
    await expect(number).to_have_value("1")
    await expect(panel.get_by_text("Nästa", exact=True)).to_be_visible()
    await number.fill("5")
    await expect(panel.get_by_text("0 av 5 skickade")).to_be_visible()
    await expect(panel.get_by_text("Fler än 5 fastnar lätt i skräpposten")).to_have_count(0)
    await number.fill("6")
    await expect(panel.get_by_text("Fler än 5 fastnar lätt i skräpposten")).to_be_visible()
    await expect(panel.get_by_text("0 av 6 skickade")).to_be_visible()
    for wrong in ("0", "31", "-1", "2.5"):
        await number.fill(wrong)
        await expect(number).to_have_attribute("aria-invalid", "true")
    await petra.send("Mitt svar")
    await expect(panel.get_by_text("Stoppad: klienten har svarat")).to_be_visible()
    assert product.call(ANNA, "reminder.read", thread_id=thread_id)["reminder"]["number"] == 6
    await panel.get_by_role("switch").click()
    await expect(panel.get_by_text("Av. Inget skickas till klienten av sig självt.")).to_be_visible()
    await panel.get_by_role("switch").click()
    await anna.page.get_by_role("button", name="Arkivera", exact=True).click()
    await expect(panel.get_by_text("Stoppad: chatten är arkiverad").first).to_be_visible()


async def test_an_archived_chat_moves_to_the_other_tab_of_both_sides_and_stays_readable(
    lobby: Lobby, product: Product
) -> None:
    """AR-1, AR-6, PV-3, AC-10."""
    thread_id, _ = new_thread(product, tasks=["Kvitton"])
    anna, petra = await lobby.staff(ANNA), await lobby.contact(PETRA, "/portal/threads")
    rows = [visitor.page.locator(f'[data-row="{thread_id}"]') for visitor in (anna, petra)]
    for row in rows:
        await expect(row).to_be_visible()
    await expect(rows[1]).to_contain_text("0/1")
    await expect(rows[1].get_by_text("Ett oläst meddelande")).to_have_count(1)
    product.call(SOFIA, "thread.archive", thread_id=thread_id)
    for visitor, row in zip((anna, petra), rows, strict=True):
        await expect(row).to_have_count(0)
        await visitor.page.get_by_role("tab", name="Arkiverade").click()
        await row.click()
        await expect(visitor.message("Hej Petra!")).to_be_visible()
    await expect(petra.page.get_by_role("button", name=re.compile("Öppna igen|Arkivera|Ta bort"))).to_have_count(0)
    await expect(petra.page.get_by_role("checkbox", name="Kvitton").first).to_be_disabled()


async def test_an_entry_gives_a_chat_to_a_colleague_and_every_list_shows_whose_it_is(
    lobby: Lobby, product: Product
) -> None:
    """NS-6, AS-2, AS-3, AS-4."""
    thread_id, subject = new_thread(product)
    product.call(
        PETRA,
        "message.send",
        thread_id=thread_id,
        client_message_id=f"tilldela-{next(_numbers):04d}",
        body={"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Vem tar den?"}]}]},
    )
    anna = await lobby.staff(ANNA, "/console/inbox")
    sofia = await lobby.staff(SOFIA, "/console")
    entry = anna.page.get_by_role("listitem").filter(has_text=subject)
    await entry.get_by_role("button", name="Tilldela").click()
    await anna.page.get_by_role("combobox", name="Sök kollega").fill("rahi")
    options = anna.page.get_by_role("listbox", name="Kollegor").get_by_role("option")
    await expect(options).to_have_count(1)
    await options.click()
    await expect(entry.get_by_role("button", name="Tilldelad Sofia Rahimi")).to_be_visible()
    row = sofia.page.locator(f'[data-row="{thread_id}"]')
    await expect(row.locator(".avatar[data-initials=SR]")).to_have_count(1)
    await sofia.page.get_by_role("button", name="Tilldelade mig").click()
    await row.click()
    await expect(
        sofia.page.get_by_role("main").get_by_role("button", name="Tilldelad Sofia Rahimi").first
    ).to_be_visible()


async def test_what_a_client_is_asked_about_again_comes_back_to_the_top_though_it_was_read(
    lobby: Lobby, product: Product
) -> None:
    """RM-11, NC-2: on the home page and in the list, until there is an answer."""
    asked, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{asked}")
    await expect(petra.message("Hej Petra!")).to_be_visible()
    unread, _ = new_thread(product)
    await petra.page.get_by_role("navigation").get_by_role("link", name="Hem").first.click()
    main = petra.page.get_by_role("main")
    await expect(main.locator(f'[data-row="{unread}"]')).to_be_visible()
    await expect(main.locator(f'[data-row="{asked}"]')).to_have_count(0)
    product.call(ANNA, "reminder.send", thread_id=asked, client_message_id=new_id())
    await expect(main.get_by_role("heading", name="Väntar på ditt svar")).to_be_visible()
    rows = [main.locator(f'[data-row="{thread_id}"]') for thread_id in (asked, unread)]
    await stand_in_order(*rows)
    await petra.page.get_by_role("navigation").get_by_role("link", name="Chattar").first.click()
    rows = [petra.page.locator(f'[data-row="{thread_id}"]') for thread_id in (asked, unread)]
    for row in rows:
        await expect(row).to_be_visible()
    await stand_in_order(*rows)
    body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": "Här kommer svaret."}]}]}
    product.call(PETRA, "message.send", thread_id=asked, client_message_id=new_id(), body=body)
    await petra.page.get_by_role("navigation").get_by_role("link", name="Hem").first.click()
    await expect(main.get_by_role("heading", name="Väntar på ditt svar")).to_have_count(0)


async def test_what_waits_for_a_client_stands_on_the_home_page_until_it_is_handled(
    lobby: Lobby, product: Product
) -> None:
    """NC-2, NC-3, TK-2, TK-9: unread chats first, then open tasks, the newest chat on top; each goes by itself."""
    older, older_subject = new_thread(product, tasks=["Äldre uppgift"])
    newer, newer_subject = new_thread(product, tasks=["Nyare uppgift", "En till"])
    petra = await lobby.contact(PETRA)
    page = petra.page.get_by_role("main")
    groups = [page.get_by_role("heading", name=re.compile(subject)) for subject in (newer_subject, older_subject)]
    for group in groups:
        await expect(group).to_be_visible()
    unread = page.locator(f'[data-row="{older}"]')
    await stand_in_order(unread, *groups)
    # Some of it done is not all of it.
    await page.get_by_role("checkbox", name="Nyare uppgift").check()
    await page.get_by_role("checkbox", name="Äldre uppgift").check()
    await expect(groups[1]).to_have_count(0)
    await expect(groups[0]).to_be_visible()
    await expect(page.get_by_role("checkbox", name="En till")).to_be_visible()
    # Read, it waits no longer; what is still to do does.
    await page.locator(f'[data-row="{newer}"]').click()
    await expect(petra.message("Hej Petra!")).to_be_visible()
    await petra.page.get_by_role("navigation").get_by_role("link", name="Chattar").first.click()
    await petra.page.locator(f'[data-row="{older}"]').click()
    await expect(petra.message("Hej Petra!")).to_be_visible()
    await expect(petra.page.get_by_role("heading", name=older_subject)).to_be_visible()
    for thread_id in (newer, older):
        row = petra.page.locator(f'[data-row="{thread_id}"]')
        await expect(row.get_by_text("Ett oläst meddelande")).to_have_count(0)
    await petra.page.get_by_role("navigation").get_by_role("link", name="Hem").first.click()
    await expect(groups[0]).to_be_visible()
    await expect(page.locator(f'[data-row="{newer}"]')).to_have_count(0)
    await expect(page.locator(f'[data-row="{older}"]')).to_have_count(0)
    await expect(groups[1]).to_have_count(0)
    product.call(ANNA, "thread.archive", thread_id=newer)
    await expect(groups[0]).to_have_count(0)


async def test_staff_answer_any_message_with_a_quote(lobby: Lobby, product: Product) -> None:
    """MS-7: the other side's and their own."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await petra.send("När är sista dagen?")
    for quoted, answer in (("När är sista dagen?", "På fredag."), ("På fredag.", "Klockan tolv.")):
        await anna.message(quoted).first.hover()
        await anna.message(quoted).first.get_by_role("button", name="Svara med citat").click()
        await anna.send(answer)
        for visitor in (anna, petra):
            await expect(visitor.message(answer).filter(has_text=quoted).last).to_be_visible()


async def test_where_sockets_are_impossible_the_page_asks_now_and_then(lobby: Lobby, product: Product) -> None:
    """RT-3: a proxy that lets no socket through; what is written comes all the same, each message once, both ways."""
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    anna = await lobby.arrive()
    anna.trouble_is_expected = True
    await anna.page.route_web_socket(re.compile("/ws"), lambda socket: socket.close())
    await anna.log_in(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.message("Hej Petra!")).to_be_visible()
    await petra.send("Hörs jag utan socket?")
    await expect(anna.message("Hörs jag utan socket?")).to_have_count(1)
    await anna.send("Ja, om en stund.")
    await expect(petra.message("Ja, om en stund.")).to_have_count(1)
    await expect(anna.message("Ja, om en stund.")).not_to_contain_text("Skickar …")
    await petra.send("Bra.")
    await expect(anna.message("Bra.")).to_have_count(1)
    await expect(anna.message("Hörs jag utan socket?")).to_have_count(1)


async def test_a_client_starts_a_chat_where_the_firm_lets_them(lobby: Lobby, product: Product) -> None:
    """TH-6, TH-10, TH-13, AC-2, AC-3, PV-3: with a subject and a message; else there is no button, and answering stays."""
    petra = await lobby.contact(PETRA, "/portal/threads")
    anna = await lobby.staff(ANNA)
    button = petra.page.get_by_role("button", name="Ny chatt")
    await button.click()
    dialog = petra.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Skicka").click()
    await expect(dialog.get_by_text("Skriv kort vad det gäller")).to_be_visible()
    await expect(dialog.get_by_text("Skriv ett meddelande", exact=True)).to_be_visible()
    subject = f"Fråga från klienten {next(_numbers)}"
    await dialog.get_by_role("textbox", name="Ämne").fill(subject)
    await dialog.get_by_role("textbox", name="Meddelande").click()
    await petra.page.keyboard.type("Vad gäller för traktamenten?")
    await dialog.get_by_role("button", name="Avbryt").click()
    warning = petra.page.get_by_role("alertdialog").or_(petra.page.get_by_role("dialog")).last
    await expect(warning).to_contain_text("Ta bort det du har skrivit?")
    await warning.get_by_role("button", name="Avbryt").click()
    await dialog.first.get_by_role("button", name="Skicka").click()
    await expect(petra.message("Vad gäller för traktamenten?")).to_be_visible()
    row = anna.page.locator("[data-row]").filter(has_text=subject)
    await expect(row.get_by_text("Ett oläst meddelande")).to_have_count(1)
    await expect(anna.page.get_by_role("link", name=re.compile("Inkorg"))).to_contain_text(re.compile(r"\d"))

    product.call(ANNA, "firm.update", clients_may_create_threads=False)
    try:
        await petra.page.reload()
        await expect(petra.message("Vad gäller för traktamenten?")).to_be_visible()
        await expect(button).to_have_count(0)
        await petra.send("Och för milersättning?")
        await row.click()
        await expect(anna.message("Och för milersättning?")).to_be_visible()
    finally:
        product.call(ANNA, "firm.update", clients_may_create_threads=True)


async def test_a_part_that_cannot_be_fetched_says_so_and_is_there_at_the_next_try(
    lobby: Lobby, product: Product
) -> None:
    """Pages and what opens at a press are fetched by themselves, ahead where that works out."""
    anna = await lobby.arrive()
    page = anna.page
    anna.trouble_is_expected = True
    parts = re.compile("/assets/(MenuList|ConsoleTasks)-.*js")
    away = True

    async def gate(route: Route) -> None:
        await (route.abort() if away else route.continue_())

    await page.route(parts, gate)
    await anna.log_in(ANNA, "/console")
    mine = page.get_by_role("button", name="Anna Lindberg")
    await mine.click()
    said = page.get_by_role("status").filter(has_text="Det gick inte att hämta")
    await expect(said).to_be_visible()
    await page.get_by_role("link", name="Uppgifter").click()
    main = page.get_by_role("main")
    await expect(main).to_contain_text("Det gick inte att hämta")
    away = False
    await main.get_by_role("button", name="Försök igen").click()
    await expect(main.get_by_role("heading", name="Uppgifter")).to_be_visible()
    await mine.click()
    await expect(page.get_by_role("menuitem", name="Inställningar")).to_be_focused()
