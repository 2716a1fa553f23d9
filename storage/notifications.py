"""Inbox entries: one for each member of staff and thread (NS-4), or other thing that has a place in an inbox.

An event is applied at most once: an entry remembers the last position of t: and n: that it has heard of. A mention is
remembered apart, since one that comes late, behind other news, must still leave its mark (MN-6). Which of two pieces of
news an entry shows is decided by their time, stream and position alone, so the order of telling doesn't matter.

Each change that its owner is to see makes a new revision of the entry, in the very write that changes it, and marks it as
untold until an event in the owner's own stream has said so: whoever dies in between leaves it to the sweep.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pymongo import IndexModel
from pymongo.errors import BulkWriteError

from protocol.bulk import BulkCounts
from protocol.inbox import NotificationAbout, NotificationKind
from protocol.people import Person
from protocol.wire import Id, Ms, Seq
from storage.accounts import ACCOUNTS, AccountDoc
from storage.heard import Heard
from storage.marks import MARKS, mark_id
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session, refuse_all_but_duplicates
from storage.mongo.documents import Document, OrNewer, from_document, if_readable, readable, to_document
from storage.mongo.of_firms import Bound, FirmRows, Write, matching
from storage.people import STAFF, StaffDoc
from storage.threads import THREADS, ThreadDoc
from storage.unions import among, by_id, each, read_parts

OPEN_COUNTED_MAX: Final = 1000
"""A badge beyond this is a number that nobody reads."""
OWN: Final[frozenset[NotificationAbout]] = frozenset({"bulk", "unseen"})
"""What an entry is about that is its owner's whatever accounts they see: it names none."""
PLACE_FIELDS: Final = {"firm_id": 1, "user_id": 1, "thread_id": 1}


class Place(NamedTuple):
    """What there is one entry of."""

    firm_id: Id
    user_id: Id
    """Whose it is."""
    thread_id: Id
    """Of which thread, or other thing."""


class NotificationDoc(Document):
    """An entry as stored. Its id is made at the first event; there is one for each pair of person and thread."""

    id: Id
    firm_id: Id
    user_id: Id
    thread_id: Id
    account_id: Id
    kind: OrNewer[NotificationKind]
    actor: Person
    at: Ms
    created_at: Ms
    unread: bool
    archived: bool
    mentioned: bool = False
    text: str = ""
    internal: bool = False
    seq: int = 0
    """The position of what it shows."""
    read_seq: int = 0
    """How far its owner has read in t:. What stands up to there is read, also if it is told of later. Entries that were
    read by an older build may lack it; likewise `read_notes`."""
    read_notes: int = 0
    """The same of n:."""
    read_by: list[str] = []
    heard: dict[str, int] = {}
    """The last position that it has heard of, by kind of stream (`t`, `n`)."""
    said: list[Heard] = []
    """The latest that somebody wrote, of what it has heard of."""
    lost: list[Heard] = []
    """The latest letters that failed. An older build kept them in `done`."""
    done: list[Heard] = []
    """The latest of everything else."""
    called: dict[str, int] = {}
    """The last position with a mention of its owner that it has heard of, likewise."""
    revision: int = 0
    untold_at: Ms | None = None
    """Since when its owner's own stream lacks this revision, or an earlier one."""
    about: NotificationAbout = "thread"
    """One about no thread has a `thread_id` that is made from what it is about, and positions that are times."""
    email: str = ""
    """Of one about no thread: whose letter it was."""
    copies: bool = False
    """Of one about the firm's blind copies: some can be sent again."""
    bulk: BulkCounts | None = None
    """Of one about a bulk run, which its owner has sent: what it came to."""

    @property
    def place(self) -> Place:
        """What there is one of."""
        return Place(self.firm_id, self.user_id, self.thread_id)

    @property
    def news(self) -> list[Heard]:
        """What it keeps of what it has heard of, the latest last."""
        return sorted([*self.said, *self.lost, *self.done], key=lambda item: item.order)

    def read_to(self, *, internal: bool) -> int:
        """How far its owner has read in n: or in t:."""
        return self.read_notes if internal else self.read_seq


NOTIFICATIONS: Final = OfFirms(
    "notifications",
    IndexModel([("user_id", 1), ("thread_id", 1)], unique=True),
    IndexModel([("user_id", 1), ("archived", 1), ("at", -1), ("_id", -1)]),
    IndexModel("thread_id"),
    IndexModel("untold_at", partialFilterExpression={"untold_at": {"$exists": True}}),
)


