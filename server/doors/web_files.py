"""The built web client: its pages, its hashed assets, and the widget's loader and frame.

Knows the folder that Vite builds and its manifests: what they name never changes under its name and may be kept for
ever. A file that was coded when it was built goes out in the best coding that the client takes. Who is logged in decides
between console and portal; nothing else about people is known here.
"""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from mimetypes import guess_type
from pathlib import Path
from types import MappingProxyType
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
from server.doors.codings import SUFFIXES, Coding, accepted
from server.doors.page_headers import WORKER_POLICY, app_policy
from storage.mongo.connection import ours

FOR_EVER: Final = "public, max-age=31536000, immutable"
SHORT: Final = "public, max-age=300"
NEVER: Final = "no-store"
NOT_BY_NAME: Final = {".html", *SUFFIXES.values()}
"""Pages have addresses of their own, and a file in a coding has that of the file."""
HOME: Final[Mapping[Side, str]] = {"staff": "/console", "contact": "/portal"}
WORKER: Final = "sw.js"
FRAMED: Final = {"cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "cross-origin"}
"""A page that isolates itself from other origins frames only what does so too, and says that it may be framed."""
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
            if path.is_file() and path.suffix not in NOT_BY_NAME and not path.name.startswith(".")
        }
        self._codings = {
            path: codings
            for path in (self.folder.rglob("*") if self.folder.is_dir() else ())
            if (codings := {name for name, suffix in SUFFIXES.items() if Path(f"{path}{suffix}").is_file()})
        }

    def page(self, name: str) -> Path | None:
        """A built page such as `console`."""
        path = self.folder / f"{name}.html"
        return path if path.is_file() else None

    def answer(self, request: Request, path: Path, headers: Mapping[str, str]) -> Response:
        """A built file, in a coding that the client takes."""
        codings = self._codings.get(path, frozenset[Coding]())
        if not codings:
            return FileResponse(path, headers=headers)
        media_type, _ = guess_type(path.name)
        coding = accepted(request.headers, codings)
        varying = {**headers, "vary": "accept-encoding"}
        if coding is None:
            return FileResponse(path, headers=varying, media_type=media_type)
        sent = Path(f"{path}{SUFFIXES[coding]}")
        return FileResponse(sent, headers=varying | {"content-encoding": coding}, media_type=media_type)


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
        return self._page(request, name, app_policy(self._means.settings))

    async def widget(self, request: Request) -> Response:
        """The widget's frame: only pages of the firm's own origins may show it, and it has no cookie."""
        async with ours():
            firm = await self._means.store.firms.get(request.query_params.get("firm", ""))
        if firm is None:
            return PlainTextResponse("There is no such firm.\n", 404)
        policy = app_policy(self._means.settings, firm.settings.widget_origins)
        return self._page(request, "widget", policy, FRAMED)

    def _page(
        self, request: Request, name: str, policy: str, more: Mapping[str, str] = MappingProxyType({})
    ) -> Response:
        path = self.built.page(name)
        if path is None:
            return PlainTextResponse(_NOT_BUILT, 503)
        headers = {"cache-control": "no-cache", "content-security-policy": policy, **more}
        return self.built.answer(request, path, headers)

    async def asset(self, request: Request) -> Response:
        """A file whose name holds the hash of what is in it."""
        name = request.url.path.removeprefix("/")
        if name not in self.built.hashed:
            return PlainTextResponse("Not found.\n", 404)
        headers = {"cache-control": FOR_EVER, "cross-origin-resource-policy": "cross-origin"}
        return self.built.answer(request, self.built.folder / name, headers)

    async def other(self, request: Request) -> Response:
        """A file with a stable name: the widget's loader, an icon, the worker."""
        name = request.url.path.removeprefix("/")
        # The loader stands in other people's pages.
        headers = {"cache-control": SHORT, "cross-origin-resource-policy": "cross-origin"}
        if name == WORKER:
            headers["content-security-policy"] = WORKER_POLICY
        return self.built.answer(request, self.built.folder / name, headers)


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
