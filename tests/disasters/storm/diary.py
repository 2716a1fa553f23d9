"""What the load tried, was told, gave and took, with times. One clock for all: milliseconds since the epoch, UTC.

Knows facts that only whoever acts can know: when something was begun and when it was acknowledged. What lies between
the two is unknown, and the judge treats it so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from protocol.wire import Id

Ms = float


def now_ms() -> Ms:
    """The harness's time, which is that of the nodes: all run on one machine."""
    return time.time_ns() / 1e6


@dataclass
class Absence:
    """Somebody without access to an account (to everything: `account_id` None): from the acknowledgement of the loss
    until the first attempt to give it back."""

    person_id: Id
    account_id: Id | None
    lost_ms: Ms
    given_ms: Ms | None = None

    def covers(self, account_id: Id | None, at_ms: Ms) -> bool:
        ended = self.given_ms is not None and at_ms >= self.given_ms
        return self.lost_ms < at_ms and not ended and self.account_id in (None, account_id)


@dataclass
class SessionEnded:
    """A session that was ended, and by what. Sessions are known by their tokens."""

    session: str
    acknowledged_ms: Ms
    how: str


@dataclass
class Waiting:
    """A thread whose reminders nothing but the clock moves: so many reminders must go out."""

    thread_id: Id
    reminders: int


@dataclass
class Diary:
    """Everything that was written down during a run."""

    tried: set[str] = field(default_factory=set)
    """Keys of messages: `<author>:<client_message_id>`."""
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Keys that were refused for good, and why: they must not be in the log."""
    unanswered: dict[str, str] = field(default_factory=dict)
    """Keys without an answer when nobody could try any longer, and whose window that was."""
    absences: list[Absence] = field(default_factory=list)
    sessions_ended: list[SessionEnded] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    """How often each command was acknowledged."""
    denied: dict[str, int] = field(default_factory=dict)
    """How often each command was refused for good, with the code."""

    def did(self, command: str) -> None:
        self.done[command] = self.done.get(command, 0) + 1

    def was_denied(self, command: str, code: str) -> None:
        name = f"{command} {code}"
        self.denied[name] = self.denied.get(name, 0) + 1

    def lost(self, person_id: Id, account_id: Id | None) -> None:
        """The loss has been acknowledged."""
        self.absences.append(Absence(person_id, account_id, now_ms()))

    def giving(self, person_id: Id, account_id: Id | None) -> None:
        """Access is about to be asked for again: from here on it may be there."""
        for absence in self.absences:
            if (absence.person_id, absence.account_id, absence.given_ms) == (person_id, account_id, None):
                absence.given_ms = now_ms()

    def session_ended(self, session: str, how: str) -> None:
        """Its end has been acknowledged."""
        self.sessions_ended.append(SessionEnded(session, now_ms(), how))

    def away(self, person_id: Id, account_id: Id, at_ms: Ms) -> Absence | None:
        """Whether somebody provably had no access to an account at a time."""
        mine = (absence for absence in self.absences if absence.person_id == person_id)
        return next((absence for absence in mine if absence.covers(account_id, at_ms)), None)
