"""A conversation with the mail server, one letter after the other: connection, TLS, login, time limits (RFC 5321, 3207).

Knows SMTP. Says of each failure at which step it came and what the server said first: what the library raises after that is
only that the connection is gone. Refuses to know letters, the outbox, and what follows from a refusal (mail.verdict).
"""

import ipaddress
import re
from collections.abc import Awaitable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

import aiosmtplib
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings

from scheduler.mail.verdict import Step, words, words_of
from server.core.setting_values import MailServer
from storage.letters import ServerWords

# RFC 5321, 4.5.3.2. A virus scanner, or a server that slows down strangers, makes use of them.
GREETING_S: Final = 300.0
MAIL_S: Final = 300.0
RCPT_S: Final = 300.0
DATA_S: Final = 120.0
END_S: Final = 600.0
"""How long the final dot may stay without an answer. The letter itself is so small that it goes in one write."""
GOODBYE_S: Final = 5.0
"""Nothing hangs on the answer to QUIT or RSET."""
REFUSALS_IN_A_ROW_MAX: Final = 5
"""Then a new connection: Exim ends a session that has too many of them, Postfix makes it slower and slower."""
LETTERS_PER_CONNECTION_MAX: Final = 50
_GO_ON: Final = 354
_TAKEN: Final = 250
_FAILURES: Final = (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError)
"""What the library raises; ValueError for what can't be said in a command."""
_NAME: Final = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

T = TypeVar("T")


class Fault(Exception):
    """The letter was not taken."""

    def __init__(self, step: Step, said: ServerWords) -> None:
        super().__init__(f"{step}: {said.code} {said.text}")
        self.step = step
        self.said = said


class Lost(Fault):
    """The letter was handed over, and no answer came that can be understood: nobody knows whether it was taken."""


def greeting_name(public_url: str, own_address: str) -> str:
    """What we call ourselves in EHLO: the host of the public address if that is a name which every server lets pass (`_` is
    an error to Exim), else our end of the connection as an address literal (RFC 5321, 4.1.3)."""
    host = urlsplit(public_url).hostname or ""
    if _NAME.fullmatch(host) and not host.endswith((".localhost", ".local")):
        return host
    address = ipaddress.ip_address(own_address.partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


class Conversation:
    """A connection that is opened when it is needed, and anew when the server may have had enough of it.

    For one task. For each letter: `address`, `announce`, `hand_over`; after a Fault of any the next letter may follow.
    """

    def __init__(self, server: MailServer, public_url: str) -> None:
        self._server = server
        self._public_url = public_url
        self._smtp: aiosmtplib.SMTP | None = None
        self._letters = 0
        self._refusals = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            await self.goodbye()
        else:
            self.hang_up()

    async def address(self, sender: str, recipient: str) -> None:
        """Say from whom and to whom the next letter is: one person, whose refusal is nobody else's. Raises Fault."""
        if self._letters >= LETTERS_PER_CONNECTION_MAX or self._refusals >= REFUSALS_IN_A_ROW_MAX:
            await self.goodbye()
        smtp = await self._from(sender)
        self._letters += 1
        await self._asked("RCPT", smtp.rcpt(recipient, timeout=RCPT_S))

    async def announce(self) -> None:
        """DATA, up to its 354, after which the server waits for the letter. Raises Fault.

        By itself, since the library's own goes on to send the letter, and then says nothing of where it failed.
        """
        assert self._smtp is not None, "address comes first"
        answer = await self._asked("DATA", self._smtp.execute_command(b"DATA", timeout=DATA_S))
        if answer.code != _GO_ON:
            error = aiosmtplib.SMTPDataError(answer.code, answer.message)
            raise await self._refused("DATA", error) from error

    async def hand_over(self, mail: bytes) -> ServerWords:
        """The letter itself; what the server said when it took it. Raises Fault, or Lost where nobody knows."""
        smtp = self._smtp
        protocol = smtp.protocol if smtp is not None else None
        if smtp is None or protocol is None:
            raise Fault("DATA", ServerWords(text="the connection was lost"))
        stuffed = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(mail)) + b".\r\n"
        try:
            protocol.write(stuffed)
        except _FAILURES as error:
            self.hang_up()
            raise Fault("DATA", words_of(error)) from error
        try:
            answer = await protocol.read_response(timeout=END_S)
        except _FAILURES as error:
            self.hang_up()
            raise Lost("end", words_of(error)) from error
        said = words(answer.code, answer.message)
        if answer.code == _TAKEN:
            self._refusals = 0
            return said
        self._refusals += 1
        if not 400 <= answer.code < 600:
            self.hang_up()
            raise Lost("end", said)
        if answer.code == aiosmtplib.SMTPStatus.domain_unavailable:
            self.hang_up()
        raise Fault("end", said)

    async def goodbye(self) -> None:
        """End the connection as it should be ended; whatever the server answers, what it took before it has taken."""
        if self._smtp is not None:
            with suppress(*_FAILURES):
                await self._smtp.quit(timeout=GOODBYE_S)
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection at once."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None
        self._letters = self._refusals = 0

    async def _from(self, sender: str) -> aiosmtplib.SMTP:
        """A connection that has taken MAIL."""
        if self._smtp is not None and self._smtp.is_connected:
            try:
                await self._smtp.mail(sender, timeout=MAIL_S)
            except (aiosmtplib.SMTPServerDisconnected, ConnectionError):
                pass  # it was left alone for too long, or has had enough letters: no fault of the server's
            except _FAILURES as error:
                raise await self._refused("MAIL", error) from error
            else:
                return self._smtp
        self.hang_up()
        smtp = self._smtp = await self._connected()
        await self._asked("MAIL", smtp.mail(sender, timeout=MAIL_S))
        return smtp

    async def _connected(self) -> aiosmtplib.SMTP:
        """A fresh connection: in TLS, and logged in, if the address says so. Raises Fault."""
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.tls == "from_the_start",
            start_tls=False,  # by itself the library takes it where it is offered, and then insists on a certificate
            local_hostname="localhost",  # until our own end is known
            timeout=GREETING_S,
        )
        try:
            await smtp.connect()
            smtp.local_hostname = greeting_name(self._public_url, smtp.get_transport_info("sockname")[0])
            await smtp.ehlo()
            if server.tls == "starttls":
                await smtp.starttls()
                await smtp.ehlo()
            if server.user is not None:
                await smtp.login(server.user, server.password or "")
        except _FAILURES as error:
            smtp.close()
            raise Fault("connect", words_of(error)) from error
        return smtp

    async def _asked(self, step: Step, answer: Awaitable[T]) -> T:
        try:
            return await answer
        except _FAILURES as error:
            raise await self._refused(step, error) from error

    async def _refused(self, step: Step, error: Exception) -> Fault:
        """The fault that an error is; the connection is made ready for the next letter, or given up."""
        self._refusals += 1
        if not isinstance(error, aiosmtplib.SMTPResponseException) or self._smtp is None:
            self.hang_up()
            return Fault(step, words_of(error))
        if self._smtp.is_connected:
            try:
                await self._smtp.rset(timeout=GOODBYE_S)
            except _FAILURES:
                self.hang_up()
        return Fault(step, words_of(error))
