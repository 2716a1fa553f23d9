"""Bulk runs and their portions (BK). A portion is some of a run's accounts, worked off as one.

Knows one document each. Whoever finishes a portion turns it from waiting to done and counts it with the run in one
transaction, so it is counted once, whoever works on it and however often. Refuses to know what is done for an account.
"""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from pymongo import IndexModel

from protocol.body import Body
from protocol.bulk import BulkCounts, BulkProgress, BulkRun, BulkState, WhyLeftOut
from protocol.reminders import AfterLast, ReminderSetting
from protocol.wire import Id, Ms, Wire
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo, Row, Session
from storage.mongo.documents import Document, OrNewer, from_document, newer, readable, to_document
from storage.mongo.of_firms import FirmRows


class BulkRunDoc(Document, BulkProgress, kw_only=True):
    """A run as stored."""

    NEWER: ClassVar = (newer("state", BulkState, "paused"), newer("reminder.after_last", AfterLast, None))

    id: Id
    firm_id: Id
    body: Body
    portions: int
    """How many there have been."""
    tasks: list[str] = []
    reminder: ReminderSetting | None = None
    due_at: Ms | None = None
    """While somebody is to work on it: when it was last its turn."""

    def seen(self) -> BulkRun:
        """As its author sees it."""
        return BulkRun(id=self.id, **{name: getattr(self, name) for name in BulkProgress.__struct_fields__})

    def counts(self) -> BulkCounts:
        """What it has come to."""
        return BulkCounts(
            total=self.total,
            created=self.created,
            skipped=self.skipped,
            failed=self.failed,
            cancelled=self.state in ("cancelling", "cancelled"),
        )


class LeftOutDoc(Wire):
    """An account without a chat, as stored."""

    account_id: Id
    why: OrNewer[WhyLeftOut]


class BulkPortionDoc(Document):
    """Some accounts of a run. Its id is `<run>:<number>`."""

    id: str
    firm_id: Id
    run_id: Id
    number: int
    """From 1, in the order in which they are worked off."""
    account_ids: list[Id]
    state: Literal["waiting", "done"]
    until: Ms
    """So long somebody has it for themselves; 0: nobody has begun it."""
    left_out: list[LeftOutDoc] = []


def portion_of(run: BulkRunDoc, number: int, account_ids: list[Id]) -> BulkPortionDoc:
    """A portion that waits."""
    return BulkPortionDoc(
        id=f"{run.id}:{number:06}",
        firm_id=run.firm_id,
        run_id=run.id,
        number=number,
        account_ids=account_ids,
        state="waiting",
        until=0,
    )


BULK_RUNS: Final = OfFirms(
    "bulk_runs",
    IndexModel([("firm_id", 1), ("by.id", 1), ("_id", 1)]),
    IndexModel("due_at", partialFilterExpression={"due_at": {"$exists": True}}),
)
BULK_PORTIONS: Final = OfFirms("bulk_portions", IndexModel([("run_id", 1), ("state", 1), ("number", 1)]))


class BulkRuns:
    """The runs."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, BULK_RUNS)

    async def add(self, run: BulkRunDoc, session: Session) -> None:
        """A new one."""
        await self._rows.insert(to_document(run), session=session)

    async def get(self, firm_id: Id, run_id: Id, session: Session | None = None) -> BulkRunDoc | None:
        """One of a firm's."""
        row = await self._rows.of(firm_id).find_one({"_id": run_id}, session=session)
        return from_document(row, BulkRunDoc) if row else None

    async def change(self, run: BulkRunDoc, update: Row, session: Session | None = None) -> BulkRunDoc | None:
        """Apply an update; as it is then. None where it is gone."""
        row = await self._rows.of(run.firm_id).change_one({"_id": run.id}, update, session=session)
        return from_document(row, BulkRunDoc) if row else None

    async def page(self, firm_id: Id, staff_id: Id, after: str, limit: int) -> list[BulkRunDoc]:
        """Somebody's with an id above one, ascending."""
        found = self._rows.of(firm_id).find({"by.id": staff_id, "_id": {"$gt": after}})
        return await readable(found.sort("_id", 1).limit(limit), BulkRunDoc)

    async def of_author(self, firm_id: Id, staff_id: Id, session: Session) -> list[tuple[Id, str]]:
        """The ids and states of somebody's, the oldest first."""
        found = self._rows.of(firm_id).find({"by.id": staff_id}, {"state": 1}, session=session)
        return [(row["_id"], row["state"]) async for row in found.sort("_id", 1)]

    async def delete(self, firm_id: Id, run_id: Id, session: Session) -> None:
        """Forget one."""
        await self._rows.of(firm_id).delete_one({"_id": run_id}, session=session)

    async def due(self, limit: int, but: Sequence[Id] = ()) -> list[BulkRunDoc]:
        """Those that somebody is to work on, of whatever firm, first whose last turn is longest ago, but for some."""
        others: Row = {"_id": {"$nin": list(but)}} if but else {}
        found = self._rows.across("sweep").find({"due_at": {"$exists": True}} | others)
        return await readable(found.sort("due_at", 1).limit(limit), BulkRunDoc)


