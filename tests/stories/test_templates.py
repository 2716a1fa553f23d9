"""Templates in the console: written in one window, at hand in a colleague's, and what a new chat begins with (TP)."""

import itertools
import re

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_chat import ANNA, PETRA, SOFIA

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)
TEXT = "Nu är det dags för årets bokslut."


def editor(dialog: Locator) -> Locator:
    return dialog.get_by_role("textbox", name="Meddelande")


async def write(visitor: Visitor, name: str, subject: str, *tasks: str) -> Locator:
    """The form of a new template, filled in."""
    await visitor.page.get_by_role("button", name="Ny mall").click()
    dialog = visitor.page.get_by_role("dialog", name="Ny mall")
    await dialog.get_by_role("button", name="Spara", exact=True).click()
    await expect(dialog).to_contain_text("Ge den ett namn.")
    await dialog.get_by_role("textbox", name="Namn").fill(name)
    await dialog.get_by_role("textbox", name="Ämne").fill(subject)
    await editor(dialog).click()
    await visitor.page.keyboard.type(TEXT)
    await dialog.get_by_role("switch").click()
    for task in tasks:
        await dialog.get_by_role("button", name="Lägg till uppgift").click()
        await dialog.get_by_role("textbox", name="Uppgift").fill(task)
        await visitor.page.keyboard.press("Enter")
        await visitor.page.keyboard.press("Escape")
    return dialog


