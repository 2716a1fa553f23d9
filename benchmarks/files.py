"""(h) a large file up by tus and down in ranges, against plain Starlette and aiofiles with the same bytes.

Both servers are on the measured core, each by itself, started anew for each run; the client is on the other one. Of each is
measured how long it takes, the CPU time that a megabyte costs, and how far the memory rises above what the server has when
it has done the same once with little. It isn't the same work: Chattar asks for each request who asks and what they may,
counts what the firm has, digests every byte (SHA-256 and CRC-32), and has it on the disk before it says so.
"""

import http.client
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks.chattar import surroundings
from benchmarks.contestants import Crowd
from benchmarks.machine import BenchmarkError, other_core, running, server_core, working_folder
from benchmarks.plan import Effort, Figures, Journal, column, interleaved, medians, ratio, table
from deploy.dev.embedded import HOST, free_port

MEGABYTE: Final = 1_000_000
SIZE_MB: Final = 300
WARM_MB: Final = 8
PIECE: Final = MEGABYTE
RANGE: Final = 4 * MEGABYTE
PLAIN, OURS = "starlette + aiofiles", "chattar"


@dataclass
class Server:
    """One that is measured: how a file gets there, and where its bytes are had then."""

    pid: int
    port: int
    up: Callable[[int], str]
    """So many megabytes; the address of what became of them."""
    headers: dict[str, str]


def asked(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    """One request. Raises BenchmarkError for an answer that isn't a success."""
    line = http.client.HTTPConnection(HOST, port, timeout=600)
    try:
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        content = answer.read()
    finally:
        line.close()
    if answer.status >= 300:
        raise BenchmarkError(f"{method} {path} was answered {answer.status}: {content[:500]!r}")
    return answer, content


def pieces(megabytes: int) -> Iterator[bytes]:
    """Bytes that don't compress, and are another file each time."""
    piece = secrets.token_bytes(PIECE)
    for _ in range(megabytes):
        yield piece


@contextmanager
def plain(folder: Path) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.plain_files", str(port), str(folder / "plain")]
    with running("plain", command, folder, core=server_core(), port=port, env={}) as process:

        def up(megabytes: int) -> str:
            headers = {"content-length": str(megabytes * MEGABYTE)}
            asked(port, "PUT", "/", pieces(megabytes), headers)
            return "/"

        yield Server(process.pid, port, up, {})


@contextmanager
def ours(folder: Path) -> Iterator[Server]:
    with surroundings(Crowd(1, 1), folder) as around:
        process, url = around.start_node("server", server_core())
        port = int(url.split(":")[2].split("/")[0])
        bearer = {"authorization": f"Bearer {(folder / 'listeners').read_text().split()[0]}"}
        thread_id = (folder / "rooms").read_text().split()[0]

        def command(tag: str, **arguments: Any) -> Any:
            body, headers = msgspec.json.encode(arguments), {**bearer, "content-type": "application/json"}
            return msgspec.json.decode(asked(port, "POST", f"/api/v1/{tag}", body, headers)[1])

        account_id = command("thread.read", thread_id=thread_id)["thread"]["account"]["id"]
        (folder_id, *_) = [
            one["id"] for one in command("folder.list", account_id=account_id)["folders"] if one.get("may_edit")
        ]

        def up(megabytes: int) -> str:
            tus = {**bearer, "tus-resumable": "1.0.0"}
            size = {"upload-length": str(megabytes * MEGABYTE), "upload-metadata": "filename ZmlsZS5iaW4="}
            begun, _ = asked(port, "POST", "/api/v1/uploads", None, {**tus, **size, "content-length": "0"})
            upload_id = (begun.headers["location"] or "").rpartition("/")[2]
            came = {
                "upload-offset": "0",
                "content-type": "application/offset+octet-stream",
                "content-length": str(megabytes * MEGABYTE),
            }
            asked(port, "PATCH", f"/api/v1/uploads/{upload_id}", pieces(megabytes), {**tus, **came})
            saved = command(
                "document.save",
                folder_id=folder_id,
                upload_id=upload_id,
                client_document_id=secrets.token_hex(16),
                name="file.bin",
            )
            return f"/api/v1/documents/{saved['id']}/content"

        yield Server(process.pid, port, up, bearer)


def down(server: Server, path: str, megabytes: int) -> None:
    """All of a file, in ranges, over one line."""
    line, size = http.client.HTTPConnection(HOST, server.port, timeout=600), megabytes * MEGABYTE
    try:
        for start in range(0, size, RANGE):
            end = min(size, start + RANGE)
            line.request("GET", path, headers={**server.headers, "range": f"bytes={start}-{end - 1}"})
            answer = line.getresponse()
            if answer.status != http.client.PARTIAL_CONTENT or len(answer.read()) != end - start:
                raise BenchmarkError(f"bytes {start} to {end} were answered {answer.status}")
    finally:
        line.close()


def cpu_s(pid: int) -> float:
    """What a process and those that it has waited for have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int, what: str) -> float:
    """`VmRSS` or, since it was last set back, `VmHWM`."""
    (line,) = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith(f"{what}:")]
    return int(line.split()[1]) / 1024


def measure(server: Server, megabytes: int) -> Figures:
    """A little first, then all of it."""
    down(server, server.up(WARM_MB), WARM_MB)
    found: Figures = {}
    path = ""
    for way in ("up", "down"):
        before, cpu = memory_mib(server.pid, "VmRSS"), cpu_s(server.pid)
        Path(f"/proc/{server.pid}/clear_refs").write_text("5")
        began = time.perf_counter()
        if way == "up":
            path = server.up(megabytes)
        else:
            down(server, path, megabytes)
        found[f"{way}_mb_s"] = megabytes / (time.perf_counter() - began)
        found[f"{way}_ms"] = (cpu_s(server.pid) - cpu) / megabytes * 1000
        found[f"{way}_mib"] = max(0.0, memory_mib(server.pid, "VmHWM") - before)
    return found


@contextmanager
def on_the_other_core() -> Iterator[None]:
    """Inside it this process leaves the measured core alone."""
    kept = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {other_core()})
    try:
        yield
    finally:
        os.sched_setaffinity(0, kept)


def hold(effort: Effort, journal: Journal, say: Callable[[str], None]) -> str:
    """Measure in turns and give the Markdown table."""
    megabytes = effort.scaled(SIZE_MB)
    runs: dict[str, list[Figures]] = {}
    for repetition, name in interleaved([PLAIN, OURS], effort.repetitions):
        with working_folder() as folder, {PLAIN: plain, OURS: ours}[name](folder) as server, on_the_other_core():
            found = measure(server, megabytes)
        runs.setdefault(name, []).append(found)
        journal.write(bench="files", server=name, repetition=repetition, megabytes=megabytes, **found)
        say(f"files, {name}: " + ", ".join(f"{figure} {value:.1f}" for figure, value in found.items()))
    rows = {name: medians(found) for name, found in runs.items()}
    tables = []
    for way, title in (("up", "up"), ("down", f"down in ranges of {RANGE // MEGABYTE} MB")):
        columns = [
            column("MB/s", f"{way}_mb_s", "{:.0f}"),
            column("CPU, ms per MB", f"{way}_ms"),
            ratio("CPU", f"{way}_ms", rows[PLAIN][f"{way}_ms"]),
            column("memory, MiB more", f"{way}_mib", "{:.1f}"),
        ]
        tables.append(f"{megabytes} MB {title}:\n\n" + table(columns, rows))
    return "### files: a large file up and down\n\n" + "\n\n".join(tables)
