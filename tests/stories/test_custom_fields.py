"""Custom fields in the console: defined by who may, filled in where people are shown, said in chats (SC-9)."""

import itertools
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_chat import ANNA, HOLM, PETRA, SOFIA, account_of, new_thread
from tests.stories.test_shortcodes import add, says, to_holm

pytestmark = pytest.mark.anyio

_numbers = itertools.count(1)
PAGE = "/console/fields"


@pytest.fixture(autouse=True)
async def no_fields(product: Product) -> AsyncIterator[None]:
    """The firm has its own fields and no others before and after."""
    known = {field["id"] for field in listed(product)}
    yield
    for field in listed(product):
        if field["id"] not in known:
            product.call(ANNA, "custom_field.delete", custom_field_id=field["id"])


def listed(product: Product) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.call(ANNA, "custom_field.list")["entities"]
    return found


def define(product: Product, name: str, kind: str = "text", of: str = "account", **more: Any) -> str:
    field = product.call(ANNA, "custom_field.create", client_field_id=new_id(), of=of, name=name, kind=kind, **more)
    field_id: str = field["id"]
    return field_id


def kept_of_holm(product: Product) -> dict[str, list[str]]:
    account = product.call(ANNA, "account.read", account_id=account_of(product, HOLM)["id"])
    return {**account.get("custom", {})}


