"""The bytes of documents: whoever may see one now gets them, whole or a range (DC-8).

Every request asks anew. What isn't for the asker answers as what isn't there: 404, and nothing is kept by anybody between.
Shown in the browser is only what is on the closed list of `server.files.media_types`, with the type from there; no
answer can do anything: its policy has it without an origin, without scripts. Refuses to know folders.
"""

import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from protocol.errors import ChattarError, Forbidden, InternalError, Invalid, NotFound
from server.core import auth, cabinet
from server.core.context import Context, Means
from server.core.limits import Limits
from server.doors import visitors
from server.doors.http import problem_response
from server.files.media_types import OCTETS, shown_as
from storage.documents import DocumentDoc
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

COST: Final = 3
SAFE: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "cross-origin-resource-policy": "same-origin",
    # Asked again each time, since what may be seen changes; what is the same then is not sent again.
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
    "vary": "Cookie, Authorization",
}
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_ID: Final = re.compile(r"[0-9a-f]{32}")


class WrongRange(Invalid):
    """There are no such bytes."""

    status = 416


def routes(means: Means, limits: Limits) -> list[BaseRoute]:
    """The address of every document's bytes."""
    door = Door(means, limits)
    return [Route("/api/v1/documents/{document_id}/content", door.content, methods=["GET", "HEAD"])]


class Door:
    """See the module's text."""

    def __init__(self, means: Means, limits: Limits) -> None:
        self._means = means
        self._limits = limits

    async def content(self, request: Request) -> Response:
        """A document's bytes; with `?show` what may be shown is shown instead of saved."""
        try:
            return await self._answer(request)
        except ChattarError as error:
            return problem_response(error.problem, error.status)
        except Exception:
            log.exception("documents.failed")
            return problem_response(InternalError().problem, InternalError.status)

    async def _answer(self, request: Request) -> Response:
        token = visitors.bearer_token(request.headers) or visitors.cookie_token(self._means.settings, request.headers)
        if token is None:
            raise NotFound("There is no such document.")
        # A cookie alone is enough to look: a link is followed with it, and what it leads to changes nothing.
        principal = await auth.principal_from_token(self._means.store, self._means.clock, token)
        await self._limits.command(principal, COST)
        context = Context(self._means, principal)
        document = await self._document(context, request.path_params["document_id"])
        headers = {**SAFE, "etag": f'"{document.sha256}"', "content-disposition": _disposition(request, document)}
        if _known(request, document):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        start, end, status = _range(request, document)
        if status == HTTPStatus.PARTIAL_CONTENT:
            headers["content-range"] = f"bytes {start}-{end - 1}/{document.size}"
        headers |= {"content-length": str(end - start), "content-type": shown_as(document.family) or OCTETS}
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        await self._means.store.documents.looked_at(document.firm_id, document.id, principal.side)
        pieces = self._means.store.blobs.read(document.firm_id, document.sha256, start, end)
        return StreamingResponse(await _begun(pieces), status, headers)

    async def _document(self, context: Context, document_id: str) -> DocumentDoc:
        """Raises NotFound whatever the reason is: an address says nothing of what there is."""
        if not _ID.fullmatch(document_id):
            raise NotFound("There is no such document.")
        try:
            async with ours():
                return (await cabinet.document_of(context, document_id))[0]
        except Forbidden:
            raise NotFound("There is no such document.") from None


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, the first of which is there: what can't be read is said by the status. Raises as they do."""
    first = await anext(pieces, b"")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()


def _disposition(request: Request, document: DocumentDoc) -> str:
    shown = "show" in request.query_params and shown_as(document.family) is not None
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", document.name)
    return (
        f"{'inline' if shown else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name, safe='')}"
    )


def _known(request: Request, document: DocumentDoc) -> bool:
    """Whether the asker has these bytes already."""
    said = request.headers.get("if-none-match", "")
    return said.strip() == "*" or f'"{document.sha256}"' in said.replace("W/", "").split(", ")


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
