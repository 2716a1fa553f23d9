"""A zip that is attached or uploaded is what is in it: documents in folders, one message, one sentence about it (ZP)."""

import itertools

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.server.files import archives
from tests.server.files.archives import zipped
from tests.stories.browser import NARROW, Lobby
from tests.stories.filed import document, folder
from tests.stories.test_attaching import choose, tray
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of, both, new_thread
from tests.stories.test_documents_page import line

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


async def test_a_client_sends_a_zip_and_the_firm_gets_what_is_in_it(lobby: Lobby, product: Product) -> None:
    """ZP-1, ZP-2, ZP-5: in one message; one that is refused says why and names the entry."""
    number = next(_numbers)
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    names = [f"Hotell {number}.pdf", f"Tåg {number}.pdf"]
    made = zipped({f"Oktober/{name}": b"%PDF-1.7 " + name.encode() for name in names} | {"__MACOSX/._a": b"x"})
    await choose(petra, (f"Kvitton {number}.zip", made))
    await petra.write("Oktober är här.")
    await petra.page.get_by_role("button", name="Skicka").click()
    await expect(petra.page.get_by_text(f"Kvitton {number}.zip: 2 filer uppackade")).to_be_visible()
    for visitor in (anna, petra):
        for name in names:
            await expect(visitor.message("Oktober är här.").get_by_role("link", name=name)).to_be_visible()
    folders = product.call(PETRA, "folder.list", account_id=account_of(product, HOLM)["id"])["folders"]
    assert [one for one in folders if one["name"].startswith("Oktober") and "parent_id" in one]
    await choose(petra, (f"Konstig {number}.zip", zipped({"ok.txt": b"1", "../ut.txt": b"1"})))
    await tray(petra).get_by_role("button", name="Spara", exact=True).click()
    await expect(tray(petra)).to_contain_text(
        "Ett namn i zip-filen leder ut ur mappen: den packas inte upp. (../ut.txt)"
    )
    # It is what it is: nothing to try again with, and nowhere to save it.
    await expect(tray(petra).get_by_role("button", name="Försök igen")).to_have_count(0)
    await expect(tray(petra).get_by_role("button", name="Spara", exact=True)).to_have_count(0)
    assert not await petra.axe()


async def test_staff_unpack_into_a_folder_and_what_is_locked_stays_one_file(lobby: Lobby, product: Product) -> None:
    """ZP-2, ZP-3: on the page of documents, on a telephone too."""
    number = next(_numbers)
    top = folder(product, "client_views", f"Moms {number}")
    account_id = account_of(product, HOLM)["id"]
    anna = await lobby.staff(ANNA, f"/console/accounts/{account_id}/documents", size=NARROW)
    await line(anna, top["name"]).get_by_role("button", name=top["name"]).first.click()
    await expect(anna.page.get_by_role("button", name="Ladda upp filer här")).to_be_visible()
    for name, content, said in (
        ("Kvartal.zip", zipped({"Underlag/jan.txt": b"1", "moms.txt": b"2"}), "Kvartal.zip: 2 filer uppackade"),
        ("Lås.zip", archives.encrypted(), "Lås.zip har ett lösenord och förblir en fil"),
    ):
        await anna.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/zip", "buffer": content}
        )
        await tray(anna).get_by_role("button", name="Spara", exact=True).click()
        await expect(anna.page.get_by_text(said)).to_be_visible()
        await expect(tray(anna)).to_have_count(0)
    for name in ("Underlag", "moms.txt", "Lås.zip"):
        await expect(line(anna, name)).to_be_visible()
    assert not await anna.cramped()


async def test_a_zip_from_the_folders_is_attached_as_it_is(lobby: Lobby, product: Product) -> None:
    """ZP-4: nothing comes out of it, and whoever gets it has the same bytes."""
    number = next(_numbers)
    thread_id, _ = new_thread(product)
    top = folder(product, "client_views", f"Arkiv {number}")
    name, content = f"Arkiv {number}.zip", zipped({"a.txt": b"1", "b.txt": b"2"})
    document(product, top["id"], name, content=content)
    anna, petra = await both(lobby, thread_id)
    await anna.page.get_by_role("button", name="Bifoga filer").click()
    await anna.page.get_by_role("menuitem", name="Från mapparna").click()
    picker = anna.page.get_by_role("dialog", name="Dokument från mapparna")
    await picker.get_by_role("button", name=top["name"]).click()
    await picker.get_by_role("checkbox", name=name).check()
    await picker.get_by_role("button", name="Bifoga", exact=True).click()
    await expect(tray(anna).get_by_role("listitem").filter(has_text=name)).to_contain_text("sparad")
    await anna.page.get_by_role("button", name="Skicka till").click()
    async with petra.page.expect_download() as coming:
        await petra.stream.get_by_role("link", name=name).click()
    assert (await (await coming.value).path()).read_bytes() == content
    inside = product.call(ANNA, "document.list", folder_id=top["id"])["documents"]
    assert [one["name"] for one in inside] == [name]