def rows(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("main").get_by_role("listitem").get_by_role("heading")


async def info(visitor: Visitor) -> Locator:
    panel = visitor.page.get_by_role("tabpanel", name="Info")
    await expect(panel.get_by_role("heading", name=HOLM)).to_be_visible()
    return panel


async def test_a_field_is_defined_filled_in_and_said_in_a_chat(lobby: Lobby, product: Product) -> None:
    """SC-1, SC-3, SC-6, SC-9: from the settings to what Petra reads; open forms know it without a reload."""
    number = next(_numbers)
    name = f"Bokslut senast {number}"
    thread_id, _ = new_thread(product)
    sofia = await lobby.staff(SOFIA)
    dialog = await new_chat(sofia)
    await to_holm(dialog)
    editor = dialog.get_by_role("textbox", name="Meddelande")
    await editor.click()
    await sofia.page.keyboard.type(f"Hej! [ACCOUNT_CUSTOM_FIELD:{name}]")
    await expect(editor.locator(".shortcode--unknown")).to_have_count(1)
    # Defined by Anna meanwhile, it is one in Sofia's open form.
    anna = await lobby.staff(ANNA, PAGE)
    await anna.page.get_by_role("button", name="Nytt fält").click()
    form = anna.page.get_by_role("dialog", name="Nytt fält")
    await form.get_by_role("button", name="Spara").click()
    await expect(form).to_contain_text("Ge det ett namn.")
    await form.get_by_role("textbox", name="Namn").fill(name)
    await form.get_by_role("combobox", name="Typ").select_option(label="Datum")
    assert await anna.axe() == []
    await form.get_by_role("button", name="Spara").click()
    await expect(form).to_be_hidden()
    await expect(anna.page.get_by_role("listitem").filter(has_text=name)).to_contain_text("Datum")
    await expect(editor.locator(".shortcode--unknown")).to_have_count(0)
    await expect(editor.locator(".shortcode")).to_have_count(1)
    # Filled in where the client is shown.
    await anna.go(f"/console/threads/{thread_id}?tab=info")
    panel = await info(anna)
    await panel.get_by_role("button", name="Egna fält").click()
    fill = anna.page.get_by_role("dialog", name=f"Egna fält: {HOLM}")
    await fill.get_by_label(name).fill("2027-02-28")
    assert await anna.axe() == []
    await fill.get_by_role("button", name="Spara").click()
    await expect(fill).to_be_hidden()
    await expect(panel).to_contain_text(re.compile(rf"{name}\s*28 feb 2027"))
    # Chosen from the menu, seen before it is sent, and sent.
    await add(sofia, dialog.get_by_role("button", name="Lägg till kortkod: Ämne"), name)
    subject = dialog.get_by_role("textbox", name="Ämne")
    await expect(subject).to_have_value(f"[ACCOUNT_CUSTOM_FIELD:{name}]")
    await expect(dialog.locator(".coded__copy .shortcode")).to_have_count(1)
    await says(sofia).get_by_role("button", name=re.compile("Petra ser 28 februari 2027")).click()
    await expect(dialog.get_by_role("region")).to_contain_text("Hej! 28 februari 2027")
    await dialog.get_by_role("button", name="Skapa chatt").click()
    await expect(sofia.message("Hej! 28 februari 2027")).to_be_visible()
    petra = await lobby.contact(PETRA, "/portal/threads")
    await petra.page.get_by_role("link", name=re.compile("28 februari 2027")).first.click()
    await expect(petra.message("Hej! 28 februari 2027")).to_be_visible()


async def test_every_type_is_filled_in_and_what_does_not_fit_is_said_where_it_stands(
    lobby: Lobby, product: Product
) -> None:
    """SC-9: numbers as one writes them here; a sentence under what doesn't fit; nothing kept before all of it fits."""
    number = next(_numbers)
    kinds = ("text", "number", "money", "date", "choice", "choices", "email", "phone", "url")
    names = {kind: f"{kind} {number}" for kind in kinds}
    ids = {
        kind: define(
            product, name, kind,
            **({"options": ["K2", "K3"]} if kind.startswith("choice") else {"currency": "SEK"} if kind == "money" else {}),
        )
        for kind, name in names.items()
    }  # fmt: skip
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}?tab=info")
    panel = await info(anna)
    await panel.get_by_role("button", name="Egna fält").click()
    fill = anna.page.get_by_role("dialog", name=f"Egna fält: {HOLM}")
    wrong = {"number": "tolv", "money": "1 kr", "email": "petra@", "phone": "x", "url": "holm.example"}
    for kind, text in wrong.items():
        await fill.get_by_label(names[kind]).fill(text)
    await fill.get_by_label(names["text"]).fill("Ett <b>")
    await fill.get_by_role("button", name="Spara").click()
    for sentence in (
        "Skriv ett tal, till exempel 1234,5.", "Skriv en e-postadress.", "Skriv ett telefonnummer", "Skriv en adress",
    ):  # fmt: skip
        await expect(fill.get_by_text(sentence).first).to_be_visible()
    assert await anna.axe() == []
    assert not kept_of_holm(product).keys() & ids.values()
    right = {
        "number": "1 234,5", "money": "12 000,50", "email": "petra@holm.example", "phone": "08-123", "date": "2027-02-28",
        "url": "https://holm.example",
    }  # fmt: skip
    for kind, text in right.items():
        await fill.get_by_label(names[kind]).fill(text)
    await fill.get_by_label(names["choice"], exact=True).select_option("K3")
    group = fill.get_by_role("group", name=names["choices"])
    await group.get_by_text("K3").click()
    await group.get_by_text("K2").click()
    await fill.get_by_role("button", name="Spara").click()
    await expect(fill).to_be_hidden()
    kept = kept_of_holm(product)
    assert {kind: kept[ids[kind]] for kind in kinds} == {
        "text": ["Ett <b>"], "number": ["1234.5"], "money": ["12000.50"], "date": ["2027-02-28"], "choice": ["K3"],
        "choices": ["K2", "K3"], "email": ["petra@holm.example"], "phone": ["08-123"], "url": ["https://holm.example"],
    }  # fmt: skip
    for text in ("Ett <b>", "1234,5", "12 000,50 SEK", "28 feb 2027", "K2 och K3", "08-123"):
        await expect(panel.get_by_text(text, exact=True).first).to_be_visible()
    # What the server alone can tell is said in the same place: an amount with more decimals than the currency has.
    await panel.get_by_role("button", name="Egna fält").click()
    await fill.get_by_label(names["money"]).fill("1,005")
    await fill.get_by_role("button", name="Spara").click()
    await expect(fill.get_by_text("Skriv ett tal, till exempel 1234,5.")).to_be_visible()
    await fill.get_by_role("button", name="Avbryt").click()
    await expect(anna.page.get_by_text("Inget har sparats.")).to_be_visible()


