"""Documents in folders (DC). Knows one document each, by whose SHA-256 its bytes are found; refuses to know who may see it.

A document that is deleted stays for a while in the trash; so does one whose folder is deleted, from that moment.
"""

from collections.abc import Collection, Iterable
from typing import Any, Final

from pymongo import IndexModel

from protocol.documents import ScanState
from protocol.people import Person, Side
from protocol.texts import words_of
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session, keys_taken
from storage.mongo.documents import Document, from_document, if_readable, readable, to_document
from storage.mongo.of_firms import FirmRows


class DocumentDoc(Document):
    """A document as stored."""

    id: Id
    firm_id: Id
    account_id: Id
    folder_id: Id
    name: str
    name_key: str
    """The name as it is compared: case-folded."""
    size: int
    """In bytes."""
    sha256: str
    family: str
    """What it is by its content: server.files.family."""
    media_type: str
    uploaded_by: Person
    uploaded_at: Ms
    new_for: list[Side] = []
    """The sides of which nobody has looked at it yet (RD-8)."""
    deleted_at: Ms | None = None
    preview: dict[str, Any] | None = None
    """What it is shown as (protocol.previews.Preview), copied from that of its content; None where nobody has looked."""
    scan: ScanState | None = None
    """Why it isn't for the other side. None: it is for whoever may see its folder."""
    key: str | None = None
    meant: str | None = None
    """A hash of what the command with the key said."""
    unpacked: dict[str, Any] | None = None
    """What else came out of the same zip (server.documents.unpacking), of the one that has the key."""

    came_with: Id | None = None
    """Of what came out of one zip: the document that has its key."""

    untold: int = 0
    """1: nobody has been told of it yet unless a message carries it, or not that it was refused."""
    told_at: Ms | None = None
    """The position at which inboxes tell of it, fixed before anybody hears."""

    def looked_up(self) -> Row:
        """The words that it is found by."""
        return {"words": words_of(self.name)}


DOCUMENTS: Final = OfFirms(
    "documents",
    IndexModel([("firm_id", 1), ("folder_id", 1), ("_id", -1)]),
    IndexModel([("firm_id", 1), ("folder_id", 1), ("name_key", 1)]),
    IndexModel([("firm_id", 1), ("account_id", 1), ("words", 1)]),
    IndexModel([("firm_id", 1), ("account_id", 1), ("_id", -1)]),
    IndexModel([("firm_id", 1), ("sha256", 1)]),
    IndexModel([("firm_id", 1), ("key", 1)], unique=True, partialFilterExpression={"key": {"$exists": True}}),
    IndexModel([("firm_id", 1), ("account_id", 1)], partialFilterExpression={"untold": {"$gt": 0}}),
    IndexModel(
        [("firm_id", 1), ("account_id", 1), ("told_at", 1)], partialFilterExpression={"told_at": {"$exists": True}}
    ),
    IndexModel("deleted_at", partialFilterExpression={"deleted_at": {"$exists": True}}),
)

LIVE: Final[Row] = {"deleted_at": None}


def offered_to(side: Side) -> Row:
    """Those that a side may see as far as the virus scanner is concerned."""
    return {"$or": [{"scan": None}, {"uploaded_by.side": side}]}


_SAME_STEM_MAX: Final = 1_000
_SAME_CONTENT_MAX: Final = 1_000


