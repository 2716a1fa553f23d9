"""The page of an account's documents, in the console and in the portal: folders and what is in them, changed by either
side, with who sees what (spec 2.11, DC-7, DC-8, DC-10)."""

import itertools
import json
import re

import pytest
from playwright.async_api import FilePayload, Locator, WebSocketRoute, expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.filed import document, folder
from tests.stories.test_attaching import UPLOADS, tray
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of

pytestmark = pytest.mark.anyio
LINN = "linn@holmbygg.example"
_numbers = itertools.count(1)


def line(visitor: Visitor, name: str) -> Locator:
    """A folder or a document in the list."""
    return visitor.page.get_by_role("main").get_by_role("listitem").filter(has_text=name)


async def act(visitor: Visitor, name: str, label: str) -> None:
    """Press something in its menu."""
    await line(visitor, name).get_by_role("button", name=f"Mer om {name}").click()
    await visitor.page.get_by_role("menuitem", name=label, exact=True).click()


async def named(visitor: Visitor, name: str, verb: str) -> None:
    """Give a name in the dialog."""
    dialog = visitor.page.get_by_role("dialog")
    await dialog.get_by_label("Namn", exact=True).fill(name)
    await dialog.get_by_role("button", name=verb, exact=True).click()
    await expect(dialog).to_have_count(0)


async def test_staff_make_a_folder_bring_files_and_open_it_for_one_of_the_clients_people(
    lobby: Lobby, product: Product
) -> None:
    """DC-8, spec 2.11: private at first; then Petra sees it and Linn doesn't."""
    number = next(_numbers)
    name, file = f"Årsredovisning {number}", f"Utkast {number}.pdf"
    account_id = account_of(product, HOLM)["id"]
    anna = await lobby.staff(ANNA, f"/console/accounts/{account_id}/documents")
    await expect(line(anna, UPLOADS)).to_contain_text("Petra Holm och Linn Holm ser det och får ändra.")
    await anna.page.get_by_role("button", name="Ny mapp").click()
    await named(anna, name, "Skapa")
    await expect(line(anna, name)).to_contain_text("Bara byrån ser det.")
    await line(anna, name).get_by_role("button", name=name).first.click()
    await expect(anna.page.get_by_role("button", name="Ladda upp filer här")).to_be_visible()
    await anna.page.locator("input[type=file]").set_input_files(
        {"name": file, "mimeType": "application/pdf", "buffer": b"%PDF-1.7 utkast"}
    )
    await expect(tray(anna).get_by_label("Spara i")).to_contain_text(name)
    await tray(anna).get_by_role("button", name="Spara", exact=True).click()
    await expect(line(anna, file)).to_contain_text("Anna Lindberg")
    await expect(tray(anna)).to_have_count(0)
    petra = await lobby.contact(PETRA, "/portal/documents", size=NARROW)
    await expect(line(petra, UPLOADS)).to_be_visible()
    await expect(line(petra, name)).to_have_count(0)
    await anna.page.get_by_role("navigation", name="Var du är").get_by_role("button", name="Alla mappar").click()
    await act(anna, name, "Vad klienten får göra")
    dialog = anna.page.get_by_role("dialog")
    await dialog.get_by_label("Petra Holm").select_option(label="Ser den")
    await dialog.get_by_role("button", name="Spara", exact=True).click()
    await expect(line(anna, name)).to_contain_text("Petra Holm ser det.")
    linn = await lobby.contact(LINN, "/portal/documents")
    await petra.page.reload()
    await line(petra, name).get_by_role("button", name=name).click()
    await expect(line(petra, file).get_by_text("Nytt", exact=True)).to_be_visible()
    # She looks at it, and can't change it.
    await line(petra, file).get_by_role("checkbox").check()
    chosen = petra.page.get_by_role("toolbar", name="Det som är valt")
    await expect(chosen.get_by_role("button")).to_have_text(["Ladda ner"])
    await line(petra, file).get_by_role("checkbox").uncheck()
    await expect(petra.page.get_by_role("button", name="Ladda upp filer här")).to_have_count(0)
    assert not await petra.cramped()
    await expect(line(linn, UPLOADS)).to_be_visible()
    await expect(line(linn, name)).to_have_count(0)


