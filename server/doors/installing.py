"""What installing a page needs: its manifest (W3C Web Application Manifest), which bears the firm's name.

Knows the pages that can be installed and their icons. Who looks decides whose name it is; a stranger learns none.
"""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from protocol.people import Side
from server.core.context import Means
from server.doors.web_files import HOME, NEVER, Endpoint, calmly, principal_of
from storage.mongo.connection import ours

NAMELESS: Final = "Chattar"
ICONS: Final = (
    {"src": "/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any maskable"},
    {"src": "/icon-192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "/icon-512.png", "sizes": "512x512", "type": "image/png"},
)


def routes(means: Means) -> list[BaseRoute]:
    """A manifest for each page that can be installed."""
    return [Route(f"{place}.webmanifest", calmly(_manifest(means, side, place))) for side, place in HOME.items()]


def _manifest(means: Means, side: Side, place: str) -> Endpoint:
    async def answer(request: Request) -> Response:
        principal = await principal_of(means, request)
        name = NAMELESS
        if principal is not None and principal.side == side:
            async with ours():
                firm = await means.store.firms.get(principal.firm_id)
            name = NAMELESS if firm is None else firm.firm.name
        said = {
            "id": place,
            "name": name,
            "short_name": name,
            "start_url": place,
            "scope": place,
            "display": "standalone",
            "background_color": "#FFFFFF",
            "theme_color": "#FFFFFF",
            "icons": ICONS,
        }
        return Response(
            msgspec.json.encode(said), media_type="application/manifest+json", headers={"cache-control": NEVER}
        )

    return answer
