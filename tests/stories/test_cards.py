"""Files of the field on cards in chats: books and an invoice, with every öre, in both languages (issue 9, point 7)."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest
from msgspec import to_builtins
from playwright.async_api import Locator, expect

from protocol.body import paragraph
from tests.product import Product
from tests.server.files import field
from tests.stories.browser import NARROW, WIDE, Lobby, Scheme
from tests.stories.filed import document, send

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


class Told(NamedTuple):
    """Who looks, and what they read."""

    language: str
    staff: str
    contact: str
    account: str
    books: tuple[str, ...]
    invoice: tuple[str, ...]


SWEDISH = Told(
    "sv-SE", "anna@lindbergfalk.example", "petra@holmbygg.example", "Holm",
    ("Bokföring (SIE 4)", "Älvsjö Måleri & Städ AB", "556677-8899 · 1 jan 2025 – 31 dec 2025",
     "Årets resultat48 800,15 SEK", "Balansomslutning62 000,15 SEK", "Verifikationer2",
     "Debet och kredit skiljer sig i en verifikation"),
    ("Faktura", "Kvarnen & Söner AB · 1001", "till Bageriet · 16 juni 2026", "Att betala208,03 EUR",
     "Totalt308,03 EUR", "Moms61,61 EUR", "Förfaller16 juli 2026"),
)  # fmt: skip
ENGLISH = Told(
    "en-GB", "grace@marlowereed.example", "olivia@harbourbooks.example", "Harbour",
    ("Bookkeeping (SIE 4)", "Älvsjö Måleri & Städ AB", "556677-8899 · 1 Jan 2025 – 31 Dec 2025",
     "Result of the year48,800.15 SEK", "Balance total62,000.15 SEK", "Vouchers2",
     "Debits and credits differ in one voucher"),
    ("Invoice", "Kvarnen & Söner AB · 1001", "to Bageriet · 16 Jun 2026", "To pay208.03 EUR",
     "Total308.03 EUR", "VAT61.61 EUR", "Due16 Jul 2026"),
)  # fmt: skip
WAYS: tuple[tuple[Told, bool, tuple[int, int], Scheme], ...] = (
    (SWEDISH, True, WIDE, "light"),
    (SWEDISH, False, NARROW, "dark"),
    (ENGLISH, True, NARROW, "light"),
    (ENGLISH, False, WIDE, "dark"),
)


def sent(product: Product, told: Told) -> tuple[str, dict[str, bytes]]:
    """The contact has sent books, an invoice and an invoice that is damaged: the thread, and each file by its name."""
    number = next(_numbers)
    account_id = product.call(told.staff, "account.list", search=told.account)["accounts"][0]["id"]
    folder_id = product.call(
        told.staff,
        "folder.create",
        account_id=account_id,
        client_folder_id=f"kort-mapp-{number:06d}",
        name="Kort",
        access="client_edits",
    )["id"]
    thread_id = product.call(
        told.staff,
        "thread.create",
        account_id=account_id,
        client_message_id=f"kort-chatt-{number:06d}",
        subject=f"Kort {number}",
        body=to_builtins(paragraph("Bokslut")),
        tasks=[],
    )["thread"]["id"]
    files = {
        f"bokföring {number}.se": field.SIE_QUOTED,
        f"faktura {number}.xml": field.UBL_INVOICE,
        f"trasig {number}.xml": field.UBL_INVOICE[:900],
    }
    made = [document(product, folder_id, name, told.contact, content)["id"] for name, content in files.items()]
    send(product, thread_id, made, "Filerna till bokslutet", email=told.contact)
    return thread_id, files


async def reads(card: Locator, texts: tuple[str, ...]) -> None:
    """A card says all of this. Blanks that don't break are blanks."""
    for text in texts:
        await expect(card).to_contain_text(text)


@pytest.mark.parametrize(("told", "staff", "size", "scheme"), WAYS)
async def test_books_and_an_invoice_say_what_is_in_them(
    lobby: Lobby,
    product: Product,
    tmp_path_factory: pytest.TempPathFactory,
    told: Told,
    staff: bool,
    size: tuple[int, int],
    scheme: Scheme,
) -> None:
    """For staff and for the contact; the file itself is below its card, and one that is damaged stands there alone."""
    thread_id, files = sent(product, told)
    books_name, invoice_name, damaged_name = files
    side, email = ("console", told.staff) if staff else ("portal", told.contact)
    visitor = await lobby.staff(email, f"/{side}/threads/{thread_id}", size=size, scheme=scheme, language=told.language)
    cards = visitor.stream.locator(".file-card")
    await expect(cards).to_have_count(2)
    for name, texts in ((books_name, told.books), (invoice_name, told.invoice)):
        await reads(cards.filter(has=visitor.page.get_by_role("link", name=name)), texts)
    await expect(visitor.stream.get_by_role("link", name=damaged_name)).to_be_visible()
    async with visitor.page.expect_download() as coming:
        await cards.get_by_role("link", name=books_name).click()
    assert (await (await coming.value).path()).read_bytes() == field.SIE_QUOTED
    assert await visitor.cramped() + await visitor.axe() == []
    assert await visitor.page.evaluate("() => document.documentElement.scrollWidth") <= size[0]
    pictures = tmp_path_factory.mktemp("cards")
    if staff and size == WIDE:
        # Beside the thread as well.
        await visitor.go(f"/console/threads/{thread_id}?tab=documents")
        beside = visitor.page.get_by_role("complementary").locator(".file-card")
        await expect(beside).to_have_count(2)
        for name, texts in ((books_name, told.books), (invoice_name, told.invoice)):
            await reads(beside.filter(has=visitor.page.get_by_role("link", name=name)), texts)
        assert await visitor.cramped() + await visitor.axe() == []
    await visitor.page.screenshot(path=pictures / f"{side}-{size[0]}-{scheme}-{told.language[:2]}.png")