class BulkPortions:
    """The portions."""

    def __init__(self, mongo: Mongo) -> None:
        self._rows = FirmRows(mongo, BULK_PORTIONS)

    async def add(self, portions: Sequence[BulkPortionDoc], session: Session) -> None:
        """New ones."""
        await self._rows.insert(*map(to_document, portions), session=session)

    async def claim(self, run: BulkRunDoc, now: Ms, until: Ms, *, begun: bool) -> BulkPortionDoc | None:
        """The first that nobody has for themselves, for the caller until a time. `begun`: of those that somebody had
        begun, and no other."""
        query: Row = {
            "run_id": run.id,
            "state": "waiting",
            "until": {"$lte": now, "$gt": 0} if begun else {"$lte": now},
        }
        update = {"$set": {"until": until}}
        row = await self._rows.of(run.firm_id).change_one(query, update, sort=[("number", 1)])
        return from_document(row, BulkPortionDoc) if row else None

    async def finish(self, portion: BulkPortionDoc, left_out: Sequence[LeftOutDoc], session: Session) -> bool:
        """It is done. False where it was already, or is gone."""
        update = {"$set": {"state": "done", "left_out": [to_document(one) for one in left_out]}}
        done = await self._rows.of(portion.firm_id).update_one(
            {"_id": portion.id, "state": "waiting"}, update, session=session
        )
        return done.matched_count == 1

    async def waiting(self, run: BulkRunDoc, session: Session | None = None, *, begun: bool) -> bool:
        """Whether any waits. `begun`: of those that somebody has begun."""
        query: Row = {"run_id": run.id, "state": "waiting"} | ({"until": {"$gt": 0}} if begun else {})
        return await self._rows.of(run.firm_id).find_one(query, {"_id": 1}, session=session) is not None

    async def drop_waiting(self, run: BulkRunDoc, session: Session) -> None:
        """Take those away that nobody will work off any more."""
        await self._rows.of(run.firm_id).delete_many({"run_id": run.id, "state": "waiting"}, session=session)

    async def with_left_out(self, run: BulkRunDoc, after: int, limit: int) -> list[BulkPortionDoc]:
        """Those behind a number that left somebody out, in order."""
        query: Row = {"run_id": run.id, "state": "done", "number": {"$gt": after}, "left_out.0": {"$exists": True}}
        found = self._rows.of(run.firm_id).find(query).sort("number", 1).limit(limit)
        return await readable(found, BulkPortionDoc)

    async def take_left_out(self, run: BulkRunDoc, session: Session) -> list[Id]:
        """All accounts that were left out, in order; from now on they are not."""
        query: Row = {"run_id": run.id, "state": "done", "left_out.0": {"$exists": True}}
        found = self._rows.of(run.firm_id).find(query, {"left_out.account_id": 1}, session=session).sort("number", 1)
        taken = [one["account_id"] async for row in found for one in row["left_out"]]
        await self._rows.of(run.firm_id).update_many(query, {"$set": {"left_out": []}}, session=session)
        return taken

    async def delete(self, firm_id: Id, run_id: Id, session: Session) -> None:
        """Forget a run's."""
        await self._rows.of(firm_id).delete_many({"run_id": run_id}, session=session)
