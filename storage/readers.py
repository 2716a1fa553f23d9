"""On whose side somebody can read what a firm writes (AC-8): looked up, and remembered for as long as that is safe.

Staff ask with every message that they send, and it hardly ever changes. That somebody can is remembered while this process
hears of every change of access, and only until the next one, whoever's it is; that nobody can is asked anew each time.
Refuses to know how changes are heard of (server.network.node), and what is refused to whom.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from protocol.wire import Id
from storage.mongo.connection import Mongo, Row
from storage.mongo.of_firms import FirmRows, matching
from storage.mongo.together import Own, Together
from storage.people import CONTACTS, LINKS

REMEMBERED_MAX: Final = 50_000


class Readers:
    """The accounts that somebody can log in to. Remembers nothing until it is told that changes are `heard`."""

    def __init__(self, mongo: Mongo) -> None:
        self._links = FirmRows(mongo, LINKS)
        self._found = Together("accounts that are read", self._look)
        self._known: OrderedDict[Own, None] = OrderedDict()
        self._heard = False
        self.changes = 0
        """How many changes were heard of."""

    async def somebody(self, firm_id: Id, account_id: Id) -> bool:
        """Whether anybody on an account's side can log in: Login on, and a password chosen."""
        own = firm_id, account_id
        if own in self._known:
            return True
        changes = self.changes
        found = await self._found.get(own) is not None
        if found:
            self.seen(firm_id, [account_id], changes)
        return found

    def seen(self, firm_id: Id, account_ids: Iterable[Id], changes: int) -> None:
        """Somebody can log in to these, by what was looked up when there had been so many `changes`: one that was heard of
        since may have come after what was found."""
        if not self._heard or changes != self.changes:
            return
        self._known |= dict.fromkeys([(firm_id, account_id) for account_id in account_ids])
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)

    def heard(self, every_change: bool) -> None:
        """Whether every change of access is heard of from now on."""
        self._heard = every_change
        self.changed()

    def changed(self) -> None:
        """Somebody's access has changed, or may have."""
        self.changes += 1
        self._known.clear()

    async def _look(self, accounts: list[Own]) -> dict[Own, bool]:
        firms, account_ids = {firm_id for firm_id, _ in accounts}, [account_id for _, account_id in accounts]
        activated: list[Row] = [
            {"$match": {"activated_at": {"$gt": 0}}},
            matching(firms, CONTACTS),
            {"$project": {"_id": 1}},
        ]
        contact: Row = {"from": "contacts", "localField": "contact_id", "foreignField": "_id", "pipeline": activated}
        pipeline: list[Row] = [
            {"$match": {"account_id": {"$in": account_ids}, "login": True}},
            {"$lookup": {**contact, "as": "found"}},
            {"$match": {"found": {"$ne": []}}},
            {"$group": {"_id": {"firm_id": "$firm_id", "account_id": "$account_id"}}},
        ]
        found = await self._links.of_any(firms).aggregate(pipeline)
        return {(row["_id"]["firm_id"], row["_id"]["account_id"]): True async for row in found}
