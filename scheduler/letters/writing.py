"""A letter's facts in, a finished mail out (spec 3.16; RFC 5322, RFC 3834 for Auto-Submitted).

Knows headers, the two parts and the templates. Refuses to know the clock, SMTP, storage and when a letter is due: the
outbox hands in the Message-ID and the time, so a second try of the same letter is the same mail.
"""

from __future__ import annotations

import re
import textwrap
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from protocol.inbox import Activity
from scheduler.letters import facts, headers
from scheduler.letters.colours import DARK_SURFACE, LIGHT_SURFACE, readable
from scheduler.letters.facts import Firm, Kind, Letter, LetterRefused, Logo, Said, Task, Waiting
from scheduler.letters.layout import Page, lay_out, logo_id
from scheduler.letters.words import languages

__all__ = [
    "Activity", "Firm", "Kind", "Letter", "LetterRefused", "Logo", "Said", "Task", "Waiting",
    "languages", "render",
]  # fmt: skip

TEXT_COLUMNS_MAX: Final = 74
_HEAD: Final = re.compile(r"\[ \] | +(?:- |\d+\. )?")
"""What a line begins with that its other lines stand behind: a box, a blank margin, the marker of an item."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def render(letter: Letter, *, message_id: str, at: int, system_address: str) -> EmailMessage:
    """The mail for one address, with a text and an HTML part that state the same facts.

    `at` is milliseconds since the epoch, UTC, and becomes Date, by the firm's clock; `system_address` is the fixed
    sender (EM-3). A copy for the firm (`bcc`) is no header, since a header would show it to the client: it is a letter of
    its own.
    Raises `LetterRefused` for facts that contradict each other, bad addresses and links that carry a session (EM-10).
    """
    facts.check(letter)
    when = _EPOCH + timedelta(milliseconds=at)
    page = lay_out(letter)
    mail = headers.empty_mail()
    mail["Message-ID"] = facts.message_id(message_id)
    mail["Date"] = format_datetime(when.astimezone(ZoneInfo(letter.firm.time_zone)))
    sender = facts.address("system_address", system_address)
    mail["From"] = _mailbox(page.firm_name, sender)
    mail["To"] = _mailbox(letter.to_name, facts.address("to_email", letter.to_email))
    if letter.reply_to:
        mail["Reply-To"] = _mailbox("", facts.address("reply_to", letter.reply_to))
    if letter.thread_id:
        mail["References"] = facts.message_id(headers.thread_reference(letter.thread_id, sender))
    mail["Subject"] = facts.subject_line(page.subject, facts.SUBJECT_CHARS_MAX)
    mail["Auto-Submitted"] = "auto-generated"
    # Exchange answers absences by this header and does not look at the one above.
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail.set_content(_text(page), cte="quoted-printable")
    mail.add_alternative(_html(page, letter.firm.accent), subtype="html", cte="quoted-printable")
    if letter.firm.logo is not None:
        _enclose(mail, letter.firm.logo)
    # After the parts: making them clears every Content- header.
    mail["Content-Language"] = page.language
    return mail


def _enclose(mail: EmailMessage, logo: Logo) -> None:
    """The picture beside the page that shows it (RFC 2387): a reader that loads nothing from outside has it."""
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    name = f"logo.{logo.type}"
    html.add_related(logo.content, "image", logo.type, cid=f"<{logo_id(logo)}>", disposition="inline", filename=name)


def _mailbox(name: str, addr_spec: str) -> Address:
    return headers.mailbox(facts.header_line(name, facts.NAME_CHARS_MAX), addr_spec)


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
    drawn = _templates().get_template("letter.txt").render(page=page)
    return "".join(f"{part}\n" for line in drawn.splitlines() for part in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    """A line of the text part, broken between words; a link is never broken, however long.

    None begins with ">": that would be somebody's quotation, and an answer above it would be taken for one in between.
    """
    if "\t" in line:
        return [line]  # the row of a table
    if line.startswith(">"):
        line = f" {line}"
    head = _HEAD.match(line)
    begins = head[0] if head else ""
    broken = textwrap.wrap(
        line[len(begins) :],
        TEXT_COLUMNS_MAX - 1,
        initial_indent=begins,
        subsequent_indent=" " * len(begins),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f" {part}" if part.startswith(">") else part for part in broken] or [begins.rstrip()]
