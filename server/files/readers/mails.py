"""Mails saved as files (RFC 5322): subject, sender, when, and what is attached.

By the standard library, from the first megabyte: read whole, a mail of 34 MB takes 200. Refuses to show HTML, and to take
out what is attached.
"""

from email.headerregistry import AddressHeader, DateHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import BinaryIO, Final

from protocol.cards import LINES_MAX, MailCard
from protocol.previews import Preview
from server.files.fence.made import Made
from server.files.readers import Reader
from server.files.readers.texts import Unfit, cut

READ_BYTES: Final = 1024 * 1024
PARTS_MAX: Final = 1_000

_ANY: Final = (
    b"Subject: =?utf-8?q?=C3=85?=\r\nFrom: =?iso-8859-1?q?=C5?= <a@b.example>\r\nDate: Fri, 20 Nov 2026 09:15:00 +0100\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\xc3\xa5\r\n"
    b"--x\r\nContent-Disposition: attachment; filename*=utf-8''%C3%A5.pdf\r\n\r\n\r\n--x--\r\n"
)


def reader(_job: str, _family: str, _page: int) -> Reader:
    """What reads mails."""
    card(_ANY, whole=True)  # the library imports some of itself only when it comes to it
    return lambda file: Made(Preview(card=read(file)))


def read(file: BinaryIO) -> MailCard:
    """The card of a mail. Raises Unfit, or what the parser raises."""
    content = file.read(READ_BYTES + 1)
    return card(content[:READ_BYTES], whole=len(content) <= READ_BYTES)


def card(content: bytes, *, whole: bool) -> MailCard:
    """The card of a mail, or of its beginning."""
    if content.startswith(b"From "):
        content = content.partition(b"\n")[2]  # mbox's line
    message = BytesParser(policy=default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    sender, sent = message["from"], message["date"]
    addresses = sender.addresses if isinstance(sender, AddressHeader) else ()
    if not addresses and message["subject"] is None:
        raise Unfit
    names = []
    for number, part in enumerate(message.walk()):
        if number > PARTS_MAX:
            break
        name = part.get_filename()
        if name or part.get_content_disposition() == "attachment":
            names.append(cut(str(name or "")))
    return MailCard(
        subject=cut(str(message["subject"] or "")),
        from_name=cut(addresses[0].display_name if addresses else ""),
        from_address=cut(addresses[0].addr_spec if addresses else ""),
        sent=_moment(sent),
        attachments=names[:LINES_MAX],
        more=max(0, len(names) - LINES_MAX),
        cut=not whole,
    )


def _moment(header: object) -> str | None:
    """When, by the sender's own clock, with how far that was ahead if it is said."""
    at = header.datetime if isinstance(header, DateHeader) else None
    return None if at is None else at.isoformat(timespec="minutes")
