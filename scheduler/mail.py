"""Handing letters to the mail server: claim, ask whether it is still true, DATA, note the answer (architecture 4).

Everything is sent at least once with a stable Message-ID, except reminders, which are sent at most once in the one gap
that can't be closed: between DATA and the answer (RFC 1047). There they are marked `unknown`, and shown.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from pymongo.errors import PyMongoError

from protocol.errors import Unavailable
from protocol.ids import new_id
from protocol.wire import Ms
from scheduler.correspondence import Dropped, facts_of
from scheduler.letter_facts import Letter, LetterRefused
from scheduler.letters import envelope_recipients, render
from server.actions import marks
from server.context import Means
from storage.documents import Unreadable
from storage.letters import LetterDoc

log = structlog.get_logger(__name__)

LEASE_MS = 120_000
SMTP_TIMEOUT_S = 20.0
SENDERS = 4
LETTERS_PER_CONNECTION_MAX = 50
ATTEMPTS_MAX = 12
BACK_OFF_FIRST_MS = 15_000
BACK_OFF_MAX_MS = 3_600_000
HOUR_MS = 3_600_000


class MailServerAway(Exception):
    """The mail server can't be reached or doesn't answer; letters wait."""


def back_off_ms(attempts: int) -> int:
    """How long a letter waits after a temporary fault: doubling, at most an hour."""
    doubled: int = BACK_OFF_FIRST_MS * 2 ** max(0, min(attempts, 20) - 1)
    return min(doubled, BACK_OFF_MAX_MS)


async def send_due(means: Means, now: Ms) -> int:
    """Send what is due; how many went out. Several senders, here and elsewhere, share the outbox by claims."""
    await _decide_stuck(means, now)
    counts = await asyncio.gather(*(_send_some(means, now) for _ in range(SENDERS)))
    return sum(counts)


async def _decide_stuck(means: Means, now: Ms) -> None:
    """A sender died in the gap: a reminder may have gone out and stays `unknown`, everything else is sent again."""
    for letter in await means.store.letters.stuck(now, 200):
        state = "unknown" if letter.kind == "client_reminder" else "waiting"
        if await means.store.letters.resolve_stuck(letter, "unknown" if state == "unknown" else "waiting"):
            log.warning("mail.stuck", letter_id=letter.id, becomes=state)


async def _send_some(means: Means, now: Ms) -> int:
    """Send letters over fresh connections until none is due."""
    by, sent = new_id(), 0
    while (letter := await means.store.letters.claim(now, LEASE_MS, by)) is not None:
        connection: aiosmtplib.SMTP | None = None
        try:
            for _ in range(LETTERS_PER_CONNECTION_MAX):
                facts = await _to_be_sent(means, letter, by, now)
                if facts is not None:
                    connection = connection or await _connect(means)
                    sent += await _hand_over(means, connection, letter, facts, by, now)
                following = await means.store.letters.claim(now, LEASE_MS, by)
                if following is None:
                    return sent
                letter = following
            await _postpone(means, letter, by, now, "next connection", delay_ms=0)
        except (MailServerAway, aiosmtplib.SMTPException, OSError) as error:
            await _postpone(means, letter, by, now, f"{type(error).__name__}: {error}")
            log.warning("mail.server_away", letter_id=letter.id, attempts=letter.attempts, error=str(error))
            return sent
        finally:
            if connection is not None:
                await _quit(connection)
    return sent


async def _connect(means: Means) -> aiosmtplib.SMTP:
    """A fresh connection to the configured server, logged in if it says so."""
    url = urlsplit(means.settings.smtp_url)
    connection = aiosmtplib.SMTP(
        hostname=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 25),
        use_tls=url.scheme == "smtps",
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        timeout=SMTP_TIMEOUT_S,
    )
    try:
        await connection.connect()
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise MailServerAway(str(error)) from error
    return connection


async def _quit(connection: aiosmtplib.SMTP) -> None:
    """Say goodbye; whatever it answers, what was accepted before stays accepted."""
    try:
        await connection.quit()
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        connection.close()


async def _to_be_sent(means: Means, letter: LetterDoc, by: str, now: Ms) -> Letter | None:
    """The letter's facts if it is to go out now; otherwise it is put aside here."""
    if letter.kind in ("client_new_thread", "client_messages", "client_tasks") and letter.thread_id:
        sent = await means.store.letters.sent_since(letter.thread_id, letter.person_id, now - HOUR_MS)
        if len(sent) >= means.settings.mails_per_hour_max:
            await _postpone(means, letter, by, now, "four an hour", delay_ms=sent[0] + HOUR_MS - now)
            return None
    try:
        facts = await facts_of(means, letter)
    except (Unavailable, PyMongoError):
        raise
    except Exception as error:
        # Something that it tells of can't be read, or a fault of ours: the others go on.
        log.exception("mail.not_told", letter_id=letter.id)
        await _postpone(means, letter, by, now, f"{type(error).__name__}: {error}")
        return None
    if isinstance(facts, Dropped):
        await means.store.letters.move(letter, by, "dropped", {"error": facts.reason})
        return None
    return facts


