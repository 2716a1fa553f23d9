"""A process that migrates, for tests that kill one: `python -m tests.storage.mongo.migrating URL DATABASE [half]`.

Its one long step writes a hundred documents, each as often as one likes. With `half` it stops in the middle, says so, and
waits to be killed.
"""

import asyncio
import sys
from typing import Final

from storage.mongo.connection import Mongo
from storage.mongo.migrations import Migration, migrate

STEPS: Final = 100
HALF: Final = "half of it is done"


async def made(mongo: Mongo) -> None:
    """A step that is done in no time."""
    await mongo.database["ran"].insert_one({"step": 1})


def filling(*, half: bool) -> Migration:
    """The long step, whole or half of it."""

    async def fill(mongo: Mongo) -> None:
        await mongo.database["ran"].insert_one({"step": 2})
        for number in range(STEPS // 2 if half else STEPS):
            await mongo.database["filled"].update_one({"_id": number}, {"$inc": {"times": 1}}, upsert=True)
        if half:
            print(HALF, flush=True)
            await asyncio.Event().wait()

    return Migration(2, "long", fill)


async def main(url: str, database: str, *words: str) -> None:
    """Migrate, and say what was done."""
    mongo = Mongo(url, database)
    done = await migrate(mongo, [Migration(1, "short", made), filling(half="half" in words)])
    print(f"done {done}", flush=True)
    await mongo.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
