"""The headers that keep pages safe: what a page may load, who may frame it, and that it stays on TLS.

Every page has a policy without exceptions: nothing inline, nothing from another host. Console and portal may frame the
players of four providers, which are asked for once somebody presses (VD-3); the others frame nothing. Refuses to know what
the pages show.
"""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.videos import HOSTS
from server.core.settings import Settings

FORM_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""Pages that the server renders."""

# ProseMirror parses what is pasted through a policy of its name, into a document of its own that never runs script; ours
# lets through the one address of the portal's service worker.
_APP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src {connect}; manifest-src 'self'; worker-src 'self'; frame-src {frames}; form-action 'self'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types ProseMirrorClipboard chattar; "
    "frame-ancestors {ancestors}"
)

WORKER_POLICY: Final = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
"""Of the worker that keeps the pages' shell. It is held to what its own answer says, not to what the page may."""

HSTS: Final = "max-age=63072000; includeSubDomains"


def app_policy(settings: Settings, ancestors: Collection[str] | None = None) -> str:
    """The policy of console and portal and, given whose pages may frame it, of the widget. That frames nothing itself:
    players don't isolate themselves, as what stands in an isolated page must."""
    # Not every browser counts a socket to the same host as 'self'.
    socket = settings.own_url.replace("http", "ws", 1)
    frames = HOSTS if ancestors is None else ()
    return _APP.format(
        connect=f"'self' {socket}",
        frames=" ".join(frames) or "'none'",
        ancestors=" ".join(sorted(ancestors or ())) or "'none'",
    )


class SafeHeaders:
    """ASGI middleware: adds to every HTTP answer what it doesn't say itself."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._headers = {
            "x-content-type-options": "nosniff",
            # A form's POST keeps its Origin header only if the referrer may be told to the same origin.
            "referrer-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        }
        if settings.https:
            self._headers["strict-transport-security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_safely)