@dataclass(frozen=True, slots=True)
class ReadTo:
    """How far somebody has read a thread: positions of t: and of n:."""

    seq: Seq
    notes: Seq

    def beyond(self, entry: NotificationDoc) -> bool:
        """Whether that is further than an entry knows."""
        return self.seq > entry.read_seq or self.notes > entry.read_notes


@dataclass(frozen=True, slots=True)
class Telling:
    """News for one entry, of one stream: how the entry would look if this were all, and up to where it tells."""

    entry: NotificationDoc
    kind: str
    """Of stream: `t` or `n`."""
    heard: int
    """The last position that it stands for."""
    called: int = 0
    """The last position with a mention of the entry's owner, 0 without one."""


@dataclass(frozen=True, slots=True)
class Glance:
    """Entries that their owners are to be told of, and what that takes; without what can't be read."""

    entries: Sequence[NotificationDoc]
    open_counts: Mapping[Id, int]
    """How many are not archived, by owner: the badge (NS-5)."""
    threads: Mapping[Id, ThreadDoc]
    staff: Mapping[Id, StaffDoc]
    accounts: Mapping[Id, AccountDoc]
    reached: Mapping[Place, ReadTo]
    """How far the owners have read these threads, by their marks."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry is to become another; `before`: as it was seen, None where there was none."""

    before: NotificationDoc | None
    after: NotificationDoc
    told_at_once: bool = True
    """Whoever writes it tells its owner before the events are settled from which it follows. Else it is left untold."""


