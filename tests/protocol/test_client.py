"""The Python client over real sockets: what it posts settles, whatever it knows of the thread."""

import pytest

from protocol.client.client import Client
from protocol.frames import SUBPROTOCOLS
from protocol.ids import notes_stream, thread_stream
from protocol.wire import Codec, Id
from tests.server.talking import node
from tests.world import World

pytestmark = pytest.mark.anyio


async def post_in_turn(client: Client, thread_id: Id, *, internal: bool) -> None:
    """Each once the client has heard of the one before, which is when it begins to ask what the stream is."""
    stream = notes_stream(thread_id) if internal else thread_stream(thread_id)
    for number in range(3):
        await client.sent(client.post(thread_id, f"nr {number}", internal=internal))
        await client.until(lambda state: stream in state.streams)


@pytest.mark.parametrize("codec", SUBPROTOCOLS.values())
@pytest.mark.parametrize("internal", [False, True], ids=["visible", "internal"])
async def test_messages_to_a_thread_that_was_never_opened_settle(
    world: World, redis_url: str, codec: Codec, internal: bool
) -> None:
    thread = await world.thread()
    async with (
        node(world, redis_url) as one,
        Client(one.http_url, token=world.token_of(world.anna), codec=codec) as anna,
    ):
        await anna.live()
        await post_in_turn(anna, thread.id, internal=internal)
        assert anna.state.pending == {}
        assert thread.id not in anna.state.opened
    stream = notes_stream(thread.id) if internal else thread_stream(thread.id)
    stored = await world.store.streams.read(stream, 0 if internal else thread.head, 10)
    assert len(stored) == 3
