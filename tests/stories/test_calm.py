"""Pages that stay calm: what somebody looks at or presses stays where it is while much happens; nothing is said twice."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Frame, Locator, Page, expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import WIDE, Lobby
from tests.stories.test_chat import ANNA, ERIK, PETRA, new_thread
from tests.stories.test_reading import say
from tests.stories.test_scrolling import SIDES, Desk
from tests.stories.test_widget import open_widget

pytestmark = pytest.mark.anyio

IN_LIST = ":is(.thread-list, .portal-list, .widget) [data-row]"


def row(place: Page | Frame, thread_id: str) -> Locator:
    return place.locator(f'{IN_LIST}[data-row="{thread_id}"]')


async def order(place: Page | Frame, *ours: str) -> list[str]:
    """These threads as they stand among each other in the list."""
    rows: list[str] = await place.locator(IN_LIST).evaluate_all("rows => rows.map(row => row.dataset.row)")
    return [thread_id for thread_id in rows if thread_id in ours]


async def top_of(place: Page | Frame, thread_id: str) -> float:
    box = await row(place, thread_id).bounding_box()
    assert box is not None
    return box["y"]


UNREAD = re.compile("oläst")


# the row that was chosen


@pytest.mark.parametrize("side", ["console", "portal"])
async def test_the_row_that_was_clicked_keeps_its_place_until_another_is_chosen(
    lobby: Lobby, product: Product, side: str
) -> None:
    """LS-2, RD-2: it is read by being opened, which takes it from the top, and both it and others have news."""
    made = [new_thread(product)[0] for _ in range(3)]
    me, other = (ANNA, PETRA) if side == "console" else (PETRA, ANNA)
    for thread_id in made:
        say(product, other, thread_id, "Något nytt")
    third, second, first = made
    visitor = await lobby.staff(me, "/console" if side == "console" else "/portal/threads")
    page = visitor.page
    await expect(row(page, first).get_by_text(UNREAD)).to_have_count(1)
    assert await order(page, *made) == [first, second, third]
    place = await top_of(page, second)

    await row(page, second).click()
    await expect(visitor.message("Något nytt")).to_be_visible()
    await expect(row(page, second).get_by_text(UNREAD)).to_have_count(0)
    assert await order(page, *made) == [first, second, third]
    assert await top_of(page, second) == place

    # News of its own, and of one that stands below.
    say(product, other, second, "Och mer i den här")
    await expect(visitor.message("Och mer i den här")).to_be_visible()
    say(product, other, third, "Och mer i en annan")
    await expect(row(page, third)).to_contain_text("Och mer i en annan")
    assert await order(page, *made) == [third, second, first]
    assert await top_of(page, second) == place

    # Another is chosen: that one keeps its place now, and the first goes where it belongs.
    place = await top_of(page, first)
    await row(page, first).click()
    await expect(visitor.message("Något nytt")).to_be_visible()
    await expect(row(page, first).get_by_text(UNREAD)).to_have_count(0)
    assert await top_of(page, first) == place


async def test_in_the_widget_the_chat_one_comes_back_from_stands_where_it_was(lobby: Lobby, product: Product) -> None:
    made = [new_thread(product) for _ in range(3)]
    ids = [thread_id for thread_id, _ in reversed(made)]
    petra = await lobby.arrive()
    frame = await open_widget(petra, WIDE)
    await expect(row(frame, ids[0])).to_be_visible()
    assert await order(frame, *ids) == ids
    await frame.get_by_role("link", name=re.compile(made[1][1])).click()
    await expect(frame.get_by_role("log").get_by_text("Hej Petra!")).to_be_visible()
    await frame.get_by_role("button", name="Tillbaka").click()
    await expect(row(frame, ids[1]).get_by_text(UNREAD)).to_have_count(0)
    assert await order(frame, *ids) == ids


# one block, said once

DRAWN = """log => [...log.querySelectorAll("article")].map(article => {
  const body = article.querySelector(".body"), foot = article.querySelector("footer");
  return {
    text: body.innerText.trim(),
    top: body.getBoundingClientRect().top,
    said: foot && getComputedStyle(foot).opacity === "1" ? foot.innerText.trim() : "",
    times: [...article.querySelectorAll("time")].filter(time => !time.closest(".hidden")).map(time => time.innerText),
  };
})"""
"""Each message as somebody sees it: without what is there for whoever asks."""


async def drawn(log: Locator, texts: Sequence[str]) -> list[dict[str, Any]]:
    """These messages as they are drawn."""
    found: list[dict[str, Any]] = await log.evaluate(DRAWN)
    return [message for message in found if message["text"] in texts]


async def desk_at(lobby: Lobby, side: str, thread_id: str, subject: str) -> Desk:
    """Whoever reads at this side, with the chat before them."""
    if side != "widget":
        visitor = await lobby.staff(ANNA if side == "console" else PETRA, f"/{side}/threads/{thread_id}")
        return Desk(visitor)
    petra = await lobby.arrive()
    frame = await open_widget(petra, WIDE)
    await frame.get_by_role("link", name=re.compile(subject)).click()
    return Desk(petra, frame)


@SIDES
async def test_how_far_a_block_has_come_is_said_once_where_it_has_come_so_far_and_nothing_moves(
    lobby: Lobby, product: Product, side: str
) -> None:
    """RD-4: one receipt, under the last message of which it is true; and of each message for whoever asks."""
    thread_id, subject = new_thread(product)
    me, other, name = (ANNA, PETRA, "Petra") if side == "console" else (PETRA, ANNA, "Anna")
    desk = await desk_at(lobby, side, thread_id, subject)
    await desk.sees("Hej Petra!")
    texts = ["Det första", "Det andra", "Det tredje", "Det fjärde"]
    places = [say(product, me, thread_id, text) for text in texts]
    await desk.sees(texts[-1])
    read = re.compile(f"Läst av {name}")

    product.call(other, "mark.read", thread_id=thread_id, seq=places[-1])
    await expect(desk.message(texts[-1])).to_contain_text(read)
    assert [bool(read.match(one["said"])) for one in await drawn(desk.log, texts)] == [False, False, False, True]
    # What is written next takes nothing of that back.
    more = ["Det femte", "Det sjätte", "Det sjunde"]
    places = [say(product, me, thread_id, text) for text in more]
    await desk.sees(more[-1])
    await expect(desk.message(more[-1])).not_to_contain_text(read)
    before = await drawn(desk.log, texts + more)
    assert [bool(read.match(one["said"])) for one in before] == [False] * 3 + [True] + [False] * 3
    assert [one["text"] for one in before if one["said"]] == [texts[-1], more[-1]]

    # It advances, in two steps.
    product.call(other, "mark.read", thread_id=thread_id, seq=places[1])
    await expect(desk.message(more[1])).to_contain_text(read)
    halfway = await drawn(desk.log, texts + more)
    assert [one["text"] for one in halfway if read.match(one["said"])] == [more[1]]
    product.call(other, "mark.read", thread_id=thread_id, seq=places[2])
    await expect(desk.message(more[2])).to_contain_text(read)
    after = await drawn(desk.log, texts + more)
    assert [one["text"] for one in after if one["said"]] == [more[2]]
    for moved in (halfway, after):
        assert [one["top"] for one in moved] == [one["top"] for one in before]

    # Whoever goes to a message is told of that one.
    await desk.message(more[2]).focus()
    await desk.visitor.page.keyboard.press("ArrowUp")
    await expect(desk.message(more[1])).to_be_focused()
    await expect(desk.message(more[1]).locator("footer")).to_have_css("opacity", "1")
    assert [one["text"] for one in await drawn(desk.log, more) if read.match(one["said"])] == more[1:]
    assert [one["top"] for one in await drawn(desk.log, texts + more)] == [one["top"] for one in before]
    # And a screen reader of each.
    for text in texts + more:
        await expect(desk.message(text)).to_contain_text(read)


async def test_a_minute_is_said_once_and_what_is_copied_is_what_was_said(lobby: Lobby, product: Product) -> None:
    thread_id, subject = new_thread(product)
    anna = await desk_at(lobby, "console", thread_id, subject)
    texts = [f"Rad {number} i samma andetag" for number in range(6)]
    for text in texts:
        say(product, ANNA, thread_id, text)
    await anna.sees(texts[-1])
    times = [time for one in await drawn(anna.log, texts) for time in one["times"]]
    assert all(one != other for one, other in pairwise(times)), times
    surfaces = [await anna.message(text).locator(".message__surface").bounding_box() for text in texts]
    for above, below in pairwise([box for box in surfaces if box]):
        assert above["y"] + above["height"] == pytest.approx(below["y"])
    copied = await anna.log.evaluate(
        "log => { getSelection().selectAllChildren(log); return getSelection().toString(); }"
    )
    assert [text for text in texts if text not in copied] == []
    assert copied.count("Skickad") <= 1


# the header


@pytest.mark.parametrize("width", [1440, 1100, 1000])
async def test_the_header_gives_its_room_to_what_needs_it(lobby: Lobby, product: Product, width: int) -> None:
    """What can be done says so in words where there is room, and makes room for a subject that is longer."""
    thread_id, subject = new_thread(product, reminder={"enabled": True, "days": 3, "number": 1})
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", size=(width, 900))
    header = anna.page.get_by_role("heading", name=subject).locator("xpath=ancestor::header")
    reminder = header.get_by_text(re.compile("^nästa "))
    await expect(reminder).to_be_visible()
    await expect(header.get_by_text("Petra Holm")).to_be_visible()
    # Who reads there gives way to the client.
    client = header.locator(".thread-header__account")
    assert await client.evaluate("part => part.scrollWidth <= part.clientWidth")
    long = f"{subject}: årsbokslut, inventering och bankutdrag för hela hösten, med allt som hör till"
    product.call(ANNA, "thread.rename", thread_id=thread_id, subject=long)
    await expect(anna.page.get_by_role("heading", name=long)).to_be_visible()
    await expect(reminder).to_be_hidden()
    await expect(header.get_by_role("button", name=re.compile("^nästa "))).to_be_visible()
    shown, whole = await header.evaluate(
        "bar => [bar.querySelector('.thread-header__words').clientWidth, bar.clientWidth]"
    )
    assert shown > whole * 0.55, f"{shown} of {whole} px"
    product.call(ANNA, "thread.rename", thread_id=thread_id, subject=subject)
    await expect(reminder).to_be_visible()


# the log, and reminders by hand


async def test_the_log_of_changes_says_who_and_what(lobby: Lobby, product: Product) -> None:
    """2.14: also of a task that is gone, of two changes within a moment, and of what was changed to what."""
    thread_id, _ = new_thread(product, tasks=["Kvitton", "Lagerlista"])
    tasks = {task["text"]: task["id"] for task in product.call(ANNA, "thread.open", thread_id=thread_id)["tasks"]}
    product.call(PETRA, "task.set", thread_id=thread_id, task_id=tasks["Kvitton"], done=True)
    product.call(ERIK, "task.edit", thread_id=thread_id, task_id=tasks["Lagerlista"], text="Lagerlista per 30 november")
    product.call(ANNA, "task.delete", thread_id=thread_id, task_id=tasks["Lagerlista"])
    # So much is written that the page doesn't have the changes themselves.
    for number in range(105):
        say(product, ANNA, thread_id, f"Annat nummer {number}")
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    panel = anna.page.get_by_role("complementary")
    changes = panel.get_by_role("listitem")
    await expect(
        changes.filter(has_text="Anna Lindberg tog bort uppgiften ”Lagerlista per 30 november”")
    ).to_be_visible()
    told = changes.filter(has_text="Erik Falk ändrade en uppgift: ”Lagerlista → Lagerlista per 30 november”")
    await expect(told).to_be_visible()
    whole = await told.locator(".changes__what").evaluate("part => part.scrollWidth <= part.clientWidth")
    assert whole, "it is cut off"
    await expect(changes.filter(has_text="Petra Holm bockade av ”Kvitton”")).to_be_visible()
    # What happens now comes by itself, and the whole log says by which address.
    product.call(ERIK, "thread.archive", thread_id=thread_id)
    product.call(ERIK, "thread.reopen", thread_id=thread_id)
    await panel.get_by_role("button", name="Visa logg").click()
    log = anna.page.get_by_role("dialog", name="Ändringar").get_by_role("listitem")
    await expect(log.filter(has_text="Erik Falk öppnade chatten igen")).to_contain_text(ERIK)
    await expect(log.filter(has_text="Erik Falk arkiverade chatten")).to_contain_text(ERIK)
    await expect(log.filter(has_text="Petra Holm bockade av ”Kvitton”")).to_contain_text(PETRA)
    await expect(log.filter(has_text="Anna Lindberg lade till uppgiften ”Kvitton”")).to_contain_text(ANNA)
    assert await anna.axe() == []


async def test_a_reminder_by_hand_stands_in_the_round_that_runs_and_says_whose_it_was(
    lobby: Lobby, product: Product
) -> None:
    """RM-11, RM-20: it uses up none, and stays in its round when another begins."""
    thread_id, _ = new_thread(product, reminder={"enabled": True, "days": 3, "number": 2})
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    panel = anna.page.get_by_role("complementary")
    await panel.get_by_role("tab", name="Påminnelser").click()
    await panel.get_by_role("button", name="Påminn nu").click()
    running = panel.get_by_role("list").first.get_by_role("listitem")
    await expect(running).to_have_count(5)
    words = [
        "Ditt meddelande|Meddelande från|Räknas från",
        "Av Anna Lindberg, för hand",
        "Nästa",
        "2",
        "Slutar tidigare",
    ]
    await expect(running).to_have_text([re.compile(f"^(?:{word})") for word in words])
    await expect(panel.get_by_text("0 av 2 skickade")).to_be_visible()
    line = anna.stream.get_by_text(re.compile("^Anna Lindberg påminde .*Petra Holm.* för hand$"))
    await expect(line).to_be_visible()
    # A new message begins another round; a colleague's reminder stands in that one.
    say(product, ANNA, thread_id, "Ett nytt meddelande")
    await expect(panel.get_by_role("heading", name="Tidigare omgång")).to_be_visible()
    product.call(ERIK, "reminder.send", thread_id=thread_id, client_message_id=new_id())
    await expect(running.nth(1)).to_contain_text("Av Erik Falk, för hand")
    await expect(running.filter(has_text="Anna Lindberg")).to_have_count(0)
    earlier = panel.get_by_role("list").nth(1).get_by_role("listitem")
    await expect(earlier.first).to_contain_text("Av Anna Lindberg, för hand")
    await expect(panel.get_by_text("0 av 2 skickade")).to_be_visible()
