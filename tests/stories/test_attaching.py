"""Files that people attach while they write: brought from the page, saved in a folder that they choose, sent along
(DC-1 to DC-3, DC-7, DC-11, DC-12)."""

import itertools
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Route, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.filed import document, folder
from tests.stories.lines import Line, travelling
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of, both, new_thread

pytestmark = pytest.mark.anyio
OSKAR = "oskar@lindbergfalk.example"
"""Sees all accounts, and may not manage documents."""
UPLOADS = "Dokument från klienten"
_numbers = itertools.count(1)
_random = random.Random(3)
"""Bytes that don't compress, the same in each run."""


def receipt(size: int = 40_000) -> bytes:
    """A photograph, as far as anybody can tell by its beginning."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + _random.randbytes(size)


def tray(visitor: Visitor) -> Locator:
    """The files that wait to be sent."""
    return visitor.page.get_by_role("region", name="Filer som ska skickas")


def row(visitor: Visitor, name: str) -> Locator:
    """One of them."""
    return tray(visitor).get_by_role("listitem").filter(has_text=name)


async def choose(visitor: Visitor, *files: tuple[str, bytes]) -> None:
    """Press the button, and choose files from the computer."""
    await visitor.page.get_by_role("button", name="Bifoga filer").click()
    async with visitor.page.expect_file_chooser() as opened:
        await visitor.page.get_by_role("menuitem", name="Från den här enheten").click()
    payloads: Sequence[Any] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    await (await opened.value).set_files(payloads)


async def brought(visitor: Visitor, name: str) -> bytes:
    """What a press on a document in a message brings."""
    async with visitor.page.expect_download() as coming:
        await visitor.stream.get_by_role("link", name=name).click()
    return (await (await coming.value).path()).read_bytes()


async def test_a_client_photographs_a_receipt_and_loses_the_line_in_the_middle(
    lobby: Lobby, product: Product, tmp_path: Path
) -> None:
    """DC-2, DC-3, DC-7, DC-11, PV-3: on a telephone; it goes on by itself, and the message goes once the file is saved."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    photo, name = receipt(24_000_000), f"Kvitto {next(_numbers)}.jpg"
    (tmp_path / name).write_bytes(photo)
    async with travelling(product) as (train, line):
        petra = await train.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
        petra.trouble_is_expected = True
        await expect(petra.message("Hej Petra!")).to_be_visible()
        await expect(petra.page.get_by_role("button", name="Bifoga filer")).to_be_visible()
        line.hold(after=3_000_000)
        await petra.page.locator("input[type=file]").set_input_files(tmp_path / name)
        progress = row(petra, name).get_by_role("progressbar")
        await expect(progress).to_have_attribute("aria-valuenow", re.compile(r"^[1-9]\d?$"))
        await expect(row(petra, name)).to_contain_text(re.compile(r"\d\sMB av 24\sMB"))
        await line_is_cut(petra, line, name)
        for visitor in (petra, anna):
            await expect(visitor.message("Här är kvittot.").get_by_role("link", name=name)).to_be_visible()
        await expect(tray(petra)).to_have_count(0)
        await expect(petra.field).to_have_text("")
    assert await brought(anna, name) == photo
    folders = product.call(PETRA, "folder.list", account_id=account_of(product, HOLM)["id"])["folders"]
    (uploads,) = [one for one in folders if one.get("for_uploads")]
    kept = product.call(PETRA, "document.list", folder_id=uploads["id"])["documents"]
    assert [one["name"] for one in kept].count(name) == 1


async def line_is_cut(petra: Visitor, line: Line, name: str) -> None:
    """She writes and presses Send meanwhile; the line is away, and comes back."""
    line.cut()
    await expect(row(petra, name)).to_contain_text("Ingen anslutning. Det fortsätter av sig självt.")
    assert not await petra.cramped()
    await petra.write("Här är kvittot.")
    line.mend()
    target = tray(petra).get_by_label("Spara i")
    await expect(target).to_contain_text(UPLOADS)
    await petra.page.get_by_role("button", name="Skicka").click()


