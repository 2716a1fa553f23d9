"""The built web client: its pages, its hashed assets, and the widget's loader and frame.

Knows the folder that Vite builds and its manifests: what they name never changes under its name and may be kept for
ever. Who is logged in decides between console and portal; nothing else about people is known here.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protocol.errors import ChattarError, Unavailable
from protocol.people import Side
from server.core import auth
from server.core.context import Means, Principal
from server.doors import visitors
from server.doors.page_headers import app_policy
from storage.mongo.connection import ours

FOR_EVER: Final = "public, max-age=31536000, immutable"
SHORT: Final = "public, max-age=300"
NEVER: Final = "no-store"
HOME: Final[Mapping[Side, str]] = {"staff": "/console", "contact": "/portal"}
_NOT_BUILT: Final = "The web client is not built: python3 dev.py build\n"


class Built:
    """The folder that Vite built, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.hashed = frozenset(
            name for manifest in (self.folder / ".vite").glob("*.json") for name in _named_by(manifest)
        )
        self.others = {
            path.name
            for path in (self.folder.iterdir() if self.folder.is_dir() else ())
            if path.is_file() and path.suffix != ".html" and not path.name.startswith(".")
        }

    def page(self, name: str) -> Path | None:
        """A built page such as `console`."""
        path = self.folder / f"{name}.html"
        return path if path.is_file() else None


def _named_by(manifest: Path) -> Iterator[str]:
    """The files of a page and of its parts."""
    chunks: dict[str, dict[str, Any]] = json.loads(manifest.read_text())
    for chunk in chunks.values():
        yield from (chunk["file"], *chunk.get("css", []), *chunk.get("assets", []))


def routes(means: Means) -> list[BaseRoute]:
    """The client's pages and files."""
    files = WebFiles(means, Built(means.settings.web_dist))
    return [
        Route("/console", calmly(files.console)),
        Route("/console/{rest:path}", calmly(files.console)),
        Route("/portal", calmly(files.portal)),
        Route("/portal/{rest:path}", calmly(files.portal)),
        Route("/widget", calmly(files.widget)),
        Route("/assets/{rest:path}", files.asset),
        *(Route(f"/{name}", files.other) for name in sorted(files.built.others)),
    ]


Endpoint = Callable[[Request], Awaitable[Response]]


def calmly(endpoint: Endpoint) -> Endpoint:
    """A page that says it is temporary while the database is away."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Unavailable as error:
            return PlainTextResponse(f"{error}\n", 503, {"retry-after": "5", "cache-control": NEVER})

    return answer


class WebFiles:
    """See the module's text."""

    def __init__(self, means: Means, built: Built) -> None:
        self._means = means
        self.built = built

    async def console(self, request: Request) -> Response:
        """The staff's page, for staff."""
        return await self._app(request, "staff", "console")

    async def portal(self, request: Request) -> Response:
        """The contacts' page, for contacts."""
        return await self._app(request, "contact", "portal")

    async def _app(self, request: Request, side: Side, name: str) -> Response:
        principal = await principal_of(self._means, request)
        if principal is None:
            place = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?{urlencode({'next': place}, safe='/')}", 303, {"cache-control": NEVER})
        if principal.side != side:
            return RedirectResponse(HOME[principal.side], 303, {"cache-control": NEVER})
        return self._page(name, app_policy(self._means.settings))

    async def widget(self, request: Request) -> Response:
        """The widget's frame: only pages of the firm's own origins may show it, and it has no cookie."""
        async with ours():
            firm = await self._means.store.firms.get(request.query_params.get("firm", ""))
        if firm is None:
            return PlainTextResponse("There is no such firm.\n", 404)
        return self._page("widget", app_policy(self._means.settings, firm.settings.widget_origins))

    def _page(self, name: str, policy: str) -> Response:
        path = self.built.page(name)
        if path is None:
            return PlainTextResponse(_NOT_BUILT, 503)
        return FileResponse(path, headers={"cache-control": "no-cache", "content-security-policy": policy})

    async def asset(self, request: Request) -> Response:
        """A file whose name holds the hash of what is in it."""
        name = request.url.path.removeprefix("/")
        if name not in self.built.hashed:
            return PlainTextResponse("Not found.\n", 404)
        return FileResponse(
            self.built.folder / name,
            headers={"cache-control": FOR_EVER, "cross-origin-resource-policy": "cross-origin"},
        )

    async def other(self, request: Request) -> Response:
        """A file with a stable name: the widget's loader, an icon, the portal's manifest."""
        name = request.url.path.removeprefix("/")
        return FileResponse(
            self.built.folder / name,
            # The loader stands in other people's pages.
            headers={"cache-control": SHORT, "cross-origin-resource-policy": "cross-origin"},
        )


async def principal_of(means: Means, request: Request) -> Principal | None:
    """Who looks at a page, by their cookie. A database that is away lets the page itself say so."""
    token = visitors.cookie_token(means.settings, request.headers)
    if token is None:
        return None
    try:
        return await auth.principal_from_token(means.store, means.clock, token)
    except Unavailable:
        raise
    except ChattarError:
        return None
