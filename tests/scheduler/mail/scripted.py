"""A mail server for tests that says at each step what a test tells it to say: real sockets, real TLS, no opinion."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

DROP = "drop"
"""Instead of an answer: the connection is cut."""

_FINE = {
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go on",
    "end": "250 2.0.0 queued",
    "AUTH": "235 in",
}


@dataclass
class Scripted:
    """What it answers and what it was told. `answer` sees the step and its argument, and says nothing for what is usual."""

    answer: Callable[[str, str], str | None] = lambda step, argument: None
    extensions: tuple[str, ...] = ()
    tls: ssl.SSLContext | None = None
    greetings: list[str] = field(default_factory=list)
    """What the clients called themselves."""
    connections: int = 0
    recipients: list[str] = field(default_factory=list)
    """Whose letters were taken."""
    encrypted: list[bool] = field(default_factory=list)
    """Of each MAIL: whether anybody on the way could have read it."""
    heard: list[str] = field(default_factory=list)
    """Every command."""
    pause: Callable[[str], Awaitable[None]] | None = None
    """Is waited for before an answer."""
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client's good right
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient, secure = "", False
        said = await self._said("greeting", "") or "220 scripted ESMTP"
        while said != DROP:
            writer.write(f"{said}\r\n".encode())
            await writer.drain()
            if said.startswith("220 begin"):
                assert self.tls is not None
                await writer.start_tls(self.tls)
                secure = True
            if said.startswith(("221", "421")):
                return
            if said.startswith("354"):
                await reader.readuntil(b"\r\n.\r\n")
                said = await self._said("end", recipient) or _FINE["end"]
                if said.startswith("250"):
                    self.recipients.append(recipient)
                continue
            line = (await reader.readuntil(b"\r\n")).decode().strip()
            self.heard.append(line)
            verb, _, argument = line.partition(" ")
            if verb == "RCPT":
                recipient = argument.partition("<")[2].partition(">")[0]
            if verb == "MAIL":
                self.encrypted.append(secure)
            said = await self._said(verb, argument) or self._usual(verb, argument, secure=secure)

    async def _said(self, step: str, argument: str) -> str | None:
        if self.pause is not None:
            await self.pause(step)
        return self.answer(step, argument)

    def _usual(self, verb: str, argument: str, *, secure: bool) -> str:
        if verb == "EHLO":
            self.greetings.append(argument)
            offered = ["scripted", *self.extensions, *(["STARTTLS"] if self.tls is not None and not secure else [])]
            return "\r\n".join([*(f"250-{word}" for word in offered[:-1]), f"250 {offered[-1]}"])
        if verb == "STARTTLS":
            return "220 begin"
        return "221 bye" if verb == "QUIT" else _FINE.get(verb, "250 fine")


@asynccontextmanager
async def scripted(script: Scripted | None = None) -> AsyncIterator[Scripted]:
    """One on a free port."""
    script = script or Scripted()
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()


def certificate(folder: Path, name: str) -> Path:
    """A file with a fresh key and a certificate for a host, signed by itself: both the server's and who vouches for it."""
    key, made = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(made),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    made.write_text(made.read_text() + key.read_text())
    return made


def context_of(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks TLS by."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
