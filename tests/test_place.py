"""Who goes away and comes back listens at the port they had, whatever has become of their sockets meanwhile."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.disasters.storm.wire import Wire
from tests.place import HOST
from tests.scheduler.sink import listening

pytestmark = pytest.mark.anyio


async def test_a_wire_is_mended_though_a_forked_process_still_has_its_socket() -> None:
    async with listening() as sink, Wire("smtp", sink.port).open() as wire:
        assert wire._server is not None
        theirs = os.dup(wire._server.sockets[0].fileno())
        try:
            await wire.cut()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(HOST, wire.port)
            await wire.mend()
            reader, writer = await asyncio.open_connection(HOST, wire.port)
            assert (await reader.readline()).startswith(b"220")
            writer.close()
        finally:
            os.close(theirs)


async def test_a_mail_server_comes_back_though_a_forked_process_still_has_its_socket() -> None:
    async with listening() as sink:
        assert sink._server is not None
        theirs = os.dup(sink._server.sockets[0].fileno())
        try:
            await sink.goes_away()
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection(HOST, sink.port)
            await sink.comes_back()
            reader, writer = await asyncio.open_connection(HOST, sink.port)
            assert (await reader.readline()).startswith(b"220")
            writer.close()
        finally:
            os.close(theirs)
