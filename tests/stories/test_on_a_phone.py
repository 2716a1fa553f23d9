"""A phone, also with its keyboard up: there is something to answer beside what one writes, and nothing covers anything."""

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_offline import WITH_KEYBOARD
from tests.stories.test_scrolling import sit_down

pytestmark = pytest.mark.anyio

CHAT_PX = 120
ROW_PX = 64
TASKS = ["Skicka kvitton", "Räkna lagret", "Skriv under"]
FIVE_LINES = ("ett", "två", "tre", "fyra", "fem")


@pytest.mark.parametrize("side", ["console", "portal", "widget"])
async def test_beside_five_lines_of_a_draft_there_is_chat_to_see(lobby: Lobby, product: Product, side: str) -> None:
    desk, thread_id = await sit_down(lobby, product, side, WITH_KEYBOARD)
    if side != "console":
        product.call(
            ANNA, "task.add", thread_id=thread_id, client_task_id=f"telefon-{thread_id[-8:]}", text="Skicka kvitton"
        )
    page = desk.visitor.page
    await desk.field.click()
    for line in FIVE_LINES:
        await page.keyboard.type(line)
        await page.keyboard.press("Shift+Enter" if side == "widget" else "Enter")
    height = await desk.log.evaluate("log => log.clientHeight")
    assert height >= CHAT_PX, height
    frame = desk.visitor.page.frames[-1] if side == "widget" else None
    # The bar of what formats scrolls sideways.
    pressed = "header, .composer__foot, .composer__text, .contact-composer"
    assert await desk.visitor.covered(pressed, frame) == []
    await desk.sees("Meddelande nummer 29")


async def test_what_is_to_be_done_folds_while_one_writes_and_when_it_is_done(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product, tasks=TASKS)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW)
    todo = petra.page.locator(".todo--folding")
    fold = todo.get_by_role("button", name="Visa eller dölj uppgifterna")
    first = todo.get_by_role("checkbox", name=TASKS[0])
    await expect(first).to_be_visible()
    await petra.field.click()
    await expect(first).to_have_count(0)
    await expect(fold).to_have_attribute("aria-expanded", "false")
    # Whoever wants to see it has it, at the first press.
    await fold.click()
    await expect(first).to_be_visible()
    await petra.field.click()
    await expect(first).to_have_count(0)
    await fold.click()
    for task in product.call(ANNA, "thread.open", thread_id=thread_id)["tasks"]:
        product.call(PETRA, "task.set", thread_id=thread_id, task_id=task["id"], done=True)
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await fold.click()
    await expect(todo.get_by_role("checkbox", name=TASKS[-1])).to_be_checked()


@pytest.mark.parametrize(
    ("side", "size"),
    [("console", WIDE), ("portal", WIDE), ("portal", NARROW), ("portal", WITH_KEYBOARD)],
    ids=["console", "desk", "phone", "keyboard"],
)
async def test_what_was_just_done_is_said_where_it_covers_nothing(
    lobby: Lobby, product: Product, side: str, size: tuple[int, int]
) -> None:
    thread_id, _ = new_thread(product, tasks=TASKS)
    visitor = await lobby.staff(ANNA if side == "console" else PETRA, f"/{side}/threads/{thread_id}", size=size)
    await expect(visitor.message("Hej Petra!")).to_be_visible()
    await expect(visitor.page.locator("[contenteditable]")).to_be_visible()
    await visitor.page.get_by_role("checkbox", name=TASKS[0]).filter(visible=True).click()
    toast = visitor.page.locator(".toast")
    await toast.hover()  # it stays while one points at it
    await expect(toast).to_be_in_viewport(ratio=1)
    assert await visitor.covered("header, nav, .composer, .contact-composer, .toasts, .todo") == []
    # What is typed meanwhile arrives in the field.
    await visitor.write("Skrivet medan det står där")
    await expect(visitor.field).to_contain_text("Skrivet medan det står där")


async def back(visitor: Visitor) -> None:
    await visitor.page.evaluate("history.back()")


async def test_back_from_a_panel_returns_to_the_chat(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product, tasks=TASKS)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", size=NARROW)
    await expect(anna.message("Hej Petra!")).to_be_visible()
    panel = anna.page.get_by_role("complementary")
    opens = anna.page.get_by_role("button", name="Uppgifter, påminnelser och info")
    await opens.click()
    await expect(panel.get_by_role("checkbox", name=TASKS[0])).to_be_visible()
    await panel.get_by_role("tab", name="Info").click()
    await back(anna)
    await expect(panel).to_be_hidden()
    await expect(anna.message("Hej Petra!")).to_be_in_viewport()
    # It stands in the address: a reload has it, and closing it leaves nothing to go back to.
    await opens.click()
    await anna.page.reload()
    await expect(panel).to_be_visible()
    await panel.get_by_role("button", name="Stäng").click()
    await expect(panel).to_be_hidden()
    await expect(anna.message("Hej Petra!")).to_be_in_viewport()
    await opens.click()
    await expect(panel).to_be_visible()
    await panel.get_by_role("button", name="Stäng").click()
    await expect(panel).to_be_hidden()
    assert "panel" not in anna.page.url


async def test_a_reply_is_one_row_until_one_writes(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", size=NARROW)
    await expect(anna.page.locator("[contenteditable]")).to_be_visible()
    composer = anna.page.locator(".composer")
    assert await composer.evaluate("one => one.offsetHeight") <= ROW_PX
    assert await anna.covered(".composer") == []
    await expect(anna.page.get_by_role("button", name="Skicka till Petra")).to_be_visible()
    await anna.field.click()
    await expect(anna.page.get_by_role("toolbar").get_by_role("button").first).to_be_visible()
    assert await anna.covered(".composer__side, .composer__foot, .composer__text") == []
    await anna.page.keyboard.type("Från telefonen")
    await anna.page.get_by_role("button", name="Skicka till Petra").click()
    await expect(anna.message("Från telefonen")).to_be_visible()
    assert await anna.cramped() == []
