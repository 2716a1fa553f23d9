"""Several reads in one command: pipelines over different collections, one behind the other.

Each begins when the one before it has been read to its end, and sees whatever was there when the command began, or more.
Refuses to know what is read.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

from protocol.wire import Id
from storage.mongo.collections import Collection, OfFirms
from storage.mongo.connection import Mongo, Row
from storage.mongo.documents import Document, if_readable
from storage.mongo.of_firms import matching

D = TypeVar("D", bound=Document)

ROWS_PER_ANSWER_MAX: Final = 5_000

Part = tuple[str, Collection | None, list[Row]]
"""What its rows are called, the collection (None: the pipeline begins with documents of its own), and the pipeline."""


async def read_parts(mongo: Mongo, firm_ids: Iterable[Id], parts: Sequence[Part]) -> dict[str, list[Row]]:
    """The rows of each part, in their order; of these firms, whatever a pipeline asks for."""
    firms = list(firm_ids)
    stages: list[Row] = [{"$documents": []}]
    for name, collection, pipeline in parts:
        own = [matching(firms, collection)] if isinstance(collection, OfFirms) else []
        union: Row = {"pipeline": [*own, *pipeline, {"$set": {"part": name}}]}
        stages.append({"$unionWith": union if collection is None else {"coll": collection.name, **union}})
    found: dict[str, list[Row]] = {name: [] for name, _, _ in parts}
    async for row in await mongo.database.aggregate(stages, batchSize=ROWS_PER_ANSWER_MAX):
        found[row["part"]].append(row)
    return found


def by_id(rows: Sequence[Row], kind: type[D]) -> dict[str, D]:
    """Those of them that can be read."""
    return {str(row["_id"]): found for row in rows if (found := if_readable(row, kind)) is not None}


def among(ids: Any) -> Row:
    """A stage for the documents with these ids."""
    return {"$match": {"_id": {"$in": list(ids)}}}


def each(firm_ids: Iterable[Id], collection: OfFirms, ids: Row | list[Any]) -> list[Row]:
    """Stages from rows whose ids (an expression for a list) name documents of these firms, to those documents, once."""
    return [
        {"$project": {"_id": 0, "ids": ids}},
        {"$unwind": "$ids"},
        {"$group": {"_id": "$ids"}},
        {"$lookup": {"from": collection.name, "localField": "_id", "foreignField": "_id", "as": "found"}},
        {"$unwind": "$found"},
        {"$replaceRoot": {"newRoot": "$found"}},
        matching(firm_ids, collection),
    ]


def last_of_stream(stream: Row | str, into: str) -> Row:
    """A stage that looks up the last event of a stream, as far as `storage.log.drafts.head_from` wants it."""
    last: list[Row] = [
        {"$match": {"$expr": {"$and": [{"$gt": ["$_id", "$$low"]}, {"$lt": ["$_id", "$$high"]}]}}},
        {"$sort": {"_id": -1}},
        {"$limit": 1},
        {"$project": {"totals": 1}},
    ]
    ends = {"low": {"$concat": [stream, ":"]}, "high": {"$concat": [stream, ";"]}}
    return {"$lookup": {"from": "events", "let": ends, "pipeline": last, "as": into}}
