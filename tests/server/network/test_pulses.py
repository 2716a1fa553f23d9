"""Pulses after very many streams have moved: bounded, built once for all who listen to the same, nothing left untold."""

from __future__ import annotations

import pytest

from protocol.body import paragraph
from protocol.frames import JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL, Pulse
from protocol.ids import new_id, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.wire import Id, Ms
from server.core.announce import Announcer
from server.network import hub
from server.network.doorway import SLOTS
from server.network.hub import PULSE_HEADS_MAX, PULSE_HEADS_WAITING_MAX, Channel, Topic
from storage.log.drafts import Head, Stored, event_id
from tests.server.talking import RunningNode, Talk, node, talk
from tests.world import World

pytestmark = pytest.mark.anyio


def moved(world: World, account_id: Id, streams: int) -> list[tuple[str, bytes]]:
    """The first event of so many threads of an account, as the bus brings them to staff."""
    world.bell.clear()
    announcer, sender = Announcer(world.bell), Person(id=world.petra.id, side="contact", name="Petra")
    for _ in range(streams):
        stream = thread_stream(new_id())
        announcer.event(
            Stored(
                id=event_id(stream, 1), stream=stream, firm_id=world.firm.id, account_id=account_id, at=1,
                actor=sender, totals=Head(seq=1),
                event=MessageSent(message_id=new_id(), client_message_id=new_id(), body=paragraph("Tack!")),
            )
        )  # fmt: skip
    return [rung for rung in world.bell.rung if rung[0].startswith("f:")]


def round_of(one: RunningNode) -> None:
    """Give everybody their pulse."""
    for slot in range(SLOTS):
        one.house.doorway.pulse(slot)


async def told(client: Talk, rounds: int, since: Ms) -> list[dict[str, int]]:
    """What this many rounds told a client; the clock, which a test moves, says which pulse is of which."""
    times: dict[int, dict[str, int]] = {}
    while len(times) < rounds:
        pulse = await client.until(Pulse, lambda pulse: pulse.at >= since)
        times.setdefault(pulse.at, {}).update(pulse.heads)
    return list(times.values())


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, MSGPACK_SUBPROTOCOL])
async def test_a_pulse_is_bounded_and_what_it_leaves_out_comes_with_the_next(
    world: World, redis_url: str, subprotocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds, heads_max = 3, 50
    monkeypatch.setattr(hub, "PULSE_HEADS_MAX", heads_max)
    async with node(world, redis_url, clock=world.clock) as one, talk(one, subprotocol) as anna:
        await anna.hello(world.token_of(world.anna))
        world.clock.advance(s=1)
        began_at = world.clock.now()
        messages = moved(world, world.holm.id, heads_max * rounds - 1)
        one.house.node.heard(messages)
        for _ in range(rounds + 1):
            round_of(one)
            world.clock.advance(s=25)
        heard = await told(anna, rounds + 1, began_at)
        assert [len(heads) for heads in heard] == [heads_max, heads_max, heads_max - 1, 0]
        assert len({stream for heads in heard for stream in heads}) == len(messages)


async def test_what_a_pulse_tells_is_built_once_for_all_who_listen_to_the_same(
    world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        node(world, redis_url, clock=world.clock) as one,
        talk(one) as anna,
        talk(one) as erik,
        talk(one) as sofia,
    ):
        for client, person in ((anna, world.anna), (erik, world.erik), (sofia, world.sofia)):
            await client.hello(world.token_of(person))
        doorway = one.house.doorway
        doorway._slots[0] |= doorway.connections  # all in one part of the round
        one.house.node.heard(moved(world, world.holm.id, 10))
        sent: list[bytes] = []
        monkeypatch.setattr(one.house.node.fanout, "send_framed", lambda _, data: sent.append(data))
        doorway.pulse(0)
        # Anna and Erik see every account; Sofia some.
        assert len(sent) == 3
        assert len({id(data) for data in sent}) == 2


def test_accounts_share_what_a_channel_may_tell_and_each_has_its_turn() -> None:
    channel = Channel("f:1")
    for account in range(10):
        topic = channel.topics[f"a{account}"] = Topic(channel, f"a{account}")
        topic.recent = {f"t:{account}/{number}": 1 for number in range(hub.PULSE_HEADS_MAX)}
    heard: set[str] = set()
    for number in range(1, 11):
        channel.begin_round(number)
        tells = [name for topic in channel.topics.values() for name in topic.told]
        assert len(tells) == hub.PULSE_HEADS_MAX
        heard.update(tells)
        # A busy account doesn't keep the others from their turn.
        channel.topics["a0"].recent.update({f"t:0/{number}/{again}": 1 for again in range(hub.PULSE_HEADS_MAX)})
    assert {f"t:{account}/0" for account in range(10)} <= heard


def test_what_waits_for_its_pulse_is_bounded_and_the_latest_of_it_is_kept() -> None:
    topic = Topic(Channel("f:1"), "")
    topic.recent = {f"t:{number}": 1 for number in range(3 * PULSE_HEADS_WAITING_MAX)}
    topic.take(PULSE_HEADS_MAX)
    assert len(topic.told) == PULSE_HEADS_MAX
    assert len(topic.recent) == PULSE_HEADS_WAITING_MAX
    assert list(topic.recent)[-1] == f"t:{3 * PULSE_HEADS_WAITING_MAX - 1}"
