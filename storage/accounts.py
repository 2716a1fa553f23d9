"""Accounts: the client entities that are served. Knows which staff are assigned and who follows; refuses to judge."""

from typing import Any, Literal

from protocol.wire import Id, Ms
from storage.documents import Document, from_document, to_document
from storage.mongo import Mongo, Row, Session


class AccountDoc(Document):
    """An account as stored."""

    id: Id
    firm_id: Id
    name: str
    name_key: str
    """The name as it is sorted and searched: case-folded."""
    short_id: str
    kind: Literal["company", "individual", "other"]
    created_at: Ms
    staff_ids: list[Id]
    """Assigned staff: they see the account (AC-4)."""
    follower_ids: list[Id]
    """Staff who hear of what happens here, as long as they can see it (NS-1)."""
    archived: bool = False
    key: str | None = None


class Accounts:
    """The accounts."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = mongo.rows("accounts")

    async def add(self, account: AccountDoc) -> None:
        """Store a new account. Lets DuplicateKeyError out."""
        await self._rows.insert_one(to_document(account))

    async def get(self, account_id: Id, session: Session | None = None) -> AccountDoc | None:
        """One account."""
        row = await self._rows.find_one({"_id": account_id}, session=session)
        return from_document(row, AccountDoc) if row else None

    async def many(self, account_ids: list[Id]) -> dict[Id, AccountDoc]:
        """Several accounts by id."""
        rows = self._rows.find({"_id": {"$in": account_ids}})
        return {row["_id"]: from_document(row, AccountDoc) async for row in rows}

    async def by_key(self, firm_id: Id, key: str) -> AccountDoc | None:
        """The account that a creation with this key made."""
        row = await self._rows.find_one({"firm_id": firm_id, "key": key})
        return from_document(row, AccountDoc) if row else None

    async def find(self, query: Row, limit: int) -> list[AccountDoc]:
        """Accounts by an indexed query, by name."""
        return [from_document(row, AccountDoc) async for row in self._rows.find(query).sort("name_key", 1).limit(limit)]

    async def ids_assigned_to(self, firm_id: Id, staff_id: Id) -> list[Id]:
        """The accounts that somebody is assigned to."""
        rows = self._rows.find({"firm_id": firm_id, "staff_ids": staff_id}, {"_id": 1})
        return [row["_id"] async for row in rows]

    async def change(self, account_id: Id, update: dict[str, Any], session: Session | None = None) -> AccountDoc | None:
        """Apply an update; the account as it is then."""
        row = await self._rows.find_one_and_update({"_id": account_id}, update, return_document=True, session=session)
        return from_document(row, AccountDoc) if row else None

    async def count(self, firm_id: Id) -> int:
        """How many accounts a firm has."""
        return await self._rows.count_documents({"firm_id": firm_id})
