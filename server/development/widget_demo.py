"""A firm's own web site, in development: another origin on a second port, with the widget in it by one script tag.

Stands in for what a firm's web server does: it knows the widget secret, signs who its visitor is, and serves its pages
under a strict policy. Knows nothing of Chattar but the address of the script.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import jinja2
import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from server.core import auth
from server.core.context import Means
from server.core.settings import Settings
from server.development.demo_cast import LINDBERG, LOGINS

HERE: Final = Path(__file__).resolve().parent
VISITOR: Final = next(login for login in LOGINS if login.name == "Petra Holm")
IDENTITY_S: Final = 600
STOP_S_MAX: Final = 2
_templates: Final = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True)


class _Server(uvicorn.Server):
    """uvicorn's server as a guest in another process: signals are the host's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


@contextlib.asynccontextmanager
async def listening(means: Means) -> AsyncIterator[None]:
    """Serve the site on the settings' `widget_demo_port` while the block runs; without one, do nothing."""
    settings = means.settings
    if settings.widget_demo_port is None:
        yield
        return
    config = uvicorn.Config(
        site(means),
        host=settings.host,
        port=settings.widget_demo_port,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S_MAX,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(), name="widget demo")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


def site(means: Means) -> Starlette:
    """The site: its page, its style, and the path where its server says who the visitor is."""

    async def page(request: Request) -> Response:
        # The same machine has two names; a page on one of them talks to the chat on that one.
        host = request.url.hostname or "localhost"
        chat = _chat(means.settings, host)
        text = _templates.get_template("widget_demo.html").render(
            chat=chat, firm=await _firm_id(means), visitor=VISITOR.name
        )
        return Response(text, media_type="text/html", headers={"content-security-policy": policy(chat)})

    async def style(request: Request) -> Response:
        return FileResponse(HERE / "static" / "widget_demo.css")

    async def identity(request: Request) -> Response:
        # Only the site's own page may ask: any other page would learn who is logged in here.
        if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host"):
            return PlainTextResponse("Only for pages of this site.\n", 403)
        return PlainTextResponse(await _sign(means), headers={"cache-control": "no-store"})

    return Starlette(
        routes=[
            Route("/", page),
            Route("/widget_demo.css", style),
            Route("/favicon.ico", lambda request: Response(status_code=204)),
            Route("/my/identity", identity, methods=["POST"]),
        ]
    )


def demo_origins(settings: Settings) -> list[str]:
    """Where the site is, if it is anywhere: a machine has two names for itself."""
    if settings.widget_demo_port is None:
        return []
    return [f"http://{host}:{settings.widget_demo_port}" for host in ("127.0.0.1", "localhost")]


def policy(chat: str) -> str:
    """A strict policy of a firm's site: one script and one frame of the chat, and nothing inline."""
    return (
        f"default-src 'none'; script-src {chat}; frame-src {chat}; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )


def _chat(settings: Settings, host: str) -> str:
    own = urlsplit(settings.own_url)
    loopback = {"localhost", "127.0.0.1"}
    return f"http://{host}:{own.port or 80}" if {host, own.hostname} <= loopback else settings.own_url


async def _firm_id(means: Means) -> str:
    return next((firm.id for firm in await means.store.firms.all() if firm.firm.name == LINDBERG), "")


async def _sign(means: Means) -> str:
    """What a firm's server has to do: sign who the visitor is, for ten minutes, with the secret it shares with us."""
    firm = await means.store.firms.get(await _firm_id(means))
    if firm is None:
        return ""
    expires = auth.real_now(means.clock) // 1000 + IDENTITY_S
    claims = {"iss": firm.id, "email": VISITOR.email, "exp": expires}
    return jwt.encode(claims, firm.widget_secret, algorithm="HS256")
