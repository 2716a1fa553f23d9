"""Taking a letter apart as a mail program does."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser

import pytest

from scheduler.letters.writing import Letter
from tests.scheduler.letters.letter_gallery import LETTERS, mail_of, parts


class Page(HTMLParser):
    """What a reader sees of the HTML part, its links, and whatever would load something."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self._hidden += tag in {"style", "title"}
        if tag == "a":
            self.links.append(values["href"] or "")
        # What the mail brings along is nothing to load.
        self.loads += [v for k, v in attrs if k in {"src", "background", "srcset"} and v and not v.startswith("cid:")]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())


def page_of(letter: Letter) -> Page:
    return Page(parts(mail_of(letter))[1])


def text_of(letter: Letter) -> str:
    return parts(mail_of(letter))[0]


def received(mail: EmailMessage) -> EmailMessage:
    """The mail after the journey: as bytes, parsed by somebody else."""
    parsed = message_from_bytes(mail.as_bytes(), policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


every_kind = pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)
