"""Matters, and what follows from them: the shape of every consequence.

A matter is a thread as it is, whose it is, and what has happened in it. A consequence is a function of the matters of a
moment that only looks at what has been looked up, and says what is to be written: it reads and writes nothing itself, so
that many of them cost one look and one write of each kind, and each can be drawn again (P9, P10).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from protocol.events import Event
from protocol.wire import Id, Ms
from server.core.context import Means
from server.core.settings import Settings
from storage.accounts import AccountDoc
from storage.letters import LetterDoc
from storage.log.drafts import Head
from storage.log.streams import Stored
from storage.looks import Surroundings
from storage.marks import Reading
from storage.notifications import Telling
from storage.people import ContactDoc
from storage.threads import ReminderDoc, ThreadDoc

if TYPE_CHECKING:
    from server.inbox.news import Hearing


@dataclass(frozen=True, slots=True)
class Matter:
    """One thread of a batch."""

    thread: ThreadDoc
    """As its row will be once these events are projected."""
    account: AccountDoc
    events: Sequence[Stored]
    """Of t: and n:, in any order, perhaps not for the first time."""
    written: Sequence[Reading] = ()
    """How far contacts have read by writing some of them."""

    @property
    def visible(self) -> list[Stored]:
        """The events of t: in their order."""
        return sorted((stored for stored in self.events if stored.stream.startswith("t:")), key=lambda one: one.seq)


@dataclass(frozen=True, slots=True)
class Moment:
    """Some matters, and everything that is looked at to see what follows."""

    matters: Sequence[Matter]
    around: Surroundings
    unheard: Mapping[Id, Sequence[Stored]]
    """By thread, the events of t: that a running cycle hasn't heard of."""
    heard: Sequence[Hearing]
    """What staff hear of."""
    now: Ms
    settings: Settings

    def reached(self, matter: Matter) -> Sequence[ContactDoc]:
        """Whom mails about it reach."""
        return self.around.reached.get(matter.account.id, ())

    def head(self, stream: str) -> Head | None:
        """The end of a stream of a thread with a running cycle; None where it can't be read."""
        return self.around.heads.get(stream)


@dataclass(frozen=True, slots=True)
class Restart:
    """A thread's reminder is to become another, and staff are told of it if they would see a difference."""

    reminder: ReminderDoc
    told: Event | None


@dataclass(slots=True)
class Outcome:
    """What is to be written. Each kind is written together, and each may be written twice."""

    marks: list[tuple[Matter, Reading]] = field(default_factory=list)
    """Who has read by writing, as far as or farther than their mark."""
    restarts: dict[Id, Restart] = field(default_factory=dict)
    """By thread."""
    tellings: list[tuple[Matter, Telling]] = field(default_factory=list)
    letters: list[LetterDoc] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


Decision = Callable[[Means], Awaitable[None]]
"""What is to be decided about a thread in a transaction of its own, by how things are then: for what is rare, and hangs on
more than has been looked up. It comes before the events are settled, and may come twice."""
Consequence = Callable[[Moment, Outcome], None]
"""Adds what follows from the matters of a moment to its outcome. Pure otherwise."""
CONSEQUENCES: Final[list[Consequence]] = []
"""All of them, in any order: each noun's module says which function is one."""


def follows(consequence: Consequence) -> Consequence:
    """The function is a consequence of what has happened in threads."""
    CONSEQUENCES.append(consequence)
    return consequence
