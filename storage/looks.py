"""What consequences are drawn from, looked up for many threads at once: two looks, one command each.

The first is around the threads: their rows, whose they are, who may hear of them and whom letters reach. The second, only
where somebody hears of something, is at the inboxes: where the owners' own streams end, and only then who may still see
what, their entries, badges and letters, so that what is told is never older than the place in the stream that it gets.
Refuses to know what follows from it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from protocol.ids import notes_stream, thread_stream, user_stream
from protocol.wire import Id, Seq
from storage.accounts import ACCOUNTS, AccountDoc
from storage.firms import FIRMS, FirmDoc
from storage.letters import LETTERS, TOLD_FIELDS, Told, told_in
from storage.log.drafts import EVENTS, Head, event_id, head_from, seq_of
from storage.marks import MARKS, mark_id
from storage.mongo.connection import Mongo, Row
from storage.mongo.documents import Unreadable, from_document, if_readable
from storage.mongo.of_firms import matching
from storage.notifications import (
    NOTIFICATIONS,
    NotificationDoc,
    Place,
    ReadTo,
    counted_open,
    marks_of,
    place_of,
    read_to,
)
from storage.people import CONTACTS, LINKS, STAFF, ContactDoc, LinkDoc, StaffDoc
from storage.threads import THREADS, Seen, ThreadDoc, seen
from storage.unions import among, by_id, each, last_of_stream, read_parts


@dataclass(frozen=True, slots=True)
class Wanted:
    """Around which threads, and what else of it matters."""

    threads: Collection[Id]
    visible: Collection[Id]
    """Those of them with events in t:, on which a cycle may hang."""
    mailed: Collection[Id]
    """Those of which letters may go to contacts."""
    accounts: Collection[Id]
    firms: Collection[Id]
    staff: Collection[Id]
    """Whom the events name."""
    marks: Collection[str]
    """The marks of who wrote."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around some threads. What can't be read is left out."""

    threads: dict[Id, ThreadDoc]
    seen: dict[Id, Seen]
    """The same, with what their rows hold."""
    accounts: dict[Id, AccountDoc]
    firms: dict[Id, FirmDoc]
    staff: dict[Id, list[StaffDoc]]
    """By firm, by name: its owners, and those whom threads, accounts and events name."""
    reached: dict[Id, list[ContactDoc]]
    """By account: whom mails about it reach (RM-6); where a cycle runs, or letters may go."""
    heads: dict[str, Head]
    """The ends of both streams of threads with a running cycle."""
    read: dict[str, Seq]
    """How far these marks are in t:, of those that there are."""


@dataclass(frozen=True, slots=True)
class Title:
    """What an entry says of its thread."""

    subject: str
    assignee_id: Id | None

    def on(self, thread: ThreadDoc) -> ThreadDoc:
        """A thread's row with this."""
        return replace(thread, subject=self.subject, assignee_id=self.assignee_id)


@dataclass(frozen=True, slots=True)
class Inboxes:
    """How the inboxes are of those who hear of something."""

    heads: dict[Id, Head]
    """The ends of the owners' own streams, of those that can be read."""
    staff: dict[Id, StaffDoc]
    accounts: dict[Id, AccountDoc]
    titles: dict[Id, Title]
    """By thread."""
    entries: dict[Place, NotificationDoc]
    """All that there are of the threads, whoever's they are."""
    strange: set[Place]
    """Entries that can't be read."""
    untold: set[Place]
    """Those of them whose owner's own stream lacks this revision."""
    open_counts: dict[Id, int]
    reached: dict[Place, ReadTo]
    """How far the owners have read, by their marks."""
    letters: Told
    """What letters tell of the threads, of what has come since."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Where somebody reads: a position of a thread, and what is there."""

    totals: Head
    """At the position, or at the end of t:, whichever comes first."""
    notes_seq: Seq
    """The end of n:."""
    thread: ThreadDoc | None
    read_seq: Seq
    """How far they had read, by their mark."""


