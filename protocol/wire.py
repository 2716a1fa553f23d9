"""The one base class of everything that crosses the wire, and the five rules by which shapes may change.

1. A field is never renamed, removed, or given another meaning or type.
2. A new field has a default, so that an older sender stays valid.
3. Unknown fields are ignored on both sides, so that an older reader stays valid. Two exceptions: in a message body an
   unknown field is refused, because it would be stored unread, and in an `*.update` command, because it would be a
   change that doesn't happen.
4. A new command, event or frame is a new tag; a reader skips event and frame tags that it doesn't know.
5. Anything else is a new subprotocol name.

Times are integer milliseconds since the epoch, UTC. Both codecs therefore carry the same plain values.
"""

import re
from typing import Annotated, Any, Final, Literal, dataclass_transform

import msgspec

INTEGER_MAX: Final = 2**53 - 1
"""JavaScript's; what is beyond it neither client nor database can hold."""

Ms = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX, description="milliseconds since 1970-01-01T00:00Z")]

TAG_FIELD = "type"
Codec = Literal["json", "msgpack"]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class WireMeta(msgspec.StructMeta):
    """Makes every subclass keyword-only and frozen: msgspec inherits the second but not the first."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        """The class, with our defaults where it doesn't say otherwise."""
        return super().__new__(mcs, name, bases, namespace, **{"kw_only": True, "frozen": True, **config})


class Wire(msgspec.Struct, metaclass=WireMeta, omit_defaults=True):
    """Base of every struct that is sent or stored. Keyword-only and frozen; defaults are left out of the bytes."""


class Tagged(Wire, tag_field=TAG_FIELD):
    """Base of the members of a tagged union; the tag stands in the field `type`."""


# Patterns end in \Z: what `$` is to ECMAScript and JSON Schema, where it lets no line feed pass; `ecmascript` writes it so.
# Character classes name their characters, because `\s` is not the same set in both. A test runs every pattern in both.
LINE: Final = r"[^\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]*"
"""Text on one line: no control characters but the tab, and none of Unicode's other ways to break a line."""
UNSEEN: Final = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""For use in a character class: control characters and blanks, of Python and of ECMAScript."""
ONE_LINE: Final = "without line breaks and control characters"


def ecmascript(pattern: str) -> str:
    """A pattern of ours as ECMAScript, JSON Schema and RE2 read it."""
    return re.sub(r"\\Z(?=$|\))", "$", pattern)


Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z", description="32 lower-case hexadecimal digits")]
ClientKey = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9_-]{8,64}\Z",
        description="chosen by the client, once per thing it creates: 8 to 64 of A-Z a-z 0-9 _ -",
    ),
]
StreamName = Annotated[str, msgspec.Meta(pattern=r"^[tnu]:[0-9a-f]{32}\Z", description="t:, n: or u: and an id")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
CallId = Annotated[int, msgspec.Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
WRITTEN: Final = {"written": True}
"""Marks what people type: it is kept in its composed form (`protocol.texts.composed`), whatever their keyboard sends."""
Name = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=200, pattern=rf"^{LINE}\Z", description=f"a name {ONE_LINE}", extra=WRITTEN),
]
SUBJECT_CHARACTERS_MAX: Final = 200
TASK_CHARACTERS_MAX: Final = 500
Subject = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=SUBJECT_CHARACTERS_MAX,
        pattern=rf"^{LINE}\Z",
        description=f"a subject {ONE_LINE}",
        extra=WRITTEN,
    ),
]
TaskText = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=TASK_CHARACTERS_MAX,
        pattern=rf"^{LINE}\Z",
        description=f"a text {ONE_LINE}",
        extra=WRITTEN,
    ),
]
Email = Annotated[
    str,
    msgspec.Meta(
        min_length=3,
        max_length=254,
        pattern=rf'^[^"@,;:<>()\[\]\\{UNSEEN}]+@[^"@,;:<>()\[\]\\{UNSEEN}]+\Z',
        description="one e-mail address",
        extra=WRITTEN,
    ),
]
"""An address that somebody may have, and log in with; what letters are sent to is a `Mailbox`."""
ATOM: Final = r"[A-Za-z0-9#\x24&'*+=?^_\x60{}~-]+"
"""Of an e-mail address before its @ (RFC 5321, 4.1.2), without % ! / and |, which mail servers refuse."""
_LABEL: Final = rf"[^!-,./:-@\[-\x60{{-~{UNSEEN}]+"
Mailbox = Annotated[
    str,
    msgspec.Meta(
        min_length=3,
        max_length=254,
        pattern=rf"^{ATOM}(?:\.{ATOM})*@{_LABEL}(?:\.{_LABEL})*\Z",
        description=(
            "one e-mail address that letters can be sent to: before the @ letters and digits of ASCII and such signs as "
            "- _ + ' with single dots between them, a domain behind it"
        ),
        extra=WRITTEN,
    ),
]
"""An address that a letter may be sent to, as far as a pattern can tell; protocol.addresses knows the whole rule."""
Password = Annotated[str, msgspec.Meta(min_length=10, max_length=200, extra=WRITTEN)]
Secret = Annotated[str, msgspec.Meta(min_length=16, max_length=4096)]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
Count = Annotated[int, msgspec.Meta(ge=1, le=30)]
Hours = Annotated[int, msgspec.Meta(ge=0, le=72)]
Search = Annotated[
    str, msgspec.Meta(max_length=100, pattern=rf"^{LINE}\Z", description=f"words {ONE_LINE}", extra=WRITTEN)
]
"""The database refuses a search for a NUL as our fault."""
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200)]
# What a firm says of itself. An empty text takes back what was said; a letter's foot has room for this much of each.
LegalName = Annotated[
    str,
    msgspec.Meta(max_length=120, pattern=rf"^{LINE}\Z", description=f"a name {ONE_LINE}, or empty", extra=WRITTEN),
]
PostalAddress = Annotated[
    str,
    msgspec.Meta(
        max_length=200,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]*\Z",
        description="a postal address, which may have several lines, or empty",
        extra=WRITTEN,
    ),
]
Phone = Annotated[
    str, msgspec.Meta(max_length=40, pattern=rf"^{LINE}\Z", description=f"a number {ONE_LINE}, or empty", extra=WRITTEN)
]
Website = Annotated[
    str,
    msgspec.Meta(
        max_length=120,
        pattern=rf'^(?:https?://[^"<>\x60{UNSEEN}]+)?\Z',
        description="an absolute http or https address, or empty",
        extra=WRITTEN,
    ),
]
Colour = Annotated[
    str, msgspec.Meta(max_length=7, pattern=r"^(?:#[0-9A-Fa-f]{6})?\Z", description="a colour as #RRGGBB, or empty")
]
LogoText = Annotated[
    str,
    msgspec.Meta(
        max_length=200_000,
        description="a PNG or JPEG picture in base64 (of at most 32 KiB, 16 to 1200 pixels each way), or empty for none",
    ),
]
"""More than a logo's bytes may come to, so that who sends too many is told how many they are."""
EmailOrNone = Annotated[
    str, msgspec.Meta(max_length=254, description="one e-mail address, or empty for none", extra=WRITTEN)
]
TimeZone = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, description="a time zone's name, such as Europe/Stockholm")
]
