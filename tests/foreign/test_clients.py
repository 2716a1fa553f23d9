"""Clients of other people's libraries, as packaged, get through the whole list with a running server (see README.md).

What docs/protocol.md says must be set is what these set; that it must be is tried as well.
"""

import json
from pathlib import Path

import pytest

from tests.foreign.programs import HERE, NODE_BIN, PYTHON_BIN, said_by, tool
from tests.protocol.endings import whole_log
from tests.protocol.test_conversation import emma_and_tom
from tests.server.talking import node
from tests.world import PASSWORD, World

pytestmark = pytest.mark.anyio
NODE = [Path("node"), HERE / "list.mjs"]


async def goes_through_the_list(world: World, redis_url: str, before: list[Path], *after: str) -> None:
    await emma_and_tom(world)
    async with node(world, redis_url) as one:
        saw = json.loads(await said_by(*before, one.http_url, *after, PASSWORD))
    log = await whole_log(world, saw["stream"])
    assert saw["log"] == [[event["seq"], event["event"]["type"]] for event in log]
    assert len(log) == 9  # three at the beginning, a message, a tick and what follows it, three while away


@pytest.mark.parametrize("library", ["json", "@msgpack/msgpack", "msgpackr"])
async def test_node_with_ws(world: World, redis_url: str, library: str) -> None:
    tool(NODE_BIN, "tsc")
    await goes_through_the_list(world, redis_url, NODE, library)


async def test_python_with_websockets_and_msgpack(world: World, redis_url: str) -> None:
    await goes_through_the_list(world, redis_url, [tool(PYTHON_BIN, "python"), HERE / "list.py"])


async def test_msgpackr_without_its_options_reads_times_as_the_document_warns(world: World, redis_url: str) -> None:
    with pytest.raises(AssertionError, match="a time came as a bigint"):
        await goes_through_the_list(world, redis_url, NODE, "msgpackr without options")
