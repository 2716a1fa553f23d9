"""The one base class of everything that crosses the wire, and the five rules by which shapes may change.

1. A field is never renamed, removed, or given another meaning or type.
2. A new field has a default, so that an older sender stays valid.
3. Unknown fields are ignored on both sides, so that an older reader stays valid (the message body is the exception:
   there an unknown field is refused, because it would be stored unread).
4. A new command, event or frame is a new tag; a reader skips event and frame tags that it doesn't know.
5. Anything else is a new subprotocol name.

Times are integer milliseconds since the epoch, UTC. Both codecs therefore carry the same plain values.
"""

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


Id = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$", description="32 lower-case hexadecimal digits")]
ClientKey = Annotated[
    str,
    msgspec.Meta(
        pattern="^[A-Za-z0-9_-]{8,64}$",
        description="chosen by the client, once per thing it creates: 8 to 64 of A-Z a-z 0-9 _ -",
    ),
]
StreamName = Annotated[str, msgspec.Meta(pattern="^[tnu]:[0-9a-f]{32}$", description="t:, n: or u: and an id")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
CallId = Annotated[int, msgspec.Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Subject = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
TaskText = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Email = Annotated[
    str,
    msgspec.Meta(
        min_length=3,
        max_length=254,
        pattern=r"^[^@\s,;:<>()\[\]\\\"\x00-\x1f\x7f]+@[^@\s,;:<>()\[\]\\\"\x00-\x1f\x7f]+$",
        description="one e-mail address",
    ),
]
Password = Annotated[str, msgspec.Meta(min_length=10, max_length=200)]
Secret = Annotated[str, msgspec.Meta(min_length=16, max_length=4096)]
Days = Annotated[int, msgspec.Meta(ge=1, le=365)]
Count = Annotated[int, msgspec.Meta(ge=1, le=30)]
Search = Annotated[str, msgspec.Meta(max_length=100, pattern="^[^\\x00]*$", description="words, without a NUL")]
"""The database refuses a search for a NUL as our fault."""
PageSize = Annotated[int, msgspec.Meta(ge=1, le=200)]
