"""Parcels over HTTP ("Download all"): all documents of a folder or thread that the asker may see, as one zip (DC-8).

How long it is stands before it. Right before the bytes of each document it is asked again who asks and whether they may
see it; where they may not any more the answer is broken off, so that what has come is nothing that passes for all of it.
Refuses to know folders.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from protocol import explain
from protocol.documents import DOCUMENTS_ASKED_MAX
from protocol.errors import Invalid
from protocol.wire import Id
from server.core import cabinet
from server.core.context import Context, Means
from server.core.limits import Limits
from server.documents import parcels
from server.documents.parcels import Parcel, Part
from server.doors.looking import SAFE, Looking, begun, disposition, found, id_in
from server.files import zip_writing

COST: Final = 10
_ID: Final = re.compile(r"[0-9a-f]{32}")


def routes(means: Means, limits: Limits) -> list[BaseRoute]:
    """The addresses of parcels."""
    door = Door(means, limits)
    return [
        Route("/api/v1/documents/zip", door.of_documents, methods=["GET", "HEAD"]),
        Route("/api/v1/folders/{folder_id}/zip", door.of_folder, methods=["GET", "HEAD"]),
        Route("/api/v1/threads/{thread_id}/zip", door.of_thread, methods=["GET", "HEAD"]),
    ]


class Door(Looking):
    """See the module's text."""

    async def of_documents(self, request: Request) -> Response:
        """Those of some documents that the asker may see: `?ids=`, with commas between."""
        return await self._parcel(request, lambda context: parcels.of_documents(context, _ids(request)))

    async def of_folder(self, request: Request) -> Response:
        """All documents in a folder and in those below it."""
        return await self._parcel(request, lambda context: parcels.of_folder(context, id_in(request, "folder_id")))

    async def of_thread(self, request: Request) -> Response:
        """All documents that messages of a thread carry."""
        return await self._parcel(request, lambda context: parcels.of_thread(context, id_in(request, "thread_id")))

    async def _parcel(self, request: Request, packed: Callable[[Context], Awaitable[Parcel]]) -> Response:
        async def answer(request: Request) -> Response:
            context = await self.asker(request, COST)
            parcel = await found(packed(context))
            headers = {
                **SAFE,
                "cache-control": "no-store",
                "content-type": "application/zip",
                "content-disposition": disposition(parcel.name, shown=False),
                "content-length": str(zip_writing.length(parcel.parts)),
            }
            if request.method == "HEAD":
                return Response(headers=headers)

            async def content(part: Part) -> AsyncIterator[bytes]:
                now = await self.asker_now(request)
                document = await found(cabinet.bytes_of(now, part.document_id))
                await self.looked_at(now, document.id)
                async for piece in self.means.store.blobs.read(document.firm_id, part.sha256):
                    yield piece

            return StreamingResponse(await begun(zip_writing.written(parcel.parts, content)), headers=headers)

        return await self.calmly(request, answer)


def _ids(request: Request) -> list[Id]:
    """The documents that are asked for, each once. Raises Invalid."""
    said = request.query_params.get("ids", "")
    ids = list(dict.fromkeys(said.split(",")))
    if len(ids) > DOCUMENTS_ASKED_MAX or not all(_ID.fullmatch(one) for one in ids):
        raise Invalid(
            path="ids", expected=f"1 to {DOCUMENTS_ASKED_MAX} ids with commas between", got=explain.quoted(said)
        )
    return ids
