"""Videos in chats: staff and clients embed them, and nobody's reading is told to a provider before they press play."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Frame, Locator, Page, Route, expect

from protocol.videos import HOSTS
from tests.product import Product
from tests.stories import tour
from tests.stories.browser import NARROW, WIDE, Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA, both, new_thread
from tests.stories.test_widget import open_chat, open_widget

pytestmark = pytest.mark.anyio

YOUTUBE = "https://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ&t=1m30s"
YOUTUBE_FRAME = "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=90"
VIMEO = "https://vimeo.com/76979871/8272103f6e"
VIMEO_FRAME = "https://player.vimeo.com/video/76979871?h=8272103f6e"
HOSTILE = "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ"
PLAYER = "<!doctype html><title>Spelare</title><p>Här spelas filmen.</p>"


class Providers:
    """Stand in for the four, inside the browser: what a page asks of them, and what it tells them of itself."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    async def beside(self, visitor: Visitor) -> None:
        for host in HOSTS:
            visitor.may_ask(urlsplit(host).netloc)
            await visitor.page.route(f"{host}/**", self._answer)

    async def _answer(self, route: Route) -> None:
        told = await route.request.header_value("referer")
        self.asked.append((route.request.url, told))
        await route.fulfill(body=PLAYER, content_type="text/html; charset=utf-8")


def asking(page: Page | Frame) -> Locator:
    return page.locator(".popover")


async def embed(person: Visitor, address: str) -> None:
    """By the button of the formatting bar and the keyboard."""
    await expect(person.page.locator("[contenteditable]")).to_be_visible()
    await person.page.get_by_role("button", name="Bädda in video").click()
    await asking(person.page).get_by_label("Länk till videon").fill(address)
    await person.page.keyboard.press("Enter")


async def plays(place: Locator, frame: str) -> None:
    """It is framed, with a fence around it, as wide as there is room, and answers."""
    player = place.locator("iframe")
    await expect(player).to_have_attribute("src", frame)
    await expect(player.content_frame.get_by_text("Här spelas filmen.")).to_be_visible()
    await expect(player).to_be_focused()
    assert set((await player.get_attribute("sandbox") or "").split()) == {
        "allow-scripts",
        "allow-same-origin",
        "allow-presentation",
    }
    box = await player.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(16 / 9, rel=0.02)
    assert box["width"] > 200


async def test_staff_and_a_client_embed_videos_that_play_once_somebody_presses(lobby: Lobby, product: Product) -> None:
    """VD-1 to VD-3, acceptance 26."""
    thread_id, subject = new_thread(product)
    anna = await lobby.staff(ANNA, f"/console/threads/{thread_id}")
    petra = await lobby.contact(PETRA, f"/portal/threads/{thread_id}", size=NARROW, scheme="dark")
    providers = Providers()
    await providers.beside(anna)
    await providers.beside(petra)

    await anna.write("Så gör ni: ")
    await embed(anna, YOUTUBE)
    draft = anna.field.locator(".video-draft")
    await expect(draft).to_contain_text("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=90")
    await anna.page.keyboard.type("Fråga gärna!")
    assert await anna.axe() == []
    await anna.page.keyboard.press("Control+Enter")

    await petra.page.get_by_role("button", name="Formatering").click()
    await embed(petra, VIMEO)
    await expect(petra.field.locator(".video-draft")).to_be_visible()
    assert await petra.cramped() == []
    await petra.page.keyboard.press("Control+Enter")

    for person in (anna, petra):
        first, second = person.message("Så gör ni:"), person.message("Spela videon från Vimeo")
        await expect(first.get_by_role("button", name="Spela videon från YouTube")).to_be_visible()
        await expect(first.locator(".body > *")).to_have_count(3)
        await expect(second.get_by_role("link", name="Öppna hos Vimeo")).to_have_attribute("href", VIMEO)
        await expect(person.page.locator("iframe")).to_have_count(0)
        assert await person.axe() == []
        assert await person.cramped() == []
    row = anna.page.locator(f'[data-row="{thread_id}"]')
    await expect(row).to_contain_text(f"Video: {VIMEO}")
    assert providers.asked == []

    await anna.message("Spela videon från Vimeo").get_by_role("button", name="Spela").click()
    await plays(anna.message("Öppna hos Vimeo"), VIMEO_FRAME)
    await petra.message("Så gör ni:").get_by_role("button", name="Spela").click()
    await plays(petra.message("Så gör ni:"), YOUTUBE_FRAME)
    # YouTube plays for nobody who doesn't say where from; of the page nobody hears.
    assert providers.asked == [(VIMEO_FRAME, None), (YOUTUBE_FRAME, f"{product.url}/")]
    assert await petra.cramped() == []
    assert await anna.page.locator("iframe").count() == 1

    # In the widget, which frames nothing, it is a link.
    visitor = await lobby.arrive()
    frame = await open_widget(visitor, WIDE)
    await open_chat(frame, subject)
    shown = frame.get_by_role("log").get_by_role("article").last
    await expect(shown.get_by_role("link", name="Öppna hos Vimeo")).to_have_attribute("href", VIMEO)
    await expect(shown.get_by_role("button", name="Spela")).to_have_count(0)


