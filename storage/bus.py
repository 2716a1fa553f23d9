"""The bus: what nodes call out to each other over Redis publish/subscribe, and the connection that carries it.

Knows channels, envelopes, and how to notice that something may have been lost. A bell, not a book (P5): whatever is
lost here is found again in the log. Refuses to know who listens, and what is inside a frame.
"""

from typing import Final, Literal

import msgspec

from protocol.wire import Id

EVERY_HUB: Final = "h:all"
"""The channel that every hub listens to, besides its own."""


def firm_channel(firm_id: Id) -> str:
    """Everything of a firm, for its staff."""
    return f"f:{firm_id}"


def account_channel(account_id: Id) -> str:
    """What the contacts of an account may see: never an internal message, nor a trace of one (P7)."""
    return f"a:{account_id}"


def user_channel(user_id: Id) -> str:
    """One person's own stream, and what concerns their sessions and access."""
    return f"u:{user_id}"


def team_channel(firm_id: Id) -> str:
    """Whether a firm's team is online, for its contacts."""
    return f"p:{firm_id}"


def hub_channel(hub_id: str) -> str:
    """One hub's own channel: its heartbeat."""
    return f"h:{hub_id}"


class BusEvent(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """An event that is in the log. `frame` is its EventFrame as MessagePack, ready to be sent."""

    stream: str
    seq: int
    account_id: str | None
    frame: bytes
    access: bool = False
    """It says that the access of the stream's owner has changed."""


class BusState(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """State that is not in the log: a mark, typing or presence frame as MessagePack."""

    account_id: str | None
    """Who may see it within a firm's channel; None: everybody on the channel."""
    frame: bytes
    not_to: str | None = None
    """A person who need not be told: it is about them."""
    ephemeral: bool = True
    """May be left out for a client that reads slowly."""


ControlKind = Literal["access", "session_ended", "firm_changed", "clock_moved", "heartbeat"]


class BusControl(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """Something the hubs themselves must act on."""

    kind: ControlKind
    user_id: str | None = None
    session_id: str | None = None
    """For session_ended: None means all of the person's sessions."""
    firm_id: str | None = None
    value: int = 0
    """clock_moved: the offset in milliseconds; heartbeat: its number."""


BusMessage = BusEvent | BusState | BusControl

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(BusMessage)


def encode_message(message: BusMessage) -> bytes:
    """The payload of a message."""
    return _encoder.encode(message)


def decode_message(payload: bytes) -> BusMessage:
    """The message of a payload. Raises msgspec.DecodeError for what no node of ours has sent."""
    message: BusMessage = _decoder.decode(payload)
    return message
