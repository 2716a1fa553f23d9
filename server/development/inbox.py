"""The development inbox: a mail server of our own that keeps what it gets, and pages that show it as rendered.

Only with the development setting on. Mails lie as files in the data folder, so they survive a restart. What a mail says is
shown in a sandboxed frame and can neither run script nor load anything.
"""

import asyncio
import base64
import email
import email.policy
import html
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

MAILS_SHOWN_MAX: Final = 500
MAIL_BYTES_MAX: Final = 4 * 1024 * 1024
PAGE_POLICY: Final = "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'"
MAIL_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"

STYLE: Final = """
:root { color-scheme: light dark; font: 14px/21px Inter, system-ui, sans-serif; }
body { margin: 0 auto; max-width: 960px; padding: 24px 20px; }
h1 { font-size: 20px; line-height: 28px; font-weight: 600; }
a { color: #0b5c7a; } @media (prefers-color-scheme: dark) { a { color: #6ec1e0; } }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: 8px 12px 8px 0; }
tr { border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); }
td:last-child { font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 600px) {
  thead { display: none; } td { display: block; padding: 0; } tr { display: block; padding: 8px 0; }
}
iframe { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 10px; }
iframe { width: 100%; height: 780px; }
pre { white-space: pre-wrap; }
dt { font-weight: 500; float: left; width: 88px; } dd { margin: 0 0 4px 88px; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that came in."""

    id: str
    to: str
    message: EmailMessage
    at: float

    def as_shown(self) -> str:
        """Its html part with the pictures that stand beside it in the mail (RFC 2392)."""
        text = self.part("html")
        for part in self.message.walk():
            if name := part["Content-ID"]:
                picture = base64.b64encode(part.get_content()).decode("ascii")
                address = f"data:{part.get_content_type()};base64,{picture}"
                text = text.replace(f"cid:{str(name).strip('<>')}", address)
        return text

    def part(self, kind: str) -> str:
        """The text of its plain or html part, empty if it has none."""
        found = self.message.get_body((kind,))
        return str(found.get_content()) if found is not None else ""

    def facts(self) -> dict[str, Any]:
        """The mail for programs: tests read it."""
        return {
            "id": self.id,
            "to": self.to,
            "from": str(self.message["From"]),
            "subject": str(self.message["Subject"]),
            "message_id": str(self.message["Message-ID"]),
            "at": int(self.at * 1000),
            "text": self.part("plain"),
            "html": self.part("html"),
        }


class Inbox:
    """The folder of mails, newest first. Also the handler of the SMTP server."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a mail: one file for each recipient, written whole before the answer."""
        for recipient in envelope.rcpt_tos:
            identity = f"{time.time_ns():020d}"
            path = self._folder / f"{identity}.eml"
            unfinished = path.with_suffix(".part")
            header = f"X-Envelope-To: {recipient}\r\n".encode()
            await asyncio.to_thread(unfinished.write_bytes, header + envelope.content)
            unfinished.rename(path)
        return "250 kept"

    def all(self) -> list[Mail]:
        """The mails, newest first."""
        return [self._read(path) for path in sorted(self._folder.glob("*.eml"), reverse=True)[:MAILS_SHOWN_MAX]]

    def get(self, identity: str) -> Mail | None:
        """One mail."""
        path = self._folder / f"{identity}.eml"
        return self._read(path) if identity.isdigit() and path.is_file() else None

    def clear(self) -> None:
        """Throw everything away."""
        for path in self._folder.glob("*.eml"):
            path.unlink()

    def _read(self, path: Path) -> Mail:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        return Mail(path.stem, str(message["X-Envelope-To"]), message, int(path.stem) / 1e9)


@asynccontextmanager
async def listening(inbox: Inbox, smtp_url: str) -> AsyncIterator[None]:
    """Take mail for the inbox at this address while the block runs."""
    url = urlsplit(smtp_url)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(inbox, data_size_limit=MAIL_BYTES_MAX, enable_SMTPUTF8=True, hostname="localhost"),
        host=url.hostname,
        port=url.port or 25,
    )
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


def routes(inbox: Inbox) -> list[Route]:
    """The pages of the inbox, under /dev/inbox."""

    async def listed(request: Request) -> Response:
        mails = await asyncio.to_thread(inbox.all)
        return _page("Dev inbox", _list(mails))

    async def listed_json(request: Request) -> Response:
        if request.method == "DELETE":
            await asyncio.to_thread(inbox.clear)
            return JSONResponse([])
        return JSONResponse([mail.facts() for mail in await asyncio.to_thread(inbox.all)])

    async def shown(request: Request) -> Response:
        mail = await asyncio.to_thread(inbox.get, request.path_params["id"])
        return _page(str(mail.message["Subject"]), _mail(mail)) if mail else PlainTextResponse("No such mail", 404)

    async def rendered(request: Request) -> Response:
        mail = await asyncio.to_thread(inbox.get, request.path_params["id"])
        if mail is None:
            return PlainTextResponse("No such mail", 404)
        return HTMLResponse(mail.as_shown(), headers={"Content-Security-Policy": MAIL_POLICY})

    async def style(request: Request) -> Response:
        return Response(STYLE, media_type="text/css")

    return [
        Route("/dev/inbox", listed),
        Route("/dev/inbox.json", listed_json, methods=["GET", "DELETE"]),
        Route("/dev/inbox.css", style),
        Route("/dev/inbox/{id}", shown),
        Route("/dev/inbox/{id}/html", rendered),
    ]


def _page(title: str, content: str) -> Response:
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    page = f'<!doctype html><html lang="en"><head>{head}<link rel="stylesheet" href="/dev/inbox.css"></head>'
    return HTMLResponse(
        f"{page}<body><main>{content}</main></body></html>",
        headers={"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"},
    )


def _list(mails: list[Mail]) -> str:
    if not mails:
        return "<h1>Dev inbox</h1><p>No mail yet. What the scheduler sends appears here.</p>"
    rows = "".join(
        f'<tr><td>{html.escape(mail.to)}</td><td><a href="/dev/inbox/{mail.id}">'
        f"{html.escape(str(mail.message['Subject']))}</a></td><td>{_when(mail)}</td></tr>"
        for mail in mails
    )
    head = '<tr><th scope="col">To</th><th scope="col">Subject</th><th scope="col">When</th></tr>'
    return f"<h1>Dev inbox</h1><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def _mail(mail: Mail) -> str:
    names = ("From", "To", "Reply-To", "Subject", "Date", "Message-ID")
    shown = [(name, str(mail.message[name])) for name in names if mail.message[name]]
    headers = "".join(f"<dt>{name}</dt><dd>{html.escape(value)}</dd>" for name, value in shown)
    frame = f'<iframe title="The mail as rendered" sandbox="allow-popups" src="/dev/inbox/{mail.id}/html"></iframe>'
    text = html.escape(mail.part("plain"))
    return (
        f'<p><a href="/dev/inbox">All mail</a></p><h1>{html.escape(str(mail.message["Subject"]))}</h1>'
        f"<dl>{headers}</dl>{frame}<h2>Text part</h2><pre>{text}</pre>"
    )


def _when(mail: Mail) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(mail.at))