def row(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("listitem").filter(has=visitor.page.get_by_role("heading", name=name, exact=True))


async def test_a_template_is_at_hand_in_a_colleagues_open_form_and_fills_it(lobby: Lobby, product: Product) -> None:
    """AC-16, TP-1, TP-4, TH-2, TH-3: without a reload; all of it may be edited, and the contact sees what was sent."""
    number = next(_numbers)
    name, subject = f"Bokslut {number}", f"Underlag {number}"
    anna, sofia = await lobby.staff(ANNA, "/console/templates"), await lobby.staff(SOFIA)
    dialog = await new_chat(sofia)
    choice = dialog.get_by_role("combobox", name="Mall")
    form = await write(anna, name, subject, "Bankutdrag", "Lagerlista")
    await form.get_by_role("button", name="Spara", exact=True).click()
    await expect(form).to_be_hidden()
    await expect(row(anna, name)).to_contain_text(subject)
    await expect(choice.get_by_role("option", name=name)).to_have_count(1)
    await choice.select_option(label=name)
    await expect(dialog.get_by_role("textbox", name="Ämne")).to_have_value(subject)
    await expect(editor(dialog)).to_contain_text(TEXT)
    await expect(dialog.get_by_role("switch")).to_be_checked()
    await expect(dialog.get_by_text("Lagerlista")).to_be_visible()
    # All of it may be edited before it is sent.
    await dialog.get_by_role("textbox", name="Ämne").fill(f"{subject}, ändrat")
    await dialog.get_by_role("button", name="Ta bort ”Lagerlista”").click()
    await dialog.get_by_role("combobox", name="Till").fill("Holm")
    await dialog.get_by_role("option", name=re.compile("Holm")).click()
    await dialog.get_by_role("button", name="Skapa chatt").click()
    await expect(sofia.message(TEXT)).to_be_visible()
    petra = await lobby.contact(PETRA, "/portal/threads")
    await petra.page.get_by_role("link", name=re.compile(f"{subject}, ändrat")).click()
    await expect(petra.message(TEXT)).to_be_visible()
    await expect(petra.page.get_by_role("checkbox", name="Bankutdrag").last).to_be_visible()
    assert name not in await petra.page.content()
    # Deleted here, it is gone there; what began with it stays.
    await anna.page.get_by_role("button", name=f"Ta bort ”{name}”").click()
    await anna.page.get_by_role("dialog").get_by_role("button", name="Ta bort").click()
    await expect(row(anna, name)).to_have_count(0)
    dialog = await new_chat(sofia)
    await expect(choice.get_by_role("option", name="Ingen mall")).to_have_count(1)
    await expect(choice.get_by_role("option", name=name, exact=True)).to_have_count(0)
    await expect(sofia.message(TEXT)).to_be_visible()


async def test_who_may_not_manage_them_uses_them(lobby: Lobby, product: Product) -> None:
    """AC-16."""
    sofia = await lobby.staff(SOFIA, "/console/settings")
    await sofia.page.get_by_role("button", name="Mallar").click()
    await sofia.page.wait_for_url(re.compile("/console/templates$"))
    rows = sofia.page.get_by_role("main").get_by_role("listitem")
    await expect(rows.first).to_be_visible()
    await expect(rows.first.get_by_role("button")).to_have_count(1)
    await expect(sofia.page.get_by_role("button", name="Ny mall")).to_have_count(0)
    await rows.first.get_by_role("button").click()
    await expect(sofia.page.get_by_role("dialog", name="Ny chatt")).to_be_visible()


async def test_one_is_copied_changed_and_used_at_once(lobby: Lobby, product: Product) -> None:
    """TP-1: the copy asks for a name of its own and is left by no mistake; "save and use" begins a chat with it."""
    number = next(_numbers)
    name = f"Moms {number}"
    anna = await lobby.staff(ANNA, "/console/templates", size=NARROW)
    form = await write(anna, name, "Kvitton", "Kvitton")
    await form.get_by_role("button", name="Spara och använd").click()
    dialog = anna.page.get_by_role("dialog", name="Ny chatt")
    await expect(dialog.get_by_role("combobox", name="Mall")).to_have_value(re.compile("^[0-9a-f]{32}$"))
    await expect(dialog.get_by_role("textbox", name="Ämne")).to_have_value("Kvitton")
    await expect(editor(dialog)).to_contain_text(TEXT)
    assert await anna.cramped() == []
    await dialog.get_by_role("button", name="Avbryt").click()
    await anna.page.get_by_role("button", name="Ta bort", exact=True).click()
    await anna.page.get_by_role("button", name=f"Kopiera ”{name}”").click()
    copy = anna.page.get_by_role("dialog", name="Ny mall")
    await expect(copy.get_by_role("textbox", name="Namn")).to_have_value(f"{name} (kopia)")
    await expect(editor(copy)).to_contain_text(TEXT)
    await copy.get_by_role("button", name="Avbryt").click()
    await expect(anna.page.get_by_text("Inget har sparats.")).to_be_visible()
    await anna.page.get_by_role("button", name="Avbryt").last.click()
    await copy.get_by_role("button", name="Spara", exact=True).click()
    await expect(row(anna, f"{name} (kopia)")).to_be_visible()
    await anna.page.get_by_role("button", name=f"Ändra ”{name} (kopia)”").click()
    change = anna.page.get_by_role("dialog", name=f"Ändra ”{name} (kopia)”")
    await change.get_by_role("textbox", name="Namn").fill(f"Moms, kvartal {number}")
    await change.get_by_role("button", name="Spara", exact=True).click()
    await expect(row(anna, f"Moms, kvartal {number}")).to_be_visible()
    await expect(row(anna, name)).to_be_visible()


async def test_what_was_written_is_not_replaced_by_mistake(lobby: Lobby, product: Product) -> None:
    """TH-3, TH-6: another template asks first where somebody has written; where nobody has, it doesn't."""
    anna = await lobby.staff(ANNA)
    names = [f"Första {next(_numbers)}", f"Andra {next(_numbers)}"]
    for name in names:
        body = {"content": [{"type": "paragraph", "content": [{"type": "text", "text": f"Text av {name}"}]}]}
        product.call(ANNA, "template.create", client_template_id=new_id(), name=name,
                     subject=f"Ämne av {name}", body=body)  # fmt: skip
    dialog = await new_chat(anna)
    choice = dialog.get_by_role("combobox", name="Mall")
    subject = dialog.get_by_role("textbox", name="Ämne")
    await expect(choice.get_by_role("option", name=names[1])).to_have_count(1)
    for name in names:
        await choice.select_option(label=name)
        await expect(subject).to_have_value(f"Ämne av {name}")
        await expect(editor(dialog)).to_have_text(f"Text av {name}")
    await subject.fill("Mitt eget ämne")
    await choice.select_option(label=names[0])
    question = anna.page.get_by_role("dialog", name="Ersätta det du har skrivit?")
    await question.get_by_role("button", name="Avbryt").click()
    await expect(subject).to_have_value("Mitt eget ämne")
    await expect(choice.locator("option:checked")).to_have_text(names[1])
    await choice.select_option(label=names[0])
    await question.get_by_role("button", name="Ersätt").click()
    await expect(subject).to_have_value(f"Ämne av {names[0]}")
    await expect(editor(dialog)).to_have_text(f"Text av {names[0]}")
