"""The envelopes of the socket conversation, in both codecs, with their limits. Bytes in, structs out; no sockets.

A conversation: the client says `hello`, the server answers `welcome`, sends what was missed as `event` frames, and says
`live`. From then on the client sends `call` frames, and the server sends `reply`, `event`, state (`mark`, `typing`,
`presence`), `dropped`, `reset` and `pulse`.
"""

from enum import IntEnum
from typing import Annotated, Any, Final, get_args

import msgspec

from protocol.commands import Command
from protocol.errors import Invalid, Problem
from protocol.events import UNKNOWN_TAG, Event
from protocol.people import Person
from protocol.reading import checked, second_look
from protocol.sessions import Me
from protocol.wire import CallId, Codec, Id, Ms, Secret, Seq, StreamName, Tagged

JSON_SUBPROTOCOL: Final = "chattar.v1.json"
MSGPACK_SUBPROTOCOL: Final = "chattar.v1.msgpack"
SUBPROTOCOLS: Final[dict[str, Codec]] = {JSON_SUBPROTOCOL: "json", MSGPACK_SUBPROTOCOL: "msgpack"}

INBOUND_FRAME_BYTES_MAX: Final = 1536 * 1024
"""A longer frame from a client is refused, with an error to its call. Whatever is within the limits of characters and
nodes fits, even with every character escaped (12 bytes for an emoji)."""
READ_FRAME_BYTES_MAX: Final = 2 * 1024 * 1024
"""A frame longer than this isn't even read: it closes the connection (1009)."""
EARLY_FRAME_BYTES_MAX: Final = 64 * 1024
"""The same before `live`, for `hello` and what is sent with it."""
HELLO_DEADLINE_S: Final = 5.0
"""A connection that hasn't said `hello` by then is closed (4003)."""
POSITIONS_MAX: Final = 500
"""Streams in one `hello`."""
RESUME_EVENTS_MAX: Final = 300
"""Events that are sent again after a `hello`, for each stream; a position further back gets `reset`."""
RESUME_BYTES_MAX: Final = 256 * 1024
"""The same in bytes."""
PULSE_INTERVAL_S: Final = 25.0
"""A `pulse` comes so often; a client that has heard nothing at all for 60 seconds connects anew."""
INVALID_FRAMES_MAX: Final = 20
"""A connection that sent so many frames nobody could understand is closed (4400)."""


class CloseCode(IntEnum):
    """Why the server closes. 4000-4399: connect again, with back-off; 4400-4999: something must change first."""

    ILL_FORMED = 1007
    """A text message that isn't UTF-8: the client has a fault; connect again, but don't send it."""
    TOO_LONG = 1009
    """A message far beyond the limit (before `live`: beyond a lower one): connect again, but don't send it."""
    DRAINING = 1012
    """The node is going down in good order: connect again, after the `retry_after_ms=<n>` of the reason."""
    TRY_AGAIN = 4000
    """Something here is not available for the moment: connect again, with back-off."""
    HELLO_TIMEOUT = 4003
    """No `hello` came in time: connect again."""
    BAD_FRAMES = 4400
    """Too many frames that nobody could understand: the client has a fault; do not repeat them."""
    UNAUTHENTICATED = 4401
    """The token or cookie is not valid, or has expired: log in, then connect."""
    BAD_HELLO = 4402
    """The `hello` couldn't be understood: an `error` before says why; do not repeat it."""
    REVOKED = 4403
    """The session was ended, or the person may not log in any more: log in, if that is still possible."""
    UNSUPPORTED = 4406
    """Said by older servers where neither subprotocol was offered. Newer ones refuse the handshake (400)."""
    OTHER_PERSON = 4409
    """The login belongs to somebody else than `hello.person`: stop, and keep what is unsent for its author."""


# client to server


class Hello(Tagged, tag="hello"):
    """The first frame. `token` or `identity` says who; neither is needed where a browser's session cookie does.

    `positions` are the streams the client holds and the last `seq` it has applied in each.
    """

    token: Secret | None = None
    identity: Secret | None = None
    """A widget identity: JWT, HS256, signed by the firm's own server."""
    epoch: str | None = None
    """The log's epoch that the positions belong to, from an earlier `welcome`. Without it no position but 0 is believed."""
    positions: dict[StreamName, Seq] = {}
    utc_offset_minutes: Annotated[int, msgspec.Meta(ge=-14 * 60, le=14 * 60)] | None = None
    """How far the person's clock is ahead of UTC: the audit trail notes both clocks (spec 2.14)."""
    firm: bool = False
    """Staff: what happens in the firm's own stream, `u:<firm id>`, is wanted too."""
    person: Id | None = None
    """Who you were told that you are, by an earlier `welcome`: where the login is another person's now, nothing is done."""


class Call(Tagged, tag="call"):
    """A command. The reply carries the same `id`; ids are the client's own and need only differ while unanswered."""

    id: CallId
    command: Command


ClientFrame = Hello | Call

# server to client


class Welcome(Tagged, tag="welcome"):
    """The answer to `hello`: who you are, and how far the streams you hold have got."""

    session: Id
    me: Me
    at: Ms
    epoch: str
    heads: dict[str, Seq]
    """Of each stream in `positions` that you may still read, of your own `u:` stream, and of the firm's if you want it."""


class Live(Tagged, tag="live"):
    """Everything missed has been sent; from here events come as they happen."""


class EventFrame(Tagged, tag="event"):
    """One event of one stream. `seq` is dense from 1: see docs/protocol.md for the client's rule."""

    stream: StreamName
    seq: Seq
    at: Ms
    actor: Person | None
    event: Event


class Reply(Tagged, tag="reply"):
    """A command was done, durably, and this is its result."""

    id: CallId
    result: Any


