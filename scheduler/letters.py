"""A letter's facts in, a finished mail out (spec 3.16; RFC 5322, RFC 3834 for Auto-Submitted).

Knows headers, the two parts and the templates. Refuses to know the clock, SMTP, storage and when a letter is due: the
outbox hands in the Message-ID and the time, so a second try of the same letter is the same mail.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scheduler import letter_facts as facts
from scheduler.letter_colours import DARK_SURFACE, LIGHT_SURFACE, readable
from scheduler.letter_facts import Activity, Firm, Kind, Letter, LetterRefused, Said, Task, Waiting
from scheduler.letter_page import Page, lay_out
from scheduler.letter_words import languages

__all__ = [
    "Activity", "Firm", "Kind", "Letter", "LetterRefused", "Said", "Task", "Waiting",
    "envelope_recipients", "languages", "render",
]  # fmt: skip

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class _Policy(EmailPolicy):
    """Writes a subject, and the name before a mailbox, that isn't plain as one run of encoded words (RFC 2047).

    The library's own way encodes word by word, and can leave the space between two of them in neither. Knows headers
    of one mailbox only.
    """

    def fold(self, name: str, value: str) -> str:
        if str(value).isascii():
            folded: str = super().fold(name, value)
            return folded
        text, rest = str(value), ""
        if mailboxes := getattr(value, "addresses", ()):
            (mailbox,) = mailboxes
            text, rest = mailbox.display_name, f"{self.linesep} <{mailbox.addr_spec}>"
        return f"{name}: {Header(text, header_name=name).encode(linesep=self.linesep)}{rest}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_POLICY: Final = _Policy(linesep="\r\n")


def render(letter: Letter, *, message_id: str, at: int, system_address: str) -> EmailMessage:
    """The mail for one address, with a text and an HTML part that state the same facts.

    `at` is milliseconds since the epoch, UTC, and becomes Date; `system_address` is the fixed sender (EM-3). A copy
    for the firm (`bcc`) is no header, since a header would show it to the client: see `envelope_recipients`.
    Raises `LetterRefused` for facts that contradict each other, bad addresses and links that carry a session (EM-10).
    """
    facts.check(letter)
    when = _EPOCH + timedelta(milliseconds=at)
    page = lay_out(letter, this_year=when.year)
    mail = EmailMessage(policy=_POLICY)
    mail["Message-ID"] = facts.message_id(message_id)
    mail["Date"] = format_datetime(when)
    mail["From"] = _mailbox(page.firm_name, facts.address("system_address", system_address))
    mail["To"] = _mailbox(letter.to_name, facts.address("to_email", letter.to_email))
    if letter.reply_to:
        mail["Reply-To"] = _mailbox("", facts.address("reply_to", letter.reply_to))
    mail["Subject"] = facts.header_line(page.subject, facts.SUBJECT_CHARS_MAX)
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange answers absences by this header and does not look at the one above.
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail.set_content(_text(page), cte="quoted-printable")
    mail.add_alternative(_html(page, letter.firm.accent), subtype="html", cte="quoted-printable")
    # After the parts: making them clears every Content- header.
    mail["Content-Language"] = page.language
    return mail


def envelope_recipients(letter: Letter) -> tuple[str, ...]:
    """Who gets these bytes over SMTP: the addressee, and the firm's blind copy if it has one."""
    recipients = [facts.address("to_email", letter.to_email)]
    if letter.bcc and (copy := facts.address("bcc", letter.bcc)) not in recipients:
        recipients.append(copy)
    return tuple(recipients)


def _mailbox(name: str, addr_spec: str) -> Address:
    # Address quotes what needs quoting; header_line leaves nothing in the name that could end the header.
    return Address(display_name=facts.header_line(name, facts.NAME_CHARS_MAX), addr_spec=addr_spec)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("scheduler"),
        autoescape=select_autoescape(default=True, disabled_extensions=("txt",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # No loading of anything: a template names no outside file, and a letter must never cause a request.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


def _html(page: Page, accent: str) -> str:
    light, dark = readable(accent, LIGHT_SURFACE), readable(accent, DARK_SURFACE)
    return _inliner().inline(_templates().get_template("letter.html").render(page=page, light=light, dark=dark))


def _text(page: Page) -> str:
    return _templates().get_template("letter.txt").render(page=page)
