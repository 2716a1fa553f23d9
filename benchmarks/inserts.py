"""The measured process of bare `insert_one`: what no server on this database can beat.

One document of an event's size with an event's indexes, majority and journaled; each worker inserts, waits, and inserts
again. `python -m benchmarks.inserts URL WORKERS WARM_S WINDOW_S` prints what it found as JSON.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import uvloop
from pymongo import AsyncMongoClient
from pymongo.write_concern import WriteConcern

from benchmarks.contestants import TEXT_BYTES
from storage.log.drafts import EVENTS


class Inserts(msgspec.Struct, frozen=True):
    """What one measured process found."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def events(worker: int) -> Iterator[dict[str, Any]]:
    """Documents like the log's: the same fields in about the same bytes, a stream for each worker."""
    said = {"type": "text", "text": "x" * TEXT_BYTES}
    stream = f"t:{worker:032x}"
    for seq in range(1, 10_000_000):
        yield {
            "_id": f"{stream}:{seq:013d}",
            "stream": stream,
            "seq": seq,
            "key": f"{worker:032x}:{seq:032x}",
            "firm_id": f"{7:032x}",
            "at": 1_764_000_000_000 + seq,
            "actor": {"kind": "contact", "id": f"{worker:032x}", "name": "Anna Andersson"},
            "unsettled_at": 1_764_000_000_000 + seq,
            "event": {
                "type": "message.sent",
                "message_id": f"{worker:016x}{seq:016x}",
                "client_message_id": f"{seq:032x}",
                "body": {"content": [{"type": "paragraph", "content": [said]}]},
            },
        }


async def insert_for(url: str, workers: int, warm_s: float, window_s: float) -> Inserts:
    """Insert with so many workers; figures of the window after the warm-up."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url)
    rows = client.get_database("bench", write_concern=WriteConcern(w="majority", j=True))[f"events{workers}"]
    await rows.create_indexes(list(EVENTS.indexes))
    taken: list[int] = []
    opens = time.monotonic() + warm_s
    closes = opens + window_s

    async def work(worker: int) -> None:
        for event in events(worker):
            started = time.monotonic_ns()
            await rows.insert_one(event)
            now = time.monotonic()
            if now > closes:
                return
            if now > opens:
                taken.append(time.monotonic_ns() - started)

    tasks = [asyncio.create_task(work(worker), name=f"insert {worker}") for worker in range(workers)]
    await asyncio.sleep(opens - time.monotonic())
    cpu_before = time.process_time_ns()
    await asyncio.sleep(closes - time.monotonic())
    cpu_us = (time.process_time_ns() - cpu_before) / 1e3 / max(1, len(taken))
    await asyncio.gather(*tasks)
    await client.close()
    taken.sort()
    p50_ms, p99_ms = (taken[int(len(taken) * part)] / 1e6 for part in (0.5, 0.99))
    return Inserts(len(taken) / window_s, p50_ms, p99_ms, cpu_us)


def main() -> None:
    """The measured process: prints its findings."""
    url, workers, warm_s, window_s = sys.argv[1:]
    found = uvloop.run(insert_for(url, int(workers), float(warm_s), float(window_s)))
    print(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main()
