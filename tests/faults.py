"""Faults that no signal to a process makes, in domain words: `proxy.unkind(0.05)`, `replication_stopped(servers)`.

Between a node and its Redis stands a proxy that knows the wire format (RESP) well enough to tell one message of the bus
from the next; everything else passes as it came. Knows bytes; refuses to know what is said on the bus.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from deploy.dev.embedded import Mongod, ReplicaSet

MESSAGE = b"*3\r\n$7\r\nmessage\r\n"
READ_BYTES = 64 * 1024
LATE_S = (0.05, 1.0)


@dataclass
class Fates:
    """What becomes of messages: the share of each; counted, so that a test can say that something happened."""

    lost_share: float = 0.0
    doubled_share: float = 0.0
    late_share: float = 0.0
    passed: int = 0
    lost: int = 0
    doubled: int = 0
    late: int = 0


class BusProxy:
    """Stands between nodes and Redis; `url` is what the nodes are told."""

    def __init__(self, redis_url: str, chance: random.Random) -> None:
        self._target = urlsplit(redis_url)
        self._chance = chance
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._cut = False
        self._nodes: set[asyncio.StreamWriter] = set()
        self.fates = Fates()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}{self._target.path}"

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[BusProxy]:
        """Let nodes through until the end."""
        server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in self._writers:
                writer.transport.abort()
            await server.wait_closed()

    @property
    def connected(self) -> int:
        """How many connections nodes have."""
        return len(self._nodes)

    def reset(self) -> int:
        """Every connection of the nodes is reset (RST), as by a firewall that has forgotten it; how many there were.

        That is not the same as closed: on uvloop a client of redis-py then gets errors that it doesn't know.
        """
        writers, self._nodes = self._nodes, set()
        for writer in writers:
            reset(writer)
        return len(writers)

    @contextlib.contextmanager
    def unkind(self, share: float) -> Iterator[Fates]:
        """Inside it, this share of the messages is lost, as many come twice, and as many late."""
        fates = self.fates
        fates.lost_share = fates.doubled_share = fates.late_share = share
        try:
            yield fates
        finally:
            fates.lost_share = fates.doubled_share = fates.late_share = 0.0

    @contextlib.contextmanager
    def cut(self) -> Iterator[None]:
        """Inside it nobody is let through, and who was has lost their connection."""
        self._cut = True
        for writer in self._writers:
            writer.transport.abort()
        try:
            yield
        finally:
            self._cut = False

    def _abort_if_cut(self, *writers: asyncio.StreamWriter) -> None:
        if self._cut:
            for writer in writers:
                writer.transport.abort()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        redis_reader, redis_writer = await asyncio.open_connection(self._target.hostname, self._target.port)
        self._writers |= {writer, redis_writer}
        self._abort_if_cut(writer, redis_writer)  # meanwhile
        self._nodes.add(writer)
        # RuntimeError is uvloop's word for a transport that was reset underneath.
        with contextlib.suppress(ConnectionError, RuntimeError):
            await asyncio.gather(_pass(reader, redis_writer), self._pass_messages(redis_reader, writer))
        self._writers -= {writer, redis_writer}
        self._nodes.discard(writer)
        redis_writer.close()
        writer.close()

    async def _pass_messages(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting = b""
        while data := await reader.read(READ_BYTES):
            waiting += data
            start = 0
            while (end := reply_end(waiting, start)) is not None:
                reply = waiting[start:end]
                if reply.startswith(MESSAGE):
                    self._decide(reply, writer)
                else:
                    writer.write(reply)
                start = end
            waiting = waiting[start:]
            await writer.drain()
        writer.close()

    def _decide(self, message: bytes, writer: asyncio.StreamWriter) -> None:
        fates, draw = self.fates, self._chance.random()
        if draw < fates.lost_share:
            fates.lost += 1
        elif (draw := draw - fates.lost_share) < fates.doubled_share:
            fates.doubled += 1
            writer.write(message * 2)
        elif draw - fates.doubled_share < fates.late_share:
            fates.late += 1
            asyncio.get_running_loop().call_later(self._chance.uniform(*LATE_S), _write_late, writer, message)
        else:
            fates.passed += 1
            writer.write(message)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a TCP connection so that the other end gets an RST: with SO_LINGER 0, what isn't sent yet is thrown away."""
    with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(READ_BYTES):
        writer.write(data)
        await writer.drain()
    writer.close()


def _write_late(writer: asyncio.StreamWriter, message: bytes) -> None:
    if not writer.is_closing():
        writer.write(message)


def reply_end(data: bytes, start: int) -> int | None:
    """Where the reply that begins at `start` ends (RESP2), or None if it isn't all there yet."""
    line = data.find(b"\r\n", start)
    if line < 0:
        return None
    kind, end = data[start : start + 1], line + 2
    if kind == b"$":
        length = int(data[start + 1 : line])
        end += length + 2 if length >= 0 else 0
        return end if end <= len(data) else None
    if kind == b"*":
        for _ in range(max(0, int(data[start + 1 : line]))):
            inner = reply_end(data, end)
            if inner is None:
                return None
            end = inner
    return end


@contextlib.contextmanager
def replication_stopped(servers: ReplicaSet) -> Iterator[Mongod]:
    """Inside it nothing written to the primary, which it gives, reaches the others, though all see each other."""
    primary = servers.wait_for_primary()
    others = [member for member in servers.members if member is not primary]
    for member in others:
        member.run_command("configureFailPoint", "stopReplProducer", mode="alwaysOn")
    try:
        yield primary
    finally:
        for member in others:
            member.run_command("configureFailPoint", "stopReplProducer", mode="off")