class ErrorFrame(Tagged, tag="error"):
    """A command was refused (`id` is its id), or a frame could not be understood (`id` is absent)."""

    error: Problem
    id: CallId | None = None


class Reset(Tagged, tag="reset"):
    """The stream can't be resumed from your position: load it anew; its head is now `head`."""

    stream: StreamName
    head: Seq


class Dropped(Tagged, tag="dropped"):
    """You may not see this account any more: forget its threads (RT-4). Or only this stream, at resume."""

    account_id: Id | None = None
    stream: StreamName | None = None
    open_count: int | None = None
    """Staff: the badge without what is lost."""


class MarkMoved(Tagged, tag="mark"):
    """Somebody has got further in a thread. State, not log: may be lost, and comes again with the thread."""

    thread_id: Id
    person: Person
    read_seq: Seq | None = None
    read_at: Ms | None = None
    delivered_seq: Seq | None = None
    delivered_at: Ms | None = None
    mailed_seq: Seq | None = None
    """Staff: up to here a mail server has taken a letter to this person."""
    mailed_at: Ms | None = None
    unread: int | None = None
    """What that person's side (the firm) or that person (a contact) has left to read, as far as the server had counted: use
    `read_messages` where it is there."""
    read_messages: int | None = None
    """Messages of the other side up to `read_seq`: see Thread."""
    turns_back: int = 0
    """To staff, of the firm's position: see Thread."""


class Typing(Tagged, tag="typing"):
    """Somebody is writing; forget it after 6 seconds. `internal` is sent to staff only."""

    thread_id: Id
    person: Person
    typing: bool = True
    internal: bool = False


class Presence(Tagged, tag="presence"):
    """To staff: this person is here or has left. To contacts: whether the team is (`person` absent)."""

    online: bool
    person: Person | None = None


class Pulse(Tagged, tag="pulse"):
    """Every 25 s, one or several at once: the server is there, and heads of streams that moved lately. What is too much for
    now comes with the next ones."""

    at: Ms
    heads: dict[str, Seq] = {}


ServerFrame = Welcome | Live | EventFrame | Reply | ErrorFrame | Reset | Dropped | MarkMoved | Typing | Presence | Pulse

_decoders: Final[dict[Codec, Any]] = {
    "json": msgspec.json.Decoder(ClientFrame),
    "msgpack": msgspec.msgpack.Decoder(ClientFrame),
}
_server_decoders: Final[dict[Codec, Any]] = {
    "json": msgspec.json.Decoder(ServerFrame),
    "msgpack": msgspec.msgpack.Decoder(ServerFrame),
}
_plain_decoders: Final[dict[Codec, Any]] = {"json": msgspec.json.Decoder(), "msgpack": msgspec.msgpack.Decoder()}
_SERVER_TAGS: Final = {str(frame.__struct_config__.tag) for frame in get_args(ServerFrame)}
_EVENT_TAGS: Final = {str(event.__struct_config__.tag) for event in get_args(Event)}
_encoders: Final[dict[Codec, Any]] = {"json": msgspec.json.Encoder(), "msgpack": msgspec.msgpack.Encoder()}


def encode(frame: msgspec.Struct, codec: Codec) -> bytes:
    """A frame's bytes in a codec."""
    encoded: bytes = _encoders[codec].encode(frame)
    return encoded


def msgpack_from_json(frame: bytes) -> bytes:
    """The MessagePack bytes of a frame that was encoded as JSON. The values are the same; see `protocol.wire`."""
    return msgspec.msgpack.encode(msgspec.json.decode(frame))


def decode_client_frame(data: bytes | str, codec: Codec) -> ClientFrame:
    """What a client said.

    Raises Invalid (or UnknownCommand) with path, what was expected and what came; then `reading.partial_id` finds the id.
    """
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > INBOUND_FRAME_BYTES_MAX:
        raise Invalid(path="$", expected=f"at most {INBOUND_FRAME_BYTES_MAX} bytes", got=f"{len(raw)} bytes")
    try:
        frame: ClientFrame = _decoders[codec].decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        frame = second_look(raw, ClientFrame, codec)
    return frame


def decode_server_frame(data: bytes | str, codec: Codec) -> ServerFrame | None:
    """What the server said, or None for a frame tag from a newer server (rule 4 of `protocol.wire`). Raises Invalid.

    An event from a newer server keeps its envelope and holds an UnknownEvent: a reader must advance past it.
    """
    try:
        frame: ServerFrame = _server_decoders[codec].decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        if not _has_unknown_tag(error):
            looked_at: ServerFrame = second_look(data.encode() if isinstance(data, str) else data, ServerFrame, codec)
            return looked_at
    else:
        return frame
    raw = _plain_decoders[codec].decode(data)
    return None if raw.get("type") not in _SERVER_TAGS else from_server(raw, ServerFrame)


def from_server(raw: Any, shape: Any) -> Any:
    """A decoded frame or result as its struct, unknown events in it as UnknownEvent. Raises Invalid."""
    try:
        return msgspec.convert(raw, shape)
    except (msgspec.ValidationError, RecursionError) as error:
        if not _has_unknown_tag(error):
            return checked(raw, shape)
    return checked(_with_known_events(raw), shape)


def _with_known_events(raw: Any) -> Any:
    if isinstance(raw, list):
        return [_with_known_events(item) for item in raw]
    if not isinstance(raw, dict):
        return raw
    event = raw.get("event")
    if "seq" in raw and isinstance(event, dict) and event.get("type") not in _EVENT_TAGS:
        return raw | {"event": {"type": UNKNOWN_TAG, "name": str(event.get("type"))}}
    return {name: _with_known_events(value) for name, value in raw.items()}


def _has_unknown_tag(error: Exception) -> bool:
    return "Invalid value" in str(error) and ".type`" in str(error)
