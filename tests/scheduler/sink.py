"""A real SMTP server for tests: keeps what it is given, and can be told to refuse, to hang up, or to be away."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.place import Place


@dataclass
class Sink:
    """The mails that were accepted, in order. `before_answer` sees each mail and may say another answer than 250."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    before_answer: Callable[[EmailMessage], str | None] | None = None
    hang_up_after_data: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    """Recipients that are refused, and in which words."""
    port: int = 0
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _place: Place | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        if self.before_answer is not None and (answer := self.before_answer(mail)) is not None:
            return answer
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        self._came.set()
        if self.hang_up_after_data:
            server.transport.abort()
        return "250 kept"

    async def received(self, mails: int) -> None:
        """Wait until so many mails have been accepted in all."""
        while len(self.mails) < mails:
            self._came.clear()
            await self._came.wait()

    @property
    def subjects(self) -> list[str]:
        """What the mails are about."""
        return [str(mail["Subject"]) for mail in self.mails]

    def texts(self) -> list[str]:
        """The mails' text parts."""
        return [body(mail, "plain") for mail in self.mails]

    async def goes_away(self) -> None:
        """Stop listening."""
        assert self._server is not None
        assert self._place is not None
        self._place.end()
        self._server.close()
        await self._server.wait_closed()

    async def comes_back(self) -> None:
        """Listen, at the same port as before."""
        if self._place is None:
            self._place = Place()
            self.port = self._place.port
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self), sock=self._place.listener())

    def leaves(self) -> None:
        """Give the port away, after the last `goes_away`."""
        assert self._place is not None
        self._place.leave()


def body(mail: EmailMessage, kind: str) -> str:
    """One part of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@asynccontextmanager
async def listening(sink: Sink | None = None) -> AsyncIterator[Sink]:
    """A sink on a free port."""
    sink = sink or Sink()
    await sink.comes_back()
    try:
        yield sink
    finally:
        await sink.goes_away()
        sink.leaves()
