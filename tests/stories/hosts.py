"""A firm's own site, as unkind as sites are: serves a page with the widget's tag, and says who its visitor is.

Knows the firm's widget secret and nothing else of the product. For stories of the widget: each can change whom the site
has logged in, and ask for the page in isolation from other origins.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt

from tests.product import OWNER, Product

ISOLATED = {"cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"}
"""A page that wants exact clocks and shared memory: nothing of another origin that hasn't agreed to stand in it."""

PAGE = """<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lindberg &amp; Falk</title>
<script src="{chat}/widget.js" data-firm="{firm}" data-identity="/my/identity" async></script>
</head>
<body>
<div id="chattar"></div>
<main><h1>Ordning i boken</h1><button type="button" onclick="chattar.open()">Skriv till oss</button></main>
</body>
</html>
"""
"""With an element that has the name of our object: a browser makes a global of it."""


class Site:
    """The site. `visitor`: the e-mail address of whom it has logged in; empty when nobody is."""

    def __init__(self, product: Product, port: int) -> None:
        self.url = f"http://localhost:{port}/"
        self.visitor = ""
        self._chat = product.url
        self.firm: str = product.call(OWNER, "me.read")["firm"]["id"]
        # Beside the pages that may show it already.
        origins = [self.url.rstrip("/"), product.widget_url.rstrip("/")]
        self._secret = product.administer("widget", self.firm, *(f"--origin={origin}" for origin in origins))

    def page(self) -> bytes:
        """Its only page."""
        return PAGE.format(chat=self._chat, firm=self.firm).encode()

    def signed(self, email: str) -> str:
        """Who the site says that its visitor is."""
        claims = {"iss": self.firm, "email": email, "exp": int(time.time()) + 600}
        return jwt.encode(claims, self._secret, algorithm="HS256")


@contextmanager
def serving(product: Product) -> Iterator[Site]:
    """Serve a site while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/favicon.ico":
                self._answer(204, b"", {})
            else:
                headers = ISOLATED if self.path == "/isolated" else {}
                self._answer(200, site.page(), {"content-type": "text/html; charset=utf-8", **headers})

        def do_POST(self) -> None:
            if site.visitor:
                self._answer(200, site.signed(site.visitor).encode(), {"content-type": "text/plain"})
            else:
                self._answer(401, b"", {})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: the stories' own faults are told by the browser."""

    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        site = Site(product, server.server_port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
