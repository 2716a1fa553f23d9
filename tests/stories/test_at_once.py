"""A key means what is on the screen when it is pressed, however soon that is and wherever focus went; and nothing moves
under a pointer. Where a moment counts, the page itself does one thing right after the other, without a frame between."""

import asyncio
import itertools
import json
import re

import pytest
from playwright.async_api import Locator, Route, WebSocketRoute, expect

from tests.product import Product
from tests.stories.browser import NARROW, PATIENCE_MS, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_chat import ANNA, PETRA, new_thread

pytestmark = pytest.mark.anyio

WAIT_MS = 50
_numbers = itertools.count(1)
DRAWN = "const drawn = async () => { for (let turn = 0; turn < 50; turn += 1) await Promise.resolve(); };"
"""What has changed is drawn, and not painted yet."""
ESCAPE = "new KeyboardEvent('keydown', {key: 'Escape', bubbles: true, cancelable: true})"


def question(visitor: Visitor) -> Locator:
    """Whether what was written is to be thrown away."""
    return visitor.page.get_by_role("dialog", name="Ta bort det du har skrivit?")


async def chosen(visitor: Visitor, dialog: Locator) -> None:
    """Choose the account by the keyboard alone."""
    await dialog.get_by_role("combobox", name="Till").fill("Holm")
    await expect(dialog.get_by_role("option", name=re.compile("Holm"))).to_have_count(1)
    await visitor.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("combobox", name="Till")).to_have_count(0)


async def test_an_escape_right_after_a_choice_is_not_swallowed_by_the_list_that_is_gone(lobby: Lobby) -> None:
    """TH-6."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await dialog.get_by_role("textbox", name="Ämne").fill(f"Aldrig skapad, genast {next(_numbers)}")
    await dialog.get_by_role("combobox", name="Till").fill("Holm")
    await dialog.get_by_role("option", name=re.compile("Holm")).evaluate(
        f"""async (option) => {{
          {DRAWN}
          option.click();
          await drawn();
          if (option.isConnected) throw new Error("the list is still there");
          document.querySelector("[aria-label=Ämne]").dispatchEvent({ESCAPE});
        }}"""
    )
    await expect(question(anna)).to_be_visible()


async def test_an_escape_right_after_a_list_opened_closes_the_list_and_nothing_else(lobby: Lobby) -> None:
    """TH-6."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await expect(dialog.get_by_role("option", name=re.compile("Holm"))).to_be_visible()
    await dialog.get_by_role("textbox", name="Ämne").fill(f"Aldrig skapad, öppnad {next(_numbers)}")
    states = await dialog.get_by_role("combobox", name="Till").evaluate(
        f"""async (field) => {{
          {DRAWN}
          const states = [];
          field.focus();
          await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 50)));
          for (const event of [{ESCAPE}, new InputEvent("input", {{bubbles: true}}), {ESCAPE}]) {{
            states.push(field.ariaExpanded);
            field.dispatchEvent(event);
            await drawn();
          }}
          return [...states, field.ariaExpanded];
        }}"""
    )
    assert states == ["true", "false", "true", "false"]
    await expect(question(anna)).to_have_count(0)
    await expect(dialog).to_be_visible()


@pytest.mark.parametrize("key", ["Escape", "Control+Enter", "Tab", "Shift+Tab"])
async def test_a_dialog_hears_its_keys_when_nothing_has_focus(lobby: Lobby, key: str) -> None:
    """TH-6: a button that was pressed is switched off while it works, and its focus gone."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await dialog.get_by_role("textbox", name="Ämne").fill(f"Aldrig skapad, utan fokus {next(_numbers)}")
    await anna.page.evaluate("document.activeElement.blur()")
    assert await anna.page.evaluate("document.activeElement === document.body")
    await anna.page.keyboard.press(key)
    if key == "Escape":
        await expect(question(anna)).to_be_visible()
        # So does the question that lies over it, and only that.
        await anna.page.evaluate("document.activeElement.blur()")
        await anna.page.keyboard.press("Escape")
        await expect(question(anna)).to_have_count(0)
        await expect(dialog).to_be_visible()
    elif key == "Control+Enter":
        await expect(dialog.get_by_text("Välj vem du skriver till")).to_be_visible()
    else:
        place = "Stäng" if key == "Tab" else "Skapa chatt"
        await expect(dialog.get_by_role("button", name=place)).to_be_focused()


async def test_focus_goes_on_with_what_takes_the_place_of_what_had_it(lobby: Lobby) -> None:
    """TH-6, by the keyboard alone: the account's field becomes a chip, and the chip a field again."""
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    subject = dialog.get_by_role("textbox", name="Ämne")
    for _ in range(2):
        await chosen(anna, dialog)
        await expect(subject).to_be_focused()
        for place in (dialog.get_by_role("combobox", name="Mall"), dialog.get_by_role("button", name="Välj en annan")):
            await anna.page.keyboard.press("Shift+Tab")
            await expect(place).to_be_focused()
        await anna.page.keyboard.press("Enter")
        await expect(dialog.get_by_role("combobox", name="Till")).to_be_focused()


