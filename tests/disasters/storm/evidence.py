"""Everything that the judge looks at, as plain values, and how it is gathered when the faults are over.

The log and the store are read past all wires by the harness's own connection. Nothing here is judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

from protocol.ids import notes_stream, thread_stream, user_stream
from protocol.wire import Id
from server.core import auth
from storage.letters import LetterDoc
from storage.log.streams import Stored
from storage.marks import MarkDoc
from storage.mongo.documents import Document, from_document
from storage.notifications import NotificationDoc
from storage.reminders import ReminderRowDoc
from storage.threads import ThreadDoc
from tests.disasters.history import EVENTS_MAX
from tests.disasters.storm.diary import Diary, Ms, now_ms
from tests.disasters.storm.house import Death, House, Logged, Struck
from tests.disasters.storm.people import Town
from tests.disasters.storm.windows import Seen

D = TypeVar("D", bound=Document)


@dataclass(frozen=True)
class Violation:
    """A promise that was broken. `kind` is what the report counts it under."""

    kind: str
    who: str
    where: str
    text: str
    at_ms: Ms | None = None
    places: tuple[tuple[str, int], ...] = ()
    """Further places in the log that explain it."""


@dataclass
class Evidence:
    """A run, as it stands at `at_ms`."""

    diary: Diary
    windows: list[Seen]
    logs: dict[str, list[Stored]]
    accounts: dict[Id, Id]
    """The account of each thread."""
    seats_ever: dict[Id, set[Id]]
    seats_now: dict[Id, set[Id]]
    """The accounts that each person sees, by the store."""
    threads: dict[Id, ThreadDoc] = field(default_factory=dict)
    marks: dict[tuple[Id, Id], MarkDoc] = field(default_factory=dict)
    """By thread and person."""
    inbox: list[NotificationDoc] = field(default_factory=list)
    reminder_rows: list[ReminderRowDoc] = field(default_factory=list)
    letters: list[LetterDoc] = field(default_factory=list)
    mails: list[Id] = field(default_factory=list)
    """The letters that the mail server has accepted, as often as it has."""
    unsettled: int = 0
    struck: list[Struck] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    errors: list[Logged] = field(default_factory=list)
    at_ms: Ms = 0.0
    shared_now: int = 0
    """The schedulers' clock."""


class Gatherer:
    """Reads the evidence; the log only from where it has read before."""

    def __init__(self, house: House, town: Town) -> None:
        self._house, self._town = house, town
        self._logs: dict[str, list[Stored]] = {}

    async def gather(self) -> Evidence:
        """All there is now."""
        town, store = self._town, self._town.world.store
        threads = {thread.id: thread for thread in await self._rows("threads", ThreadDoc)}
        for stream in self._streams(threads):
            known = self._logs.setdefault(stream, [])
            known += await store.streams.read(stream, len(known), EVENTS_MAX)
        marks = await self._rows("marks", MarkDoc)
        offset = await store.facts.clock_offset_ms()
        return Evidence(
            diary=town.diary,
            windows=[window.now_seen() for window in town.windows],
            logs=self._logs,
            accounts={thread.id: thread.account_id for thread in threads.values()},
            seats_ever=town.seats,
            seats_now={person_id: await self._seats(person_id) for person_id in town.seats},
            threads=threads,
            marks={(mark.thread_id, mark.person.id): mark for mark in marks},
            inbox=await self._rows("notifications", NotificationDoc),
            reminder_rows=await self._rows("reminder_rows", ReminderRowDoc),
            letters=await self._rows("letters", LetterDoc),
            mails=[str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in self._house.sink.mails],
            unsettled=await store.mongo.database["events"].count_documents({"unsettled_at": {"$exists": True}}),
            struck=self._house.struck,
            deaths=self._house.deaths,
            errors=self._house.errors(),
            at_ms=now_ms(),
            shared_now=await store.mongo.now() + offset,
        )

    def _streams(self, threads: dict[Id, ThreadDoc]) -> list[str]:
        own = [user_stream(person_id) for person_id in self._town.seats]
        return [name for thread_id in threads for name in (thread_stream(thread_id), notes_stream(thread_id))] + own

    async def _seats(self, person_id: Id) -> set[Id]:
        """By the store's own links and assignments, asked with the product's rule for who sees what."""
        store, firm_id = self._town.world.store, self._town.firms[person_id]
        side: Any = "staff" if await store.people.staff(firm_id, person_id) is not None else "contact"
        principal = await auth.principal_of(store, firm_id, person_id, side, person_id)
        if principal is None:
            return set()
        return {account for account in self._town.seats[person_id] if principal.sees(account)}

    async def _rows(self, collection: str, kind: type[D]) -> list[D]:
        return [from_document(row, kind) async for row in self._town.world.store.mongo.database[collection].find({})]