async def _hand_over(
    means: Means, connection: aiosmtplib.SMTP, letter: LetterDoc, facts: Letter, by: str, now: Ms
) -> int:
    """One letter over an open connection: 1 if the server took it. Lets faults of the connection itself out."""
    store = means.store
    sender, message_id = means.settings.mail_from, f"<{letter.id}@{means.settings.mail_from.rpartition('@')[2]}>"
    try:
        mail = render(facts, message_id=message_id, at=now, system_address=sender)
        recipients: Sequence[str] = envelope_recipients(facts)
    except LetterRefused as error:
        log.error("mail.refused", letter_id=letter.id, path=error.path)
        await store.letters.move(letter, by, "failed", {"error": str(error)})
        return 0
    try:
        await connection.mail(sender)
        for recipient in recipients:
            await connection.rcpt(recipient)
    except aiosmtplib.SMTPResponseException as error:
        await connection.rset()
        await _refused(means, letter, by, now, error)
        return 0
    # From here until the answer nobody can know whether it went out: note that before the first byte of it.
    if not await store.letters.move(letter, by, "sending"):
        await connection.rset()
        return 0
    try:
        await connection.data(bytes(mail))
    except aiosmtplib.SMTPResponseException as error:
        await _refused(means, letter, by, now, error)
        return 0
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        if letter.kind == "client_reminder":
            await store.letters.move(letter, by, "unknown", {"error": str(error)})
            log.warning("mail.unknown", letter_id=letter.id, error=str(error))
            connection.close()
            return 0
        raise MailServerAway(str(error)) from error
    await store.letters.move(letter, by, "sent", {"sent_at": now})
    # After that, since a fault here must not send the letter again. A mark may be lost; the next one makes up for it.
    if letter.side == "contact" and letter.thread_id is not None:
        with suppress(Unreadable):
            await marks.delivered_by_mail(means, letter.thread_id, letter.person_id, letter.last_seq)
    return 1


async def _refused(means: Means, letter: LetterDoc, by: str, now: Ms, error: aiosmtplib.SMTPResponseException) -> None:
    """The server said no: for good (5xx) or for now (4xx). Others' letters go on (RM-17)."""
    if error.code >= 500:
        await means.store.letters.move(letter, by, "failed", {"error": f"{error.code} {error.message}"})
        log.warning("mail.failed", letter_id=letter.id, code=error.code)
    else:
        await _postpone(means, letter, by, now, f"{error.code} {error.message}")


async def _postpone(
    means: Means, letter: LetterDoc, by: str, now: Ms, error: str, *, delay_ms: int | None = None
) -> None:
    """Put a claimed letter back, or give it up after too many attempts."""
    if delay_ms is None and letter.attempts >= ATTEMPTS_MAX:
        await means.store.letters.move(letter, by, "failed", {"error": error})
        return
    wait = back_off_ms(letter.attempts) if delay_ms is None else delay_ms
    await means.store.letters.move(letter, by, "waiting", {"due_at": now + wait, "error": error})
