"""The development's foreign site: one script tag, a strict policy, and an identity that the chat accepts."""

import httpx

from server.core import auth
from server.development import demo, widget_demo
from tests.world import World


async def test_the_site_signs_an_identity_that_lets_its_visitor_in(world: World) -> None:
    for collection in ("firms", "staff", "contacts", "accounts", "links", "sessions"):
        await world.store.mongo.database[collection].delete_many({})
    world.set(widget_demo_port=8001)
    assert await demo.make(world.settings)
    transport = httpx.ASGITransport(app=widget_demo.site(world.means))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8001") as client:
        page = await client.get("/")
        assert 'src="http://localhost:8000/widget.js"' in page.text
        policy = page.headers["content-security-policy"]
        assert "script-src http://localhost:8000;" in policy
        assert "unsafe" not in policy
        assert (await client.post("/my/identity")).status_code == 403
        assert (await client.post("/my/identity", headers={"origin": "https://evil.example"})).status_code == 403
        answer = await client.post("/my/identity", headers={"origin": "http://localhost:8001"})
    for origin in ("http://localhost:8001", "http://127.0.0.1:8000"):
        login = await auth.login_from_identity(world.store, world.clock, answer.text, origin, world.settings.origins)
        assert (login.principal.name, login.principal.side) == ("Petra Holm", "contact")
