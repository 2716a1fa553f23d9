"""A database full of people and threads for a measurement, written straight into the collections.

Knows who sits in which room. A room is a thread of an account of its own; every second person in it is an employee
assigned to that account, the others are its contacts. Nobody is mailed or notified: the peers do neither.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from benchmarks.contestants import Crowd
from benchmarks.speaker import Room
from protocol.firms import Firm, FirmSettings
from protocol.ids import new_id, thread_stream
from protocol.people import Person, Side
from protocol.threads import ThreadCreated
from storage.accounts import AccountDoc
from storage.facts import Facts
from storage.firms import FirmDoc
from storage.log.streams import Head, Stored, event_id
from storage.mongo.connection import Mongo
from storage.mongo.documents import Document, to_document
from storage.mongo.migrations import prepare
from storage.people import ContactDoc, LinkDoc, SessionDoc, StaffDoc, digest, link_id
from storage.threads import Position, ThreadDoc

ROOMS_PER_FIRM = 20
BATCH_ROWS = 2000
AT = 1_764_000_000_000
FOREVER = 4_000_000_000_000


@dataclass
class World:
    """Documents by collection, and what the generator has to know of them."""

    rows: dict[str, list[Document]] = field(default_factory=dict)
    listener_tokens: list[str] = field(default_factory=list)
    """In the order of the connections: room 0's people, then room 1's."""
    sender_tokens: list[str] = field(default_factory=list)
    """One more contact of each room."""
    rooms: list[Room] = field(default_factory=list)

    def add(self, collection: str, document: Document) -> None:
        self.rows.setdefault(collection, []).append(document)


def build(crowd: Crowd) -> World:
    """The people and threads for a crowd."""
    world = World()
    firm_id = ""
    for room in range(crowd.rooms):
        if room % ROOMS_PER_FIRM == 0:
            firm_id = add_firm(world, room // ROOMS_PER_FIRM)
        add_room(world, firm_id, room, crowd.room_size)
    return world


def add_firm(world: World, number: int) -> str:
    """A firm; its id."""
    firm = Firm(id=new_id(), name=f"Firm {number}", language="en", time_zone="Europe/Stockholm")
    world.add("firms", FirmDoc(id=firm.id, firm=firm, settings=FirmSettings()))
    return firm.id


def add_room(world: World, firm_id: str, room: int, size: int) -> None:
    """An account with its people and one thread."""
    account_id = new_id()
    staff_ids: list[str] = []
    for member in range(size):
        if member % 2:
            staff_ids.append(add_staff(world, firm_id, f"{room}-{member}"))
        else:
            add_contact(world, firm_id, account_id, f"{room}-{member}", world.listener_tokens)
    sender = add_contact(world, firm_id, account_id, f"{room}-sender", world.sender_tokens)
    add_account(world, firm_id, account_id, f"{room}", staff_ids)
    add_thread(world, firm_id, account_id, room, sender)


def add_account(world: World, firm_id: str, account_id: str, name: str, staff_ids: list[str]) -> None:
    """A client of the firm, served by these staff."""
    world.add(
        "accounts",
        AccountDoc(
            id=account_id, firm_id=firm_id, name=f"Account {name}", name_key=f"account {name}", short_id=f"A{name}",
            kind="company", created_at=AT, staff_ids=staff_ids, follower_ids=[],
        ),
    )  # fmt: skip


def add_staff(world: World, firm_id: str, name: str) -> str:
    """An employee who is logged in; their id."""
    staff = StaffDoc(
        id=new_id(), firm_id=firm_id, name=f"Staff {name}", email=f"staff-{name}@example.org", role="employee"
    )
    world.add("staff", staff)
    world.listener_tokens.append(_session(world, firm_id, staff.id, "staff"))
    return staff.id


def add_contact(
    world: World, firm_id: str, account_id: str, name: str, tokens: list[str], *, notify: bool = False
) -> Person:
    """A contact who is logged in; their token goes to `tokens`."""
    contact = ContactDoc(
        id=new_id(), firm_id=firm_id, name=f"Contact {name}", email=f"contact-{name}@example.org",
        password_hash="no password fits", activated_at=AT,
    )  # fmt: skip
    world.add("contacts", contact)
    link = link_id(account_id, contact.id)
    world.add(
        "links",
        LinkDoc(
            id=link, firm_id=firm_id, account_id=account_id, contact_id=contact.id, login=True, notify=notify,
        ),
    )  # fmt: skip
    tokens.append(_session(world, firm_id, contact.id, "contact"))
    return Person(id=contact.id, side="contact", name=contact.name)


def _session(world: World, firm_id: str, user_id: str, side: Side) -> str:
    token = f"benchmark-{user_id}"
    world.add(
        "sessions",
        SessionDoc(
            id=digest(token), session_id=new_id(), firm_id=firm_id, user_id=user_id, side=side, created_at=AT,
            expires_at=FOREVER,
        ),
    )  # fmt: skip
    return token


def add_thread(world: World, firm_id: str, account_id: str, room: int, creator: Person) -> None:
    """A thread in which nothing has been said."""
    thread_id, head = new_id(), Head(seq=1)
    stream = thread_stream(thread_id)
    subject = f"Papers of {room}"
    event = ThreadCreated(account_id=account_id, subject=subject)
    world.add(
        "events",
        Stored(
            id=event_id(stream, 1), stream=stream, firm_id=firm_id, account_id=account_id, at=AT, actor=creator,
            event=event, totals=head,
        ),
    )  # fmt: skip
    world.add(
        "threads",
        ThreadDoc(
            id=thread_id, firm_id=firm_id, account_id=account_id, subject=subject, state="active", origin="client",
            created_at=AT, created_by=creator, last_message_at=AT, updated_at=AT, visible_at=AT,
            firm_unread=0, has_unread=False, head=head, firm_read=Position(), contact_read=Position(),
            tasks_done=0, tasks_total=0,
        ),
    )  # fmt: skip
    world.rooms.append(Room(thread_id=thread_id, firm_id=firm_id, account_id=account_id, sender=creator))


def batches(documents: Sequence[Document]) -> Iterator[list[dict[str, object]]]:
    """The documents as they are stored, some at a time."""
    for start in range(0, len(documents), BATCH_ROWS):
        yield [to_document(document) for document in documents[start : start + BATCH_ROWS]]


async def write(world: World, mongo_url: str, database: str) -> tuple[str, str]:
    """Put a world into an empty database, with its indexes; the prefix of its channels and the epoch of its log."""
    mongo = Mongo(mongo_url, database)
    try:
        await prepare(mongo)
        for collection, documents in world.rows.items():
            for batch in batches(documents):
                await mongo.database[collection].insert_many(batch, ordered=False)
        return await Facts(mongo).prefix(), await Facts(mongo).epoch()
    finally:
        await mongo.close()


def seed(crowd: Crowd, mongo_url: str, database: str, folder: Path) -> World:
    """Build and write a world, and leave in `folder` the generator's files (listeners, senders, rooms) and
    the speaker's."""
    world = build(crowd)
    prefix, epoch = asyncio.run(write(world, mongo_url, database))
    for name, lines in (
        ("listeners", world.listener_tokens),
        ("senders", world.sender_tokens),
        ("rooms", [room.thread_id for room in world.rooms]),
        ("prefix", [prefix]),
        ("epoch", [epoch]),
        ("speaking", [msgspec.json.encode(room).decode() for room in world.rooms]),
    ):
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return world
