"""Who is here: staff see which contacts are, contacts see whether the team is, without a roster.

Each hub keeps a key alive in Redis and beside it the people connected to it. A hub that was killed is found dead by the
others, and its people vanish for everybody within seconds, without a timer for each. Without Redis nobody is shown to
come or go; what Redis has lost or never heard, the hub's beat tells it again, and what a hub could not hear is told again
when it says so. Knows who came and went; refuses to know why, and to be the end of a node.
"""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final, Protocol

import structlog

from protocol.frames import Presence, encode
from protocol.people import Person
from protocol.wire import Id, Ms
from server.core.announce import SHARED_CODEC, Announcer
from server.core.context import Principal
from storage.redis.ephemeral import Ephemeral, EphemeralAway, Present

log = structlog.get_logger(__name__)

BEAT_INTERVAL_S: Final = 3.0
BEAT_TTL_S: Final = 9.0
"""A killed hub's people vanish after at most BEAT_TTL_S + BEAT_INTERVAL_S."""
LEAVE_AFTER_S: Final = 3.0
"""Who reloads a page has not left."""
GATHER_S: Final = 0.1
FIRMS_PER_BEAT_MAX: Final = 200
"""Firms of which one beat asks whether Redis still has our people; with more of them the beats take turns."""
UNNOTICED_S: Final = 10.0
"""A hub may have been deaf for so long before it noticed (storage.redis.bus: HEARTBEAT_SILENCE_S_MAX and a beat)."""
TOLD_S_MAX: Final = 600.0
TOLD_MAX: Final = 10_000
"""For how long, and of how many people, a hub remembers that it told something of them: nobody misses presence for long."""
ROSTER_MAX: Final = 200
"""Contacts shown as present to somebody who has just connected."""


class Guest(Protocol):
    """A connection, as far as presence goes."""

    principal: Principal | None
    closed: bool

    def send(self, frame: Any) -> None: ...

    def pass_on(self, frame: Any) -> None: ...


class House(Protocol):
    """What tells of connections: server.network.doorway."""

    on_entered: list[Any]
    on_left: list[Any]


class Roster:
    """Who of a firm is connected, so that what is asked of it for each arrival costs the same however many there are."""

    def __init__(self, present: Iterable[Present]) -> None:
        self._hubs_of: dict[Id, set[str]] = {}
        self._staff: set[Id] = set()
        self._contacts: dict[Id, Present] = {}
        self._of_account: dict[Id, dict[Id, Present]] = {}
        for one in present:
            self.add(one)

    def add(self, who: Present) -> None:
        """Somebody is at a hub."""
        self._hubs_of.setdefault(who.user_id, set()).add(who.hub)
        if who.account_ids is None:
            self._staff.add(who.user_id)
            return
        self._contacts[who.user_id] = who
        for account_id in who.account_ids:
            self._of_account.setdefault(account_id, {})[who.user_id] = who

    def remove(self, who: Present) -> None:
        """Somebody is not at a hub, whatever Redis thought."""
        hubs = self._hubs_of.get(who.user_id, set())
        hubs.discard(who.hub)
        if hubs:
            return
        self._staff.discard(who.user_id)
        self._contacts.pop(who.user_id, None)
        for account_id in who.account_ids or []:
            self._of_account.get(account_id, {}).pop(who.user_id, None)

    def has(self, user_id: Id) -> bool:
        """Whether somebody is at any hub."""
        return bool(self._hubs_of.get(user_id))

    @property
    def team_online(self) -> bool:
        """Whether any member of staff is."""
        return bool(self._staff)

    def contacts(self, principal: Principal) -> list[Present]:
        """The contacts that somebody on the staff may see, as many as are shown."""
        if principal.sees_all:
            return list(islice(self._contacts.values(), ROSTER_MAX))
        seen: dict[Id, Present] = {}
        for account_id in principal.account_ids:
            seen |= self._of_account.get(account_id, {})
            if len(seen) >= ROSTER_MAX:
                break
        return list(islice(seen.values(), ROSTER_MAX))


