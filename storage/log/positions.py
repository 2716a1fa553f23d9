"""Which streams have moved lately, by firm: what a hub compares itself with, whatever the bus may have lost (P5).

Knows the log's index by firm and time. Answers heads, not events: the usual answer is that nothing is missing.
"""

from collections.abc import Sequence

from protocol.wire import Id, Ms, Wire
from storage.log.drafts import EVENTS, seq_of
from storage.mongo.connection import Mongo, ours


class Moved(Wire):
    """A stream that has events since a time."""

    stream: str
    firm_id: Id
    account_id: Id | None
    first: int
    """The lowest seq among them."""
    last: int
    """The highest."""


async def moved_since(mongo: Mongo, firm_ids: Sequence[Id], since: Ms) -> list[Moved]:
    """The streams of these firms with an event at or after a time. Raises Unavailable."""
    async with ours():
        cursor = await mongo.rows(EVENTS).aggregate(
            [
                {"$match": {"firm_id": {"$in": list(firm_ids)}, "at": {"$gte": since}}},
                {
                    "$group": {
                        "_id": "$stream",
                        "firm_id": {"$first": "$firm_id"},
                        "account_id": {"$first": "$account_id"},
                        # By the primary key, which can be relied on whatever else an event holds.
                        "first": {"$min": "$_id"},
                        "last": {"$max": "$_id"},
                    }
                },
            ]
        )
        return [
            Moved(
                stream=row["_id"],
                firm_id=row["firm_id"],
                account_id=row.get("account_id"),
                first=seq_of(row["first"]),
                last=seq_of(row["last"]),
            )
            async for row in cursor
        ]


async def access_changes_since(mongo: Mongo, since: Ms) -> list[Moved]:
    """The streams of people, of any firm, whose access has changed at or after a time. Raises Unavailable."""
    query = {"event.type": "access.changed", "at": {"$gte": since}}
    async with ours():
        rows = mongo.rows(EVENTS).find(query, {"stream": 1, "firm_id": 1, "totals": 1})
        return [
            Moved(
                stream=row["stream"],
                firm_id=row["firm_id"],
                account_id=None,
                first=row["totals"]["seq"],
                last=row["totals"]["seq"],
            )
            async for row in rows
        ]