async def test_a_contacts_fields_are_filled_in_with_their_details(lobby: Lobby, product: Product) -> None:
    """Spec 2.4."""
    name = f"Skonummer {next(_numbers)}"
    field_id = define(product, name, "number", of="contact")
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}?tab=info")
    row = (await info(anna)).get_by_role("listitem").filter(has_text=PETRA)
    dialog = anna.page.get_by_role("dialog", name="Kontaktuppgifter: Petra Holm")
    await row.get_by_role("button", name="Kontaktuppgifter").click()
    await dialog.get_by_label(name).fill("38,5")
    await dialog.get_by_role("button", name="Spara").click()
    await expect(dialog).to_be_hidden()
    account = account_of(product, HOLM)
    contact = next(link["contact_id"] for link in account["links"] if link["email"] == PETRA)
    view = product.call(ANNA, "contact.read", account_id=account["id"], contact_id=contact)
    assert view["custom"][field_id] == ["38.5"]
    await row.get_by_role("button", name="Kontaktuppgifter").click()
    await expect(dialog.get_by_label(name)).to_have_value("38,5")


async def test_fields_are_put_in_order_changed_and_deleted_on_a_phone_in_every_open_window(
    lobby: Lobby, product: Product
) -> None:
    """AD-1: by keyboard, with the focus staying on the button; in a colleague's window without a reload."""
    number = next(_numbers)
    first, second = f"Första {number}", f"Andra {number}"
    for name in (first, second):
        define(product, name)
    anna = await lobby.staff(ANNA, PAGE, size=NARROW)
    other = await lobby.staff(ANNA, PAGE)
    ours = re.compile(f" {number}$")
    await expect(rows(anna).filter(has_text=ours)).to_have_text([first, second])
    up = anna.page.get_by_role("button", name=f"Flytta upp ”{second}”")
    await up.focus()
    await anna.page.keyboard.press("Enter")
    for visitor in (anna, other):
        await expect(rows(visitor).filter(has_text=ours)).to_have_text([second, first])
    await expect(up).to_be_focused()
    assert await anna.axe() == []
    assert await anna.cramped() == []
    await anna.page.get_by_role("button", name=f"Ändra ”{second}”").click()
    form = anna.page.get_by_role("dialog", name=f"Ändra ”{second}”")
    await form.get_by_role("textbox", name="Namn").fill(first)
    await form.get_by_role("button", name="Spara").click()
    await expect(form).to_contain_text("Det finns redan ett fält med det namnet.")
    await form.get_by_role("textbox", name="Namn").fill(f"Tredje {number}")
    assert await anna.cramped() == []
    await form.get_by_role("button", name="Spara").click()
    await expect(rows(other).filter(has_text=ours)).to_have_text([f"Tredje {number}", first])
    await anna.page.get_by_role("button", name=f"Ta bort ”{first}”").click()
    doubt = anna.page.get_by_role("dialog", name=f"Ta bort ”{first}”")
    await expect(doubt).to_contain_text("Det som står i fältet om varje klient tas också bort.")
    await doubt.get_by_role("button", name="Ta bort").click()
    await expect(rows(other).filter(has_text=ours)).to_have_text([f"Tredje {number}"])


async def test_who_lacks_the_right_finds_neither_page_nor_button(lobby: Lobby, product: Product) -> None:
    """Spec 1.2: the server refuses as well (tests/server/custom_fields)."""
    define(product, f"Nr {next(_numbers)}")
    thread_id, _ = new_thread(product)
    sofia = await lobby.staff(SOFIA, "/console/settings")
    await expect(sofia.page.get_by_role("button", name="Mallar")).to_be_visible()
    await expect(sofia.page.get_by_role("button", name="Egna fält")).to_have_count(0)
    await sofia.go(PAGE)
    await expect(sofia.page.get_by_role("heading", name="Egna fält")).to_have_count(0)
    await sofia.go(f"/console/threads/{thread_id}?tab=info")
    await expect((await info(sofia)).get_by_role("button", name="Egna fält")).to_have_count(0)
