"""Folders of accounts (DC). Knows one document each, with what contacts may do there; refuses to know who asks.

What holds for a top-level folder is written into each of those below it, so that one document says who may see what is in a
folder: whoever changes it changes them all, in one transaction.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from pymongo import IndexModel

from protocol.documents import FolderAccess, PersonAccess
from protocol.people import Person
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session, keys_taken
from storage.mongo.documents import Document, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows


class FolderDoc(Document):
    """A folder as stored."""

    id: Id
    firm_id: Id
    account_id: Id
    name: str
    created_at: Ms
    created_by: Person | None = None
    """None of the one that every account has."""
    above: list[Id] = []
    """The folders that it is in, the top-level one first."""
    access: FolderAccess = "private"
    people: dict[Id, PersonAccess] = {}
    """Contacts for whom something else holds."""
    for_uploads: bool = False
    deleted_at: Ms | None = None
    key: str | None = None
    meant: str | None = None
    """A hash of what the command with the key said."""
    NEWER: ClassVar = (newer("access", FolderAccess, "private"),)

    @property
    def parent_id(self) -> Id | None:
        """The folder that it stands in."""
        return self.above[-1] if self.above else None


FOLDERS: Final = OfFirms(
    "folders",
    IndexModel([("firm_id", 1), ("account_id", 1), ("_id", 1)]),
    IndexModel([("firm_id", 1), ("above", 1)]),
    IndexModel([("firm_id", 1), ("key", 1)], unique=True, partialFilterExpression={"key": {"$exists": True}}),
)


def for_uploads_id(account_id: Id) -> Id:
    """The id of the folder that an account has for what contacts bring: it follows from the account's, so that two who
    miss it at once make one."""
    return hashlib.blake2b(account_id.encode(), digest_size=16, person=b"chattar uploads").hexdigest()


class Folders:
    """The folders."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, FOLDERS)

    async def get(self, firm_id: Id, folder_id: Id, session: Session | None = None) -> FolderDoc | None:
        """One folder, also one that is deleted."""
        row = await self._rows.of(firm_id).find_one({"_id": folder_id}, session=session)
        return from_document(row, FolderDoc) if row else None

    async def many(self, firm_id: Id, folder_ids: Iterable[Id]) -> dict[Id, FolderDoc]:
        """Several by id, also deleted ones."""
        wanted = list(set(folder_ids))
        if not wanted:
            return {}
        found = await readable(self._rows.of(firm_id).find({"_id": {"$in": wanted}}), FolderDoc)
        return {folder.id: folder for folder in found}

    async def of_account(
        self, firm_id: Id, account_id: Id, session: Session | None = None, *, deleted: bool = False
    ) -> list[FolderDoc]:
        """All of an account, with those that are deleted if these are wanted, in the order of their ids."""
        query: Row = {"account_id": account_id} | ({} if deleted else {"deleted_at": None})
        return await readable(self._rows.of(firm_id).find(query, session=session).sort("_id", 1), FolderDoc)

    async def count(self, firm_id: Id, account_id: Id, most: int, session: Session) -> int:
        """How many an account has, counted up to `most`."""
        return await self._rows.of(firm_id).count({"account_id": account_id, "deleted_at": None}, most, session=session)

    async def add(self, *folders: FolderDoc, session: Session) -> None:
        """Store new ones. Lets DuplicateKeyError out."""
        async with keys_taken():
            await self._rows.insert(*map(to_document, folders), session=session)

    async def have(self, folder: FolderDoc) -> None:
        """Store one unless it is there."""
        fields = {name: value for name, value in to_document(folder).items() if name not in ("_id", "firm_id")}
        await self._rows.of(folder.firm_id).update_one({"_id": folder.id}, {"$setOnInsert": fields}, upsert=True)

    async def by_key(self, firm_id: Id, key: str) -> FolderDoc | None:
        """The folder that a creation with this key made, also if it is being stored this very moment."""
        row = await self._rows.of(firm_id).find_certain({"key": key})
        return from_document(row, FolderDoc) if row else None

    async def with_keys(self, firm_id: Id, keys: Iterable[str], session: Session) -> dict[str, FolderDoc]:
        """Those that were made under some keys, by key, also deleted ones."""
        found = await readable(self._rows.of(firm_id).find({"key": {"$in": list(keys)}}, session=session), FolderDoc)
        return {folder.key: folder for folder in found if folder.key is not None}

    async def hold(self, firm_id: Id, folder_id: Id, session: Session) -> FolderDoc | None:
        """A folder that stays as it is until the transaction ends; whoever changes or holds it too waits or runs again.
        None for one that is deleted."""
        row = await self._rows.of(firm_id).change_one(
            {"_id": folder_id, "deleted_at": None}, {"$inc": {"held": 1}}, session=session
        )
        return from_document(row, FolderDoc) if row else None

    async def change(self, firm_id: Id, folder_id: Id, fields: dict[str, Any], session: Session) -> None:
        """Set fields of one."""
        await self._rows.of(firm_id).update_one({"_id": folder_id}, {"$set": fields}, session=session)

    async def change_all(self, folder: FolderDoc, fields: dict[str, Any], session: Session) -> None:
        """Set fields of one and of all that are below it."""
        await self._rows.of(folder.firm_id).update_many(_with_below(folder.id), {"$set": fields}, session=session)

    async def put_below(self, folder: FolderDoc, above: list[Id], fields: dict[str, Any], session: Session) -> None:
        """Have a folder, with all that are below it, stand below others, and set fields of all of them."""
        depth = len(folder.above)
        rest: Row = {"$slice": ["$above", depth, 1_000]}
        moved: Row = {"$cond": [{"$gt": [{"$size": {"$ifNull": ["$above", []]}}, depth]}, rest, []]}
        values = {name: {"$literal": value} for name, value in fields.items()}
        stage: Row = {"$set": {"above": {"$concatArrays": [{"$literal": above}, moved]}, **values}}
        await self._rows.of(folder.firm_id).update_many(_with_below(folder.id), [stage], session=session)

    async def below(self, firm_id: Id, folder_id: Id, session: Session | None = None) -> list[FolderDoc]:
        """All that are below one, also deleted ones."""
        return await readable(self._rows.of(firm_id).find({"above": folder_id}, session=session), FolderDoc)


def _with_below(folder_id: Id) -> Row:
    return {"$or": [{"_id": folder_id}, {"above": folder_id}]}