class Notifications:
    """The entries."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._rows = FirmRows(mongo, NOTIFICATIONS)
        self._marks = FirmRows(mongo, MARKS)

    async def at(self, places: Collection[Place], session: Session | None = None) -> dict[Place, NotificationDoc]:
        """These entries, of those that there are. Raises Unreadable."""
        rows = self._rows.of_any(_firms(places)).find(_among(places), session=session)
        found = {place_of(row): row async for row in rows}
        return {place: from_document(row, NotificationDoc) for place, row in found.items() if place in places}

    async def put(self, changes: Sequence[Change], now: Ms, session: Session | None = None) -> bool:
        """Have entries become others, or be, in one command. False where one of them was not any more what it was seen
        as, or is there already: the others are done, and whoever asked looks anew."""
        writes = [_putting(self._rows.of(change.after.firm_id), change, now) for change in changes]
        if not writes:
            return True
        made = sum(change.before is None for change in changes)
        try:
            answer = await self._rows.write(writes, session=session)
        except BulkWriteError as error:
            refuse_all_but_duplicates(error, self._rows.name, len(writes))
            return False  # somebody else has made the same entry at this very moment
        return (answer.upserted_count, answer.matched_count) == (made, len(writes) - made)

    async def mark_untold(self, places: Collection[Place], now: Ms) -> None:
        """Have these be told of, whatever has been told of them."""
        untold: Row = {"$set": {"untold_at": now}}
        await self._rows.write_all([self._rows.of(place.firm_id).write(_at(place), untold) for place in places])

    async def glance(self, places: Collection[Place]) -> Glance:
        """Untold entries of these, and what they are told with, in one command; nothing of it is older than the call."""
        if not places:
            return Glance([], {}, {}, {}, {}, {})
        firms, users = _firms(places), list({place.user_id for place in places})
        wanted: Row = {**_among(places), "untold_at": {"$exists": True}}
        found = await read_parts(
            self._mongo,
            firms,
            [
                ("entry", NOTIFICATIONS, [{"$match": wanted}]),
                ("count", None, counted_open(firms, users)),
                ("thread", THREADS, [among({place.thread_id for place in places})]),
                ("staff", STAFF, [among(users), {"$unset": "password_hash"}]),
                ("account", NOTIFICATIONS, [{"$match": wanted}, *each(firms, ACCOUNTS, ["$account_id"])]),
                ("mark", MARKS, marks_of(places)),
            ],
        )
        told = set(places)
        entries = [entry for row in found["entry"] if (entry := if_readable(row, NotificationDoc)) is not None]
        return Glance(
            entries=[entry for entry in entries if entry.place in told],
            open_counts={row["user_id"]: row["counted"][0]["open"] if row["counted"] else 0 for row in found["count"]},
            threads=by_id(found["thread"], ThreadDoc),
            staff=by_id(found["staff"], StaffDoc),
            accounts=by_id(found["account"], AccountDoc),
            reached=read_to(found["mark"]),
        )

    async def reached(self, places: Collection[Place]) -> dict[Place, ReadTo]:
        """How far the owners of these have read the threads, by their marks."""
        found = await self._marks.of_any(_firms(places)).aggregate(marks_of(places))
        return read_to([row async for row in found])

    async def told(self, entries: Iterable[NotificationDoc]) -> None:
        """Their owners' own streams have these revisions."""
        told: Row = {"$unset": {"untold_at": ""}}
        await self._rows.write_all(
            [
                self._rows.of(entry.firm_id).write({"_id": entry.id, "revision": entry.revision}, told)
                for entry in entries
            ]
        )

    async def untold(self, before: Ms, limit: int) -> list[Place]:
        """Entries that have been untold since before a time, the longest first."""
        rows = self._rows.across("sweep").find({"untold_at": {"$lt": before}}, PLACE_FIELDS)
        return [place_of(row) async for row in rows.sort("untold_at", 1).limit(limit)]

    async def put_off(self, before: Ms, places: Collection[Place], now: Ms) -> None:
        """Those of them that are still untold have others tried first."""
        query = {**_among(places), "untold_at": {"$lt": before}}
        await self._rows.of_any(_firms(places)).update_many(query, {"$set": {"untold_at": now}})

    async def drop(self, entries: Sequence[NotificationDoc], now: Ms) -> list[Place]:
        """Take away entries that were made for who had just lost the account and that nobody has told, and have the badge
        told again that they were counted in: the latest of what their owners have left, which is untold now. One without
        the other can't be."""
        untold: Row = {"untold_at": {"$exists": True}}
        gone: Row = {"$or": [{"_id": one.id, "revision": one.revision, **untold} for one in entries]}

        async def work(session: Session) -> list[Place]:
            owners = {(entry.firm_id, entry.user_id) for entry in entries}
            await self._rows.of_any(firm_id for firm_id, _ in owners).delete_many(gone, session=session)
            left = [await self.have_told_again(*owner, now, session) for owner in owners]
            return [place for place in left if place is not None]

        return await self._mongo.transact(work)

    async def have_told_again(self, firm_id: Id, user_id: Id, now: Ms, session: Session | None = None) -> Place | None:
        """Somebody's latest entry, one that was put away if there is no other, is untold, and the badge with it; None for
        who has none."""
        update: Row = {"$inc": {"revision": 1}, "$set": {"untold_at": now}}
        row = await self._rows.of(firm_id).change_one(
            {"user_id": user_id}, update, PLACE_FIELDS, sort=[("archived", 1), ("at", -1)], session=session
        )
        return place_of(row) if row else None

    async def latest(self, firm_id: Id, user_id: Id) -> Place | None:
        """The entry that `have_told_again` takes."""
        order = [("archived", 1), ("at", -1)]
        row = await self._rows.of(firm_id).find_one({"user_id": user_id}, PLACE_FIELDS, sort=order)
        return place_of(row) if row else None

    async def of_thread(self, firm_id: Id, user_id: Id, thread_id: Id) -> NotificationDoc | None:
        """Somebody's entry for a thread."""
        row = await self._rows.of(firm_id).find_one({"user_id": user_id, "thread_id": thread_id})
        return from_document(row, NotificationDoc) if row else None

    async def telling_of(self, firm_id: Id, place_id: Id, letter_ids: Collection[Id]) -> list[NotificationDoc]:
        """Everybody's entries of a thread that tell of one of these letters as failed."""
        of = {"$in": list(letter_ids)}
        told = {"thread_id": place_id, "$or": [{"lost.letter_id": of}, {"done.letter_id": of}]}
        return await readable(self._rows.of(firm_id).find(told), NotificationDoc)

    async def read(self, place: Place, to: ReadTo, at: Ms) -> bool | None:
        """Somebody has read a thread up to these positions: their entry is unread only for what stands behind them, and
        keeps its mention mark only for a mention there (MN-6). What it is told later but stands before them leaves none.
        Whether its owner is to be told of it; None if there is no entry."""
        still: Row = {"$and": ["$unread", _beyond("heard", to)]}
        called: Row = {"$and": ["$mentioned", _beyond("called", to)]}
        changed: Row = {"$or": [_ends("$unread", still), _ends("$mentioned", called), _passes(to)]}
        row = await self._rows.of(place.firm_id).change_one(
            _at(place),
            [
                {
                    "$set": {
                        "unread": still,
                        "mentioned": called,
                        "read_seq": {"$max": ["$read_seq", to.seq]},
                        "read_notes": {"$max": ["$read_notes", to.notes]},
                        **_revised(changed, at),
                    }
                }
            ],
            {"untold_at": 1},
        )
        return None if row is None else row.get("untold_at") is not None

    async def colleague_read(self, place: Place, name: str, to: ReadTo, at: Ms) -> list[Place]:
        """Note on the others' unread entries that a colleague got there first, having read up to these positions (NS-5);
        those that changed."""
        query = {
            "thread_id": place.thread_id,
            "user_id": {"$ne": place.user_id},
            "unread": True,
            "archived": False,
            "read_by": {"$ne": name},
            "heard.t": {"$not": {"$gt": to.seq}},
            "heard.n": {"$not": {"$gt": to.notes}},
        }
        own = self._rows.of(place.firm_id)
        changed = {row["_id"]: place_of(row) async for row in own.find(query, PLACE_FIELDS)}
        if not changed:
            return []
        noted: Row = {"$addToSet": {"read_by": name}, "$inc": {"revision": 1}, "$set": {"untold_at": at}}
        await own.update_many({**query, "_id": {"$in": list(changed)}}, noted)
        return list(changed.values())

    async def archive(
        self, firm_id: Id, user_id: Id, notification_id: Id, archived: bool, at: Ms
    ) -> NotificationDoc | None:
        """Put an entry away, or take it back. One about no thread is read by that, as far as it has heard: there is nothing
        to open."""
        thread: Row = {"$eq": [{"$ifNull": ["$about", "thread"]}, "thread"]}
        leaves: Row = {"$or": [thread, not archived]}
        revision: Row = {"$add": [{"$ifNull": ["$revision", 0]}, 1]}
        fields: Row = {
            "archived": archived,
            "untold_at": at,
            "revision": revision,
            "unread": {"$and": ["$unread", leaves]},
            "read_seq": {"$cond": [leaves, "$read_seq", {"$max": ["$read_seq", "$heard.t", 0]}]},
            "read_notes": {"$cond": [leaves, "$read_notes", {"$max": ["$read_notes", "$heard.n", 0]}]},
        }
        own = self._rows.of(firm_id)
        row = await own.change_one({"_id": notification_id, "user_id": user_id}, [{"$set": fields}])
        return from_document(row, NotificationDoc) if row else None

    async def told_of(self, firm_id: Id, place_id: Id, session: Session | None = None) -> list[NotificationDoc]:
        """Everybody's entry for one thing that is no thread."""
        rows = self._rows.of(firm_id).find({"thread_id": place_id}, session=session)
        return await readable(rows, NotificationDoc)

    async def page(
        self, firm_id: Id, user_id: Id, archived: bool, below: tuple[Ms, Id] | None, limit: int
    ) -> list[NotificationDoc]:
        """Somebody's entries, latest first, from below a place."""
        query: Row = {"user_id": user_id, "archived": archived}
        if below is not None:
            at, identity = below
            query |= {"at": {"$lte": at}, "$or": [{"at": {"$lt": at}}, {"_id": {"$lt": identity}}]}
        rows = self._rows.of(firm_id).find(query).sort([("at", -1), ("_id", -1)]).limit(limit)
        return await readable(rows, NotificationDoc)

    async def open_count(
        self, firm_id: Id, user_id: Id, session: Session | None = None, *, of: Iterable[Id] | None = None
    ) -> int:
        """How many entries are not archived: the badge (NS-5). `of`: the accounts that somebody sees, None for all; an
        entry may have been made for who had just lost its account, and is about to go (AC-15)."""
        query: Row = {"user_id": user_id, "archived": False}
        if of is not None:
            query["$or"] = [{"account_id": {"$in": list(of)}}, {"about": {"$in": list(OWN)}}]
        return await self._rows.of(firm_id).count(query, OPEN_COUNTED_MAX, session=session)

    async def forget(self, firm_id: Id, user_id: Id, but_of: Iterable[Id], now: Ms, session: Session) -> None:
        """Take away somebody's entries, but those of some accounts, in the transaction that takes their access to the
        others: what they may not see any more (AC-15). What is of no account, or names none for that very reason, stays.
        The badge is to be told again then."""
        query = {"user_id": user_id, "account_id": {"$nin": list(but_of)}, "about": {"$nin": list(OWN)}}
        if (await self._rows.of(firm_id).delete_many(query, session=session)).deleted_count:
            await self.have_told_again(firm_id, user_id, now, session)


