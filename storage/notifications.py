"""Inbox entries: one for each member of staff and thread (NS-4).

An event is applied at most once: an entry remembers the last position of t: and n: that it has heard of. A mention is
remembered apart, since one that comes late, behind other news, must still leave its mark (MN-6). Which of two pieces of
news an entry shows is decided by their time, stream and position alone, so the order of telling doesn't matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace
from pymongo import UpdateOne

from protocol.entities import NotificationKind, Person
from protocol.wire import Id, Ms, Seq
from storage.documents import Document, from_document, readable, to_document
from storage.mongo import Mongo, Row, write_all

OPEN_COUNTED_MAX: Final = 1000
"""A badge beyond this is a number that nobody reads."""
ENTRIES_PER_ANSWER_MAX: Final = 2_000


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


class Notifications:
    """The entries."""

    def __init__(self, mongo: Mongo) -> None:
        self._database = mongo.database
        self._rows = mongo.rows("notifications")

    async def tell(self, tellings: Sequence[Telling]) -> list[NotificationDoc]:
        """Make these entries, or move them to the top, in one command; the entries as they are then.

        One that has heard of a position stays as it is. A mention mark, once set, stays until it is read (MN-6).
        Colleagues' reading starts anew.
        """
        await write_all(self._rows, [_telling(telling) for telling in tellings])
        entries = [telling.entry for telling in tellings]
        query = {
            "thread_id": {"$in": list({entry.thread_id for entry in entries})},
            "user_id": {"$in": list({entry.user_id for entry in entries})},
        }
        rows = self._rows.find(query).batch_size(ENTRIES_PER_ANSWER_MAX)
        return await readable(rows, NotificationDoc)

    async def of_thread(self, user_id: Id, thread_id: Id) -> NotificationDoc | None:
        """Somebody's entry for a thread."""
        row = await self._rows.find_one({"user_id": user_id, "thread_id": thread_id})
        return from_document(row, NotificationDoc) if row else None

    async def read(self, user_id: Id, thread_id: Id, seq: Seq, at: Ms) -> NotificationDoc | None:
        """Somebody read the thread up to a position of t:, and what stands in it now: their entry loses its marks, and
        what it is told later but stands before that leaves none. None when it had none."""
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
                    }
                }
            ],
        )
        before = from_document(row, NotificationDoc) if row else None
        if before is None or not (before.unread and before.at <= at):
            return None
        return replace(before, unread=False, mentioned=False, read_seq=max(before.read_seq, seq))

    async def colleague_read(self, thread_id: Id, reader_id: Id, name: str) -> list[NotificationDoc]:
        """Note on the others' unread entries that a colleague got there first (NS-5); those that changed."""
        query = {
            "thread_id": thread_id,
            "user_id": {"$ne": reader_id},
            "unread": True,
            "archived": False,
            "read_by": {"$ne": name},
        }
        changed = [row["_id"] async for row in self._rows.find(query, {"_id": 1})]
        if not changed:
            return []
        await self._rows.update_many({"_id": {"$in": changed}}, {"$addToSet": {"read_by": name}})
        return await readable(self._rows.find({"_id": {"$in": changed}}), NotificationDoc)

    async def archive(self, user_id: Id, notification_id: Id, archived: bool) -> NotificationDoc | None:
        """Put an entry away, or take it back."""
        row = await self._rows.find_one_and_update(
            {"_id": notification_id, "user_id": user_id},
            {"$set": {"archived": archived}},
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

    async def open_counts(self, user_ids: Iterable[Id]) -> dict[Id, int]:
        """The same for several people, in one query."""
        counted = [{"$match": {"archived": False}}, {"$limit": OPEN_COUNTED_MAX}, {"$count": "open"}]
        rows = await self._database.aggregate(
            [
                {"$documents": [{"user_id": user_id} for user_id in user_ids]},
                {"$lookup": {"from": "notifications", "localField": "user_id", "foreignField": "user_id",
                             "pipeline": counted, "as": "counted"}},
            ]
        )  # fmt: skip
        return {row["user_id"]: row["counted"][0]["open"] if row["counted"] else 0 async for row in rows}

    async def forget(self, user_id: Id, but_of: Iterable[Id] = ()) -> None:
        """Take away somebody's entries, but those of some accounts: what they may not see any more (AC-15)."""
        await self._rows.delete_many({"user_id": user_id, "account_id": {"$nin": list(but_of)}})


def _telling(telling: Telling) -> UpdateOne:
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
    }
    update |= {name: {"$cond": [newest, {"$literal": value}, f"${name}"]} for name, value in said.items()}
    update |= {name: {"$cond": [guard, value, f"${name}"]} for name, (guard, value) in anew.items()}
    return UpdateOne({"user_id": entry.user_id, "thread_id": entry.thread_id}, [{"$set": update}], upsert=True)
