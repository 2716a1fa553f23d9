"""What people paste from other programs stays what it was: figures in columns, lists, headings, and what is bold."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, both, new_thread

pytestmark = pytest.mark.anyio

SOURCE = Path(__file__).parents[2] / "web_client" / "test" / "messages" / "clipboards.ts"
CLIPBOARDS = {
    name: html.replace("\\\\", "\\")
    for name, html in re.findall(r"export const (\w+) = `([^`]*)`", SOURCE.read_text(encoding="utf-8"))
}
PASTE = """(field, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "melted");
  const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
  Object.defineProperty(event, "clipboardData", { value: data });
  field.dispatchEvent(event);
}"""

FIGURES = [["Konto", "Saldo"], ["1930", "12 500,00"]]
TABLES = {
    "WORD_LIST": [],
    "WORD_TABLE": [*FIGURES, ["Avstämt mot banken", ""]],
    "DOCS": [],
    "EXCEL": [*FIGURES, ["2440", "-980,50"]],
    "OUTLOOK": [["Lön", "31 000"], ["Skatt", "9 300"]],
    "WEB_PAGE": [["Ålder", "Avgift"], ["19–66", "31,42 %"], ["67+", "10,21 %"], ["", "6,15 %"]],
    "SHEETS": [*FIGURES, ["", "rad ett rad två"]],
}
BOLD = {
    "WORD_LIST": ["Inför bokslutet", "före fredag"],
    "DOCS": ["Moms för mars", "allt", "Lagerlista"],
    "OUTLOOK": ["Petra Holm"],
    "WEB_PAGE": ["Arbetsgivaravgifter 2026", "31,42\u00a0%", "alla"],
}
SLANTED = {"WORD_LIST": ["helst"], "DOCS": [" senast"], "WEB_PAGE": ["Se även"]}
LISTED = {
    "WORD_LIST": ["Kvittonbilen", "bilen", "Lagerlista", "Ring Bo"],
    "DOCS": ["Kvittonbilen", "bilen", "Lagerlista"],
}


async def paste(person: Visitor, html: str) -> None:
    await expect(person.page.locator("[contenteditable]")).to_be_visible()
    await person.field.click()
    await person.field.evaluate(PASTE, html)


async def test_what_seven_programs_put_on_the_clipboard_arrives_as_it_was(lobby: Lobby, product: Product) -> None:
    """MS-3: from staff to a contact, in the columns, lists and weights that it had."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    for name, html in CLIPBOARDS.items():
        await anna.field.click()
        await anna.page.keyboard.type(f"Ur {name}")
        await anna.page.keyboard.press("Enter")
        await paste(anna, html)
        await anna.page.keyboard.press("Control+Enter")
        message = petra.message(f"Ur {name}")
        await expect(message).to_be_visible()
        await expect(message.locator("tr")).to_have_count(len(TABLES[name]))
        rows = [await row.locator("td").all_text_contents() for row in await message.locator("tr").all()]
        assert rows == TABLES[name]
        assert await message.locator("strong").all_text_contents() == BOLD.get(name, [])
        assert await message.locator("em").all_text_contents() == SLANTED.get(name, [])
        assert await message.locator("li").all_text_contents() == LISTED.get(name, [])
        assert "alert" not in await message.inner_html()
    assert await petra.axe() == []
    assert await anna.axe() == []


async def test_a_table_is_gone_through_and_left_by_the_keyboard(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await paste(anna, CLIPBOARDS["EXCEL"])
    await expect(anna.field.locator("td")).to_have_count(6)
    keys = anna.page.keyboard
    await anna.field.locator("td").nth(4).click()
    await keys.press("Home")
    await keys.press("Tab")
    await keys.type("1,5")
    await keys.press("Tab")
    await keys.type("Stämmer det?")
    await expect(anna.field.locator("p", has_text="Stämmer det?")).to_be_visible()
    # Up out of its first row, where nothing stood before it.
    await keys.press("ArrowUp")
    for _ in range(4):
        await keys.press("ArrowUp")
    await keys.type("Hej!")
    # Enter goes down a column, and what is pasted into a cell stays in it.
    await anna.field.locator("td").nth(1).click()
    await keys.press("Enter")
    await anna.field.evaluate(PASTE, "<p>ett</p><p>två</p>")
    await keys.press("Control+Enter")
    message = petra.message("Stämmer det?")
    await expect(message.locator(".body > *").first).to_have_text("Hej!")
    await expect(message.locator("td")).to_have_text(["Konto", "Saldo", "1930", "melted", "2440", "1,5"])
    await expect(message.locator(".body > *").last).to_have_text("Stämmer det?")


async def test_a_wide_table_scrolls_in_itself_and_shifts_nothing(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    row = "".join(f"<td>{number} 000 000,00</td>" for number in range(12))
    await paste(anna, f"<table>{f'<tr>{row}</tr>' * 3}</table>")
    await anna.page.keyboard.press("Control+Enter")
    region = petra.page.get_by_role("region", name="Tabell")
    await expect(region).to_be_visible()
    await expect(region.locator("td")).to_have_count(36)
    assert await petra.cramped() == []
    assert await petra.axe() == []
    await region.focus()
    await petra.page.keyboard.press("ArrowRight")
    await petra.page.wait_for_function("() => document.querySelector('.figures').scrollLeft > 0")


async def test_figures_that_were_copied_as_text_are_a_table_unless_one_wants_the_text(
    lobby: Lobby, product: Product
) -> None:
    """MS-3: from a program that puts no HTML on the clipboard, and with Ctrl+Shift+V."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await anna.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    await anna.page.evaluate("navigator.clipboard.writeText('1930\\t12 500,00\\n2440\\t-310,50\\n')")
    await anna.write("Ur boken:")
    await anna.page.keyboard.press("Control+v")
    await expect(anna.field.locator("td")).to_have_text(["1930", "12 500,00", "2440", "-310,50"])
    # Behind the table one goes on writing.
    await anna.page.keyboard.type("Stämmer det?")
    await anna.page.keyboard.press("Control+Enter")
    message = petra.message("Ur boken:")
    await expect(message.locator("tr")).to_have_text([re.compile(r"1930\s*12.500,00"), re.compile(r"2440\s*-310,50")])
    await expect(message.locator("td").filter(has_text="Stämmer")).to_have_count(0)
    await anna.write("Som text: ")
    await anna.page.keyboard.press("Control+Shift+v")
    await anna.page.keyboard.press("Control+Enter")
    text = petra.message("Som text: 1930")
    await expect(text).to_contain_text("310,50")
    await expect(text.locator("td")).to_have_count(0)
