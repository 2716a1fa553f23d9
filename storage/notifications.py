"""Inbox entries: one for each member of staff and thread (NS-4).

An event is applied at most once: an entry remembers the last position of t: and n: that it has heard of.
"""

from typing import Any

from protocol.entities import NotificationKind, Person
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row


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
    read_by: list[str] = []


class Notifications:
    """The entries."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("notifications")

    async def tell(self, entry: NotificationDoc, stream: str, seq: int) -> NotificationDoc | None:
        """Make or move to the top the entry of this person and thread; None when it had heard of this position.

        A mention mark, once set, stays until it is read (MN-6). Colleagues' reading starts anew.
        """
        fields = to_document(entry)
        identity = {"user_id": entry.user_id, "thread_id": entry.thread_id}
        heard = f"heard.{stream[0]}"
        await self._rows.update_one(
            identity,
            {"$setOnInsert": {"_id": entry.id, "created_at": entry.created_at, "at": 0, "archived": True}},
            upsert=True,
        )
        always = {
            name: fields[name] for name in ("firm_id", "account_id", "kind", "actor", "at", "unread", "archived")
        } | {"text": entry.text, "internal": entry.internal, "read_by": []}
        if entry.mentioned:
            always["mentioned"] = True
        row = await self._rows.find_one_and_update(
            {**identity, heard: {"$not": {"$gte": seq}}},
            {"$set": {**always, heard: seq}},
            return_document=True,
        )
        return from_document(row, NotificationDoc) if row else None

    async def of_thread(self, user_id: Id, thread_id: Id) -> NotificationDoc | None:
        """Somebody's entry for a thread."""
        row = await self._rows.find_one({"user_id": user_id, "thread_id": thread_id})
        return from_document(row, NotificationDoc) if row else None

    async def read(self, user_id: Id, thread_id: Id, at: Ms) -> NotificationDoc | None:
        """Somebody read the thread: their entry loses its marks. None when it had none."""
        row = await self._rows.find_one_and_update(
            {"user_id": user_id, "thread_id": thread_id, "unread": True, "at": {"$lte": at}},
            {"$set": {"unread": False, "mentioned": False}},
            return_document=True,
        )
        return from_document(row, NotificationDoc) if row else None

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
        return [from_document(row, NotificationDoc) async for row in self._rows.find({"_id": {"$in": changed}})]

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
            query["$or"] = [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": identity}}]
        rows = self._rows.find(query).sort([("at", -1), ("_id", -1)]).limit(limit)
        return [from_document(row, NotificationDoc) async for row in rows]

    async def open_count(self, user_id: Id) -> int:
        """How many entries are not archived: the badge (NS-5)."""
        return await self._rows.count_documents({"user_id": user_id, "archived": False}, limit=1000)

    async def forget(self, user_id: Id, query: dict[str, Any]) -> None:
        """Take away entries of threads that somebody may not see any more (AC-15)."""
        await self._rows.delete_many({"user_id": user_id, **query})