def place_of(row: Row) -> Place:
    """Whose entry a document is, whatever else it says; by PLACE_FIELDS."""
    return Place(row["firm_id"], row["user_id"], row["thread_id"])


def _firms(places: Collection[Place]) -> set[Id]:
    return {place.firm_id for place in places}


def _at(place: Place) -> Row:
    return {"user_id": place.user_id, "thread_id": place.thread_id}


def _among(places: Collection[Place]) -> Row:
    """Entries of these people and these threads: of more than the places, where they are of several."""
    users, threads = {place.user_id for place in places}, {place.thread_id for place in places}
    return {"user_id": {"$in": list(users)}, "thread_id": {"$in": list(threads)}}


def counted_open(firm_ids: Iterable[Id], user_ids: Sequence[Id]) -> list[Row]:
    """How many entries of each of these people of these firms are open."""
    own = matching(firm_ids, NOTIFICATIONS)
    counted = [own, {"$match": {"archived": False}}, {"$limit": OPEN_COUNTED_MAX}, {"$count": "open"}]
    return [
        {"$documents": [{"user_id": user_id} for user_id in user_ids]},
        {"$lookup": {"from": "notifications", "localField": "user_id", "foreignField": "user_id",
                     "pipeline": counted, "as": "counted"}},
    ]  # fmt: skip