async def test_a_busy_server_is_asked_again_and_nothing_begins_anew(lobby: Lobby, product: Product) -> None:
    """DC-11: the line breaks, then the server has no time to say how far it was; what has come is kept."""
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    petra.trouble_is_expected = True
    name, asked = f"Kontoutdrag {next(_numbers)}.txt", []

    async def between(route: Route) -> None:
        method = route.request.method
        asked.append(method)
        if asked.count(method) > 1 or method == "OPTIONS":
            await route.continue_()
        elif method == "PATCH":
            await route.abort()
        else:
            problem = {"code": "unavailable", "message": "Try again."}
            await route.fulfill(status=503, json=problem, headers={"content-type": "application/problem+json"})

    await petra.page.route("**/api/v1/uploads/*", between)
    begun: list[str] = []
    petra.page.on("request", lambda request: begun.append(request.method) if request.url.endswith("/uploads") else None)
    await choose(petra, (name, b"saldo 18 400"))
    await tray(petra).get_by_role("button", name="Spara", exact=True).click()
    await expect(row(petra, name)).to_contain_text("sparad")
    assert asked == ["PATCH", "HEAD", "HEAD", "PATCH"]
    assert begun.count("POST") == 1


async def test_a_file_that_is_refused_says_why_and_can_be_tried_again(lobby: Lobby, product: Product) -> None:
    """DC-11."""
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    petra.trouble_is_expected = True
    name = f"Hyresavtal {next(_numbers)}.pdf"
    full = {"code": "conflict", "reason": "no_room", "message": "There is no room left."}

    async def refuse(route: Route) -> None:
        if route.request.method == "POST":
            await route.fulfill(status=409, json=full, headers={"content-type": "application/problem+json"})
        else:
            await route.continue_()

    await petra.page.route("**/api/v1/uploads", refuse)
    await choose(petra, (name, b"%PDF-1.7 avtal"))
    await expect(row(petra, name)).to_contain_text("Det finns inte plats för fler filer hos byrån.")
    await petra.page.unroute("**/api/v1/uploads")
    await row(petra, name).get_by_role("button", name="Försök igen").click()
    await petra.page.get_by_role("button", name="Skicka").click()
    await expect(petra.stream.get_by_role("link", name=name)).to_be_visible()


async def test_staff_drop_a_report_choose_who_sees_it_and_save(lobby: Lobby, product: Product) -> None:
    """DC-1, DC-2, DC-3: folders with who sees them in words; a private one is offered for internal notes alone."""
    number = next(_numbers)
    reports, private = f"Rapporter {number}", f"Bara byrån {number}"
    folder(product, "client_views", reports)
    folder(product, "private", private)
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await expect(anna.page.get_by_role("button", name="Bifoga filer")).to_be_visible()
    await drop(anna, f"Rapport {number}.pdf", "%PDF-1.7 rapporten")
    target = tray(anna).get_by_label("Spara i")
    await expect(target).to_contain_text(reports)
    await expect(target).not_to_contain_text(private)
    await target.select_option(label=reports)
    await expect(tray(anna)).to_contain_text("Petra Holm och Linn Holm ser det.")
    await tray(anna).get_by_role("button", name="Spara", exact=True).click()
    await expect(row(anna, "Rapport")).to_contain_text("sparad")
    await expect(target).to_have_count(0)
    assert await petra.stream.get_by_role("link").count() == 0
    await anna.send("Här är rapporten.")
    link = petra.message("Här är rapporten.").get_by_role("link", name=f"Rapport {number}.pdf")
    await expect(link).to_be_visible()
    assert await brought(petra, f"Rapport {number}.pdf") == b"%PDF-1.7 rapporten"
    # An internal note, into the private folder; switched over, it can't be sent.
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await choose(anna, (f"Utkast {number}.txt", b"utkast"))
    await target.select_option(label=private)
    await expect(tray(anna)).to_contain_text("Bara byrån ser det.")
    await tray(anna).get_by_role("button", name="Spara", exact=True).click()
    await expect(row(anna, "Utkast")).to_contain_text("sparad")
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await expect(anna.page.get_by_text("Ett dokument i en privat mapp kan inte skickas till klienten.")).to_be_visible()
    await expect(anna.page.get_by_role("button", name="Skicka till")).to_be_disabled()
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await anna.page.keyboard.press("Control+Enter")
    await expect(anna.stream.get_by_role("link", name=f"Utkast {number}.txt")).to_be_visible()
    await petra.send("Tack!")
    await expect(anna.message("Tack!")).to_be_visible()
    assert f"Utkast {number}" not in await petra.page.content()


async def drop(visitor: Visitor, name: str, content: str) -> None:
    """Drag a file over the thread, and let go of it."""
    held = await visitor.page.evaluate_handle(
        """([name, content]) => {
          const held = new DataTransfer();
          held.items.add(new File([content], name));
          return held;
        }""",
        [name, content],
    )
    place = visitor.page.locator("[data-drop]")
    await visitor.stream.dispatch_event("dragover", {"dataTransfer": held})
    await expect(place).to_have_class(re.compile(r"\bdrop\b"))
    await visitor.stream.dispatch_event("drop", {"dataTransfer": held})
    await expect(place).not_to_have_class(re.compile(r"\bdrop\b"))


