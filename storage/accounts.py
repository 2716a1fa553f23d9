"""Accounts: the client entities that are served. Knows which staff are assigned and who follows; refuses to judge."""

from typing import Any, Literal

from protocol.texts import words_of
from protocol.wire import Id, Ms
from storage.documents import Document, from_document, readable, to_document
from storage.mongo import Mongo, Row, Session
from storage.together import Together, by_id


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
    meant: str | None = None
    """A hash of what the command with the key said."""

    def looked_up(self) -> Row:
        """The words that it is found by."""
        return {"words": words_of(self.name, self.short_id)}


class Accounts:
    """The accounts."""

    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._rows = mongo.rows("accounts")
        self._by_id = Together("accounts", by_id(self._rows, AccountDoc))
        self._assigned = Together("assigned accounts", self._ids_assigned_to)

    async def add(self, account: AccountDoc) -> None:
        """Store a new account. Lets DuplicateKeyError out."""
        await self._rows.insert_one(to_document(account))

    async def get(self, account_id: Id, session: Session | None = None) -> AccountDoc | None:
        """One account."""
        row = await self._rows.find_one({"_id": account_id}, session=session)
        return from_document(row, AccountDoc) if row else None

    async def many(self, account_ids: list[Id]) -> dict[Id, AccountDoc]:
        """Several accounts by id."""
        return await self._by_id.many(account_ids)

    async def by_key(self, firm_id: Id, key: str) -> AccountDoc | None:
        """The account that a creation with this key made, also if it is being stored this very moment."""
        row = await self._mongo.find_certain("accounts", {"firm_id": firm_id, "key": key})
        return from_document(row, AccountDoc) if row else None

    async def find(self, query: Row, limit: int, session: Session | None = None) -> list[AccountDoc]:
        """Accounts by an indexed query, by name and then as they were added."""
        rows = self._rows.find(query, session=session).sort([("name_key", 1), ("_id", 1)]).limit(limit)
        return await readable(rows, AccountDoc)

    async def taken_short_ids(self, firm_id: Id, short_ids: list[str]) -> list[str]:
        """Which of these short ids a firm has given to accounts; from the index alone."""
        query = {"firm_id": firm_id, "short_id": {"$in": short_ids}}
        return [row["short_id"] async for row in self._rows.find(query, {"_id": 0, "short_id": 1})]

    async def ids_assigned_to(self, firm_id: Id, staff_id: Id, session: Session | None = None) -> list[Id]:
        """The accounts that somebody is assigned to."""
        if session is not None:
            rows = self._rows.find({"firm_id": firm_id, "staff_ids": staff_id}, {"_id": 1}, session=session)
            return [row["_id"] async for row in rows]
        return await self._assigned.get((firm_id, staff_id)) or []

    async def _ids_assigned_to(self, whom: list[tuple[Id, Id]]) -> dict[tuple[Id, Id], list[Id]]:
        staff_ids = [staff_id for _, staff_id in whom]
        found: dict[tuple[Id, Id], list[Id]] = {}
        async for row in self._rows.find(
            {"firm_id": {"$in": list({firm_id for firm_id, _ in whom})}, "staff_ids": {"$in": staff_ids}},
            # Of a large team only those who are asked about.
            {"firm_id": 1, "staff_ids": {"$setIntersection": ["$staff_ids", {"$literal": staff_ids}]}},
        ):
            for staff_id in row["staff_ids"]:
                found.setdefault((row["firm_id"], staff_id), []).append(row["_id"])
        return found

    async def change(self, account_id: Id, update: dict[str, Any], session: Session | None = None) -> AccountDoc | None:
        """Apply an update; the account as it is then."""
        row = await self._rows.find_one_and_update({"_id": account_id}, update, return_document=True, session=session)
        return from_document(row, AccountDoc) if row else None

    async def count(self, firm_id: Id) -> int:
        """How many accounts a firm has."""
        return await self._rows.count_documents({"firm_id": firm_id})