class Attendance:
    """The people at this hub, and what is told of them."""

    def __init__(self, hub_id: str, ephemeral: Ephemeral, announcer: Announcer, shared: Callable[[bytes], Any]) -> None:
        self._hub_id = hub_id
        self._ephemeral = ephemeral
        self._announcer = announcer
        self._shared = shared
        """Makes a frame for many of its bytes: what a guest can `pass_on`."""
        self._here: dict[Id, set[Guest]] = {}
        self._principals: dict[Id, Principal] = {}
        self._changed: asyncio.Queue[tuple[Id, Guest | None]] = asyncio.Queue()
        self._shown: dict[Id, dict[Id, Present]] = {}
        """By firm: the people of this hub that Redis has, as far as we know, in the order in which it got them."""
        self._behind = False
        """Whether somebody came or went of whom Redis could not be told."""
        self._ungreeted: set[Guest] = set()
        self._beat_now = asyncio.Event()
        self._beats = 0
        self._hubs: list[str] = []
        """Those that Redis knew at the last beat."""
        self._retired = False
        self._told: OrderedDict[Id, tuple[float, Id, Present]] = OrderedDict()
        """Of whom something was told, when and in which firm: the longest ago first."""
        self._again_from: float | None = None
        """What was told since is to be told again, to hubs that could not hear it."""
        ephemeral.when_there(self._there)

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
        """Everybody here is gone, and has been heard: the process ends. Who doesn't say so is found dead by the others."""
        self._retired = True
        try:
            await self._clear(self._hub_id)
        except EphemeralAway:
            log.info("presence.away")

    def tell_deaf(self, for_ms: Ms) -> None:
        """Some hub has heard nothing for so long: what was told meanwhile is told again, as it is now."""
        self._tell_from(asyncio.get_running_loop().time() - for_ms / 1000 - UNNOTICED_S)
        self._beat_now.set()

    def _tell_from(self, since: float) -> None:
        self._again_from = since if self._again_from is None else min(since, self._again_from)

    def _there(self) -> None:
        """Redis can be asked, for the first time or again."""
        self._beat_now.set()

    def _entered(self, guest: Guest) -> None:
        principal = guest.principal
        assert principal is not None
        self._here.setdefault(principal.user_id, set()).add(guest)
        self._principals[principal.user_id] = principal
        self._changed.put_nowait((principal.user_id, guest))

    def _left(self, guest: Guest) -> None:
        principal = guest.principal
        self._ungreeted.discard(guest)
        if principal is None or principal.user_id not in self._here:
            return
        guests = self._here[principal.user_id]
        guests.discard(guest)
        if not guests:
            del self._here[principal.user_id]
            loop = asyncio.get_running_loop()
            loop.call_later(LEAVE_AFTER_S, self._changed.put_nowait, (principal.user_id, None))

    async def _tell(self) -> None:
        """Settle who came and went, all those of a moment together: Redis is asked once for each firm."""
        while True:
            changes = [await self._changed.get()]
            await asyncio.sleep(GATHER_S)  # after a restart everybody comes at once
            while not self._changed.empty():
                changes.append(self._changed.get_nowait())
            firms: dict[Id, list[tuple[Id, Guest | None]]] = {}
            for user_id, guest in changes:
                principal = self._principals.get(user_id)
                if principal is not None:
                    firms.setdefault(principal.firm_id, []).append((user_id, guest))
            for firm_id, of_firm in firms.items():
                try:
                    await self._settle(firm_id, of_firm)
                except EphemeralAway:
                    log.info("presence.away")
                    self._postpone(of_firm)
                except Exception:
                    log.exception("presence.failed", firm=firm_id)
                    self._postpone(of_firm)

    def _postpone(self, changes: list[tuple[Id, Guest | None]]) -> None:
        """The next beat that Redis answers brings it up again."""
        self._behind = True
        self._ungreeted |= {guest for _, guest in changes if guest is not None and not guest.closed}

    async def _settle(self, firm_id: Id, changes: list[tuple[Id, Guest | None]]) -> None:
        """Bring what is shown of people in line with whether they are here, and greet those who have just come."""
        roster = Roster(await self._ephemeral.present(firm_id))
        people, shown = dict.fromkeys(user_id for user_id, _ in changes), self._shown.setdefault(firm_id, {})
        arrived = [self._present(user_id) for user_id in people if user_id in self._here and user_id not in shown]
        departed = [shown[user_id] for user_id in people if user_id in shown and user_id not in self._here]
        # First what who asks finds, then the bell.
        if arrived:
            await self._ephemeral.arrive(self._hub_id, firm_id, arrived)
        if departed:
            await self._ephemeral.depart(self._hub_id, firm_id, departed)
        for here, moved in ((True, arrived), (False, departed)):
            for who in moved:
                roster.remove(who)
                self._announce(firm_id, who, roster, here)
                if here:
                    roster.add(who)
        shown |= {who.user_id: who for who in arrived}
        for who in departed:
            del shown[who.user_id]
        if not shown:
            self._shown.pop(firm_id, None)
        for user_id in people:
            if user_id not in self._here and user_id not in shown:
                self._principals.pop(user_id, None)
        frames: dict[Id, Any] = {}
        for _, guest in changes:
            if guest is not None and not guest.closed:
                self._greet(guest, roster, frames)

    def _present(self, user_id: Id) -> Present:
        principal = self._principals[user_id]
        accounts = None if principal.is_staff else sorted(principal.account_ids)
        return Present(self._hub_id, user_id, principal.name, accounts)

    def _greet(self, guest: Guest, roster: Roster, frames: dict[Id, Any]) -> None:
        """Tell somebody who has just connected who is here. `frames` are those made for others before."""
        principal = guest.principal
        assert principal is not None
        if not principal.is_staff:
            guest.send(Presence(online=roster.team_online))
            return
        for contact in roster.contacts(principal):
            frame = frames.get(contact.user_id)
            if frame is None:
                shown = Presence(online=True, person=_person(contact))
                frame = frames[contact.user_id] = self._shared(encode(shown, SHARED_CODEC))
            guest.pass_on(frame)

    def _announce(self, firm_id: Id, who: Present, others: Roster, here: bool) -> None:
        """Tell of somebody who came or went, unless they are connected elsewhere too."""
        now = asyncio.get_running_loop().time()
        self._told[who.user_id] = (now, firm_id, who)
        self._told.move_to_end(who.user_id)
        while len(self._told) > TOLD_MAX or next(iter(self._told.values()))[0] < now - TOLD_S_MAX:
            self._told.popitem(last=False)
        if who.account_ids is None:
            if not others.team_online:
                self._announcer.team_presence(firm_id, here)
        elif not others.has(who.user_id):
            for account_id in who.account_ids:
                self._announcer.contact_presence(firm_id, account_id, Presence(online=here, person=_person(who)))

    async def _tell_again(self) -> None:
        """Tell again, as it is now, what other hubs could not hear: told twice is harmless, never isn't."""
        since, self._again_from = self._again_from, None
        if since is None:
            return
        firms: dict[Id, list[Present]] = {}
        for at, firm_id, who in self._told.values():
            if at >= since:
                firms.setdefault(firm_id, []).append(who)
        for firm_id, people in firms.items():
            try:
                roster = Roster(await self._ephemeral.present(firm_id))
            except EphemeralAway:
                self._tell_from(since)
                raise
            for who in people:
                if who.account_ids is None:
                    self._announcer.team_presence(firm_id, roster.team_online)
                    continue
                shown = Presence(online=roster.has(who.user_id), person=_person(who))
                for account_id in who.account_ids:
                    self._announcer.contact_presence(firm_id, account_id, shown)

    async def _beat(self) -> None:
        while not self._retired:
            self._beat_now.clear()
            try:
                beat = await self._ephemeral.beat(self._hub_id, BEAT_TTL_S, self._oldest(), self._hubs)
                self._hubs = beat.hubs
                for hub in beat.dead:
                    log.warning("presence.hub_died", hub=hub)
                    # It may have kept something for the bus: marks are in no log that would show it.
                    self._announcer.unheard(round((BEAT_TTL_S + BEAT_INTERVAL_S) * 1000))
                    await self._clear(hub)
                if beat.forgotten or self._behind:
                    self._show_again(everybody=beat.forgotten)
                await self._tell_again()
            except EphemeralAway:
                log.info("presence.away")
            except Exception:
                log.exception("presence.failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_INTERVAL_S):
                    await self._beat_now.wait()

    def _oldest(self) -> list[tuple[Id, Present]]:
        """Those of whom Redis is asked whether it still knows them: see Ephemeral.beat."""
        firms = list(self._shown)
        start = self._beats * FIRMS_PER_BEAT_MAX % max(len(firms), 1)
        self._beats += 1
        found: list[tuple[Id, Present]] = []
        for firm_id in (firms[start:] + firms[:start])[:FIRMS_PER_BEAT_MAX]:
            people = self._shown[firm_id].values()
            first = next(iter(people), None)
            if first is not None:
                found.append((firm_id, first))
            if first is not None and first.account_ids is not None:
                found += islice(((firm_id, one) for one in people if one.account_ids is None), 1)
        return found

    async def _clear(self, hub: str) -> None:
        """Clear a hub and tell of it. Whoever dies in between leaves it to others: told twice is harmless, never isn't."""
        await self._gone(await self._ephemeral.bury(hub))
        await self._ephemeral.buried(hub)

    async def _gone(self, people: dict[Id, list[Present]]) -> None:
        for firm_id, gone in people.items():
            others = Roster(await self._ephemeral.present(firm_id))
            for one in gone:
                self._announce(firm_id, one, others, here=False)

    def _show_again(self, *, everybody: bool) -> None:
        """Bring up again who came and went without Redis; everybody, if it has forgotten any of them."""
        self._behind = False
        ungreeted, self._ungreeted = self._ungreeted, set()
        shown = {user_id for people in self._shown.values() for user_id in people}
        unsettled = shown | self._here.keys() if everybody else shown ^ self._here.keys()
        if everybody:
            # In place: `_settle` may be at work on them.
            for people in self._shown.values():
                for user_id in people.keys() & self._here.keys():
                    del people[user_id]
        for user_id in unsettled:
            self._changed.put_nowait((user_id, None))
        for guest in ungreeted:
            if guest.principal is not None:
                self._changed.put_nowait((guest.principal.user_id, guest))


def _person(contact: Present) -> Person:
    return Person(id=contact.user_id, side="contact", name=contact.name)
