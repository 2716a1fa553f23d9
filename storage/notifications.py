"""Inbox entries: one for each member of staff and thread (NS-4).

An event is applied at most once: an entry remembers the last position of t: and n: that it has heard of. A mention is
remembered apart, since one that comes late, behind other news, must still leave its mark (MN-6). Which of two pieces of
news an entry shows is decided by their time, stream and position alone, so the order of telling doesn't matter.

Each change that its owner is to see makes a new revision of the entry, in the very write that changes it, and marks it as
untold until an event in the owner's own stream has said so: whoever dies in between leaves it to the sweep.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pymongo import UpdateOne

from protocol.entities import NotificationKind, Person
from protocol.wire import Id, Ms, Seq
from storage.accounts import AccountDoc
from storage.documents import Document, from_document, if_readable, readable, to_document
from storage.mongo import Mongo, Row, Session, write_all
from storage.people import StaffDoc
from storage.threads import ThreadDoc

D = TypeVar("D", bound=Document)

OPEN_COUNTED_MAX: Final = 1000
"""A badge beyond this is a number that nobody reads."""
ENTRIES_PER_ANSWER_MAX: Final = 2_000


Place = tuple[Id, Id]
"""Whose entry, and of which thread."""


class NotificationDoc(Document):
    """An entry as stored. Its id is made at the first event; there is one for each pair of person and thread."""

    id: Id
    firm_id: Id
    user_id: Id
    thread_id: Id
    account_id: Id
    kind: NotificationKind
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
    """How far its owner had read in t: when they were ahead of what it had heard of: that stirs it no more."""
    read_by: list[str] = []
    heard: dict[str, int] = {}
    """The last position that it has heard of, by kind of stream (`t`, `n`)."""
    called: dict[str, int] = {}
    """The last position with a mention of its owner that it has heard of, likewise."""
    revision: int = 0
    untold_at: Ms | None = None
    """Since when its owner's own stream lacks this revision, or an earlier one."""

    @property
    def place(self) -> "Place":
        """What there is one of."""
        return self.user_id, self.thread_id


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


