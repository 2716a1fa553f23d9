"""Who listens to what on this node, and what they have been given: two maps, an invariant, and the order of streams.

    topic → members, member → topics: always each other's mirror (`check` asserts it)
    channel → topics: a channel is what the bus carries, a topic is who of its listeners may have it

Staff of a firm share one channel and are told apart by topic: those who see every account, and those of each account.
Knows no sockets, no bus and no database: envelopes in, "these topics get this" out.
"""

from collections.abc import Iterable
from typing import Any, Final

from protocol.wire import Id, Ms
from server.core.context import Principal
from storage.redis.bus import BusEvent, account_channel, firm_channel, team_channel, user_channel

HEADS_PER_CHANNEL_MAX: Final = 20_000
EARLY_EVENTS_MAX: Final = 1_000
"""Events of one stream that may wait behind a hole; beyond it they are left to the log."""

PULSE_HEADS_MAX: Final = 500
"""Heads that a channel tells its listeners in one round of pulses, some 20 KB: below 1 KB/s, and not a third of what lets
a client count as slow. The others wait for the next rounds."""
PULSE_HEADS_WAITING_MAX: Final = 10_000
"""Of a topic: twenty rounds, eight minutes. What is beyond has been compared with the log many times (healing)."""

EVERYBODY: Final = ""
"""The topic of a channel whose members get everything that it carries."""

TopicName = tuple[str, str]
"""A channel, and an account within it or EVERYBODY."""


def own_topic(owner: Id) -> TopicName:
    """Where the own stream of somebody, or of a firm, is heard; and what concerns somebody's sessions and access."""
    return user_channel(owner), EVERYBODY


def topics_of(principal: Principal, *, with_firm: bool = False) -> frozenset[TopicName]:
    """The topics of somebody, by what they may see (AC-4). The only place that says who hears what. `with_firm`: a client
    that knows of the firm's own stream."""
    own = own_topic(principal.user_id)
    if not principal.is_staff:
        accounts = ((account_channel(account), EVERYBODY) for account in principal.account_ids)
        return frozenset([own, (team_channel(principal.firm_id), EVERYBODY), *accounts])
    firm = firm_channel(principal.firm_id)
    shared = [own_topic(principal.firm_id)] if with_firm else []
    if principal.sees_all:
        return frozenset([own, *shared, (firm, EVERYBODY)])
    return frozenset([own, *shared, *((firm, account) for account in principal.account_ids)])


class Member:
    """What the hub knows of a connection; `server.network.fanout.Line` adds how it is written to."""

    __slots__ = ("session_id", "topics", "user_id")

    def __init__(self, user_id: str, session_id: str) -> None:
        self.user_id = user_id
        self.session_id = session_id
        self.topics: tuple[Topic, ...] = ()


class Topic:
    """Those who get the same."""

    __slots__ = ("channel", "members", "name", "queue", "recent", "told")

    def __init__(self, channel: "Channel", name: str) -> None:
        self.channel = channel
        self.name = name
        self.members: set[Any] = set()
        self.queue: list[Any] = []
        """Frames of this turn of the loop, not yet written (server.network.fanout)."""
        self.recent: dict[str, int] = {}
        """Heads of streams that moved and that no round of pulses has told yet, the longest waiting first."""
        self.told: dict[str, int] = {}
        """What this round tells."""

    def take(self, heads_max: int) -> None:
        """Begin a round: tell what has waited longest, as much as may be told."""
        recent = self.recent
        if len(recent) <= heads_max:
            self.told, self.recent = recent, {}
            return
        names = list(recent)
        self.told = {name: recent[name] for name in names[:heads_max]}
        kept = names[heads_max:][-PULSE_HEADS_WAITING_MAX:]
        self.recent = {name: recent[name] for name in kept}