def marks_of(places: Collection[Place]) -> list[Row]:
    """How far the owners of these have read the threads."""
    wanted: Row = {"_id": {"$in": [mark_id(place.thread_id, place.user_id) for place in places]}}
    return [
        {"$match": wanted},
        {"$project": {"firm_id": 1, "person.id": 1, "thread_id": 1, "read_seq": 1, "notes_seq": 1}},
    ]


def read_to(rows: Iterable[Row]) -> dict[Place, ReadTo]:
    """How far they are, by `marks_of`."""
    return {
        Place(row["firm_id"], row["person"]["id"], row["thread_id"]): ReadTo(
            row.get("read_seq", 0), row.get("notes_seq", 0)
        )
        for row in rows
    }


def _beyond(field: str, to: ReadTo) -> Row:
    """Whether the last positions in `heard` or `called` are behind what has been read."""
    reached = {"t": {"$max": ["$read_seq", to.seq]}, "n": {"$max": ["$read_notes", to.notes]}}
    return {"$or": [{"$gt": [{"$ifNull": [f"${field}.{kind}", 0]}, read]} for kind, read in reached.items()]}


def _passes(to: ReadTo) -> Row:
    """Whether an unread entry gathers something that has only now been read."""
    read = {"t": ("$read_seq", to.seq), "n": ("$read_notes", to.notes)}
    passed: list[Row] = [
        {
            "$and": [
                {"$eq": ["$$this.stream", kind]},
                {"$lte": ["$$this.seq", reached]},
                {"$gt": ["$$this.seq", {"$ifNull": [field, 0]}]},
            ]
        }
        for kind, (field, reached) in read.items()
    ]
    kept: Row = {"$concatArrays": [{"$ifNull": [f"${some}", []]} for some in ("said", "lost", "done")]}
    found: Row = {"$filter": {"input": kept, "cond": {"$or": passed}}}
    return {"$and": ["$unread", {"$ne": [found, []]}]}


def _ends(field: str, still: Row) -> Row:
    return {"$and": [field, {"$not": [still]}]}


def _revised(changed: Row, now: Ms) -> Row:
    """What goes with a change that its owner is to see, where it is one."""
    revision: Row = {"$ifNull": ["$revision", 0]}
    return {
        "revision": {"$cond": [changed, {"$add": [revision, 1]}, revision]},
        "untold_at": {"$cond": [changed, now, "$untold_at"]},
    }


def _putting(own: Bound, change: Change, now: Ms) -> Write:
    """A change as a write that does nothing to an entry that is another by now."""
    before, after = change.before, change.after
    fields = to_document(after) | ({} if change.told_at_once else {"untold_at": now})
    if before is None:
        return own.write(_at(after.place), {"$setOnInsert": fields}, upsert=True)
    seen = to_document(before)
    update: Row = {"$set": {name: value for name, value in fields.items() if seen.get(name) != value}}
    gone = {name: "" for name in seen if name not in fields}
    if gone:
        update["$unset"] = gone
    same = {name: seen.get(name, {"$in": [None, 0]}) for name in ("revision", "read_seq", "read_notes")}
    return own.write({"_id": before.id, **same}, update)