class Looks:
    """The looks."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo

    async def at_position(self, firm_id: Id, thread_id: Id, person_id: Id, seq: Seq) -> Reader:
        """What is at a position of a thread, for who reads there. Raises Unreadable."""
        visible, mark = thread_stream(thread_id), mark_id(thread_id, person_id)
        found = await read_parts(
            self._mongo,
            [firm_id],
            [
                ("at", EVENTS, [among([event_id(visible, seq)]), {"$project": {"totals": 1}}]),
                ("end", None, [{"$documents": [{}]}, last_of_stream({"$literal": visible}, "end")]),
                ("notes", None, [{"$documents": [{}]}, last_of_stream({"$literal": notes_stream(thread_id)}, "end")]),
                ("thread", THREADS, [among([thread_id])]),
                ("mark", MARKS, [among([mark]), {"$project": {"read_seq": 1}}]),
            ],
        )
        ends = [*found["end"][0]["end"], None]
        notes = found["notes"][0]["end"]
        return Reader(
            totals=head_from(found["at"][0] if found["at"] else ends[0]),
            notes_seq=seq_of(notes[0]["_id"]) if notes else 0,
            thread=from_document(found["thread"][0], ThreadDoc) if found["thread"] else None,
            read_seq=found["mark"][0].get("read_seq", 0) if found["mark"] else 0,
        )

    async def around(self, wanted: Wanted) -> Surroundings:
        """What is around these threads."""
        these, running = among(wanted.threads), {"reminder.enabled": True}
        # Most threads are begun by contacts, whom nobody has to look for among staff.
        began: Row = {"$cond": [{"$eq": ["$created_by.side", "staff"]}, "$created_by.id", None]}
        involved = [began, "$assignee_id", "$assigned_by_id"]
        followers = {"$ifNull": ["$follower_ids", []]}
        found = await read_parts(
            self._mongo,
            wanted.firms,
            [
                ("thread", THREADS, [these, {"$unset": ["words", "found_by", "unread_by"]}]),
                ("account", ACCOUNTS, [among(wanted.accounts), {"$unset": ["words", "people_words"]}]),
                ("firm", FIRMS, [among(wanted.firms)]),
                ("owner", STAFF, [{"$match": {"role": "owner"}}, {"$unset": "password_hash"}]),
                ("staff", STAFF, [among(wanted.staff), {"$unset": "password_hash"}]),
                ("involved", THREADS, [these, *each(wanted.firms, STAFF, involved), {"$unset": "password_hash"}]),
                (
                    "follower",
                    ACCOUNTS,
                    [among(wanted.accounts), *each(wanted.firms, STAFF, followers), {"$unset": "password_hash"}],
                ),
                ("mark", MARKS, [among(wanted.marks), {"$project": {"read_seq": 1}}]),
                (
                    "end",
                    THREADS,
                    [
                        {"$match": {"_id": {"$in": list(wanted.visible)}, **running}},
                        {"$project": {"_id": 1}},
                        last_of_stream({"$concat": ["t:", "$_id"]}, "t"),
                        last_of_stream({"$concat": ["n:", "$_id"]}, "n"),
                    ],
                ),
                ("link", THREADS, _reached(wanted, running)),
            ],
        )
        accounts = by_id(found["account"], AccountDoc)
        members = by_id([*found["owner"], *found["staff"], *found["involved"], *found["follower"]], StaffDoc)
        staff: dict[Id, list[StaffDoc]] = {}
        for member in sorted(members.values(), key=lambda one: (one.name, one.id)):
            staff.setdefault(member.firm_id, []).append(member)
        threads = by_id(found["thread"], ThreadDoc)
        return Surroundings(
            threads=threads,
            seen={row["_id"]: seen(threads[row["_id"]], row) for row in found["thread"] if row["_id"] in threads},
            accounts=accounts,
            firms=by_id(found["firm"], FirmDoc),
            staff=staff,
            reached=_contacts(found["link"], accounts),
            heads=_heads(
                (f"{kind}:{row['_id']}", row[kind][0] if row[kind] else None)
                for row in found["end"]
                for kind in ("t", "n")
            ),
            read={row["_id"]: row.get("read_seq", 0) for row in found["mark"]},
        )

    async def at_inboxes(
        self, places: Collection[Place], accounts: Collection[Id], letters_from: Mapping[Id, Seq]
    ) -> Inboxes:
        """The inboxes of these people, as far as these threads go; `letters_from`: the first position that letters of a
        thread are about."""
        firms, threads = {place.firm_id for place in places}, list({place.thread_id for place in places})
        users = list({place.user_id for place in places})
        streams = [{"user_id": user, "stream": user_stream(user)} for user in users]
        told: Row = {"key": {"$concat": ["entry:", "$_id", ":", {"$toString": {"$ifNull": ["$revision", 0]}}]}}
        lookup: Row = {"from": "events", "localField": "key", "foreignField": "key", "as": "told"}
        after: list[Row] = [{"thread_id": thread, "last_seq": {"$gte": seq}} for thread, seq in letters_from.items()]
        found = await read_parts(
            self._mongo,
            firms,
            [
                ("end", None, [{"$documents": streams}, last_of_stream("$stream", "end")]),
                ("staff", STAFF, [among(users), {"$unset": "password_hash"}]),
                ("account", ACCOUNTS, [among(accounts), {"$unset": ["words", "people_words"]}]),
                ("title", THREADS, [among(threads), {"$project": {"subject": 1, "assignee_id": 1}}]),
                (
                    "entry",
                    NOTIFICATIONS,
                    [
                        {"$match": {"thread_id": {"$in": threads}}},
                        {"$set": told},
                        {"$lookup": {**lookup, "pipeline": [{"$project": {"_id": 1}}]}},
                    ],
                ),
                ("count", None, counted_open(firms, users)),
                ("mark", MARKS, marks_of(places)),
                (
                    "letter",
                    LETTERS,
                    [{"$match": {"$or": after or [{"_id": None}]}}, {"$project": dict.fromkeys(TOLD_FIELDS, 1)}],
                ),
            ],
        )
        entries, strange, untold = dict[Place, NotificationDoc](), set[Place](), set[Place]()
        for row in found["entry"]:
            entry = if_readable(row, NotificationDoc)
            if entry is None:
                strange.add(place_of(row))
                continue
            entries[entry.place] = entry
            if not row["told"]:
                untold.add(entry.place)
        heads = _heads((row["user_id"], row["end"][0] if row["end"] else None) for row in found["end"])
        return Inboxes(
            heads=heads,
            staff=by_id(found["staff"], StaffDoc),
            accounts=by_id(found["account"], AccountDoc),
            titles={row["_id"]: Title(row["subject"], row.get("assignee_id")) for row in found["title"]},
            entries=entries,
            strange=strange,
            untold=untold,
            open_counts={row["user_id"]: row["counted"][0]["open"] if row["counted"] else 0 for row in found["count"]},
            reached=read_to(found["mark"]),
            letters=told_in(found["letter"]),
        )


def _reached(wanted: Wanted, running: Row) -> list[Row]:
    """From threads to the links of their accounts by which mails arrive, each with its contact."""
    mailed: Row = {"_id": {"$in": list(wanted.mailed)}}
    arrives: Row = {"login": True, "notify": True, "notify_messages": {"$ne": False}}
    hidden: Row = {"$unset": "password_hash"}
    of_account: Row = {"from": "links", "localField": "_id", "foreignField": "account_id"}
    of_contact: Row = {"from": "contacts", "localField": "contact_id", "foreignField": "_id"}
    return [
        {"$match": {"_id": {"$in": list(wanted.visible)}, "$or": [running, mailed]}},
        {"$group": {"_id": "$account_id"}},
        {"$lookup": {**of_account, "pipeline": [matching(wanted.firms, LINKS), {"$match": arrives}], "as": "link"}},
        {"$unwind": "$link"},
        {"$replaceRoot": {"newRoot": "$link"}},
        {"$lookup": {**of_contact, "pipeline": [matching(wanted.firms, CONTACTS), hidden], "as": "contact"}},
    ]


def _contacts(rows: Iterable[Row], accounts: Mapping[Id, AccountDoc]) -> dict[Id, list[ContactDoc]]:
    """The recipients of each account, in the order in which they were linked; nobody of an archived one."""
    reached: dict[Id, list[ContactDoc]] = {}
    for row in sorted(rows, key=lambda one: str(one["_id"])):
        link = if_readable(row, LinkDoc)
        contact = if_readable(row["contact"][0], ContactDoc) if row["contact"] else None
        if link is None or contact is None:
            continue
        account = accounts.get(link.account_id)
        if account is not None and not account.archived:
            reached.setdefault(account.id, []).append(contact)
    return reached


def _heads(ends: Iterable[tuple[str, Row | None]]) -> dict[str, Head]:
    """The heads of which can be told, by name."""
    heads: dict[str, Head] = {}
    for name, end in ends:
        try:
            heads[name] = head_from(end)
        except Unreadable:
            continue  # it has been counted, and said
    return heads