async def test_a_file_misses_its_place_and_the_page_stays(lobby: Lobby, product: Product) -> None:
    """A browser opens what is dropped on a page, and all that was written is gone."""
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.page.get_by_role("button", name="Bifoga filer")).to_be_visible()
    kept = await anna.page.evaluate(
        """() => {
          const held = new DataTransfer();
          held.items.add(new File(["x"], "x.txt"));
          const event = new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true });
          return !document.querySelector("nav").dispatchEvent(event);
        }"""
    )
    assert kept
    await expect(tray(anna)).to_have_count(0)


async def test_a_picture_is_pasted_and_text_with_a_picture_of_it_stays_text(lobby: Lobby, product: Product) -> None:
    """What a spreadsheet copies is text, and a picture of it beside."""
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await expect(petra.page.get_by_role("button", name="Bifoga filer")).to_be_visible()
    await expect(petra.page.locator("[contenteditable]")).to_be_visible()
    paste = """([types, name]) => {
      const data = new DataTransfer();
      for (const type of types) data.setData(type, type === "text/html" ? "<p>18 400</p>" : "18 400");
      data.items.add(new File(["bild"], name, { type: "image/png" }));
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      document.querySelector("[contenteditable]").dispatchEvent(event);
    }"""
    await petra.page.evaluate(paste, [["text/plain", "text/html"], "image.png"])
    await expect(petra.field).to_have_text("18 400")
    await expect(tray(petra)).to_have_count(0)
    await petra.page.evaluate(paste, [["text/html"], "image.png"])
    await expect(row(petra, "Inklistrad bild.png")).to_be_visible()
    await expect(petra.field).to_have_text("18 400")


async def test_seven_are_folded_one_is_too_large_one_is_cancelled_and_the_rest_survive_a_reload(
    lobby: Lobby, product: Product, tmp_path: Path
) -> None:
    """DC-11: errors say name and limit; what is saved is kept with the draft."""
    thread_id, subject = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    number = next(_numbers)
    names = [f"Verifikation {number}-{at}.pdf" for at in range(6)]
    await expect(petra.page.get_by_role("button", name="Bifoga filer")).to_be_visible()
    await choose(petra, *((name, b"%PDF-1.7 " + name.encode()) for name in names))
    large = tmp_path / f"Film {number}.mov"
    with large.open("wb") as file:
        file.truncate(320 * 1024 * 1024)
    await petra.page.locator("input[type=file]").set_input_files(large)
    await expect(tray(petra).get_by_role("listitem")).to_have_count(5)
    # What needs somebody is never folded away.
    await expect(tray(petra).get_by_role("listitem").first).to_contain_text(large.name)
    await expect(row(petra, large.name)).to_contain_text("Filen är 336 MB. Den får vara högst 315 MB.")
    await tray(petra).get_by_role("button", name="Visa 2 till").click()
    await expect(tray(petra).get_by_role("listitem")).to_have_count(7)
    await petra.write("Verifikationer")
    await petra.page.get_by_role("button", name="Skicka").click()
    # Another try would end as this one did.
    await expect(petra.page.get_by_text("En fil kan inte sparas. Ta bort den.")).to_be_visible()
    await expect(row(petra, large.name).get_by_role("button", name="Försök igen")).to_have_count(0)
    await row(petra, names[0]).get_by_role("button", name=f"Ta bort {names[0]}").click()
    await row(petra, large.name).get_by_role("button", name=f"Ta bort {large.name}").click()
    for name in names[1:]:
        await expect(row(petra, name)).to_contain_text("sparad")
    await expect(petra.page.get_by_role("link").filter(has_text=subject).first).to_contain_text("Utkast")
    await petra.page.reload()
    await expect(tray(petra).get_by_role("listitem")).to_have_count(5)
    await expect(petra.field).to_have_text("Verifikationer")
    await petra.page.get_by_role("button", name="Skicka").click()
    links = petra.message("Verifikationer").get_by_role("link", name="Verifikation")
    await expect(links).to_have_count(5)
    await expect(tray(petra)).to_have_count(0)


