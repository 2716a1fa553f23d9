"""How the headers of a letter are written, so that every reader reads the same (RFC 5322, RFC 2047).

Knows folding, encoded words and ids. Refuses to know what a letter says and when it goes. Uses the standard library only,
so that what it writes can be tried on every Python there is.
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Final

BODY_LINE_CHARS_MAX: Final = 76
"""RFC 2045 6.7: of a line in quoted-printable."""


class _Policy(EmailPolicy):
    """Writes text that isn't plain as one run of encoded words, and everything else as it stands, on one line.

    The library's own way encodes word by word, and can leave the space between two encoded words in neither. It also
    makes encoded words of whatever token is longer than a line: of an id, where no reader looks for them, and of an
    address. Knows headers of one mailbox only, and none that could reach the 998 characters of RFC 5322 2.1.1.
    """

    def fold(self, name: str, value: str) -> str:
        text, rest = str(value), ""
        if text.isascii():
            return f"{name}: {text}{self.linesep}"
        if mailboxes := getattr(value, "addresses", ()):
            (mailbox,) = mailboxes
            text, rest = mailbox.display_name, f"{self.linesep} <{mailbox.addr_spec}>"
        return f"{name}: {Header(text, header_name=name).encode(linesep=self.linesep)}{rest}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


POLICY: Final = _Policy(linesep="\r\n", max_line_length=BODY_LINE_CHARS_MAX)


def empty_mail() -> EmailMessage:
    """A mail whose headers will be written so. Its values must be one line each: see `letter_facts.header_line`."""
    return EmailMessage(policy=POLICY)


def mailbox(name: str, addr_spec: str) -> Address:
    """One sender or addressee; the name is quoted where it needs it. Both have been made harmless."""
    return Address(display_name=name, addr_spec=addr_spec)


def thread_reference(thread_id: str, system_address: str) -> str:
    """The one id that every letter about a thread refers to, whoever it goes to: programs put them together by it.

    No letter bears it as its own Message-ID, so whichever of them is lost or deleted, the others stay together.
    """
    return f"<{thread_id}@{system_address.rpartition('@')[2]}>"
