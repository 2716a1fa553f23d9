"""Accounts: the client entities that are served. Knows which staff are assigned and who follows; refuses to judge."""

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Literal

from pymongo import IndexModel

from protocol.accounts import AccountBrief
from protocol.texts import words_of, words_of_names
from protocol.wire import Id, Ms
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows
from storage.mongo.together import Together, by_id

Kind = Literal["company", "individual", "other"]


class AccountDoc(Document):
    """An account as stored."""

    id: Id
    firm_id: Id
    name: str
    name_key: str
    """The name as it is sorted and searched: case-folded."""
    short_id: str
    kind: Kind
    created_at: Ms
    staff_ids: list[Id]
    """Assigned staff: they see the account (AC-4)."""
    follower_ids: list[Id]
    """Staff who hear of what happens here, as long as they can see it (NS-1)."""
    archived: bool = False
    people_words: list[str] = []
    """The words of its people's names, marked: as they are known to everybody who sees the account."""
    custom: dict[Id, list[str]] = {}
    """What is said in the firm's custom fields, by the field's id. Of a field that is gone it may still be here."""
    key: str | None = None
    meant: str | None = None
    """A hash of what the command with the key said."""
    news_at: Ms = 0
    """The last position that was given to news of its documents."""
    news_by: Id | None = None
    """Whose it is, of one that somebody may ask for again."""
    NEWER: ClassVar = (newer("kind", Kind, "other"),)

    def looked_up(self) -> Row:
        """The words that it is found by."""
        return {"words": self.found_by}

    @property
    def found_by(self) -> list[str]:
        """The same, which its threads are found by, too."""
        return [*words_of(self.name, self.short_id), *self.people_words]

    def brief(self) -> AccountBrief:
        """By what it is called."""
        return AccountBrief(id=self.id, name=self.name, short_id=self.short_id)


def brief_of(account_id: Id, account: AccountDoc | None) -> AccountBrief:
    """By what an account is called, or by nothing where it isn't there or its name isn't for the asker."""
    return account.brief() if account else AccountBrief(id=account_id, name="", short_id="")


ACCOUNTS: Final = OfFirms(
    "accounts",
    IndexModel([("firm_id", 1), ("name_key", 1), ("_id", 1)]),
    IndexModel([("firm_id", 1), ("words", 1)]),
    IndexModel([("firm_id", 1), ("short_id", 1)], unique=True),
    IndexModel([("firm_id", 1), ("staff_ids", 1)]),
    IndexModel([("firm_id", 1), ("key", 1)], unique=True, partialFilterExpression={"key": {"$exists": True}}),
)


