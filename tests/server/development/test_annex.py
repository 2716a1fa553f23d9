"""What a development server has beside the product, and that a firm's server has none of it."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import httpx
import pytest

from deploy.dev.embedded import free_port
from protocol.errors import Forbidden
from server.annex import annex_of, developers
from server.core.settings import Settings
from tests.server.talking import node
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_development_server_has_demo_logins_and_an_inbox(world: World, redis_url: str, tmp_path: Path) -> None:
    smtp_port, site_port = free_port(), free_port()
    chosen: dict[str, Any] = {
        "smtp_url": f"smtp://127.0.0.1:{smtp_port}",
        "widget_demo_port": site_port,
        "data": tmp_path,
    }
    async with node(world, redis_url, development=True, **chosen) as one, browsing(one.http_url) as client:
        assert (await client.get("/dev/logins.json")).json()[0] == {
            "email": "anna@lindbergfalk.example",
            "password": "chattar-demo",
            "side": "staff",
            "name": "Anna Lindberg",
            "who": "Owner",
            "firm": "Lindberg & Falk Redovisning",
        }
        start = await client.get("/", headers={"accept-language": "sv"})
        assert "Anna Lindberg" in start.text
        assert "Allas lösenord: chattar-demo" in start.text
        assert f'href="http://127.0.0.1:{site_port}"' in start.text
        assert (await client.get("/dev/start.css")).status_code == 200
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "no-reply@localhost", "petra@holmbygg.example", "Kvitton"
        mail.set_content("Hej")
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=smtp_port)
        (kept,) = (await client.get("/dev/inbox.json")).json()
        assert (kept["to"], kept["subject"], kept["text"].strip()) == ("petra@holmbygg.example", "Kvitton", "Hej")
        assert "widget.js" in (await client.get(f"http://127.0.0.1:{site_port}/")).text
        assert (await client.get("/login")).status_code == 200


async def test_a_firms_server_has_none_of_it(world: World, redis_url: str) -> None:
    async with node(world, redis_url, widget_demo_port=free_port()) as one, browsing(one.http_url) as client:
        assert (await client.get("/")).headers["location"] == "/login"
        for path in ("/dev/logins.json", "/dev/start.css", "/dev/inbox", "/dev/inbox.json", "/pages/widget_demo.css"):
            assert (await client.get(path)).status_code == 404, path


async def test_nothing_of_it_is_to_be_had_without_the_setting() -> None:
    assert annex_of(Settings()) is None
    with pytest.raises(Forbidden):
        developers(Settings(), "demo")


def browsing(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, timeout=60)
