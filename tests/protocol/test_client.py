"""The Python client over real sockets: what it posts settles, whatever it knows of the thread."""

import asyncio

import pytest

from protocol.body import paragraph
from protocol.client.client import Client
from protocol.client.state import State
from protocol.errors import RateLimited
from protocol.frames import SUBPROTOCOLS, ErrorFrame, ServerFrame
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSend
from protocol.threads import ThreadList
from protocol.wire import Codec, Id
from tests.server.talking import PATIENCE_S, node
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


class Refused(Client):
    """A client of which one sees that something was refused."""

    def __init__(self, url: str, *, token: str, state: State) -> None:
        super().__init__(url, token=token, state=state)
        self.refused = asyncio.Event()

    def _frame(self, frame: ServerFrame) -> None:
        super()._frame(frame)
        if isinstance(frame, ErrorFrame):
            self.refused.set()


async def test_what_an_absence_left_behind_is_asked_for_until_it_comes(world: World, redis_url: str) -> None:
    """The list with which a client catches up may be refused, by a limit or because the database is away, and nothing
    else would ever tell of what it holds: the thread is not open, and its event is older than the connection."""
    token = world.token_of(world.anna)
    thread = await world.thread()
    async with node(world, redis_url) as one, Client(one.http_url, token=token) as anna:
        await anna.live()
        await anna.call(ThreadList())
        known = anna.state
    said = await world.do(
        world.petra, MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("hej"))
    )
    await world.settled()
    world.clock.advance(s=60)  # no look into the log goes back as far
    # What a person may ask for over sockets goes by the node's clock, which stands until it is moved.
    async with (
        node(world, redis_url, clock=world.clock, commands_burst=5, commands_per_s=5) as two,
        Client(two.http_url, token=token) as another,
    ):
        await another.call(ThreadList())
        with pytest.raises(RateLimited):
            await another.call(ThreadList(), patience_s=1)
        late = Refused(two.http_url, token=token, state=known)
        async with late:
            await asyncio.wait_for(late.refused.wait(), PATIENCE_S)
            assert late.state.rows[thread.id].head < said.seq
            world.clock.advance(s=1)
            await late.until(lambda state: state.rows[thread.id].head == said.seq, PATIENCE_S)
            assert late.state.owed == ()
