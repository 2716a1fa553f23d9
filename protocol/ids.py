"""How ids and stream names are made and taken apart.

Ids are UUIDv7 (RFC 9562) written as 32 hexadecimal digits: unique without a coordinator, and they sort by time.
"""

from enum import StrEnum
from typing import Final

import uuid_utils

from protocol.wire import Id


def new_id() -> Id:
    """A new id, greater than every id this process made before."""
    return uuid_utils.uuid7().hex


class StreamKind(StrEnum):
    """Who may read a stream: the first letter of its name."""

    THREAD = "t"
    """What contacts and staff may see of a thread."""
    NOTES = "n"
    """What only staff may see of a thread."""
    USER = "u"
    """What is one person's own; or, under a firm's id, what its staff share."""


_KINDS: Final = {kind.value: kind for kind in StreamKind}
"""Asked several times for each message: a call of the enumeration takes four times as long."""


def thread_stream(thread_id: Id) -> str:
    """The name of the stream that contacts and staff of a thread share."""
    return f"t:{thread_id}"


def notes_stream(thread_id: Id) -> str:
    """The name of the thread's stream that only staff may know of (AC-6)."""
    return f"n:{thread_id}"


def user_stream(user_id: Id) -> str:
    """The name of a person's own stream."""
    return f"u:{user_id}"


def firm_stream(firm_id: Id) -> str:
    """The name of the firm's own stream, which all its staff read and nobody else. It is a `u:` like a person's, so that
    nodes and clients of older builds, which know no other kinds, let it pass."""
    return f"u:{firm_id}"


def split_stream(stream: str) -> tuple[StreamKind, Id]:
    """The kind of a stream and the id of the thread, person or firm it belongs to. The name must be valid."""
    return _KINDS[stream[0]], stream[2:]
