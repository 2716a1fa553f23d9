"""A named cast for tests: two firms with their people, ready to act, without a socket or a server in sight.

Ask for the fixture `world`, then `await world.do(world.petra, MessageSend(...))`: the command runs through the command
table as that person. Everybody has a session token (`world.token_of(person)`) and the password PASSWORD. The clock stands
still until a test moves it. One database serves a whole run and is emptied for each test: making its indexes takes longer
than most tests.

    Lindberg & Falk Redovisning                           Brightwater Accounting
    anna    owner                                         grace   owner
    erik    admin                                         tom     employee, assigned to harbour
    sofia   employee, assigned to holm and eken           emma    contact of harbour
    olle    employee, assigned to nothing
    vera    employee with View all accounts
    petra   contact of holm (Login, Notify)
    linn    contact of holm (Login, Notify off)
    gunilla contact of eken and wester
    nils    contact of salt, invited, never activated
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import argon2
import pytest
from msgspec import structs
from pymongo import MongoClient

from protocol.asked import Asked
from protocol.body import paragraph
from protocol.firms import Firm, FirmSettings
from protocol.ids import new_id
from protocol.people import Language, Right, Role
from protocol.reminders import ReminderSetting
from protocol.tasks import TaskToAdd
from protocol.texts import words_of_names
from protocol.threads import Thread, ThreadCreate, ThreadView
from protocol.wire import Id, Ms
from server import consequences
from server.commands import dispatch
from server.core import auth
from server.core.announce import Announcer
from server.core.clock import Clock
from server.core.context import Context, Means, Origin, Principal
from server.core.files import place_of
from server.core.settings import Settings
from server.core.settle import Settler
from storage.accounts import AccountDoc
from storage.firms import FirmDoc
from storage.log.streams import Stored
from storage.mongo.collections import collected
from storage.mongo.connection import Mongo
from storage.mongo.documents import Document, to_document
from storage.mongo.migrations import prepare
from storage.people import ContactDoc, LinkDoc, SessionDoc, StaffDoc, digest, link_id
from storage.redis.bus import BusMessage, decode_message
from storage.store import Store

PASSWORD = "ordning i boken"
# As weak as Argon2 allows: what is tested is never how long it takes.
PASSWORD_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
WIDGET_SECRET = "the firm's own server keeps this secret"
WIDGET_ORIGIN = "https://www.lindbergfalk.example"
SESSION_MS = 400 * 24 * 60 * 60 * 1000

Person = StaffDoc | ContactDoc
D = TypeVar("D", bound=Document)
P = TypeVar("P", bound="StaffDoc | ContactDoc")


class StandingClock(Clock):
    """Stands at the time when it was made (the database's own expiry goes by the real time) until it is moved."""

    def __init__(self, now: Ms | None = None) -> None:
        super().__init__()
        self._now = now or time.time_ns() // 1_000_000

    def now(self) -> Ms:
        return self._now + self.offset_ms

    def advance(self, *, s: float = 0, days: float = 0) -> None:
        """Let time pass."""
        self._now += round((s + days * 86_400) * 1000)


@dataclass
class Bell:
    """Stands in for Redis: remembers what was published, in order."""

    rung: list[tuple[str, bytes]] = field(default_factory=list)

    def publish(self, channel: str, payload: bytes) -> None:
        self.rung.append((channel, payload))

    def heard(self, channel: str) -> list[BusMessage]:
        """What was published on one channel."""
        return [decode_message(payload) for name, payload in self.rung if name == channel]

    def clear(self) -> None:
        self.rung.clear()


class World:
    """The cast, their accounts, and the means to act as any of them. See the module's text for who is who."""

    def __init__(self, mongo: Mongo, settings: Settings, now: Ms | None = None) -> None:
        self.files = place_of(settings)
        self.store = Store(mongo, self.files)
        self.clock = StandingClock(now)
        self.bell = Bell()
        self.settings = settings
        self.settler = Settler(self._consequences, pause_s=0)
        self.means = Means(
            store=self.store,
            announcer=Announcer(self.bell),
            clock=self.clock,
            settings=settings,
            settler=self.settler,
        )
        self._rows: dict[str, list[Document]] = {}
        self._people()

    def _people(self) -> None:
        self.firm = self._firm("Lindberg & Falk Redovisning", "sv", "Europe/Stockholm", [WIDGET_ORIGIN])
        firm = self.firm.id
        self.anna = self._staff(firm, "Anna Lindberg", "anna@lindbergfalk.example", "owner", "sv")
        self.erik = self._staff(firm, "Erik Falk", "erik@lindbergfalk.example", "admin", "sv")
        self.sofia = self._staff(firm, "Sofia Rahimi", "sofia@lindbergfalk.example", "employee", "sv")
        self.olle = self._staff(firm, "Olle Nyman", "olle@lindbergfalk.example", "employee", "sv")
        self.vera = self._staff(firm, "Vera Lund", "vera@lindbergfalk.example", "employee", "sv", ["view_all_accounts"])
        self.holm = self._account(firm, "Holm & Döttrar Bygg AB", "HB1", [self.sofia])
        self.eken = self._account(firm, "Brf Eken 4", "BE1", [self.sofia])
        self.wester = self._account(firm, "Wester Konsult AB", "WK1", [])
        self.salt = self._account(firm, "Café Saltå AB", "CS1", [])
        self.petra = self._contact(firm, "Petra Holm", "petra@holmbygg.example", "sv")
        self.linn = self._contact(firm, "Linn Holm", "linn@holmbygg.example", "sv")
        self.gunilla = self._contact(firm, "Gunilla Wester", "gunilla@wester.example", "sv")
        self.nils = self._contact(firm, "Nils Salt", "nils@salta.example", "sv", activated=False)
        self._link(self.holm, self.petra)
        self._link(self.holm, self.linn, notify=False)
        self._link(self.eken, self.gunilla)
        self._link(self.wester, self.gunilla)
        self._link(self.salt, self.nils)

        self.other_firm = self._firm("Brightwater Accounting", "en", "Europe/London", [])
        other = self.other_firm.id
        self.grace = self._staff(other, "Grace Bennett", "grace@brightwater.example", "owner", "en")
        self.tom = self._staff(other, "Tom Hale", "tom@brightwater.example", "employee", "en")
        self.harbour = self._account(other, "Harbour Studio Ltd", "HS1", [self.tom])
        self.emma = self._contact(other, "Emma Clarke", "emma@harbour.example", "en")
        self._link(self.harbour, self.emma)

    def _firm(self, name: str, language: Language, zone: str, origins: list[str]) -> FirmDoc:
        firm_id = new_id()
        return self._add(
            "firms",
            FirmDoc(
                id=firm_id,
                firm=Firm(id=firm_id, name=name, language=language, time_zone=zone),
                settings=FirmSettings(widget_origins=origins),
                widget_secret=WIDGET_SECRET if origins else uuid.uuid4().hex,
            ),
        )

    def _staff(
        self, firm: Id, name: str, email: str, role: Role, language: Language, rights: Sequence[Right] = ()
    ) -> StaffDoc:
        member = StaffDoc(
            id=new_id(),
            firm_id=firm,
            name=name,
            email=email,
            role=role,
            rights=list(rights),
            language=language,
            password_hash=PASSWORD_HASH,
        )
        return self._log_in(self._add("staff", member))

    def _contact(self, firm: Id, name: str, email: str, language: Language, *, activated: bool = True) -> ContactDoc:
        contact = ContactDoc(
            id=new_id(),
            firm_id=firm,
            name=name,
            email=email,
            language=language,
            password_hash=PASSWORD_HASH if activated else None,
            activated_at=self.clock.now() if activated else None,
        )
        return self._log_in(self._add("contacts", contact))

    def _account(self, firm: Id, name: str, short_id: str, staff: Sequence[StaffDoc]) -> AccountDoc:
        assigned = [member.id for member in staff]
        return self._add(
            "accounts",
            AccountDoc(
                id=new_id(),
                firm_id=firm,
                name=name,
                name_key=name.casefold(),
                short_id=short_id,
                kind="company",
                created_at=self.clock.now(),
                staff_ids=assigned,
                follower_ids=assigned,
            ),
        )

    def _link(self, account: AccountDoc, contact: ContactDoc, *, notify: bool = True) -> None:
        self._add(
            "links",
            LinkDoc(
                id=link_id(account.id, contact.id),
                firm_id=account.firm_id,
                account_id=account.id,
                contact_id=contact.id,
                login=True,
                notify=notify,
                invited_at=self.clock.now(),
            ),
        )

    def _log_in(self, person: P) -> P:
        self._add("sessions", self._session(person))
        return person

    def _session(self, person: Person) -> SessionDoc:
        return SessionDoc(
            id=digest(self.token_of(person)),
            session_id=person.id,
            firm_id=person.firm_id,
            user_id=person.id,
            side="staff" if isinstance(person, StaffDoc) else "contact",
            created_at=self.clock.now(),
            expires_at=self.clock.now() + SESSION_MS,
        )

    async def log_in(self, person: Person) -> None:
        """Give somebody who has joined later a session too."""
        await self.store.people.add_session(self._session(person))

    def _add(self, collection: str, document: D) -> D:
        self._rows.setdefault(collection, []).append(document)
        return document

    async def settle_in(self) -> None:
        """Store the cast. Accounts are found by the names of their people."""
        rows = [row for some in self._rows.values() for row in some]
        names = {row.id: row.name for row in rows if isinstance(row, ContactDoc)}
        links = [row for row in rows if isinstance(row, LinkDoc)]
        self._rows["accounts"] = [
            structs.replace(
                row,
                people_words=words_of_names(names[link.contact_id] for link in links if link.account_id == row.id),
            )
            for row in rows
            if isinstance(row, AccountDoc)
        ]
        await asyncio.gather(
            *(
                self.store.mongo.database[collection].insert_many([to_document(document) for document in documents])
                for collection, documents in self._rows.items()
            )
        )

    async def _consequences(self, happened: consequences.Happened) -> Sequence[Stored]:
        return await consequences.draw(self.means, happened)

    # acting

    def token_of(self, person: Person) -> str:
        """The token of the session that this person has from the start."""
        return f"session-token-of-{person.id}"

    async def principal(self, person: Person) -> Principal:
        """Somebody as the server knows them now. Raises Unauthenticated for who has no access at all."""
        return await auth.principal_from_token(self.store, self.clock, self.token_of(person))

    async def context(self, person: Person | None, origin: Origin | None = None) -> Context:
        """The surroundings of a command of this person, or of nobody."""
        asker = None if person is None else await self.principal(person)
        return Context(self.means, asker, origin or Origin(ip="192.0.2.7", browser="Firefox 150", os="Linux"))

    async def do(self, person: Person | None, command: Asked) -> Any:
        """Run a command as somebody, through the table. Raises what the server would answer."""
        return await dispatch(await self.context(person), command)

    async def do_as(self, principal: Principal, command: Asked) -> Any:
        """Run a command in a certain session."""
        return await dispatch(Context(self.means, principal), command)

    def set(self, **settings: Any) -> None:
        """Change the server's settings from here on."""
        self.settings = structs.replace(self.settings, **settings)
        self.means = dataclasses.replace(self.means, settings=self.settings)

    async def settled(self) -> None:
        """Wait until every consequence of what has happened has been drawn."""
        await self.settler.drained()

    async def thread(
        self,
        account: AccountDoc | None = None,
        *,
        by: Person | None = None,
        subject: str = "Årsbokslut 2025 – underlag",
        text: str = "Hej! Vi behöver underlagen för bokslutet.",
        tasks: Sequence[str] = (),
        reminder: ReminderSetting | None = None,
    ) -> Thread:
        """A new thread: with Holm, by Anna, unless the test says otherwise."""
        made: ThreadView = await self.do(
            by or self.anna,
            ThreadCreate(
                account_id=(account or self.holm).id,
                client_message_id=new_id(),
                subject=subject,
                body=paragraph(text),
                tasks=[TaskToAdd(text=task) for task in tasks],
                reminder=reminder,
            ),
        )
        return made.thread


@pytest.fixture(scope="session")
def world_database(mongo_url: str) -> Iterator[str]:
    """The name of a database with every index, for the whole run."""
    name = f"world_{uuid.uuid4().hex}"
    asyncio.run(_make(mongo_url, name))
    with MongoClient[dict[str, Any]](mongo_url) as client:
        yield name
        client.drop_database(name)


async def _make(mongo_url: str, name: str) -> None:
    mongo = Mongo(mongo_url, name)
    await prepare(mongo)
    await mongo.close()


@pytest.fixture
def world_settings(mongo_url: str, world_database: str, tmp_path: Path) -> Settings:
    """Settings of a server that works on the world's database."""
    return Settings(mongo_url=mongo_url, mongo_database=world_database, development=True, data=tmp_path / "data")


@pytest.fixture
async def world(world_settings: Settings) -> AsyncIterator[World]:
    """The cast in a database that holds nothing else."""
    async with new_world(world_settings) as world:
        yield world


@asynccontextmanager
async def new_world(settings: Settings, now: Ms | None = None) -> AsyncIterator[World]:
    """The world as if nothing had happened yet, at a time of one's choice."""
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    await asyncio.gather(
        *(mongo.database[collection].delete_many({"_id": {"$ne": "migrations"}}) for collection in collected())
    )
    world = World(mongo, settings, now)
    await world.settle_in()
    try:
        yield world
        await world.settled()
    finally:
        await world.files.close()
        await mongo.close()
