"""Pictures in chats: small beside each other, large over the screen, and gone for whoever may not see them any more
(DC-8)."""

from __future__ import annotations

import itertools

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.server.files import samples
from tests.stories.browser import NARROW, Lobby
from tests.stories.filed import LOOKS, document, folder, send, window
from tests.stories.test_chat import ANNA, PETRA, both, new_thread

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)
SIZES = ((1600, 1200), (900, 1600), (40, 30))


def sent(product: Product, thread_id: str, access: str = "client_edits") -> list[str]:
    """Petra has sent three pictures, of a telephone's, an upright and a tiny one; their names."""
    where = folder(product, access)["id"]
    number = next(_numbers)
    names = [f"kvitto {number}-{at}.jpg" for at in range(len(SIZES))]
    made = [
        document(product, where, name, content=samples.picture("JPEG", size))["id"]
        for name, size in zip(names, SIZES, strict=True)
    ]
    send(product, thread_id, made, "Här är kvittona.", email=PETRA if access != "private" else ANNA)
    return names


async def drawn(picture: Locator) -> None:
    """A picture is here, and not a broken one."""
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("one => one.naturalWidth") > 0


async def test_the_light_box_is_used_by_keys_and_gives_focus_back(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    names = sent(product, thread_id)
    anna, _ = await both(lobby, thread_id)
    opener = anna.stream.get_by_role("button", name=names[1])
    await opener.focus()
    await anna.page.keyboard.press("Enter")
    dialog = window(anna)
    await expect(dialog).to_have_accessible_name(names[1])
    await expect(dialog).to_contain_text("2 av 3")
    await drawn(dialog.get_by_role("img", name=names[1]))
    await expect(dialog.get_by_role("button", name="Stäng")).to_be_focused()
    for key, name in (("ArrowRight", names[2]), ("ArrowRight", names[0]), ("End", names[2]), ("Home", names[0]),
                      ("ArrowLeft", names[2])):  # fmt: skip
        await anna.page.keyboard.press(key)
        await expect(dialog).to_have_accessible_name(name)
    # What is behind can't be reached: round and round goes the tabulator.
    for _ in range(8):
        await anna.page.keyboard.press("Tab")
        assert await anna.page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    await anna.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()
    async with anna.page.expect_download() as coming:
        await opener.click()
        await dialog.get_by_role("link", name="Ladda ner").click()
    brought = await coming.value
    assert brought.suggested_filename == names[1]
    assert (await brought.path()).read_bytes() == samples.picture("JPEG", SIZES[1])


async def test_the_light_box_is_swiped_on_a_telephone(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    names = sent(product, thread_id)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await petra.stream.get_by_role("button", name=names[0]).click()
    dialog = window(petra)
    await drawn(dialog.get_by_role("img", name=names[0]))
    width, height = NARROW
    for start, end, name in ((0.8, 0.3, names[1]), (0.2, 0.7, names[0])):
        await petra.page.mouse.move(width * start, height / 2)
        await petra.page.mouse.down()
        await petra.page.mouse.move(width * end, height / 2 + 5, steps=4)
        await petra.page.mouse.up()
        await expect(dialog).to_have_accessible_name(name)
    wide = await petra.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width


async def test_a_picture_that_is_closed_is_gone_also_from_the_light_box(lobby: Lobby, product: Product) -> None:
    """DC-8: without a reload, and at its addresses."""
    thread_id, _ = new_thread(product)
    shared, private = folder(product, "client_views")["id"], folder(product, "private")["id"]
    name = f"hemlig {next(_numbers)}.jpg"
    made = document(product, shared, name, content=samples.picture("JPEG", (800, 600)))
    send(product, thread_id, [made["id"]])
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await petra.stream.get_by_role("button", name=name).click()
    await drawn(window(petra).get_by_role("img", name=name))
    product.call(ANNA, "document.move", document_id=made["id"], folder_id=private)
    await expect(window(petra)).to_have_count(0)
    await expect(petra.stream.get_by_text("Dokumentet finns inte längre här")).to_be_visible()
    assert name not in await petra.page.content()
    for what in ("content", "thumbnail", "picture"):
        answer = await petra.page.request.get(f"{product.url}/api/v1/documents/{made['id']}/{what}")
        assert answer.status == 404


async def test_pictures_fit_wherever_they_are_looked_at(
    lobby: Lobby, product: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Desk and telephone, light and dark: pictures to be looked at, and nothing wider than the page."""
    thread_id, _ = new_thread(product)
    names = sent(product, thread_id)
    pictures = tmp_path_factory.mktemp("pictures")
    for email, path, size, scheme in LOOKS:
        visitor = await lobby.staff(email, f"{path}{thread_id}", size=size, scheme=scheme)
        await drawn(visitor.stream.get_by_role("img", name=names[0]))
        side = path.split("/")[1]
        await visitor.page.screenshot(path=pictures / f"{side}-{size[0]}-{scheme}.png")
        await visitor.stream.get_by_role("button", name=names[0]).click()
        await drawn(window(visitor).get_by_role("img", name=names[0]))
        await visitor.page.screenshot(path=pictures / f"{side}-{size[0]}-{scheme}-open.png")
        assert await visitor.page.evaluate("() => document.documentElement.scrollWidth") <= size[0]


async def test_a_paper_is_looked_at_page_by_page(lobby: Lobby, product: Product) -> None:
    """Its name stands below it and brings the file; its pages are had one by one."""
    thread_id, _ = new_thread(product)
    name = f"Årsbokslut {next(_numbers)}.pdf"
    made = document(product, folder(product, "client_views")["id"], name, content=samples.pdf("ett", "två", "tre"))
    send(product, thread_id, [made["id"]], "Här är bokslutet.")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await drawn(petra.stream.get_by_role("img", name=name))
    await expect(petra.stream.get_by_role("link", name=name)).to_be_visible()
    await petra.stream.get_by_role("button", name=name).click()
    for page, key in ((1, "ArrowRight"), (2, "End"), (3, "Home"), (1, "Escape")):
        await expect(window(petra)).to_contain_text(f"Sida {page} av 3")
        await drawn(window(petra).get_by_role("img", name=name))
        await petra.page.keyboard.press(key)
    await expect(window(petra)).to_have_count(0)
    assert not await petra.cramped()
    assert not await petra.axe()