async def test_who_may_not_manage_documents_has_no_button_and_drops_in_vain(lobby: Lobby, product: Product) -> None:
    """DC-12, AC-9: and the server refuses it from a program."""
    thread_id, _ = new_thread(product)
    oskar = await lobby.staff(OSKAR, f"/console/threads/{thread_id}")
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.page.get_by_role("button", name="Bifoga filer")).to_be_visible()
    await expect(oskar.page.get_by_role("button", name="Sparade svar")).to_be_visible()
    await expect(oskar.page.get_by_role("button", name="Bifoga filer")).to_have_count(0)
    await expect(oskar.page.locator("[data-drop]")).to_have_count(0)
    with pytest.raises(AssertionError, match="forbidden"):
        product.call(
            OSKAR,
            "folder.create",
            account_id=account_of(product, HOLM)["id"],
            client_folder_id="oskars-mapp-1",
            name="Oskars",
        )


async def test_a_new_chat_begins_with_files_of_either_side(lobby: Lobby, product: Product) -> None:
    """DC-3, PV-3: by staff, once it is known to whom; by the client with nothing but a photograph."""
    number = next(_numbers)
    anna = await lobby.staff(ANNA)
    await anna.page.get_by_role("button", name="Ny chatt").first.click()
    form = anna.page.get_by_role("dialog", name="Ny chatt")
    await expect(form.get_by_role("button", name="Fetstil")).to_be_visible()
    await expect(form.get_by_role("button", name="Bifoga filer")).to_have_count(0)
    await form.get_by_role("combobox").first.fill("Holm")
    await form.get_by_role("option", name=re.compile("Holm")).first.click()
    await form.get_by_label("Ämne", exact=True).fill(f"Bilagor {number}")
    await choose(anna, (f"Avtal {number}.pdf", b"%PDF-1.7 avtal"))
    await form.get_by_role("button", name="Skapa chatt").click()
    await expect(anna.stream.get_by_role("link", name=f"Avtal {number}.pdf")).to_be_visible()
    petra = await lobby.contact(PETRA, "/portal/threads", size=NARROW)
    await petra.page.get_by_role("link").filter(has_text=f"Bilagor {number}").first.click()
    await expect(petra.stream.get_by_role("link", name=f"Avtal {number}.pdf")).to_be_visible()
    await petra.go("/portal/threads")
    await petra.page.get_by_role("button", name="Ny chatt").first.click()
    form = petra.page.get_by_role("dialog")
    await form.get_by_label("Ämne").fill(f"Från mig {number}")
    await expect(form.get_by_role("button", name="Bifoga filer")).to_be_visible()
    # Leaving the file chooser is not leaving the form.
    await form.locator("input[type=file]").dispatch_event("cancel", {"bubbles": True, "cancelable": True})
    await choose(petra, (f"Kvitto {number}.pdf", b"%PDF-1.7 kvitto"))
    await form.get_by_role("button", name="Skicka").click()
    await expect(petra.stream.get_by_role("link", name=f"Kvitto {number}.pdf")).to_be_visible()


async def test_documents_that_are_there_already_are_picked_by_folder_and_by_name(
    lobby: Lobby, product: Product
) -> None:
    """DC-1: those that the client may see; private ones stay where they are."""
    number = next(_numbers)
    thread_id, _ = new_thread(product)
    shared = folder(product, "client_views", f"Delat {number}")
    private = folder(product, "private", f"Hemligt {number}")
    saved = document(product, shared["id"], f"Årsbokslut {number}.pdf")
    document(product, private["id"], f"Årsbokslut hemligt {number}.pdf")
    anna, petra = await both(lobby, thread_id)
    await anna.page.get_by_role("button", name="Bifoga filer").click()
    await anna.page.get_by_role("menuitem", name="Från mapparna").click()
    picker = anna.page.get_by_role("dialog", name="Dokument från mapparna")
    await expect(picker.get_by_role("button", name=f"Delat {number}")).to_be_visible()
    await expect(picker.get_by_role("button", name=f"Hemligt {number}")).to_have_count(0)
    await picker.get_by_role("button", name=f"Delat {number}").click()
    await expect(picker.get_by_role("checkbox", name=saved["name"])).to_be_visible()
    await picker.get_by_role("button", name="Alla mappar").click()
    await picker.get_by_role("searchbox").fill(f"årsbok {number}")
    await picker.get_by_role("checkbox", name=saved["name"]).check()
    await expect(picker.get_by_role("checkbox")).to_have_count(1)
    await picker.get_by_role("button", name="Bifoga", exact=True).click()
    await expect(row(anna, saved["name"])).to_contain_text("sparad")
    await anna.page.get_by_role("button", name="Skicka till").click()
    await expect(petra.stream.get_by_role("link", name=saved["name"])).to_be_visible()
    # A client picks what they see, too.
    await petra.page.get_by_role("button", name="Bifoga filer").click()
    await petra.page.get_by_role("menuitem", name="Från mapparna").click()
    picker = petra.page.get_by_role("dialog", name="Dokument från mapparna")
    await expect(picker.get_by_role("button", name=f"Delat {number}")).to_be_visible()
    await expect(picker.get_by_role("button", name=f"Hemligt {number}")).to_have_count(0)
    await petra.page.keyboard.press("Escape")
    await expect(picker).to_have_count(0)


