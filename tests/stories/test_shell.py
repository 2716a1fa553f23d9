"""Pages that are installed: they bear the firm's name, and open without a network."""

import pytest
from playwright.async_api import expect

from tests.stories.browser import Lobby, Visitor
from tests.stories.test_chat import ANNA, PETRA

pytestmark = pytest.mark.anyio

FIRM = "Lindberg & Falk Redovisning"
KEPT = """async (assets) => {
  const registration = await navigator.serviceWorker.ready;
  const cache = await caches.open(`shell-2:${new URL(registration.scope).pathname}`);
  const names = (await cache.keys()).map((request) => new URL(request.url).pathname);
  return assets.every((name) => names.includes(name)) && names.includes(new URL(registration.scope).pathname);
}"""
LOADED = """() => performance.getEntriesByType("resource")
  .map((entry) => new URL(entry.name).pathname)
  .filter((name) => name.startsWith("/assets/"))"""


async def at(lobby: Lobby, side: str) -> Visitor:
    return await (lobby.staff(ANNA, worker=True) if side == "console" else lobby.contact(PETRA, worker=True))


@pytest.mark.parametrize("side", ["console", "portal"])
async def test_after_one_visit_a_page_opens_without_a_network_and_says_so(lobby: Lobby, side: str) -> None:
    visitor = await at(lobby, side)
    await expect(visitor.page.get_by_role("main")).to_be_visible()
    loaded = await visitor.page.evaluate(LOADED)
    assert loaded
    await visitor.page.wait_for_function(KEPT, arg=loaded)
    await visitor.offline(True)
    await visitor.page.reload()
    await expect(visitor.page.get_by_text("Ingen anslutning")).to_be_visible()
    await visitor.offline(False)
    await expect(visitor.page.get_by_role("main")).to_be_visible()


@pytest.mark.parametrize("side", ["console", "portal"])
async def test_what_is_installed_bears_the_firms_name_and_has_its_icons(lobby: Lobby, side: str) -> None:
    visitor = await at(lobby, side)
    devtools = await visitor.page.context.new_cdp_session(visitor.page)
    said = await devtools.send("Page.getAppManifest")
    assert said["errors"] == []
    assert f'"name":"{FIRM}"' in said["data"]
    assert f'"start_url":"/{side}"' in said["data"]
    drawn = await visitor.page.evaluate(
        """async (manifest) => Promise.all(JSON.parse(manifest).icons.map(async ({src, sizes}) => {
          const picture = new Image();
          picture.src = src;
          await picture.decode();
          return sizes === "any" || sizes === `${picture.naturalWidth}x${picture.naturalHeight}`;
        }))""",
        said["data"],
    )
    assert drawn == [True, True, True]
    found = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # A browser context of Playwright's is a private window, which installs nothing, and which the engine without a window
    # doesn't mind.
    assert {error["errorId"] for error in found} <= {"in-incognito"}


async def test_a_stranger_learns_no_name_from_a_manifest(lobby: Lobby) -> None:
    visitor = await lobby.contact(PETRA)
    answer = await visitor.page.evaluate(
        "async () => (await fetch('/portal.webmanifest', {credentials: 'omit'})).json()"
    )
    assert answer["name"] == "Chattar"
    assert "Falk" not in str(answer)
