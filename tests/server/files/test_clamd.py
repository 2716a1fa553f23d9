"""Asking a real clamd: its verdicts, its limits, and what it is when it is away, frozen, or gone in the middle."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.dev.embedded import Clamd, free_port
from server.files import clamd as asking
from server.files.clamd import Away, Verdict

pytestmark = pytest.mark.anyio


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def zeros(size: int, piece: int = 256 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, size, piece):
        yield bytes(min(piece, size - start))


@pytest.mark.parametrize("by", ["tcp", "unix"])
async def test_what_it_finds_is_infected_and_everything_else_is_clean(clamd: Clamd, by: str) -> None:
    address = clamd.address if by == "tcp" else clamd.unix_address
    assert await asking.scan(address, pieces(b"an ", b"annual report")) == Verdict("clean")
    assert await asking.scan(address, pieces()) == Verdict("clean")
    text = b"Hello. " + Clamd.FINDS + b" Goodbye."
    assert await asking.scan(address, pieces(text)) == Verdict("infected", Clamd.CALLED)
    # In the middle of it begins another piece.
    assert await asking.scan(address, pieces(text[:20], text[20:])) == Verdict("infected", Clamd.CALLED)


async def test_what_it_does_not_look_at_is_never_clean(clamd: Clamd) -> None:
    """Longer than a stream may be it answers and closes while we still send; longer than a file may be, with
    AlertExceedsMax, it says so. Many times, since what was received may be lost with the connection."""
    for _ in range(30):
        verdict = await asking.scan(clamd.address, zeros(clamd.STREAM_BYTES_MAX * 3))
        assert verdict.state == "too_large"
    over = await asking.scan(clamd.address, zeros(clamd.FILE_BYTES_MAX + 1))
    assert (over.state, over.found[:26]) == ("too_large", "Heuristics.Limits.Exceeded")
    assert await asking.scan(clamd.address, zeros(clamd.FILE_BYTES_MAX - 1024)) == Verdict("clean")


async def test_a_piece_longer_than_a_chunk_goes_in_several(clamd: Clamd) -> None:
    text = bytes(asking.PIECE_BYTES - 5) + Clamd.FINDS
    assert await asking.scan(clamd.address, pieces(text)) == Verdict("infected", Clamd.CALLED)


async def test_nobody_there_is_away(clamd: Clamd) -> None:
    for address in (f"tcp://127.0.0.1:{free_port()}", f"unix:{clamd.folder}/nobody.sock"):
        with pytest.raises(Away):
            await asking.scan(address, pieces(b"x"))


async def test_one_of_this_machine_that_takes_no_more_connections_is_away(tmp_path: Path) -> None:
    """Its queue is full: the kernel says so at once, and asyncio takes the socket for connected."""
    place = f"{tmp_path}/full.sock"
    with socket.socket(socket.AF_UNIX) as listener, ExitStack() as waiting:
        listener.bind(place)
        listener.listen(0)
        full = False
        while not full:
            one = waiting.enter_context(socket.socket(socket.AF_UNIX))
            one.setblocking(False)
            full = one.connect_ex(place) == errno.EAGAIN
        for size in (0, 1_000_000):
            with pytest.raises(Away):
                await asking.scan(f"unix:{place}", zeros(size))


async def test_what_goes_wrong_with_the_pieces_is_let_out(clamd: Clamd) -> None:
    """Also what a socket could have said."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        await asking.scan(clamd.address, broken())


async def test_one_that_is_frozen_is_away_after_a_while(clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections to it are still taken, by the kernel."""
    monkeypatch.setattr(asking, "ANSWER_S", 0.3)
    monkeypatch.setattr(asking, "STALL_S", 0.3)
    clamd.pause()
    with pytest.raises(Away, match="doesn't answer"):
        await asking.scan(clamd.address, pieces(b"x"))
    with pytest.raises(Away, match="takes nothing in"):
        await asking.scan(clamd.address, zeros(64 * 1024 * 1024))
    clamd.resume()
    assert await asking.scan(clamd.address, pieces(b"x")) == Verdict("clean")


async def test_one_that_is_killed_in_the_middle_is_away(clamd: Clamd) -> None:
    async def until_killed() -> AsyncIterator[bytes]:
        yield bytes(1024)
        await asyncio.to_thread(clamd.kill)
        for _ in range(4):
            yield bytes(1024)

    with pytest.raises(Away):
        await asking.scan(clamd.address, until_killed())