async def test_what_is_meant_for_colleagues_is_so_from_the_first_moment(lobby: Lobby, product: Product) -> None:
    """MS-5, MS-9: going to a chat with an internal draft, nothing of it can go out by the switch of the chat before."""
    (plain, subject), (inside, other) = new_thread(product), new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{inside}")
    await expect(anna.message("Hej Petra!")).to_be_visible()
    await anna.page.get_by_role("switch", name="Intern anteckning").click()
    await anna.write("Bara för oss")
    for thread_id, heading in ((plain, subject), (inside, other), (plain, subject)):
        await anna.page.locator(f'[data-row="{thread_id}"]').click()
        await expect(anna.page.get_by_role("heading", name=heading)).to_be_visible()
    await expect(anna.page.get_by_role("switch", name="Intern anteckning")).not_to_be_checked()
    await expect(anna.field).to_have_text("")
    shown = await anna.page.locator(f'[data-row="{inside}"]').evaluate(
        f"""async (row) => {{
          {DRAWN}
          row.click();
          await drawn();
          const composer = document.querySelector(".composer");
          return [
            document.getElementById("thread-subject").textContent,
            composer.querySelector("[contenteditable]").textContent,
            composer.querySelector("[role=switch]").ariaChecked,
          ];
        }}"""
    )
    assert shown == [other, "Bara för oss", "true"]


@pytest.mark.parametrize("size", [(1440, 900), NARROW], ids=["wide", "narrow"])
async def test_the_form_stands_still_while_its_editor_comes(lobby: Lobby, size: tuple[int, int]) -> None:
    """TH-6: nobody presses beside a button because something loaded."""
    anna = await lobby.arrive(size)
    loaded = asyncio.Event()

    async def late(route: Route) -> None:
        await loaded.wait()
        await route.continue_()

    await anna.page.route(re.compile("/assets/Editor-"), late)
    await anna.log_in(ANNA, "/console")
    dialog = await new_chat(anna)
    await expect(dialog.locator("textarea")).to_be_visible()
    # They are fetched, too; the bar keeps their place.
    await expect(dialog.get_by_role("toolbar").get_by_role("button").first).to_be_visible()
    before = await places(dialog)
    loaded.set()
    await expect(dialog.locator("[contenteditable]")).to_be_visible()
    assert await places(dialog) == before


async def places(dialog: Locator) -> list[dict[str, float]]:
    """Where everything stands that can be pressed or written in."""
    found: list[dict[str, float]] = await dialog.evaluate(
        """(dialog) => [dialog, ...dialog.querySelectorAll("button, input, [role=textbox], textarea")].map((part) => {
          const { x, y, width, height } = part.getBoundingClientRect();
          return { x, y, width, height };
        })"""
    )
    return found


class Counted:
    """Says to each command of a page, once, that its person has spent what they may: as a server does for whom a program of
    the same person has spent it. It was not done; the same a moment later is."""

    def __init__(self) -> None:
        self.refused: set[str] = set()
        self.live = asyncio.Event()
        """From here on the page asks by its socket."""

    def stand_between(self, page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def said(message: str | bytes) -> None:
            frame = json.loads(message)
            what = json.dumps(frame.get("command"))
            if frame["type"] != "call" or what in self.refused:
                server.send(message)
                return
            self.refused.add(what)
            problem = {"code": "rate_limited", "message": "Too much at once.", "retry_after_ms": WAIT_MS}
            page.send(json.dumps({"type": "error", "id": frame["id"], "error": problem}))

        def heard(message: str | bytes) -> None:
            page.send(message)
            if json.loads(message)["type"] == "live":
                self.live.set()

        page.on_message(said)
        server.on_message(heard)


async def test_who_has_spent_their_allowance_is_made_to_wait_by_the_page_and_told_nothing(
    lobby: Lobby, product: Product
) -> None:
    """MS-1, TK-3, TH-6, TH-11, AR-1: whatever is pressed is done, and once."""
    thread_id, subject = new_thread(product, tasks=["Kvitton"])
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    anna, counted = await lobby.arrive(), Counted()
    await anna.page.route_web_socket(re.compile("/ws"), counted.stand_between)
    await anna.log_in(ANNA, f"/console/threads/{thread_id}")
    await expect(anna.message("Hej Petra!")).to_be_visible()
    async with asyncio.timeout(PATIENCE_MS / 1000):
        await counted.live.wait()
    await anna.send("Med mått")
    await expect(petra.message("Med mått")).to_have_count(1)
    await anna.page.get_by_role("checkbox", name="Kvitton").check()
    await expect(petra.page.get_by_role("checkbox", name="Kvitton")).to_be_checked()
    await anna.page.get_by_role("button", name="Mer", exact=True).click()
    await anna.page.get_by_role("menuitem", name="Ändra ämnet").click()
    await anna.page.get_by_role("textbox", name="Ämne").fill(f"{subject}, med mått")
    await anna.page.keyboard.press("Enter")
    await expect(petra.page.get_by_role("heading", name=f"{subject}, med mått")).to_be_visible()
    dialog = await new_chat(anna)
    await chosen(anna, dialog)
    await dialog.get_by_role("button", name="Avbryt").click()
    await anna.page.get_by_role("button", name="Arkivera", exact=True).click()
    await expect(petra.page.get_by_text("Chatten är arkiverad.")).to_be_visible()
    await expect(anna.page.get_by_text("Chatten är arkiverad. Öppna den igen")).to_be_visible()
    await expect(anna.page.get_by_text("Det gick lite fort")).to_have_count(0)
    names = {json.loads(what)["type"] for what in counted.refused}
    assert {"message.send", "task.set", "thread.rename", "account.list", "thread.archive"} <= names
