"""(c) durable acknowledged sends against the bare `insert_one` of the same driver at the same concurrency.

The bare insert is what no server on this database can beat: one document of an event's size with an event's
indexes, majority and journaled, from one process on the measured core; each worker inserts, waits, inserts again.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from pymongo import AsyncMongoClient
from pymongo.write_concern import WriteConcern

from benchmarks.contestants import TEXT_BYTES
from benchmarks.machine import BenchmarkError, pinned, running_database, server_core, working_folder
from benchmarks.plan import Effort, Figures, Journal, column, medians, table

CONCURRENCY = (1, 16, 64)


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
    from storage.mongo import INDEXES

    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url)
    rows = client.get_database("bench", write_concern=WriteConcern(w="majority", j=True))[f"events{workers}"]
    await rows.create_indexes(INDEXES["events"])
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


def measure_bare(url: str, workers: int, effort: Effort) -> Inserts:
    """In a process of its own on the measured core, as the server would be."""
    numbers = map(str, (workers, effort.warm_s, effort.window_s))
    command = [sys.executable, "-m", "benchmarks.sends", url, *numbers]
    done = subprocess.run(pinned(server_core(), command), capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise BenchmarkError(f"bare inserts failed: {done.stderr[-2000:]}")
    return msgspec.json.decode(done.stdout, type=Inserts)


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """Measure and give the Markdown table."""
    runs: dict[int, list[Figures]] = {workers: [] for workers in CONCURRENCY}
    with working_folder() as folder, running_database(folder) as database:
        for repetition in range(effort.repetitions):
            for workers in CONCURRENCY:
                found = msgspec.to_builtins(measure_bare(database.url, workers, effort))
                row = {"concurrency": workers, "repetition": repetition, **found}
                journal.write(bench="sends", server="insert_one", **row)
                told = f"{found['per_s']:8.0f}/s p50 {found['p50_ms']:.2f} p99 {found['p99_ms']:.2f} ms"
                say(f"sends        insert_one   {workers:3} at once {told}")
                runs[workers].append(found)
    rows = {f"insert_one, {workers} at once": medians(found) for workers, found in runs.items()}
    columns = [
        column("acknowledged/s", "per_s", "{:,.0f}"),
        column("p50 ms", "p50_ms"),
        column("p99 ms", "p99_ms"),
        column("client CPU µs", "cpu_us", "{:.0f}"),
    ]
    return "### sends: durable acknowledged sends\n\n" + table(columns, rows, "what")


def main() -> None:
    """The measured process: prints its findings."""
    import uvloop

    url, workers, warm_s, window_s = sys.argv[1:]
    found = uvloop.run(insert_for(url, int(workers), float(warm_s), float(window_s)))
    print(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main()