class Channel:
    """One channel of the bus: its topics, and how far each stream has been delivered from it here."""

    __slots__ = ("_older_heads", "_round", "began_at", "early", "heads", "name", "topics")

    def __init__(self, name: str) -> None:
        self.name = name
        self.began_at: Ms | None = None
        """Since when nothing can be missed; None until the bus has confirmed that it is listened to."""
        self.topics: dict[str, Topic] = {}
        self.heads: dict[str, int] = {}
        self._older_heads: dict[str, int] = {}
        self.early: dict[str, dict[int, BusEvent]] = {}
        """By stream: events that came before one that is still missing."""
        self._round = 0

    def begin_round(self, number: int) -> None:
        """A round of pulses begins, if it hasn't yet: choose what each topic tells in it.

        Those who see every account are told as much as all the others together: nobody listens to both.
        """
        if self._round == number:
            return
        self._round = number
        left = PULSE_HEADS_MAX
        for name, topic in list(self.topics.items()):
            if name == EVERYBODY:
                topic.take(PULSE_HEADS_MAX)
                continue
            waiting = len(topic.recent)
            topic.take(left)
            left -= len(topic.told)
            if len(topic.told) == waiting:
                # Whoever still waits is before it the next time.
                self.topics[name] = self.topics.pop(name)

    def head(self, stream: str) -> int | None:
        """The last event delivered of a stream, or None if there was none since we began to listen."""
        head = self.heads.get(stream)
        return self._older_heads.get(stream) if head is None else head

    def admit(self, event: BusEvent) -> list[BusEvent]:
        """The events that may be delivered now that this one has come, in order.

        None of them if it is known already, or if one before it is missing: then it waits in `early`.
        """
        stream, seq = event.stream, event.seq
        if not self.early and self.heads.get(stream) == seq - 1:
            # What nearly all do; the rest of this is about losses, overtaking and beginnings.
            self.heads[stream] = seq
            return [event]
        head = self.head(stream)
        if head is not None:
            if seq <= head:
                return []
            if seq > head + 1:
                waiting = self.early.setdefault(stream, {})
                if len(waiting) < EARLY_EVENTS_MAX:
                    waiting[seq] = event
                return []
        admitted = [event]
        if self.early:
            waiting = self.early.get(stream, {})
            while (following := waiting.pop(seq + 1, None)) is not None:
                admitted.append(following)
                seq += 1
            if not waiting:
                self.early.pop(stream, None)
        self._advance(stream, seq)
        return admitted

    def give_up(self, stream: str, seq: int) -> list[BusEvent]:
        """Go on behind `seq`: the log has nothing between. What was waiting and may now be delivered, in order."""
        waiting = self.early.pop(stream, {})
        if seq > (self.head(stream) or 0):
            self._advance(stream, seq)
        admitted: list[BusEvent] = []
        for early in sorted(waiting):
            admitted += self.admit(waiting[early])
        return admitted

    def _advance(self, stream: str, seq: int) -> None:
        self.heads[stream] = seq
        if len(self.heads) > HEADS_PER_CHANNEL_MAX:
            # Streams quiet for so long that as many others have moved since may be forgotten.
            self._older_heads, self.heads = self.heads, {}


class Hub:
    """The maps. Every change keeps both directions; `join` and `leave` say which channels begin and end."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.members: set[Any] = set()

    def join(self, member: Member, names: Iterable[TopicName]) -> list[str]:
        """Make exactly these the topics of a member. The channels that were not listened to before."""
        begun: list[str] = []
        before = {(topic.channel.name, topic.name): topic for topic in member.topics}
        after: list[Topic] = []
        for key in names:
            topic = before.pop(key, None)
            if topic is None:
                channel = self.channels.get(key[0])
                if channel is None:
                    channel = self.channels[key[0]] = Channel(key[0])
                    begun.append(key[0])
                topic = channel.topics.get(key[1])
                if topic is None:
                    topic = channel.topics[key[1]] = Topic(channel, key[1])
                topic.members.add(member)
            after.append(topic)
        for topic in before.values():
            self._part(member, topic)
        member.topics = tuple(after)
        self.members.add(member)
        return begun

    def leave(self, member: Member) -> None:
        """The member listens to nothing any more. Its channels stay until `forget`."""
        for topic in member.topics:
            self._part(member, topic)
        member.topics = ()
        self.members.discard(member)

    def deserted(self) -> list[str]:
        """Channels to which nobody listens."""
        return [name for name, channel in self.channels.items() if not channel.topics]

    def forget(self, channel: str) -> None:
        """Drop a deserted channel with all that was known of its streams."""
        assert not self.channels[channel].topics, f"{channel} has listeners"
        del self.channels[channel]

    def audience(self, channel: Channel, account_id: str | None) -> list[Topic]:
        """The topics that get what a channel carries about an account."""
        topics = channel.topics
        found = []
        if (everybody := topics.get(EVERYBODY)) is not None:
            found.append(everybody)
        if account_id is not None and (some := topics.get(account_id)) is not None:
            found.append(some)
        return found

    def check(self) -> None:
        """Assert the invariant: both maps say the same, and no topic is empty. For tests; costs a walk over all."""
        for channel in self.channels.values():
            for topic in channel.topics.values():
                assert topic.members, f"{channel.name} {topic.name} is empty"
                for member in topic.members:
                    assert topic in member.topics, f"{channel.name} has a member that doesn't know it"
        for member in self.members:
            for topic in member.topics:
                assert member in topic.members
                assert self.channels[topic.channel.name].topics[topic.name] is topic

    def _part(self, member: Member, topic: Topic) -> None:
        topic.members.remove(member)
        if not topic.members:
            del topic.channel.topics[topic.name]
