"""What is the same at every address of documents: who asks, under which headers what they get comes, what it is called, and
what is said where it isn't there (DC-8).

What isn't for the asker answers as what isn't there: 404, and never who else may see it. No answer can do anything: its
policy has it without an origin, without scripts. Refuses to know what is sent.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, TypeVar
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ChattarError, Forbidden, InternalError, NotFound
from protocol.wire import Id
from server.core import auth
from server.core.context import Context, Means
from server.core.limits import Limits
from server.doors import visitors
from server.doors.http import problem_response
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

NONE: Final = "There is no such document."
SAFE: Final = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    "cross-origin-resource-policy": "same-origin",
    "vary": "Cookie, Authorization",
}
_ID: Final = re.compile(r"[0-9a-f]{32}")
T = TypeVar("T")


class Looking:
    """What such addresses have."""

    def __init__(self, means: Means, limits: Limits) -> None:
        self.means = means
        self.limits = limits

    async def calmly(self, request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        """An answer, or a problem document."""
        try:
            return await answer(request)
        except ChattarError as error:
            return problem_response(error.problem, error.status)
        except Exception:
            log.exception("documents.failed")
            return problem_response(InternalError().problem, InternalError.status)

    async def asker(self, request: Request, cost: int) -> Context:
        """Who asks, and pays for it. Raises NotFound for who isn't logged in, Unauthenticated, RateLimited."""
        context = await self.asker_now(request)
        await self.limits.command(context.principal, cost)
        return context

    async def asker_now(self, request: Request) -> Context:
        """The same with what they may see at this moment. Raises NotFound, Unauthenticated."""
        token = visitors.bearer_token(request.headers) or visitors.cookie_token(self.means.settings, request.headers)
        if token is None:
            raise NotFound(NONE)
        # A cookie alone is enough to look: a link is followed with it, and what it leads to changes nothing.
        return Context(self.means, await auth.principal_from_token(self.means.store, self.means.clock, token))

    async def looked_at(self, context: Context, document_id: Id) -> None:
        """It is new to this side no more (RD-8)."""
        principal = context.principal
        await self.means.store.documents.looked_at(principal.firm_id, document_id, principal.side)


def id_in(request: Request, name: str) -> Id:
    """An id that stands in the address. Raises NotFound for what is none."""
    said: str = request.path_params[name]
    if not _ID.fullmatch(said):
        raise NotFound(NONE)
    return said


async def found(asked: Awaitable[T]) -> T:
    """What is found for the asker. Raises NotFound whatever the reason is: an address says nothing of what there is."""
    try:
        async with ours():
            return await asked
    except (Forbidden, NotFound):
        raise NotFound(NONE) from None


async def begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, the first of which is there: what can't be read is said by the status. Raises as they do."""
    first = await anext(pieces, b"")

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()


def disposition(name: str, *, shown: bool) -> str:
    """What a browser is to do with it: show it, or save it under a name (RFC 6266)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", name)
    return f"{'inline' if shown else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
