"""What an action has at hand: who asks, from where, and the means to do it.

The inner ring of the server starts here: nothing that imports this knows HTTP or sockets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.entities import Language, Person, Right, Role, Side
from protocol.errors import Unauthenticated
from protocol.wire import Email, Id

if TYPE_CHECKING:
    from server.announce import Announcer
    from server.clock import Clock
    from server.settings import Settings
    from server.settle import Settler
    from storage.ephemeral import Ephemeral
    from storage.store import Store


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who is logged in, and what that lets them see. Built by server.auth, and only there."""

    user_id: Id
    side: Side
    firm_id: Id
    name: str
    email: Email
    language: Language
    session_id: Id
    role: Role | None = None
    rights: frozenset[Right] = frozenset()
    account_ids: frozenset[Id] = frozenset()
    """Assigned accounts of an employee, or accounts with Login on of an activated contact."""

    @property
    def is_staff(self) -> bool:
        """Works at the firm."""
        return self.side == "staff"

    @property
    def leads(self) -> bool:
        """Owner or admin."""
        return self.role in ("owner", "admin")

    @property
    def sees_all(self) -> bool:
        """Sees every account of the firm (AC-4)."""
        return self.leads or (self.is_staff and "view_all_accounts" in self.rights)

    @property
    def person(self) -> Person:
        """As shown beside what they do."""
        return Person(id=self.user_id, side=self.side, name=self.name)

    def sees(self, account_id: Id) -> bool:
        """Whether the account is theirs to see. Holds within their own firm only."""
        return self.sees_all or account_id in self.account_ids


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a command came from, for the audit trail (spec 2.14)."""

    ip: str = ""
    browser: str = ""
    os: str = ""
    utc_offset_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What the process has: made once, shared by everybody."""

    store: Store
    announcer: Announcer
    clock: Clock
    settings: Settings
    settler: Settler
    ephemeral: Ephemeral | None = None
    """Who is here; None in a process that serves nobody."""


@dataclass(frozen=True, slots=True)
class Context:
    """One command's surroundings."""

    means: Means
    asker: Principal | None
    origin: Origin = field(default_factory=Origin)

    @property
    def principal(self) -> Principal:
        """Who asks. Raises Unauthenticated when nobody is logged in."""
        if self.asker is None:
            raise Unauthenticated
        return self.asker

    @property
    def store(self) -> Store:
        """What is remembered."""
        return self.means.store

    @property
    def announcer(self) -> Announcer:
        """Tells the others."""
        return self.means.announcer

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.means.clock

    @property
    def settings(self) -> Settings:
        """How the server was set up."""
        return self.means.settings

    @property
    def settler(self) -> Settler:
        """Draws the consequences of events."""
        return self.means.settler
