"""A folder of the computer that is chosen or dropped as a whole: folders and documents, one message, one line meanwhile
(ZP-1, ZP-2, ZP-5)."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.filed import folder
from tests.stories.test_attaching import row, tray
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of, both, new_thread
from tests.stories.test_documents_page import line

pytestmark = pytest.mark.anyio
_numbers = itertools.count(1)


def filled(where: Path, *paths: str) -> Path:
    """A folder with a file at each of these."""
    for path in paths:
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(b"%PDF-1.7 " + path.encode())
    return where


async def drop(visitor: Visitor, onto: Locator, *paths: Path) -> None:
    """Drag files and folders of the computer onto something, and let them go."""
    box = await onto.bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    browser = await visitor.page.context.new_cdp_session(visitor.page)
    for kind in ("dragEnter", "dragOver", "drop"):
        await browser.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})
    await browser.detach()


async def choose_folder(visitor: Visitor, label: str, path: Path) -> None:
    async with visitor.page.expect_file_chooser() as opened:
        await (
            visitor.page.get_by_role("button", name=label).or_(visitor.page.get_by_role("menuitem", name=label)).click()
        )
    await (await opened.value).set_files(path)


def ways(product: Product, top: str) -> dict[str, str]:
    """The folders below those of a name, each by its id, with the names that lead to it."""
    folders: list[dict[str, Any]] = product.call(PETRA, "folder.list", account_id=account_of(product, HOLM)["id"])[
        "folders"
    ]
    by_id = {one["id"]: one for one in folders}

    def way(one: dict[str, Any]) -> str:
        above = by_id.get(one.get("parent_id", ""))
        return f"{way(above)}/{one['name']}" if above is not None and one["name"] != top else str(one["name"])

    return {one["id"]: way(one) for one in folders if way(one).split("/")[0] == top}


async def test_a_client_sends_a_folder_and_the_firm_gets_it_as_it_was(
    lobby: Lobby, product: Product, tmp_path: Path
) -> None:
    """ZP-1, ZP-2, ZP-5: chosen in the menu, on a telephone's width; one line, one message, the folders as they were."""
    top = f"Kvitton {next(_numbers)}"
    where = filled(tmp_path / top, "lunch.pdf", "oktober/hotell.pdf", "oktober/.DS_Store", "november/tåg.pdf")
    (where / "tom").mkdir()
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    await petra.page.get_by_role("button", name="Bifoga filer").click()
    await choose_folder(petra, "En hel mapp från enheten", where)
    await expect(row(petra, top)).to_contain_text("3 filer,")
    assert not await petra.cramped()
    assert not await petra.axe()
    await petra.write("Hela hösten.")
    await petra.page.get_by_role("button", name="Skicka").click()
    for visitor in (anna, petra):
        for name in ("lunch.pdf", "hotell.pdf", "tåg.pdf"):
            await expect(visitor.message("Hela hösten.").get_by_role("link", name=name)).to_be_visible()
    await expect(petra.page.get_by_text(f"{top}: 3 filer sparade")).to_be_visible()
    assert sorted(ways(product, top).values()) == [top, f"{top}/november", f"{top}/oktober"]


async def test_staff_drop_a_folder_where_they_stand_and_choose_another(
    lobby: Lobby, product: Product, tmp_path: Path
) -> None:
    """ZP-1, ZP-2: more than a browser hands out at once; beside a file that is dropped with it; the same name twice."""
    number = next(_numbers)
    top = folder(product, "client_views", f"Underlag {number}")
    name = f"Verifikat {number}"
    where = filled(tmp_path / name, *(f"{at:03}.pdf" for at in range(105)), "bilagor/a.pdf")
    beside = filled(tmp_path, f"Ensam {number}.pdf") / f"Ensam {number}.pdf"
    anna = await lobby.staff(ANNA, f"/console/accounts/{account_of(product, HOLM)['id']}/documents")
    await line(anna, top["name"]).get_by_role("button", name=top["name"]).first.click()
    await expect(anna.page.get_by_role("button", name="Ladda upp en mapp här")).to_be_visible()
    await drop(anna, anna.page.get_by_role("main"), where, beside)
    await expect(row(anna, name)).to_contain_text("106 filer,")
    await expect(row(anna, beside.name)).to_be_visible()
    await tray(anna).get_by_role("button", name="Spara", exact=True).click()
    await expect(anna.page.get_by_text(f"{name}: 106 filer sparade")).to_be_visible(timeout=120_000)
    await expect(tray(anna)).to_have_count(0)
    await expect(line(anna, name)).to_be_visible()
    await expect(line(anna, beside.name)).to_be_visible()
    await choose_folder(anna, "Ladda upp en mapp här", filled(tmp_path / "igen" / name, "b.pdf"))
    await tray(anna).get_by_role("button", name="Spara", exact=True).click()
    await expect(line(anna, f"{name} (2)")).to_be_visible()
    assert sorted(ways(product, top["name"]).values()) == [
        top["name"], f"{top['name']}/{name}", f"{top['name']}/{name} (2)", f"{top['name']}/{name}/bilagor",
    ]  # fmt: skip


async def test_a_folder_that_isnt_taken_says_the_limit_and_what_came(
    lobby: Lobby, product: Product, tmp_path: Path
) -> None:
    """ZP-3: in both languages' words, before anything of it is brought."""
    number = next(_numbers)
    thread_id, _ = new_thread(product)
    anna, _ = await both(lobby, thread_id)
    large, empty = tmp_path / f"Stor {number}", tmp_path / f"Tom {number}"
    large.mkdir()
    for at in range(2_001):
        (large / f"{at}.txt").write_bytes(b"1")
    (empty / "tom").mkdir(parents=True)
    for where, said in (
        (large, f"{large.name} har 2\u00a0001 filer. En mapp får ha högst 2\u00a0000."),
        (empty, f"Det finns inga filer i {empty.name}."),
        (
            filled(tmp_path / f"Djup {number}", "/".join([*"abcdefghijklmnopqrstuvwx", "y.txt"])),
            f"Djup {number} har 25 mappar i varandra. Det får vara högst 24.",
        ),
    ):
        await drop(anna, anna.field, where)
        await expect(tray(anna).get_by_role("alert")).to_have_text(said)
    await expect(tray(anna).get_by_role("listitem")).to_have_count(0)