class Notifications:
    """The entries."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.database
        self._rows = mongo.rows("notifications")

    async def tell(self, tellings: Sequence[Telling], now: Ms) -> None:
        """Make these entries, or move them to the top, in one command.

        One that has heard of a position stays as it is. A mention mark, once set, stays until it is read (MN-6).
        Colleagues' reading starts anew.
        """
        await write_all(self._rows, [_telling(telling, now) for telling in tellings])

    async def glance(self, places: Collection[Place]) -> Glance:
        """Untold entries of these, and what they are told with, in one command; nothing of it is older than the call."""
        if not places:
            return Glance([], {}, {}, {}, {})
        users, threads = list({user for user, _ in places}), list({thread for _, thread in places})
        wanted: Row = {"user_id": {"$in": users}, "thread_id": {"$in": threads}, "untold_at": {"$exists": True}}
        concerned: list[Row] = [{"$match": wanted}, {"$group": {"_id": "$account_id"}}]
        accounts: list[Row] = [
            *concerned,
            {"$lookup": {"from": "accounts", "localField": "_id", "foreignField": "_id", "as": "found"}},
            {"$unwind": "$found"},
            {"$replaceRoot": {"newRoot": "$found"}},
        ]
        parts: list[tuple[str, Row]] = [
            ("entry", {"coll": "notifications", "pipeline": [{"$match": wanted}]}),
            ("count", {"pipeline": _counted(users)}),
            ("thread", {"coll": "threads", "pipeline": [{"$match": {"_id": {"$in": threads}}}]}),
            (
                "staff",
                {"coll": "staff", "pipeline": [{"$match": {"_id": {"$in": users}}}, {"$unset": "password_hash"}]},
            ),
            ("account", {"coll": "notifications", "pipeline": accounts}),
        ]
        stages: list[Row] = [{"$documents": []}]
        for part, union in parts:
            stages.append({"$unionWith": {**union, "pipeline": [*union["pipeline"], {"$set": {"part": part}}]}})
        found: dict[str, list[Row]] = {part: [] for part, _ in parts}
        async for row in await self._database.aggregate(stages, batchSize=ENTRIES_PER_ANSWER_MAX):
            found[row["part"]].append(row)
        told = set(places)
        entries = [entry for row in found["entry"] if (entry := if_readable(row, NotificationDoc)) is not None]
        return Glance(
            entries=[entry for entry in entries if entry.place in told],
            open_counts={row["user_id"]: row["counted"][0]["open"] if row["counted"] else 0 for row in found["count"]},
            threads=_by_id(found["thread"], ThreadDoc),
            staff=_by_id(found["staff"], StaffDoc),
            accounts=_by_id(found["account"], AccountDoc),
        )

    async def told(self, entries: Iterable[NotificationDoc]) -> None:
        """Their owners' own streams have these revisions."""
        await write_all(
            self._rows,
            [
                UpdateOne({"_id": entry.id, "revision": entry.revision}, {"$unset": {"untold_at": ""}})
                for entry in entries
            ],
        )

    async def untold(self, before: Ms, limit: int) -> list[Place]:
        """Entries that have been untold since before a time, the longest first."""
        rows = self._rows.find({"untold_at": {"$lt": before}}, {"user_id": 1, "thread_id": 1})
        return [(row["user_id"], row["thread_id"]) async for row in rows.sort("untold_at", 1).limit(limit)]

    async def put_off(self, before: Ms, places: Collection[Place], now: Ms) -> None:
        """Those of them that are still untold have others tried first."""
        users, threads = list({user for user, _ in places}), list({thread for _, thread in places})
        query = {"user_id": {"$in": users}, "thread_id": {"$in": threads}, "untold_at": {"$lt": before}}
        await self._rows.update_many(query, {"$set": {"untold_at": now}})

    async def drop(self, entries: Sequence[NotificationDoc], now: Ms) -> list[Place]:
        """Take away entries that were made for who had just lost the account and that nobody has told, and have the badge
        told again that they were counted in: the latest of what their owners have left, which is untold now."""
        untold: Row = {"untold_at": {"$exists": True}}
        await self._rows.delete_many({"$or": [{"_id": one.id, "revision": one.revision, **untold} for one in entries]})
        return [
            place
            for user_id in {entry.user_id for entry in entries}
            if (place := await self.have_told_again(user_id, now)) is not None
        ]

    async def have_told_again(self, user_id: Id, now: Ms, session: Session | None = None) -> Place | None:
        """Somebody's latest entry is untold, and the badge with it; None for who has none."""
        update: Row = {"$inc": {"revision": 1}, "$set": {"untold_at": now}}
        row = await self._rows.find_one_and_update(
            {"user_id": user_id, "archived": False}, update, sort=[("at", -1)], session=session
        )
        return (row["user_id"], row["thread_id"]) if row else None

    async def latest(self, user_id: Id) -> Place | None:
        """Somebody's latest entry."""
        query, fields = {"user_id": user_id, "archived": False}, {"thread_id": 1}
        row = await self._rows.find_one(query, fields, sort=[("at", -1)])
        return (user_id, row["thread_id"]) if row else None

    async def of_thread(self, user_id: Id, thread_id: Id) -> NotificationDoc | None:
        """Somebody's entry for a thread."""
        row = await self._rows.find_one({"user_id": user_id, "thread_id": thread_id})
        return from_document(row, NotificationDoc) if row else None

    async def read(self, user_id: Id, thread_id: Id, seq: Seq, at: Ms) -> bool:
        """Somebody read the thread up to a position of t:, and what stands in it now: their entry loses its marks, and
        what it is told later but stands before that leaves none. Whether it had any."""
        unread: Row = {"$and": ["$unread", {"$lte": ["$at", at]}]}
        row = await self._rows.find_one_and_update(
            {
                "user_id": user_id,
                "thread_id": thread_id,
                "$or": [
                    {"unread": True, "at": {"$lte": at}},
                    {"heard.t": {"$not": {"$gte": seq}}, "read_seq": {"$not": {"$gte": seq}}},
                ],
            },
            [
                {
                    "$set": {
                        "unread": {"$cond": [unread, False, "$unread"]},
                        "mentioned": {"$cond": [unread, False, "$mentioned"]},
                        "read_seq": {"$max": ["$read_seq", seq]},
                        **_revised(unread, at),
                    }
                }
            ],
            {"unread": 1, "at": 1},
        )
        return row is not None and bool(row["unread"]) and row["at"] <= at

    async def colleague_read(self, thread_id: Id, reader_id: Id, name: str, at: Ms) -> list[Place]:
        """Note on the others' unread entries that a colleague got there first (NS-5); those that changed."""
        query = {
            "thread_id": thread_id,
            "user_id": {"$ne": reader_id},
            "unread": True,
            "archived": False,
            "read_by": {"$ne": name},
        }
        changed = {row["_id"]: row["user_id"] async for row in self._rows.find(query, {"user_id": 1})}
        if not changed:
            return []
        noted: Row = {"$addToSet": {"read_by": name}, "$inc": {"revision": 1}, "$set": {"untold_at": at}}
        await self._rows.update_many({"_id": {"$in": list(changed)}, "read_by": {"$ne": name}}, noted)
        return [(user_id, thread_id) for user_id in changed.values()]

    async def archive(self, user_id: Id, notification_id: Id, archived: bool, at: Ms) -> NotificationDoc | None:
        """Put an entry away, or take it back."""
        row = await self._rows.find_one_and_update(
            {"_id": notification_id, "user_id": user_id},
            {"$set": {"archived": archived, "untold_at": at}, "$inc": {"revision": 1}},
            return_document=True,
        )
        return from_document(row, NotificationDoc) if row else None

    async def page(self, user_id: Id, archived: bool, below: tuple[Ms, Id] | None, limit: int) -> list[NotificationDoc]:
        """Somebody's entries, latest first, from below a place."""
        query: Row = {"user_id": user_id, "archived": archived}
        if below is not None:
            at, identity = below
            query |= {"at": {"$lte": at}, "$or": [{"at": {"$lt": at}}, {"_id": {"$lt": identity}}]}
        rows = self._rows.find(query).sort([("at", -1), ("_id", -1)]).limit(limit)
        return await readable(rows, NotificationDoc)

    async def open_count(self, user_id: Id) -> int:
        """How many entries are not archived: the badge (NS-5)."""
        return await self._rows.count_documents({"user_id": user_id, "archived": False}, limit=OPEN_COUNTED_MAX)

    async def forget(self, user_id: Id, but_of: Iterable[Id], now: Ms, session: Session) -> None:
        """Take away somebody's entries, but those of some accounts, in the transaction that takes their access to the
        others: what they may not see any more (AC-15). The badge is to be told again then."""
        query = {"user_id": user_id, "account_id": {"$nin": list(but_of)}}
        if (await self._rows.delete_many(query, session=session)).deleted_count:
            await self.have_told_again(user_id, now, session)


