"""Firms' logos, for the pages that show them: anybody may look, as at the firm's own site. Refuses to know who looks."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.core.context import Means
from server.doors.web_files import FOR_EVER, NEVER, calmly
from server.firms.logo import address_of
from storage.mongo.connection import ours


def routes(means: Means) -> list[BaseRoute]:
    """A picture under a name that tells what is in it, which therefore never changes there."""

    async def show(request: Request) -> Response:
        async with ours():
            logo = await means.store.logos.get(request.path_params["firm_id"])
        if logo is None or address_of(logo) != request.url.path:
            return PlainTextResponse("There is no such logo.\n", 404, {"cache-control": NEVER})
        return Response(logo.content, media_type=f"image/{logo.type}", headers={"cache-control": FOR_EVER})

    return [Route("/logos/{firm_id}/{name}", calmly(show))]
