"""Documents that messages carry, as both sides see them: by name for whoever may see them, and gone at once from the window
of whoever may not any more (DC-4, DC-8)."""

import itertools

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.stories.browser import Lobby
from tests.stories.filed import PDF, document, folder, send
from tests.stories.test_chat import ANNA, PETRA, both, new_thread

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


async def test_a_document_is_there_for_both_and_gone_for_the_client_once_its_folder_is_private(
    lobby: Lobby, product: Product
) -> None:
    """DC-4, DC-8, LS-3: without a reload, from the open window, from the list and at its address."""
    thread_id, subject = new_thread(product)
    shared, private = folder(product, "client_views")["id"], folder(product, "private")["id"]
    name = f"Årsbokslut {next(_numbers)}.pdf"
    made = document(product, shared, name)
    anna, petra = await both(lobby, thread_id)
    send(product, thread_id, [made["id"]])
    for visitor in (anna, petra):
        link = visitor.stream.get_by_role("link", name=name)
        await expect(link).to_be_visible()
        await expect(link).to_contain_text("12 kB")
        row = visitor.page.get_by_role("link").filter(has_text=subject).first
        await expect(row).to_contain_text("Har dokument")
        await expect(row).to_contain_text("ett dokument")
    async with petra.page.expect_download() as coming:
        await petra.stream.get_by_role("link", name=name).click()
    brought = await coming.value
    assert brought.suggested_filename == name
    assert (await brought.path()).read_bytes() == PDF
    product.call(ANNA, "document.move", document_id=made["id"], folder_id=private)
    await expect(petra.stream.get_by_text("Dokumentet finns inte längre här")).to_be_visible()
    await expect(petra.stream.get_by_role("link", name=name)).to_have_count(0)
    await expect(petra.page.get_by_role("link").filter(has_text=subject).first).not_to_contain_text("Har dokument")
    assert name not in await petra.page.content()
    answer = await petra.page.request.get(f"{product.url}/api/v1/documents/{made['id']}/content")
    assert answer.status == 404
    await expect(anna.stream.get_by_role("link", name=name)).to_be_visible()
    product.call(ANNA, "document.rename", document_id=made["id"], name=f"Nytt {name}")
    await expect(anna.stream.get_by_role("link", name=f"Nytt {name}")).to_be_visible()
    product.call(ANNA, "document.delete", document_id=made["id"])
    await expect(anna.stream.get_by_text("Dokumentet finns inte längre här")).to_be_visible()


async def test_more_than_five_are_folded_and_fit_on_a_telephone(
    lobby: Lobby, product: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """DC-11, for staff at a desk and for a contact at 360 px in the dark."""
    thread_id, _ = new_thread(product)
    shared = folder(product, "client_edits")["id"]
    made = [
        document(product, shared, f"En ganska lång rubrik på ett kvitto från mars nummer {number}.pdf")["id"]
        for number in range(7)
    ]
    send(product, thread_id, made, "Här är kvittona.", email=PETRA)
    pictures = tmp_path_factory.mktemp("documents")
    more = "Visa 2 till"
    for email, path, size in (
        (ANNA, f"/console/threads/{thread_id}", (1280, 800)),
        (PETRA, f"/portal/threads/{thread_id}", (360, 740)),
    ):
        visitor = await lobby.staff(email, path, size=size, scheme="dark" if size[0] < 500 else "light")
        links = visitor.stream.get_by_role("link", name="kvitto från mars")
        await expect(links).to_have_count(5)
        await visitor.page.screenshot(path=pictures / f"{size[0]}.png")
        await visitor.stream.get_by_role("button", name=more).click()
        await expect(links).to_have_count(7)
        await expect(visitor.stream.get_by_role("button", name=more)).to_have_count(0)