def _counted(user_ids: Sequence[Id]) -> list[Row]:
    """How many entries of each of these people are open."""
    counted = [{"$match": {"archived": False}}, {"$limit": OPEN_COUNTED_MAX}, {"$count": "open"}]
    return [
        {"$documents": [{"user_id": user_id} for user_id in user_ids]},
        {"$lookup": {"from": "notifications", "localField": "user_id", "foreignField": "user_id",
                     "pipeline": counted, "as": "counted"}},
    ]  # fmt: skip


def _by_id(rows: Iterable[Row], kind: type[D]) -> dict[Id, D]:
    """Those of them that can be read."""
    return {str(row["_id"]): found for row in rows if (found := if_readable(row, kind)) is not None}


def _revised(changed: Row, now: Ms) -> Row:
    """What goes with a change that its owner is to see, where it is one."""
    revision: Row = {"$ifNull": ["$revision", 0]}
    return {
        "revision": {"$cond": [changed, {"$add": [revision, 1]}, revision]},
        "untold_at": {"$cond": [changed, now, "$untold_at"]},
    }


def _telling(telling: Telling, now: Ms) -> UpdateOne:
    """News as a write with its guards."""
    entry, heard, called = telling.entry, f"heard.{telling.kind}", f"called.{telling.kind}"
    fields = to_document(entry)
    unheard: Row = {"$gt": [telling.heard, {"$ifNull": [f"${heard}", 0]}]}
    shown: list[Row] = [{"$ifNull": ["$at", 0]}, {"$ifNull": ["$internal", False]}, {"$ifNull": ["$seq", 0]}]
    newest: Row = {"$gt": [[entry.at, entry.internal, entry.seq], shown]}
    # What has been read before it was told is as good as heard; positions of n: nobody says that they have read.
    read: Row = {"$ifNull": ["$read_seq", 0]} if telling.kind == "t" else {"$literal": 0}
    mentioned: Row = {"$gt": [telling.called, {"$max": [f"${called}", read]}]}
    stirs: Row = {"$or": [{"$and": [unheard, {"$gt": [telling.heard, read]}]}, mentioned]}
    earlier: Row = {"$lt": [entry.created_at, {"$ifNull": ["$created_at", entry.created_at + 1]}]}
    said = {name: fields[name] for name in ("kind", "actor", "at")}
    said |= {"text": entry.text, "internal": entry.internal, "seq": entry.seq}
    anew: Row = {"unread": (stirs, True), "archived": (stirs, False), "mentioned": (mentioned, True)}
    update: Row = {
        "_id": {"$ifNull": ["$_id", entry.id]},
        "firm_id": entry.firm_id,
        "account_id": entry.account_id,
        "created_at": {"$min": ["$created_at", entry.created_at]},
        "read_by": {"$cond": [unheard, [], "$read_by"]},
        heard: {"$max": [f"${heard}", telling.heard]},
        called: {"$max": [f"${called}", telling.called]},
        **_revised({"$or": [unheard, newest, mentioned, earlier]}, now),
    }
    update |= {name: {"$cond": [newest, {"$literal": value}, f"${name}"]} for name, value in said.items()}
    update |= {name: {"$cond": [guard, value, f"${name}"]} for name, (guard, value) in anew.items()}
    return UpdateOne({"user_id": entry.user_id, "thread_id": entry.thread_id}, [{"$set": update}], upsert=True)
