"""Tells the others: turns what has happened into messages on the bus. Never waits, never raises.

Knows which channels may carry what; this is where an internal message is kept from the contacts' channel (AC-6).
Refuses to know who is connected, and is called only after the write (P1).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from protocol.accounts import AccessChanged
from protocol.events import Event, UnknownEvent
from protocol.frames import EventFrame, MarkMoved, Presence, Typing, encode
from protocol.ids import StreamKind, split_stream
from protocol.wire import Codec, Id, Ms
from storage.log.streams import Stored
from storage.redis.bus import (
    EVERY_HUB,
    BusControl,
    BusEvent,
    BusMessage,
    BusState,
    account_channel,
    encode_message,
    firm_channel,
    team_channel,
    user_channel,
)

log = structlog.get_logger(__name__)

PASSED_ON_S_MAX: Final = 5.0
"""By then every node has asked the log for changes of access by itself: see server.network.healing.ACCESS_CHECK_S."""
SHARED_CODEC: Final[Codec] = "json"
"""What a frame for many is built in, once, by the node that has something to say; browsers speak it."""


class Publisher(Protocol):
    """What carries messages: `storage.redis.bus.Bus`, or a list in a test."""

    def publish(self, channel: str, payload: bytes) -> None:
        """Send to whoever listens; never waits, never raises."""
        ...


class Announcer:
    """The actions' way to those who are connected, on whichever node."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self.confirmed: Callable[[float], Awaitable[bool]] | None = None
        """Waits for the bus to have passed on what was published; None where nobody listens."""
        self.at_home: Callable[[BusControl], None] | None = None
        """Told in this process, whatever becomes of the bus, what ends somebody's session or changes their access."""

    async def passed_on(self) -> None:
        """Wait until the others have been told what was said by now; where the bus fails, until they have looked.

        For what may not be answered before: who has taken somebody's access away may rely on it from the answer on.
        """
        if self.confirmed is not None and not await self.confirmed(PASSED_ON_S_MAX):
            log.warning("announce.unheard")

    def event(self, stored: Stored) -> None:
        """An event is in the log: staff hear of it; contacts if it is in a t: stream; only its owners of a u: stream."""
        message = bus_event(stored)
        kind, owner = split_stream(stored.stream)
        if kind is StreamKind.USER:
            self._publish(message, user_channel(owner))
        elif kind is StreamKind.NOTES or stored.account_id is None:
            self._publish(message, firm_channel(stored.firm_id))
        else:
            self._publish(message, firm_channel(stored.firm_id), account_channel(stored.account_id))

    def mark(self, firm_id: Id, account_id: Id, mark: MarkMoved, *, for_contacts: MarkMoved | None = None) -> None:
        """Somebody got further in a thread. Contacts are told what `for_contacts` says, or nothing."""
        self._state(firm_channel(firm_id), account_id, mark, ephemeral=False)
        if for_contacts is not None:
            self._state(account_channel(account_id), account_id, for_contacts, ephemeral=False)

    def typing(self, firm_id: Id, account_id: Id, typing: Typing) -> None:
        """Somebody is writing; an internal message is being written for staff only (AC-6)."""
        self._state(firm_channel(firm_id), account_id, typing, not_to=typing.person.id)
        if not typing.internal:
            self._state(account_channel(account_id), account_id, typing, not_to=typing.person.id)

    def contact_presence(self, firm_id: Id, account_id: Id, presence: Presence) -> None:
        """A contact of the account came or went: for the staff who see the account."""
        self._state(firm_channel(firm_id), account_id, presence)

    def team_presence(self, firm_id: Id, online: bool) -> None:
        """The firm's team came or went: for its contacts, without saying who."""
        self._state(team_channel(firm_id), None, Presence(online=online))

    def access_changed(self, user_id: Id) -> None:
        """What somebody may see is another now: their open sockets learn it before anything else (AC-15), and every hub
        that it is so of somebody."""
        self._about(user_id, BusControl("access", user_id=user_id))
        self._publish(BusControl("access"), EVERY_HUB)

    def session_ended(self, user_id: Id, session_id: Id | None = None) -> None:
        """A session, or each of the person's, is worth nothing any more: its sockets close at once."""
        self._about(user_id, BusControl("session_ended", user_id=user_id, session_id=session_id))

    def could_not_hear(self, for_ms: Ms) -> None:
        """This hub has heard nothing of the others for so long: what isn't in the log is to be told again."""
        self._publish(BusControl("deaf", value=for_ms), EVERY_HUB)

    def unheard(self, for_ms: Ms) -> None:
        """What somebody has said for so long may not have been passed on, and they can't say so themselves any more."""
        self._publish(BusControl("gap", value=for_ms), EVERY_HUB)

    def clock_moved(self, offset_ms: Ms) -> None:
        """The development clock was moved."""
        self._publish(BusControl("clock_moved", value=offset_ms), EVERY_HUB)

    def _about(self, user_id: Id, control: BusControl) -> None:
        self._publish(control, user_channel(user_id))
        if self.at_home is not None:
            # A turn later: what was asked for is answered before its own socket is closed.
            asyncio.get_running_loop().call_soon(self.at_home, control)

    def _state(
        self,
        channel: str,
        account_id: Id | None,
        frame: MarkMoved | Typing | Presence,
        *,
        not_to: Id | None = None,
        ephemeral: bool = True,
    ) -> None:
        self._publish(BusState(account_id, encode(frame, SHARED_CODEC), not_to, ephemeral), channel)

    def _publish(self, message: BusMessage, *channels: str) -> None:
        payload = encode_message(message)
        for channel in channels:
            self._publisher.publish(channel, payload)


def event_frame(stored: Stored) -> EventFrame:
    """An event of the log as its readers get it."""
    return EventFrame(stream=stored.stream, seq=stored.seq, at=stored.at, actor=stored.actor, event=stored.shown)


def bus_event(stored: Stored) -> BusEvent:
    """An event of the log as it travels between nodes, its frame built once for everybody."""
    return BusEvent(
        stream=stored.stream,
        seq=stored.seq,
        account_id=stored.account_id,
        frame=encode(event_frame(stored), SHARED_CODEC),
        access=_changes_access(stored.event),
    )


def _changes_access(event: Event) -> bool:
    """One that we can't read may take something away: access is looked up anew then."""
    if isinstance(event, UnknownEvent):
        return event.name == AccessChanged.__struct_config__.tag
    return isinstance(event, AccessChanged)