class Accounts:
    """The accounts."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, ACCOUNTS)
        self._by_id = Together("accounts", by_id(self._rows, AccountDoc))
        self._assigned = Together("assigned accounts", self._ids_assigned_to)

    async def add(self, account: AccountDoc) -> None:
        """Store a new account. Lets DuplicateKeyError out."""
        await self._rows.insert(to_document(account))

    async def get(self, firm_id: Id, account_id: Id, session: Session | None = None) -> AccountDoc | None:
        """One account."""
        row = await self._rows.of(firm_id).find_one({"_id": account_id}, session=session)
        return from_document(row, AccountDoc) if row else None

    async def many(self, firm_id: Id, account_ids: Iterable[Id]) -> dict[Id, AccountDoc]:
        """Several accounts of a firm by id."""
        found = await self._by_id.many((firm_id, account_id) for account_id in account_ids)
        return {account_id: account for (_, account_id), account in found.items()}

    async def by_key(self, firm_id: Id, key: str) -> AccountDoc | None:
        """The account that a creation with this key made, also if it is being stored this very moment."""
        row = await self._rows.of(firm_id).find_certain({"key": key})
        return from_document(row, AccountDoc) if row else None

    async def find(self, firm_id: Id, query: Row, limit: int, session: Session | None = None) -> list[AccountDoc]:
        """A firm's accounts by an indexed query, by name and then as they were added."""
        rows = self._rows.of(firm_id).find(query, session=session).sort([("name_key", 1), ("_id", 1)]).limit(limit)
        return await readable(rows, AccountDoc)

    async def ids_of_firm(self, firm_id: Id, after: str, limit: int) -> list[Id]:
        """The ids of a firm's accounts behind one of them, ascending: also of those that can't be read."""
        rows = self._rows.of(firm_id).find({"_id": {"$gt": after}}, {"_id": 1}).sort("_id", 1).limit(limit)
        return [row["_id"] async for row in rows]

    async def taken_short_ids(self, firm_id: Id, short_ids: list[str]) -> list[str]:
        """Which of these short ids a firm has given to accounts; from the index alone."""
        rows = self._rows.of(firm_id).find({"short_id": {"$in": short_ids}}, {"_id": 0, "short_id": 1})
        return [row["short_id"] async for row in rows]

    async def ids_assigned_to(self, firm_id: Id, staff_id: Id, session: Session | None = None) -> list[Id]:
        """The accounts that somebody is assigned to."""
        if session is not None:
            rows = self._rows.of(firm_id).find({"staff_ids": staff_id}, {"_id": 1}, session=session)
            return [row["_id"] async for row in rows]
        return await self._assigned.get((firm_id, staff_id)) or []

    async def _ids_assigned_to(self, whom: list[tuple[Id, Id]]) -> dict[tuple[Id, Id], list[Id]]:
        staff_ids = [staff_id for _, staff_id in whom]
        found: dict[tuple[Id, Id], list[Id]] = {}
        async for row in self._rows.of_any(firm_id for firm_id, _ in whom).find(
            {"staff_ids": {"$in": staff_ids}},
            # Of a large team only those who are asked about.
            {"firm_id": 1, "staff_ids": {"$setIntersection": ["$staff_ids", {"$literal": staff_ids}]}},
        ):
            for staff_id in row["staff_ids"]:
                found.setdefault((row["firm_id"], staff_id), []).append(row["_id"])
        return found

    async def change(
        self, firm_id: Id, account_id: Id, update: dict[str, Any], session: Session | None = None
    ) -> AccountDoc | None:
        """Apply an update; the account as it is then."""
        row = await self._rows.of(firm_id).change_one({"_id": account_id}, update, session=session)
        return from_document(row, AccountDoc) if row else None

    async def news_placed(
        self, firm_id: Id, account_id: Id, now: Ms, by: Id | None = None, session: Session | None = None
    ) -> Ms:
        """A position for news of an account's documents: the time, and behind all that were given before. `by`: who asks
        for the same once more at the same moment, and nobody else since, gets the same."""
        behind: Row = {"$max": [now, {"$add": [{"$ifNull": ["$news_at", 0]}, 1]}]}
        same: Row = {"$and": [by is not None, {"$eq": ["$news_by", {"$literal": by}]}, {"$gte": ["$news_at", now]}]}
        at: Row = {"$cond": [same, "$news_at", behind]}
        update: list[Row] = [{"$set": {"news_at": at, "news_by": {"$literal": by}}}]
        row = await self._rows.of(firm_id).change_one({"_id": account_id}, update, {"news_at": 1}, session=session)
        return int(row["news_at"]) if row else now

    async def joined(self, firm_id: Id, account_id: Id, name: str, session: Session) -> None:
        """Somebody of this name belongs to it now, and it is found by them."""
        each = {"$each": words_of_names([name])}
        await self.change(firm_id, account_id, {"$addToSet": {"people_words": each, "words": each}}, session)

    async def forget_custom(self, firm_id: Id, field_id: Id) -> None:
        """A custom field is gone: nothing is said in it any more."""
        said = f"custom.{field_id}"
        await self._rows.of(firm_id).update_many({said: {"$exists": True}}, {"$unset": {said: ""}})

    async def count(self, firm_id: Id, query: Row) -> int:
        """How many of a firm's accounts match a query."""
        return await self._rows.of(firm_id).count(query)