class Documents:
    """The documents."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, DOCUMENTS)

    async def get(self, firm_id: Id, document_id: Id, session: Session | None = None) -> DocumentDoc | None:
        """One document, also one that is in the trash."""
        row = await self._rows.of(firm_id).find_one({"_id": document_id}, session=session)
        return from_document(row, DocumentDoc) if row else None

    async def many(self, firm_id: Id, document_ids: Iterable[Id], session: Session | None = None) -> list[DocumentDoc]:
        """Several by id, also those in the trash."""
        wanted = list(set(document_ids))
        if not wanted:
            return []
        return await readable(self._rows.of(firm_id).find({"_id": {"$in": wanted}}, session=session), DocumentDoc)

    async def by_key(self, firm_id: Id, key: str) -> DocumentDoc | None:
        """The document that a save with this key made, also if it is being stored this very moment."""
        row = await self._rows.of(firm_id).find_certain({"key": key})
        return from_document(row, DocumentDoc) if row else None

    async def add(self, *documents: DocumentDoc, session: Session) -> None:
        """Store new ones. Lets DuplicateKeyError out."""
        async with keys_taken():
            await self._rows.insert(*map(to_document, documents), session=session)

    async def change(self, document: DocumentDoc, session: Session) -> None:
        """Store what a document is now. Fields of a newer build stay; what isn't there any more goes."""
        fields = {name: value for name, value in to_document(document).items() if name not in ("_id", "firm_id")}
        # What the scanner says comes at any moment, and stands as it is.
        fields.pop("scan", None)
        gone = {} if document.deleted_at is not None else {"deleted_at": ""}
        update = {"$set": {"new_for": [], **fields}} | ({"$unset": gone} if gone else {})
        await self._rows.of(document.firm_id).update_one({"_id": document.id}, update, session=session)

    async def looked_into(self, firm_id: Id, sha256: str, family: str, preview: Row, session: Session) -> list[Id]:
        """What the documents of some content are shown as, of which nobody knew; the ids of these."""
        query: Row = {"sha256": sha256, "family": family, "preview": None}
        rows = self._rows.of(firm_id)
        ids = [row["_id"] async for row in rows.find(query, {"_id": 1}, session=session).limit(_SAME_CONTENT_MAX)]
        await rows.update_many({**query, "_id": {"$in": ids}}, {"$set": {"preview": preview}}, session=session)
        return ids

    async def still_new(
        self, firm_id: Id, account_id: Id, first: Ms, last: Ms, but: Id
    ) -> tuple[int, DocumentDoc | None]:
        """How many of those that staff are told of between two positions are there and for them to look at still, and the
        one told of last; without somebody's own. What colleagues have brought is new to nobody, and counts while it is
        there."""
        query: Row = {
            "account_id": account_id,
            "told_at": {"$gte": first, "$lte": last},
            "uploaded_by.id": {"$ne": but},
            "scan": None,
            "$or": [{"uploaded_by.side": "staff"}, {"new_for": "staff"}],
            **LIVE,
        }
        rows = self._rows.of(firm_id)
        latest = await rows.find_one(query, sort=[("told_at", -1), ("_id", -1)])
        if latest is None:
            return 0, None
        return await rows.count(query), from_document(latest, DocumentDoc)

    async def judge(
        self, firm_id: Id, sha256: str, scan: ScanState | None, most: int, session: Session
    ) -> tuple[list[DocumentDoc], bool]:
        """Have those of some content be what the scanner makes of them, at most so many, also those in the trash: which,
        as they were, and whether there may be more. What is refused is refused whatever it was."""
        others: Row = {"$ne": scan} if scan == "refused" else {"$exists": True, "$ne": scan}
        rows = self._rows.of(firm_id)
        found = [row async for row in rows.find({"sha256": sha256, "scan": others}, session=session).limit(most)]
        update: Row = {"$unset": {"scan": ""}} if scan is None else {"$set": {"scan": scan}}
        await rows.update_many({"_id": {"$in": [row["_id"] for row in found]}}, update, session=session)
        documents = [one for row in found if (one := if_readable(row, DocumentDoc)) is not None]
        return documents, len(found) == most

    async def looked_at(self, firm_id: Id, document_id: Id, side: Side) -> None:
        """Somebody of a side has looked at it: it is new to them no more."""
        await self._rows.of(firm_id).update_one({"_id": document_id, "new_for": side}, {"$pull": {"new_for": side}})

    async def unplaced(self, firm_id: Id, account_id: Id, after: Id, limit: int, *, refused: bool) -> list[DocumentDoc]:
        """Those of an account of which nobody is told yet, and that have no position for it, the first behind one first:
        those that the scanner has refused, or the others."""
        scan: Row = {"scan": "refused" if refused else {"$ne": "refused"}}
        query: Row = {"account_id": account_id, "untold": {"$gt": 0}, "told_at": None, "_id": {"$gt": after}, **scan}
        return await readable(self._rows.of(firm_id).find(query).sort("_id", 1).limit(limit), DocumentDoc)

    async def zips_held(self, firm_id: Id, account_id: Id) -> set[Id]:
        """The zips of an account, by `came_with`, of which something still waits for the scanner."""
        query: Row = {"account_id": account_id, "untold": {"$gt": 0}, "came_with": {"$exists": True}, "scan": "held"}
        rows = self._rows.of(firm_id).find({**query, **LIVE}, {"came_with": 1, "_id": 0})
        return {row["came_with"] async for row in rows}

    async def place(
        self, firm_id: Id, document_ids: Collection[Id], at: Ms, session: Session, *, refused: bool
    ) -> None:
        """Fix the position at which they are told of, of those that are `unplaced` and offered, or refused, still."""
        scan: Row = {"scan": "refused" if refused else None}
        query: Row = {"_id": {"$in": list(document_ids)}, "untold": {"$gt": 0}, "told_at": None, **scan}
        await self._rows.of(firm_id).update_many(query, {"$set": {"told_at": at}}, session=session)

    async def placed(self, firm_id: Id, account_id: Id, behind: Ms) -> tuple[Ms, list[DocumentDoc]] | None:
        """The first position behind one at which something of an account is to be told of yet, and what; None where all is
        told."""
        query: Row = {"account_id": account_id, "untold": {"$gt": 0}}
        rows = self._rows.of(firm_id)
        first = await rows.find_one({**query, "told_at": {"$gt": behind}}, {"told_at": 1}, sort=[("told_at", 1)])
        if first is None:
            return None
        found = rows.find({**query, "told_at": first["told_at"]}).sort("_id", 1)
        return int(first["told_at"]), await readable(found, DocumentDoc)

    async def told(self, firm_id: Id, document_ids: Collection[Id], at: Ms) -> None:
        """Somebody has been told of them at their position."""
        query: Row = {"_id": {"$in": list(document_ids)}, "told_at": at}
        await self._rows.of(firm_id).update_many(query, {"$unset": {"untold": ""}})

    async def never_told(self, firm_id: Id, document_ids: Collection[Id]) -> None:
        """Nobody has to be told of them, unless they have been refused meanwhile."""
        query: Row = {"_id": {"$in": list(document_ids)}, "told_at": None, "scan": {"$ne": "refused"}}
        await self._rows.of(firm_id).update_many(query, {"$unset": {"untold": ""}})

    async def untold(self, document: DocumentDoc, session: Session) -> None:
        """Whatever has been told of one, there is something else to tell now."""
        update: Row = {"$set": {"untold": 1}, "$unset": {"told_at": ""}}
        await self._rows.of(document.firm_id).update_one({"_id": document.id}, update, session=session)

    async def names_like(self, firm_id: Id, folder_id: Id, stem: str, session: Session) -> set[str]:
        """The names in a folder that begin so, as they are compared."""
        query: Row = {"folder_id": folder_id, "name_key": {"$gte": stem, "$lt": stem + "\U0010ffff"}, **LIVE}
        rows = self._rows.of(firm_id).find(query, {"name_key": 1}, session=session)
        return {row["name_key"] async for row in rows.limit(_SAME_STEM_MAX)}

    async def names_in(self, firm_id: Id, folder_id: Id, session: Session) -> set[str]:
        """All names in a folder, as they are compared."""
        query: Row = {"folder_id": folder_id, **LIVE}
        rows = self._rows.of(firm_id).find(query, {"name_key": 1, "_id": 0}, session=session)
        return {row["name_key"] async for row in rows}

    async def count(self, firm_id: Id, folder_id: Id, most: int, session: Session) -> int:
        """How many are in a folder, counted up to `most`."""
        return await self._rows.of(firm_id).count({"folder_id": folder_id, **LIVE}, most, session=session)

    async def page(
        self, firm_id: Id, folder_ids: Collection[Id], side: Side, narrow: Row, after: Id | None, limit: int
    ) -> list[DocumentDoc]:
        """Those in some folders that match and are offered to a side, the latest first, behind one of them."""
        query: Row = {"$and": [narrow, offered_to(side)], "folder_id": {"$in": list(folder_ids)}}
        if after is not None:
            query["_id"] = {"$lt": after}
        return await readable(self._rows.of(firm_id).find(query).sort("_id", -1).limit(limit), DocumentDoc)

    async def in_folders(self, firm_id: Id, folder_ids: Collection[Id], after: Id, limit: int) -> list[Id]:
        """The ids of those in some folders behind one of them, ascending, also of those in the trash."""
        query: Row = {"folder_id": {"$in": list(folder_ids)}, "_id": {"$gt": after}}
        rows = self._rows.of(firm_id).find(query, {"_id": 1}).sort("_id", 1).limit(limit)
        return [row["_id"] async for row in rows]

    async def trash(self, firm_id: Id, document_ids: Collection[Id], folder_ids: Collection[Id], at: Ms) -> None:
        """Put some of those in some folders into the trash; those that are there stay as they are."""
        query: Row = {"_id": {"$in": list(document_ids)}, "folder_id": {"$in": list(folder_ids)}, **LIVE}
        await self._rows.of(firm_id).update_many(query, {"$set": {"deleted_at": at}})

    async def out_of_time(self, before: Ms, limit: int) -> list[DocumentDoc]:
        """Those of any firm that have been in the trash since before a time."""
        found = self._rows.across("sweep").find({"deleted_at": {"$lt": before}}).sort("deleted_at", 1)
        return await readable(found.limit(limit), DocumentDoc)

    async def remove(self, document: DocumentDoc, before: Ms, session: Session) -> bool:
        """Take one away for good, if it still is in the trash since before a time; whether it was."""
        query: dict[str, Any] = {"_id": document.id, "deleted_at": {"$lt": before}}
        return (await self._rows.of(document.firm_id).delete_one(query, session=session)).deleted_count == 1
