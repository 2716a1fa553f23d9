"""Who is here: staff see which contacts are, contacts see whether the team is, without a roster.

Each hub keeps a key alive in Redis and beside it the people connected to it. A hub that was killed is found dead by the
others, and its people vanish for everybody within seconds, without a timer for each. Without Redis nobody is shown to
come or go. Knows who came and went; refuses to know why.
"""

import asyncio
from typing import Any, Final, Protocol

import structlog

from protocol.entities import Person
from protocol.frames import Presence
from protocol.wire import Id
from server.announce import Announcer
from server.context import Principal
from storage.ephemeral import Ephemeral, EphemeralAway, Present

log = structlog.get_logger(__name__)

BEAT_INTERVAL_S: Final = 3.0
BEAT_TTL_S: Final = 9.0
"""A killed hub's people vanish after at most BEAT_TTL_S + BEAT_INTERVAL_S."""
LEAVE_AFTER_S: Final = 3.0
"""Who reloads a page has not left."""
ROSTER_MAX: Final = 200
"""Contacts shown as present to somebody who has just connected."""


class Guest(Protocol):
    """A connection, as far as presence goes."""

    principal: Principal | None
    closed: bool

    def send(self, frame: Any) -> None: ...


class House(Protocol):
    """What tells of connections: server.doorway."""

    on_entered: list[Any]
    on_left: list[Any]


class Attendance:
    """The people at this hub, and what is told of them."""

    def __init__(self, hub_id: str, ephemeral: Ephemeral, announcer: Announcer) -> None:
        self._hub_id = hub_id
        self._ephemeral = ephemeral
        self._announcer = announcer
        self._here: dict[Id, set[Guest]] = {}
        self._principals: dict[Id, Principal] = {}
        self._changed: asyncio.Queue[tuple[Id, Guest | None]] = asyncio.Queue()
        self._shown: set[Id] = set()

    def watch(self, house: House) -> None:
        """Be told of everybody who comes and goes."""
        house.on_entered.append(self._entered)
        house.on_left.append(self._left)

    async def run(self) -> None:
        """Keep this hub alive in Redis and the others told, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beat(), name="presence beat")
            tasks.create_task(self._tell(), name="presence changes")

    async def retire(self) -> None:
        """Everybody here is gone: the process ends."""
        try:
            await self._gone(await self._ephemeral.bury(self._hub_id))
            await self._ephemeral.retire(self._hub_id)
        except EphemeralAway:
            log.info("presence.away")

    def _entered(self, guest: Guest) -> None:
        principal = guest.principal
        assert principal is not None
        self._here.setdefault(principal.user_id, set()).add(guest)
        self._principals[principal.user_id] = principal
        self._changed.put_nowait((principal.user_id, guest))

    def _left(self, guest: Guest) -> None:
        principal = guest.principal
        if principal is None or principal.user_id not in self._here:
            return
        guests = self._here[principal.user_id]
        guests.discard(guest)
        if not guests:
            del self._here[principal.user_id]
            loop = asyncio.get_running_loop()
            loop.call_later(LEAVE_AFTER_S, self._changed.put_nowait, (principal.user_id, None))

    async def _tell(self) -> None:
        while True:
            user_id, guest = await self._changed.get()
            try:
                await self._settle(user_id)
                if guest is not None and not guest.closed:
                    await self._greet(guest)
            except EphemeralAway:
                log.info("presence.away")

    async def _settle(self, user_id: Id) -> None:
        """Bring what is shown of somebody in line with whether they are here."""
        principal = self._principals[user_id]
        here = user_id in self._here
        if here == (user_id in self._shown):
            if not here:
                self._principals.pop(user_id, None)
            return
        accounts = None if principal.is_staff else sorted(principal.account_ids)
        present = Present(self._hub_id, user_id, principal.name, accounts)
        before = await self._ephemeral.present(principal.firm_id)
        if here:
            await self._ephemeral.arrive(principal.firm_id, present)
            self._shown.add(user_id)
        else:
            await self._ephemeral.depart(self._hub_id, principal.firm_id, user_id)
            self._shown.discard(user_id)
            self._principals.pop(user_id, None)
        others = [one for one in before if not (one.hub == self._hub_id and one.user_id == user_id)]
        self._announce(principal.firm_id, present, others, here)

    def _announce(self, firm_id: Id, who: Present, others: list[Present], here: bool) -> None:
        """Tell of somebody who came or went, unless they are connected elsewhere too."""
        if who.account_ids is None:
            if not any(one.account_ids is None for one in others):
                self._announcer.team_presence(firm_id, here)
        elif not any(one.user_id == who.user_id for one in others):
            for account_id in who.account_ids:
                self._announcer.contact_presence(firm_id, account_id, Presence(online=here, person=_person(who)))

    async def _greet(self, guest: Guest) -> None:
        """Tell somebody who has just connected who is here."""
        principal = guest.principal
        assert principal is not None
        present = await self._ephemeral.present(principal.firm_id)
        if guest.closed:
            return
        if not principal.is_staff:
            guest.send(Presence(online=any(one.account_ids is None for one in present)))
            return
        seen = {
            one.user_id: one
            for one in present
            if one.account_ids and any(principal.sees(account) for account in one.account_ids)
        }
        for user_id in sorted(seen)[:ROSTER_MAX]:
            guest.send(Presence(online=True, person=_person(seen[user_id])))

    async def _beat(self) -> None:
        while True:
            try:
                dead = await self._ephemeral.beat(self._hub_id, BEAT_TTL_S)
                for hub in dead:
                    log.warning("presence.hub_died", hub=hub)
                    await self._gone(await self._ephemeral.bury(hub))
                if self._hub_id in dead:
                    # We were silent for so long that we count as dead: whoever is here must be shown again.
                    self._show_again()
            except EphemeralAway:
                log.info("presence.away")
            await asyncio.sleep(BEAT_INTERVAL_S)

    async def _gone(self, people: dict[Id, list[Present]]) -> None:
        for firm_id, gone in people.items():
            others = await self._ephemeral.present(firm_id)
            for one in gone:
                self._announce(firm_id, one, others, here=False)

    def _show_again(self) -> None:
        self._shown.clear()
        for user_id in self._here:
            self._changed.put_nowait((user_id, None))


def _person(contact: Present) -> Person:
    return Person(id=contact.user_id, side="contact", name=contact.name)