async def test_a_link_that_is_no_video_says_why_and_may_stay_a_link(lobby: Lobby, product: Product) -> None:
    """VD-3."""
    thread_id, _ = new_thread(product)
    for person in await both(lobby, thread_id):
        if person.page.url.startswith(f"{product.url}/portal"):
            await person.page.get_by_role("button", name="Formatering").click()
        await embed(person, HOSTILE)
        popup = asking(person.page)
        await expect(popup.get_by_text("Länken stöds inte.")).to_be_visible()
        assert await person.axe() == []
        # What is no address at all can't stay either.
        await popup.get_by_label("Länk till videon").fill("javascript:alert(1)")
        await person.page.keyboard.press("Enter")
        await expect(popup.get_by_text("Länken stöds inte.")).to_be_visible()
        await expect(popup.get_by_role("button", name="Behåll som länk")).to_have_count(0)
        await popup.get_by_label("Länk till videon").fill(HOSTILE)
        await person.page.keyboard.press("Enter")
        await popup.get_by_role("button", name="Behåll som länk").click()
        await expect(popup).to_have_count(0)
        await expect(person.field.get_by_role("link")).to_have_attribute("href", HOSTILE)
        await expect(person.field.locator(".video-draft")).to_have_count(0)
        # And what is left by Escape gives the button its focus back.
        await person.page.get_by_role("button", name="Bädda in video").click()
        await expect(popup).to_be_visible()
        await person.page.keyboard.press("Escape")
        await expect(person.page.get_by_role("button", name="Bädda in video")).to_be_focused()


async def test_the_same_is_said_in_english(lobby: Lobby, product: Product) -> None:
    grace = await lobby.staff(tour.ENGLISH["staff"], "/console", language="en-GB")
    await grace.page.get_by_role("button", name="New chat").first.click()
    await grace.page.get_by_role("button", name="Embed video").click()
    await asking(grace.page).get_by_label("Link to the video").fill(HOSTILE)
    await grace.page.keyboard.press("Enter")
    await expect(asking(grace.page).get_by_text("The link is not supported.")).to_be_visible()


async def test_a_video_stands_behind_the_table_in_which_it_was_asked_for(lobby: Lobby, product: Product) -> None:
    """A cell has room for words alone."""
    thread_id, _ = new_thread(product)
    anna, petra = await both(lobby, thread_id)
    await anna.field.click()
    await anna.field.evaluate(
        """(field) => {
          const data = new DataTransfer();
          data.setData("text/html", "<table><tr><td>1930</td><td>5</td></tr><tr><td>2440</td><td>7</td></tr></table>");
          const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true });
          Object.defineProperty(event, "clipboardData", { value: data });
          field.dispatchEvent(event);
        }"""
    )
    await anna.field.locator("td").first.click()
    await embed(anna, VIMEO)
    await anna.page.keyboard.press("Control+Enter")
    message = petra.message("1930")
    await expect(message.locator("td")).to_have_text(["1930", "5", "2440", "7"])
    await expect(message.get_by_role("button", name="Spela videon från Vimeo")).to_be_visible()
