"""What an action has at hand: who asks, from where, and the means to do it.

The inner ring of the server starts here: nothing that imports this knows HTTP or sockets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protocol.errors import Unauthenticated
from protocol.ids import firm_stream, user_stream
from protocol.people import Language, Person, Right, Role, Side
from protocol.wire import Email, Id
from server.core import sight
from server.files.fence.keeper import Fence

if TYPE_CHECKING:
    from server.core.announce import Announcer
    from server.core.clock import Clock
    from server.core.settings import Settings
    from server.core.settle import Settler
    from storage.redis.ephemeral import Ephemeral
    from storage.store import Store


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who is logged in, and what that lets them see. Built by server.core.auth, and only there."""

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
        return sight.leads(self)

    @property
    def sees_all(self) -> bool:
        """Sees every account of the firm (AC-4)."""
        return sight.sees_all(self)

    @property
    def person(self) -> Person:
        """As shown beside what they do."""
        return Person(id=self.user_id, side=self.side, name=self.name)

    @property
    def own_streams(self) -> list[str]:
        """Their own stream and, of staff, the firm's: nobody else reads these."""
        own = [user_stream(self.user_id)]
        return [*own, firm_stream(self.firm_id)] if self.is_staff else own

    def sees(self, account_id: Id) -> bool:
        """Whether the account is theirs to see. Holds within their own firm only."""
        return account_id in self.account_ids or self.sees_all


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
    fence: Fence = field(default_factory=Fence)
    """What looks into files."""


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
