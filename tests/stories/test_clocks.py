"""What time it was: the firm and its clients read the same wherever they are, and who is elsewhere their own beside it."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, expect

from tests.product import Product
from tests.stories.browser import WIDE, Lobby
from tests.stories.test_chat import ANNA, PETRA, new_thread
from tests.stories.test_widget import open_chat, open_widget

pytestmark = pytest.mark.anyio

FIRMS, FAR = "Europe/Stockholm", "Pacific/Kiritimati"
"""Where it is at no time of the year the same clock time."""


async def test_everybody_reads_the_firms_clock_wherever_they_are(lobby: Lobby, product: Product) -> None:
    """RM-7's days and times are the firm's; so is every other time that both sides see."""
    thread_id, subject = new_thread(product)
    thread = product.call(ANNA, "thread.open", thread_id=thread_id)
    at = next(item["at"] for item in thread["page"]["events"] if item["event"]["type"] == "message.sent") / 1000
    firms, far = (datetime.fromtimestamp(at, ZoneInfo(zone)).strftime("%H:%M") for zone in (FIRMS, FAR))
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}", zone=FAR)
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", zone=FAR)
    home = await lobby.contact(PETRA, f"/portal/threads/{thread_id}")
    on_their_page = await lobby.arrive(zone=FAR)
    frame = await open_widget(on_their_page, WIDE)
    await open_chat(frame, subject)

    async def reads(message: Locator, tooltip: str) -> None:
        time = message.locator("time").first
        await expect(time).to_have_text(firms)
        await expect(time).to_have_attribute("title", re.compile(tooltip))

    for visitor in (anna, petra):
        await reads(visitor.message("Hej Petra!"), rf"{firms} \(hos dig: .*{far}\)$")
    await reads(frame.get_by_role("log").get_by_role("article").filter(has_text="Hej Petra!"), rf"hos dig: .*{far}")
    await reads(home.message("Hej Petra!"), rf"{firms}$")
