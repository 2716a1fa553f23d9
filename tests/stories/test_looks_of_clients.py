"""What a client's screens owe to the eye, each seen wrong once: nothing empty, nothing hidden, no face of one's own."""

import itertools

import pytest
from playwright.async_api import expect

from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Lobby
from tests.stories.test_chat import ANNA, PETRA, new_thread

GUNILLA = "gunilla@wester.example"

pytestmark = pytest.mark.anyio


async def test_beside_the_list_it_is_said_that_no_chat_is_open(lobby: Lobby) -> None:
    petra = await lobby.contact(PETRA, "/portal/threads")
    await expect(petra.page.get_by_text("Ingen chatt är öppen")).to_be_visible()


async def test_a_row_shows_whom_the_client_writes_with_whoever_wrote_last(lobby: Lobby, product: Product) -> None:
    thread_id, _ = new_thread(product)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    await petra.send("Klart!")
    row = petra.page.locator(f'[data-row="{thread_id}"]')
    await expect(row).to_contain_text("Du: Klart!")
    await expect(row.locator(".avatar")).to_have_attribute("data-initials", "AL")


async def test_the_count_beside_chats_is_that_of_the_account_that_is_shown(lobby: Lobby) -> None:
    gunilla = await lobby.contact(GUNILLA)
    chats = gunilla.page.get_by_role("navigation").get_by_role("link", name="Chattar")
    await expect(gunilla.page.get_by_text("Inget väntar på dig")).to_be_visible()
    await expect(gunilla.page.get_by_text("Dina andra företag")).to_be_visible()
    await expect(chats.get_by_text("Ett oläst meddelande")).to_have_count(0)
    await gunilla.page.get_by_role("main").get_by_role("button", name="Wester Konsult").click()
    await expect(chats.get_by_text("Ett oläst meddelande")).to_have_count(1)


@pytest.mark.parametrize("width", [360, 740, 1024])
async def test_nothing_in_the_header_lies_over_anything_else(lobby: Lobby, width: int) -> None:
    petra = await lobby.arrive((width, 700))
    await petra.log_in(PETRA, "/portal")
    header = petra.page.get_by_role("banner")
    parts = [
        header.get_by_text("Lindberg & Falk"),
        header.get_by_text("Holm & Döttrar Bygg AB"),
        petra.page.get_by_role("navigation").get_by_role("link", name="Chattar"),
    ]
    # On a phone one's account is among the places below.
    await expect(header.get_by_role("button", name="Petra Holm")).to_be_visible(visible=width > 719)
    boxes = []
    for part in parts:
        await expect(part.filter(visible=True)).to_have_count(1)
        boxes.append(await part.filter(visible=True).bounding_box())
    for one, other in itertools.combinations(boxes, 2):
        assert one is not None
        assert other is not None
        beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
        below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
        assert beside or below, (one, other)


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_banner_of_being_offline_leaves_everything_within_reach(lobby: Lobby, size: tuple[int, int]) -> None:
    petra = await lobby.arrive(size)
    await petra.log_in(PETRA, "/portal/threads")
    await expect(petra.page.get_by_role("button", name="Ny chatt")).to_be_visible()
    await petra.offline(True)
    # A press that something else would catch is refused by the browser's driver.
    await petra.page.get_by_role("button", name="Ny chatt").click(trial=True)
    await petra.page.get_by_role("navigation").get_by_role("link", name="Chattar").click(trial=True)
    assert await petra.cramped() == []


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_word_without_end_stays_in_its_column(lobby: Lobby, product: Product, size: tuple[int, int]) -> None:
    endless = "Donau" * 36
    thread_id, _ = new_thread(product, tasks=[endless])
    product.call(ANNA, "thread.rename", thread_id=thread_id, subject=endless)
    petra = await lobby.arrive(size)
    await petra.log_in(PETRA, f"/portal/threads/{thread_id}")
    await petra.send("https://example.com/" + "a" * 300)
    anna = await lobby.arrive(size)
    await anna.log_in(ANNA, f"/console/threads/{thread_id}")
    await anna.send("b" * 300)
    for visitor in (petra, anna):
        await expect(visitor.message("aaa")).to_be_visible()
        await expect(visitor.message("bbb")).to_be_visible()
        assert await visitor.cramped() == []
    for visitor, path in (
        (petra, "/portal"),
        (petra, "/portal/threads"),
        (anna, "/console/inbox"),
        (anna, "/console/tasks"),
    ):
        await visitor.go(path)
        await expect(visitor.page.get_by_role("main").get_by_text(endless).first).to_be_visible()
        assert await visitor.cramped() == [], path
