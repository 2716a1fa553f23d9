"""The measured process of what a bulk run is held against: all documents that it has left, inserted once more beside it.

Each by itself, majority and journaled, as many at once as a run begins chats, into collections with the same indexes.
`python -m benchmarks.bulk_inserts URL DATABASE WORKERS NAME=COUNT…` takes of each collection what came after its first
COUNT documents, and prints what it found as JSON.
"""

import asyncio
import sys
import time
from typing import Any, Final

import msgspec
import uvloop
from pymongo import AsyncMongoClient
from pymongo.write_concern import WriteConcern

from storage.mongo.collections import collected

AT_ONCE_DOCUMENTS: Final = 20_000
"""More are not held: they are read and inserted in turns, and only inserting is measured."""


class Inserted(msgspec.Struct, frozen=True):
    """What one measured process found."""

    documents: int
    seconds: float
    cpu_s: float


async def insert(url: str, database: str, workers: int, before: dict[str, int]) -> Inserted:
    """Insert again what came after the first documents of each collection."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url)
    source, beside = client[database], client.get_database("beside", write_concern=WriteConcern(w="majority", j=True))
    documents, seconds, cpu_s = 0, 0.0, 0.0
    for name, collection in collected().items():
        if collection.indexes:
            await beside[name].create_indexes(list(collection.indexes))
        # In the order in which they came: what was there before comes first.
        rows = source[name].find().hint([("$natural", 1)]).skip(before.get(name, 0))
        while some := await rows.to_list(AT_ONCE_DOCUMENTS):
            waiting = iter(some)
            began, cpu = time.perf_counter(), time.process_time()

            async def work(waiting: Any = waiting, name: str = name) -> None:
                for row in waiting:
                    await beside[name].insert_one(row)

            async with asyncio.TaskGroup() as tasks:
                for number in range(workers):
                    tasks.create_task(work(), name=f"insert {number}")
            seconds += time.perf_counter() - began
            cpu_s += time.process_time() - cpu
            documents += len(some)
    await client.close()
    return Inserted(documents, seconds, cpu_s)


def main() -> None:
    """The measured process: prints its findings."""
    url, database, workers, *counts = sys.argv[1:]
    before = {name: int(count) for name, _, count in (one.partition("=") for one in counts)}
    found = uvloop.run(insert(url, database, int(workers), before))
    print(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main()
