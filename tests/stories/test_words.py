"""Texts and tables of values, read in the page by either side, and gone for whoever may not see them any more (DC-8,
RD-8)."""

from __future__ import annotations

import itertools

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.server.files import field
from tests.stories.browser import NARROW, Lobby
from tests.stories.filed import LOOKS, document, folder, send, window
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of, new_thread
from tests.stories.test_documents_page import act, line

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)
TABLE = "Datum;Text;Belopp\r\n2026-01-02;Porto Ängelholm;-1 250,50\r\n2026-01-03;<script>alert(1)</script>;80\r\n"


def sent(product: Product, thread_id: str, folder_id: str, *files: tuple[str, bytes]) -> list[str]:
    """A message of Anna's with these files; their ids."""
    made = [str(document(product, folder_id, name, content=content)["id"]) for name, content in files]
    send(product, thread_id, made, "Här är underlaget.")
    return made


async def test_a_client_reads_a_table_and_it_closes_when_it_is_for_nobody_any_more(
    lobby: Lobby, product: Product
) -> None:
    thread_id, _ = new_thread(product)
    number = next(_numbers)
    shared = folder(product, "client_views", f"Delat {number}")["id"]
    private = folder(product, "private", f"Privat {number}")["id"]
    name = f"utdrag {number}.csv"
    (made,) = sent(product, thread_id, shared, (name, TABLE.encode("cp1252")))
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    opener = petra.stream.get_by_role("button", name=f"Läs {name}")
    await opener.focus()
    await petra.page.keyboard.press("Enter")
    await expect(window(petra)).to_have_accessible_name(name)
    await expect(window(petra).get_by_role("columnheader")).to_have_text(["Datum", "Text", "Belopp"])
    await expect(window(petra).get_by_role("row").nth(1).get_by_role("cell")).to_have_text(
        ["2026-01-02", "Porto Ängelholm", "-1 250,50"]
    )
    await expect(window(petra).get_by_role("cell", name="<script>alert(1)</script>")).to_be_visible()
    await expect(window(petra).get_by_role("link", name="Ladda ner")).to_be_visible()
    assert not await petra.axe()
    assert not await petra.cramped()
    await petra.page.keyboard.press("Escape")
    await expect(window(petra)).to_have_count(0)
    await expect(opener).to_be_focused()
    await petra.page.keyboard.press("Enter")
    await expect(window(petra).get_by_role("table")).to_be_visible()
    product.call(ANNA, "document.move", document_id=made, folder_id=private)
    await expect(window(petra)).to_have_count(0)
    assert "Porto" not in await petra.page.content()


async def test_a_text_is_read_beside_the_thread_and_on_the_page_of_documents(lobby: Lobby, product: Product) -> None:
    """RD-8: it is new no more then. What is longer says so."""
    thread_id, _ = new_thread(product)
    number = next(_numbers)
    shared = folder(product, "client_edits", f"Böcker {number}")
    books, long = f"bok {number}.se", f"logg {number}.txt"
    account_id = account_of(product, HOLM)["id"]
    document(product, shared["id"], books, PETRA, field.SIE_QUOTED)
    anna = await lobby.staff(ANNA, f"/console/accounts/{account_id}/documents")
    await line(anna, shared["name"]).get_by_role("button", name=shared["name"]).first.click()
    await expect(line(anna, books).get_by_text("Nytt", exact=True)).to_be_visible()
    await act(anna, books, "Visa")
    await expect(window(anna)).to_contain_text('#FNAMN "Älvsjö Måleri & Städ AB"')
    await expect(window(anna)).not_to_contain_text("Bara början visas")
    await window(anna).get_by_role("button", name="Stäng").click()
    await expect(line(anna, books).get_by_text("Nytt", exact=True)).to_have_count(0)
    sent(product, thread_id, shared["id"], (long, b"en rad\n" * 50_000))
    await anna.go(f"/console/threads/{thread_id}")
    side = anna.page.get_by_role("complementary")
    await side.get_by_role("tab", name="Dokument").click()
    await side.get_by_role("button", name=f"Mer om {long}").click()
    await anna.page.get_by_role("menuitem", name="Visa", exact=True).click()
    await expect(window(anna)).to_contain_text("Bara början visas här.")


async def test_words_fit_wherever_they_are_read(
    lobby: Lobby, product: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Desk and telephone, light and dark: pictures to be looked at, and nothing wider than the page."""
    thread_id, _ = new_thread(product)
    shared = folder(product, "client_edits", f"Mått {next(_numbers)}")["id"]
    wide = TABLE + "2026-01-04;" + "x" * 200 + ";1\r\n" + "2026-02-01;Hyra lokal;-12 000,00\r\n" * 60
    names = ("utdrag.csv", "villkor.txt")
    text = ("Villkor\n\n" + "En lång mening om vad som gäller för uppdraget. " * 12 + "\n\n") * 9
    sent(product, thread_id, shared, (names[0], wide.encode()), (names[1], text.encode()))
    pictures = tmp_path_factory.mktemp("reading")
    for email, path, size, scheme in LOOKS:
        visitor = await lobby.staff(email, f"{path}{thread_id}", size=size, scheme=scheme)
        side = path.split("/")[1]
        for name in names:
            await visitor.stream.get_by_role("button", name=f"Läs {name}").click()
            await expect(
                window(visitor).get_by_text("Hyra lokal" if name == names[0] else "En lång mening").first
            ).to_be_visible()
            await visitor.page.screenshot(path=pictures / f"{side}-{size[0]}-{scheme}-{name}.png")
            assert await visitor.page.evaluate("() => document.documentElement.scrollWidth") <= size[0]
            await expect(window(visitor).get_by_role("link", name="Ladda ner")).to_be_in_viewport()
            assert not await visitor.axe()
            await visitor.page.keyboard.press("Escape")
            await expect(window(visitor)).to_have_count(0)
        await visitor.page.screenshot(path=pictures / f"{side}-{size[0]}-{scheme}.png")
