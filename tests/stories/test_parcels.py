"""All documents at once: of a folder and of a thread, for staff and for clients, as a zip that is opened (DC-8)."""

import itertools
import zipfile

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.filed import PDF, document, folder, send
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of, both, new_thread

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


async def brought(visitor: Visitor, button: Locator) -> tuple[str, dict[str, bytes]]:
    """What a press brings: how the zip is called, and what is in it."""
    async with visitor.page.expect_download() as coming:
        await button.click()
    download = await coming.value
    with zipfile.ZipFile(await download.path()) as opened:
        assert opened.testzip() is None
        return download.suggested_filename, {name: opened.read(name) for name in opened.namelist()}


async def test_a_thread_brings_what_it_carries_to_each_side_what_is_for_them(lobby: Lobby, product: Product) -> None:
    """AC-6, DC-8: what an internal message carries is not for the client, who has no button before there is something."""
    thread_id, subject = new_thread(product)
    shared = folder(product, "client_views", f"Delad {next(_numbers)}")["id"]
    first = document(product, shared, "Årsbokslut.pdf", content=PDF)["id"]
    whispered = document(product, shared, "viskat.pdf", content=b"%PDF-1.7 viskat")["id"]
    anna, petra = await both(lobby, thread_id)
    send(product, thread_id, [whispered], "Här är allt.", internal=True)
    await expect(anna.stream.get_by_role("link", name="viskat.pdf")).to_be_visible()
    all_of_it = petra.page.get_by_role("button", name="Ladda ner alla dokument")
    await expect(all_of_it).to_have_count(0)
    send(product, thread_id, [first], "Här är allt.")
    await expect(petra.stream.get_by_role("link", name="Årsbokslut.pdf")).to_be_visible()
    assert await brought(petra, all_of_it) == (f"{subject}.zip", {"Årsbokslut.pdf": PDF})
    await anna.page.get_by_role("complementary").get_by_role("tab", name="Dokument").click()
    name, found = await brought(anna, anna.page.get_by_role("button", name="Ladda ner alla"))
    assert (name, set(found)) == (f"{subject}.zip", {"Årsbokslut.pdf", "viskat.pdf"})
    assert not await anna.axe()
    assert not await petra.axe()


async def test_a_folder_brings_all_that_is_below_it_and_says_where_there_is_nothing(
    lobby: Lobby, product: Product
) -> None:
    """On both sides; on a telephone too."""
    number = next(_numbers)
    top = folder(product, "client_views", f"Bokslut {number}")
    account_id = account_of(product, HOLM)["id"]
    below = product.call(
        ANNA,
        "folder.create",
        account_id=account_id,
        client_folder_id=f"undermapp-{number:06d}",
        name="Kvitton",
        parent_id=top["id"],
    )
    anna = await lobby.staff(ANNA, f"/console/accounts/{account_id}/documents")
    petra = await lobby.contact(PETRA, "/portal/documents", size=NARROW)
    for visitor in (anna, petra):
        await visitor.page.get_by_role("main").get_by_role("button", name=top["name"]).first.click()
        visitor.trouble_is_expected = True  # the browser notes that the answer is 409
        await visitor.page.get_by_role("button", name="Ladda ner alla").click()
        await expect(visitor.page.get_by_text("Här finns inga dokument att ladda ner.")).to_be_visible()
        visitor.trouble_is_expected = False
    document(product, top["id"], "Bokslut.pdf", content=PDF)
    document(product, below["id"], "Hotell.pdf", content=b"%PDF-1.7 hotell")
    for visitor in (anna, petra):
        name, found = await brought(visitor, visitor.page.get_by_role("button", name="Ladda ner alla"))
        assert (name, found) == (f"{top['name']}.zip", {"Bokslut.pdf": PDF, "Kvitton/Hotell.pdf": b"%PDF-1.7 hotell"})
        assert not await visitor.cramped()
        assert not await visitor.axe()


async def test_some_that_are_chosen_come_as_one_zip(lobby: Lobby, product: Product) -> None:
    """ZP-1: also to a client who may only look at them."""
    number = next(_numbers)
    top = folder(product, "client_views", f"Valda {number}")
    names = [f"Kvitto {number}-{at}.pdf" for at in range(3)]
    for name in names:
        document(product, top["id"], name, content=b"%PDF-1.7 " + name.encode())
    petra = await lobby.contact(PETRA, "/portal/documents", size=NARROW)
    await petra.page.get_by_role("main").get_by_role("button", name=top["name"]).first.click()
    for name in names[:2]:
        await petra.page.get_by_role("checkbox", name=f"Välj {name}").check()
    chosen = petra.page.get_by_role("toolbar", name="Det som är valt")
    name, found = await brought(petra, chosen.get_by_role("button", name="Ladda ner"))
    assert (name, found) == (f"{top['name']}.zip", {one: b"%PDF-1.7 " + one.encode() for one in names[:2]})
    assert not await petra.cramped()
    assert not await petra.axe()