async def test_a_client_puts_things_in_order_deletes_and_takes_back(lobby: Lobby, product: Product) -> None:
    """DC-7, DC-10: folders of their own where they may, names, moves, several at once, trash and search."""
    number = next(_numbers)
    shared = folder(product, "client_edits", f"Vårt gemensamma {number}")
    names = [f"Underlag {number}-{at}.pdf" for at in range(3)]
    for name in names:
        document(product, shared["id"], name, PETRA)
    petra = await lobby.contact(PETRA, "/portal/documents")
    await expect(petra.page.get_by_role("button", name="Ny mapp")).to_have_count(0)
    await line(petra, shared["name"]).get_by_role("button").first.click()
    await expect(line(petra, names[0])).to_be_visible()
    await petra.page.get_by_role("button", name="Ny mapp").click()
    await named(petra, "Kvitton", "Skapa")
    await act(petra, names[0], "Byt namn")
    await named(petra, f"Lager {number}.pdf", "Byt namn")
    await expect(line(petra, f"Lager {number}.pdf")).to_be_visible()
    for name in names[1:]:
        await petra.page.get_by_role("checkbox", name=f"Välj {name}").check()
    chosen = petra.page.get_by_role("toolbar", name="Det som är valt")
    await expect(chosen).to_contain_text("2 valda")
    await chosen.get_by_role("button", name="Flytta").click()
    dialog = petra.page.get_by_role("dialog")
    await dialog.get_by_label("Till").select_option(label=f"{shared['name']} / Kvitton")
    await dialog.get_by_role("button", name="Flytta").click()
    await expect(line(petra, names[1])).to_have_count(0)
    await line(petra, "Kvitton").get_by_role("button", name="Kvitton").first.click()
    await expect(line(petra, names[1])).to_be_visible()
    await petra.page.get_by_role("searchbox").fill(f"lager {number}")
    await expect(line(petra, f"Lager {number}.pdf")).to_contain_text(shared["name"])
    await expect(line(petra, names[1])).to_have_count(0)
    await petra.page.get_by_role("searchbox").fill("")
    for name in names[1:]:
        await petra.page.get_by_role("checkbox", name=f"Välj {name}").check()
    await chosen.get_by_role("button", name="Ta bort").click()
    await petra.page.get_by_role("dialog").get_by_role("button", name="Ta bort").click()
    await expect(line(petra, names[1])).to_have_count(0)
    await petra.page.get_by_role("button", name="Papperskorg").click()
    await petra.page.get_by_role("checkbox", name=f"Välj {names[1]}").check()
    await chosen.get_by_role("button", name="Återställ").click()
    await expect(line(petra, names[1])).to_have_count(0)
    await expect(line(petra, names[2])).to_be_visible()
    # The folder is deleted, too: where it goes then is asked.
    await petra.page.get_by_role("button", name="Papperskorg").click()
    await line(petra, shared["name"]).get_by_role("button").first.click()
    await act(petra, "Kvitton", "Ta bort")
    await petra.page.get_by_role("dialog").get_by_role("button", name="Ta bort").click()
    await expect(line(petra, "Kvitton")).to_have_count(0)
    await petra.page.get_by_role("button", name="Papperskorg").click()
    await petra.page.get_by_role("checkbox", name=f"Välj {names[1]}").check()
    await chosen.get_by_role("button", name="Återställ").click()
    await dialog.get_by_label("Till").select_option(label=shared["name"])
    await dialog.get_by_role("button", name="Flytta").click()
    await petra.page.get_by_role("button", name="Papperskorg").click()
    await line(petra, shared["name"]).get_by_role("button").first.click()
    await expect(line(petra, names[1])).to_be_visible()


class InOneMoment:
    """Holds what the server answers about some documents until all are answered, and lets it through at once."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._held: list[str | bytes] = []

    def stand_between(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def came(frame: str | bytes) -> None:
            said = json.loads(frame)
            if said["type"] != "reply" or said.get("result", {}).get("name") not in self.names:
                socket.send(frame)
                return
            self._held.append(frame)
            if len(self._held) == len(self.names):
                for one in self._held:
                    socket.send(one)

        server.on_message(came)


async def test_files_that_are_saved_in_one_moment_all_leave_the_tray(lobby: Lobby, product: Product) -> None:
    number = next(_numbers)
    names = [f"Kvitto {number}-{at}.txt" for at in range(2)]
    petra = await lobby.contact(PETRA)
    together = InOneMoment(names)
    await petra.page.route_web_socket(re.compile("/ws"), together.stand_between)
    await petra.go("/portal/documents")
    await line(petra, UPLOADS).get_by_role("button", name=UPLOADS).first.click()
    await petra.page.locator("input[type=file]").set_input_files(
        [FilePayload(name=name, mimeType="text/plain", buffer=name.encode()) for name in names]
    )
    await tray(petra).get_by_role("button", name="Spara", exact=True).click()
    for name in names:
        await expect(line(petra, name)).to_be_visible()
    await expect(tray(petra)).to_have_count(0)


async def test_the_page_is_one_press_from_a_chat(lobby: Lobby, product: Product) -> None:
    """From the thread's menu, and by its address."""
    account_id = account_of(product, HOLM)["id"]
    anna = await lobby.staff(ANNA)
    await anna.page.get_by_role("link").filter(has_text=HOLM).first.click()
    await anna.page.get_by_role("button", name="Mer", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Klientens alla dokument").click()
    await expect(anna.page).to_have_url(re.compile(f"/console/accounts/{account_id}/documents$"))
    await expect(anna.page.get_by_role("heading", level=1)).to_have_text(f"Dokument · {HOLM}")
