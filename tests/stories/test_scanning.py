"""Files and the virus scanner, as people see them: held while it is away, there without reloading once it is back, stopped
where it finds something, of which staff are told. With a product, and a real clamd, of their own."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import to_builtins
from playwright.async_api import expect

from deploy.dev.embedded import Clamd
from protocol.body import paragraph
from tests.product import Product, serving
from tests.stories.browser import NARROW, WIDE, Lobby, Scheme, Visitor
from tests.stories.filed import PDF, document, send
from tests.stories.test_attaching import choose, row, tray
from tests.stories.test_chat import ANNA, HOLM, PETRA, both, new_thread

pytestmark = pytest.mark.anyio
INFECTED = b"Dear all. " + Clamd.FINDS
HELD = "Viruskontrolleras. Bara ni ser den."
PLACE = "En fil viruskontrolleras"
STOPPED = "Stoppad av viruskontrollen. Ta bort den."
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def scanner(servers_folder: Path) -> Iterator[Clamd]:
    """The virus scanner, which can be away."""
    server = Clamd(servers_folder / "clamd-told")
    server.start()
    yield server
    server.dispose()


@pytest.fixture(scope="module")
def product(
    scanner: Clamd, mongo_url: str, servers_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """One of these stories' own: others have no scanner."""
    folder = tmp_path_factory.mktemp("scanned")
    with serving(folder, servers_folder, mongo_url, "scanned", CHATTAR_CLAMD=scanner.address) as running:
        yield running


async def test_a_file_waits_for_the_scanner_and_comes_without_reloading(
    lobby: Lobby, product: Product, scanner: Clamd
) -> None:
    """DC-8: the message is there at once, with a line in the file's place."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    name = f"Kvitto {next(_numbers)}.pdf"
    await asyncio.to_thread(scanner.kill)
    try:
        await choose(petra, (name, PDF))
        await tray(petra).get_by_role("button", name="Spara").click()
        await expect(row(petra, name)).to_contain_text(HELD)
        await petra.send("Här är kvittot.")
        await expect(anna.message("Här är kvittot.")).to_contain_text(PLACE)
        assert name not in await anna.page.locator("body").inner_text()
        await expect(petra.message("Här är kvittot.")).to_contain_text(HELD)
        await expect(petra.message("Här är kvittot.").get_by_role("link", name=name)).to_be_visible()
    finally:
        await asyncio.to_thread(scanner.start)
    await expect(anna.message("Här är kvittot.").get_by_role("link", name=name)).to_be_visible()
    await expect(petra.message("Här är kvittot.")).not_to_contain_text(HELD)


async def test_an_infected_file_is_stopped_and_staff_are_told(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    name = f"Faktura {next(_numbers)}.txt"
    await choose(petra, (name, INFECTED))
    await tray(petra).get_by_role("button", name="Spara").click()
    await expect(row(petra, name)).to_contain_text(STOPPED)
    await petra.send("Här är fakturan.")
    await expect(petra.message("Här är fakturan.")).to_contain_text(STOPPED)
    await expect(petra.message("Här är fakturan.").get_by_role("link", name=name)).to_have_count(0)
    await expect(anna.message("Här är fakturan.")).to_contain_text("Dokumentet finns inte längre här")
    assert name not in await anna.page.locator("body").inner_text()
    sofia = await lobby.staff("sofia@lindbergfalk.example", "/console/inbox")
    await expect(sofia.page.get_by_text("Viruskontrollen stoppade en fil från Petra Holm")).to_be_visible()
    await choose(petra, (f"Faktura {next(_numbers)}.txt", INFECTED))
    await tray(petra).get_by_role("button", name="Spara").click()
    await expect(sofia.page.get_by_text("Viruskontrollen stoppade 2 filer från Petra Holm")).to_be_visible()


@pytest.mark.parametrize(
    ("author", "reader", "client"),
    [(ANNA, PETRA, HOLM), ("grace@marlowereed.example", "olivia@harbourbooks.example", "Harbour Books Ltd")],
)
@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_reads_well_on_both_sides_and_in_both_languages(
    lobby: Lobby,
    product: Product,
    scanner: Clamd,
    author: str,
    reader: str,
    client: str,
    size: tuple[int, int],
    scheme: Scheme,
) -> None:
    """In messages and in the folders; nothing is cramped, and axe finds nothing."""
    number = next(_numbers)
    account_id = product.call(author, "account.list", search=client)["accounts"][0]["id"]
    thread_id = product.call(
        author,
        "thread.create",
        account_id=account_id,
        client_message_id=f"skannad-{number:06d}",
        subject=f"Scan {number}",
        body=to_builtins(paragraph("Hej!")),
    )["thread"]["id"]
    where = product.call(
        author,
        "folder.create",
        account_id=account_id,
        client_folder_id=f"skannad-{number:06d}",
        name=f"Scan {number}",
        access="client_edits",
    )["id"]
    refused = document(product, where, "Faktura från leverantören oktober 2026.txt", author, INFECTED)
    large = document(product, where, "Skannade pärmar.txt", author, b"x" * (Clamd.FILE_BYTES_MAX + 1))
    await asyncio.to_thread(scanner.kill)
    try:
        held = document(product, where, "Bokslut 2026.pdf", author, PDF + str(number).encode())
        ids = [one["id"] for one in (refused, large, held)]
        send(product, thread_id, ids, "Tre filer", email=author)
        for email, path in ((author, "/console"), (reader, "/portal")):
            visitor = await lobby.staff(email, f"{path}/threads/{thread_id}", size=size, scheme=scheme)
            await expect(visitor.message("Tre filer")).to_be_visible()
            await expect(visitor.stream.get_by_text("Bokslut 2026.pdf")).to_have_count(1 if email == author else 0)
            await reads_well(visitor)
        page = await lobby.staff(author, f"/console/accounts/{account_id}/documents", size=size, scheme=scheme)
        await page.page.get_by_role("button", name=re.compile(f"^Scan {number}")).click()
        await expect(page.page.get_by_text("Bokslut 2026.pdf")).to_be_visible()
        await expect(page.page.get_by_role("link", name="Faktura från leverantören oktober 2026.txt")).to_have_count(0)
        await reads_well(page)
    finally:
        await asyncio.to_thread(scanner.start)


async def reads_well(visitor: Visitor) -> None:
    assert not await visitor.cramped()
    assert not await visitor.axe()
