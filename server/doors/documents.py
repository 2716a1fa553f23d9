"""The bytes of documents and their pictures: whoever may see one now gets them, bytes whole or a range (DC-8).

Every request asks anew. What isn't for the asker answers as what isn't there: 404, and nothing is kept by anybody between.
Shown in the browser is only what is on the closed list of `server.files.media_types`, with the type from there, and
pictures that were made here; no answer can do anything: its policy has it without an origin, without scripts. Refuses to
know folders.
"""

import re
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from protocol.errors import Invalid
from server.core import cabinet
from server.core.context import Context, Means
from server.core.limits import Limits
from server.documents import previews
from server.doors.looking import SAFE, Looking, begun, disposition, found, id_in
from server.files.media_types import OCTETS, shown_as
from storage.documents import DocumentDoc
from storage.mongo.connection import ours

COST: Final = 3
THUMBNAIL_COST: Final = 1
"""A thread shows dozens."""
PICTURE_COST: Final = 10
"""It is made for whoever asks."""
PICTURES_VERSION: Final = 1
"""Of how pictures are made: what a browser keeps of another one is made anew."""
ALSO: Final = {
    # Asked again each time, since what may be seen changes; what is the same then is not sent again.
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
}
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class WrongRange(Invalid):
    """There are no such bytes."""

    status = 416


def routes(means: Means, limits: Limits) -> list[BaseRoute]:
    """The address of every document's bytes."""
    door = Door(means, limits)
    at = "/api/v1/documents/{document_id}/"
    return [
        Route(at + "content", door.content, methods=["GET", "HEAD"]),
        Route(at + "thumbnail", door.thumbnail, methods=["GET", "HEAD"]),
        Route(at + "picture", door.picture, methods=["GET", "HEAD"]),
    ]


class Door(Looking):
    """See the module's text."""

    async def content(self, request: Request) -> Response:
        """A document's bytes; with `?show` what may be shown is shown instead of saved."""
        return await self.calmly(request, self._content)

    async def thumbnail(self, request: Request) -> Response:
        """A small picture of a document, as WebP."""
        return await self.calmly(request, self._thumbnail)

    async def picture(self, request: Request) -> Response:
        """A picture of a document for the whole screen, as WebP; with `?page=2` of another page than the first."""
        return await self.calmly(request, self._picture)

    async def _asked(self, request: Request, cost: int) -> tuple[Context, DocumentDoc]:
        """Who asks, and for which document. Raises NotFound, RateLimited."""
        context = await self.asker(request, cost)
        return context, await found(cabinet.bytes_of(context, id_in(request, "document_id")))

    async def _content(self, request: Request) -> Response:
        context, document = await self._asked(request, COST)
        headers = {
            **SAFE,
            **ALSO,
            "etag": f'"{document.sha256}"',
            "content-disposition": _disposition(request, document),
        }
        if _known(request, headers["etag"]):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        start, end, status = _range(request, document)
        if status == HTTPStatus.PARTIAL_CONTENT:
            headers["content-range"] = f"bytes {start}-{end - 1}/{document.size}"
        headers |= {"content-length": str(end - start), "content-type": shown_as(document.family) or OCTETS}
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        await self.looked_at(context, document.id)
        pieces = self.means.store.blobs.read(document.firm_id, document.sha256, start, end)
        return StreamingResponse(await begun(pieces), status, headers)

    async def _thumbnail(self, request: Request) -> Response:
        _, document = await self._asked(request, THUMBNAIL_COST)
        headers = _picture_headers(document, "small")
        if _known(request, headers["etag"]):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        async with ours():
            return _whole(request, await previews.thumbnail(self.means, document), headers)

    async def _picture(self, request: Request) -> Response:
        context, document = await self._asked(request, PICTURE_COST)
        page = _page(request)
        headers = _picture_headers(document, f"large-{page}")
        if _known(request, headers["etag"]):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        async with ours():
            content = await previews.picture(self.means, document, page)
            await self.looked_at(context, document.id)
        return _whole(request, content, headers)


def _disposition(request: Request, document: DocumentDoc) -> str:
    shown = "show" in request.query_params and shown_as(document.family) is not None
    return disposition(document.name, shown=shown)


def _page(request: Request) -> int:
    """The number of the page that is asked for. Raises Invalid."""
    asked = request.query_params.get("page", "1")
    if not re.fullmatch(r"[1-9]\d{0,5}", asked):
        raise Invalid(path="page", expected="a page's number, from 1", got=asked)
    return int(asked)


def _picture_headers(document: DocumentDoc, size: str) -> dict[str, str]:
    return {
        **SAFE,
        "cache-control": ALSO["cache-control"],
        "etag": f'"{document.sha256}-{size}-{PICTURES_VERSION}"',
        "content-type": "image/webp",
        "content-disposition": "inline",
    }


def _whole(request: Request, content: bytes, headers: dict[str, str]) -> Response:
    return Response(
        b"" if request.method == "HEAD" else content, headers={**headers, "content-length": str(len(content))}
    )


def _known(request: Request, tag: str) -> bool:
    """Whether the asker has these bytes already."""
    said = request.headers.get("if-none-match", "")
    return said.strip() == "*" or tag in said.replace("W/", "").split(", ")


def _range(request: Request, document: DocumentDoc) -> tuple[int, int, HTTPStatus]:
    """Which bytes are asked for, as far as one range is. Raises WrongRange."""
    size, whole = document.size, (0, document.size, HTTPStatus.OK)
    asked = request.headers.get("range", "")
    matched = _RANGE.fullmatch(asked.replace(" ", ""))
    unchanged = request.headers.get("if-range", f'"{document.sha256}"') == f'"{document.sha256}"'
    # Several ranges, other units, and ranges of something else may be answered with everything (RFC 9110, 14.2).
    if matched is None or not unchanged:
        return whole
    first, last = matched.groups()
    if not first and not last:
        return whole
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if last and first and int(last) < int(first):
        return whole
    if start >= end:
        raise WrongRange(path="range", expected=f"bytes of {size}", got=asked)
    return start, end, HTTPStatus.PARTIAL_CONTENT
