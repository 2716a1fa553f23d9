"""Two tabs of one browser with the same chat: each keeps what is written in it, and loses only what it has sent."""

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.stories.browser import Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, new_thread

pytestmark = pytest.mark.anyio


async def second_tab(first: Visitor, path: str) -> Visitor:
    """Another tab of the same browser."""
    other = Visitor(first.product, await first.page.context.new_page())
    await other.go(path)
    await expect(other.page.locator("[contenteditable]")).to_be_visible()
    return other


async def kept(visitor: Visitor) -> None:
    """What was typed has been written down."""
    await visitor.page.wait_for_function(
        "text => Object.values(localStorage).some(kept => kept.includes(text))",
        arg=(await visitor.field.inner_text()).strip(),
    )


@pytest.mark.parametrize("side", ["console", "portal"])
async def test_both_tabs_keep_their_draft_and_only_what_is_sent_goes(lobby: Lobby, product: Product, side: str) -> None:
    thread_id, _ = new_thread(product)
    path = f"/{side}/threads/{thread_id}"
    one = await lobby.staff(ANNA if side == "console" else PETRA, path)
    await expect(one.page.locator("[contenteditable]")).to_be_visible()
    other = await second_tab(one, path)
    await one.page.bring_to_front()
    if side == "console":
        await one.page.get_by_role("switch", name="Intern anteckning").click()
    await one.write("Skrivet i den ena")
    await kept(one)
    await other.page.bring_to_front()
    await other.write("Skrivet i den andra")
    await kept(other)
    for tab, text in ((one, "den ena"), (other, "den andra")):
        await tab.page.bring_to_front()
        await tab.page.reload()
        await expect(tab.field).to_contain_text(text)
    if side == "console":
        # To the client or not goes with the draft.
        await expect(one.page.get_by_role("button", name="Spara internt")).to_be_visible()
        await expect(other.page.get_by_role("button", name="Spara internt")).to_have_count(0)
    await other.field.press("Control+Enter")
    await expect(other.message("Skrivet i den andra")).to_be_visible()
    await expect(other.field).not_to_contain_text("den andra")
    await one.page.bring_to_front()
    await expect(one.message("Skrivet i den andra")).to_be_visible()
    await one.page.reload()
    await expect(one.field).to_contain_text("Skrivet i den ena")
    # A tab that is closed leaves its draft to the next that opens the chat.
    await one.page.close(run_before_unload=True)
    await other.page.bring_to_front()
    await other.page.reload()
    await expect(other.field).to_contain_text("Skrivet i den ena")
    assert other.faults == []