async def test_the_tab_beside_a_thread_has_its_documents_with_what_is_new_and_what_can_be_done(
    lobby: Lobby, product: Product
) -> None:
    """DC-4, DC-5, RD-8: no tab without a document; NEW for each side; deleted, it leaves a placeholder."""
    number = next(_numbers)
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    panel = anna.page.get_by_role("complementary")
    await expect(panel.get_by_role("tab", name="Info")).to_be_visible()
    await expect(panel.get_by_role("tab", name="Dokument")).to_have_count(0)
    name = f"Lönebesked {number}.pdf"
    await choose(petra, (name, b"%PDF-1.7 lon"))
    await petra.page.get_by_role("button", name="Skicka").click()
    await expect(petra.stream.get_by_role("link", name=name)).to_be_visible()
    await panel.get_by_role("tab", name="Dokument").click()
    line = panel.get_by_role("listitem").filter(has_text=name)
    await expect(line).to_contain_text("Petra Holm")
    await expect(line.get_by_text("Nytt", exact=True)).to_be_visible()
    await expect(line).to_contain_text(f"{UPLOADS}: Petra Holm och Linn Holm ser det och får ändra.")
    async with anna.page.expect_download() as coming:
        await line.get_by_role("link", name=name).click()
    assert (await (await coming.value).path()).read_bytes() == b"%PDF-1.7 lon"
    await expect(line.get_by_text("Nytt", exact=True)).to_have_count(0)
    sofia = await lobby.staff("sofia@lindbergfalk.example", f"/console/threads/{thread_id}?tab=documents")
    theirs = sofia.page.get_by_role("complementary").get_by_role("listitem").filter(has_text=name)
    await expect(theirs).to_be_visible()
    await expect(theirs.get_by_text("Nytt", exact=True)).to_have_count(0)

    async def act(label: str) -> None:
        await line.get_by_role("button", name=f"Mer om {name}").click()
        await anna.page.get_by_role("menuitem", name=label).click()

    await act("Markera som nytt för oss")
    for one in (line, theirs):
        await expect(one.get_by_text("Nytt", exact=True)).to_be_visible()
    await act("Markera som nytt för klienten")
    await line.get_by_role("button", name=f"Mer om {name}").click()
    await expect(anna.page.get_by_role("menuitem", name="Markera som sett av klienten")).to_be_visible()
    (seen,) = product.call(PETRA, "document.carried", thread_id=thread_id)["documents"]
    assert seen["new"]
    await anna.page.keyboard.press("Escape")
    await act("Ta bort")
    await anna.page.get_by_role("dialog").get_by_role("button", name="Ta bort").click()
    for visitor in (anna, petra):
        await expect(visitor.stream.get_by_text("Dokumentet finns inte längre här")).to_be_visible()
    await expect(theirs).to_have_count(0)
    await anna.page.get_by_role("button", name="Ångra").click()
    for visitor in (anna, petra):
        await expect(visitor.stream.get_by_role("link", name=name)).to_be_visible()
    await expect(theirs).to_be_visible()
    # More of them, from there.
    more = f"Skattsedel {number}.pdf"
    async with anna.page.expect_file_chooser() as opened:
        await panel.get_by_role("button", name="Lägg till dokument").click()
    await (await opened.value).set_files({"name": more, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 skatt"})
    await anna.page.get_by_role("button", name="Skicka till").click()
    await expect(petra.stream.get_by_role("link", name=more)).to_be_visible()
    await expect(panel.get_by_role("listitem").filter(has_text=more)).to_be_visible()


async def test_emoji_are_among_the_tools_where_the_line_has_no_room(lobby: Lobby, product: Product) -> None:
    """On a telephone, and by keys."""
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await petra.write("Tack")
    await petra.page.get_by_role("button", name="Formatering", exact=True).click()
    tools = petra.page.get_by_role("toolbar", name="Formatering")
    await tools.get_by_role("button", name="Emoji").click()
    await petra.page.get_by_role("textbox", name="Sök emoji").fill("hjärta")
    await petra.page.keyboard.press("Enter")
    await expect(petra.field).to_have_text(re.compile("^Tack\\S+$"))
    assert not await petra.cramped()
    assert not await petra.axe()
