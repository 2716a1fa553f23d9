"""What may be forgotten: who is connected where, and token buckets. In Redis, shared by all nodes.

Knows keys and scripts. Refuses to wait: without Redis every question is answered with EphemeralAway, at once when it is
known to be away, and whatever goes wrong with the connection is that. All keys begin with the installation's prefix.

    hubs                    sorted set: hub → when it counts as dead unless it says otherwise (ms of Redis' clock)
    present:<firm>          hash: <hub>/<user> → JSON of the name and, of a contact, the account ids
    team:<firm>             hash: <hub>/<user> of staff only, so that whether anybody is there costs one look
    firms:<hub>             set of the firms in which the hub has somebody: what is to be cleared when it dies
    gone:<hub>              hash: <firm>/<user> → as in present: who was cleared, until everybody has been told
    bucket:<key>            hash: level and time of a token bucket
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
import structlog

from protocol.wire import Id, Ms
from storage.redis.asking import Asking, refusal_among
from storage.redis.link import LINK_FAULTS, Keeper, Link, Reply, back_off_s

log = structlog.get_logger(__name__)

CLAIM_MS: Final = 6_000
"""Whoever was told of a dead hub has so long to clear it before another one is told."""

_TAKE: Final = b"""
local size, per_ms, price = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local level, at = unpack(redis.call('HMGET', KEYS[1], 'level', 'at'))
level = math.min(size, (tonumber(level) or size) + math.max(0, now - (tonumber(at) or now)) * per_ms)
local wait = 0
if level >= price then level = level - price else wait = math.ceil((price - level) / per_ms) end
level = math.min(size, level)
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(size / per_ms) + 1000)
return wait
"""

_BEAT: Final = b"""
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local dies = now + tonumber(ARGV[2])
local known = redis.call('ZADD', KEYS[1], dies, ARGV[1]) == 0
if not known then for at = 4, #ARGV do redis.call('ZADD', KEYS[1], 'NX', dies, ARGV[at]) end end
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
for _, hub in ipairs(dead) do redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), hub) end
return {known and 1 or 0, dead, redis.call('ZRANGE', KEYS[1], 0, -1)}
"""
"""A dead hub is told to one asker at a time, and again until somebody has cleared it. Whoever finds that they are not known
brings up the others that they knew too: one that died meanwhile can't."""

_PROOF: Final = b"""
local key = KEYS[1]
redis.call('TIME')
redis.call('HSET', key, 'a', '1')
redis.call('HMGET', key, 'a')
redis.call('HGETALL', key)
redis.call('HLEN', key)
redis.call('HEXISTS', key, 'a')
redis.call('HDEL', key, 'a')
redis.call('SADD', key, 'a')
redis.call('SMEMBERS', key)
redis.call('SISMEMBER', key, 'a')
redis.call('DEL', key)
redis.call('ZADD', key, 0, 'a')
redis.call('ZRANGEBYSCORE', key, '-inf', 0)
redis.call('ZRANGE', key, 0, -1)
redis.call('ZREM', key, 'a')
redis.call('PEXPIRE', key, 1000)
return 1
"""
"""Every command that we use, so that one that isn't allowed shows at the start."""


class EphemeralAway(Exception):
    """Redis can't be reached; whatever was asked is not known."""


class Present(msgspec.Struct, frozen=True):
    """Somebody who is connected somewhere."""

    hub: str
    user_id: Id
    name: str
    account_ids: list[Id] | None
    """None for staff."""


class Beat(msgspec.Struct, frozen=True):
    """What a hub learns from its beat."""

    forgotten: bool
    """Redis has lost something of what this hub had told it: it was emptied, has evicted keys, or thought us dead."""
    dead: list[str]
    """Hubs found dead: to be cleared by who hears of them, with `bury` and `buried`."""
    hubs: list[str]
    """All hubs that Redis knows, this one too."""


class Ephemeral:
    """The forgettable. `run` must run for as long as it is used."""

    def __init__(self, url: str) -> None:
        needs = "EVALSHA, EVAL and the commands of hashes, sets and sorted sets, on the keys PREFIX*"
        self._redis = Asking(url, "ephemeral", needs, self._prove)

    @property
    def refusals(self) -> list[Keeper]:
        """The connection, if Redis can be reached and doesn't let us have it."""
        return [] if self._redis.refused is None else [self._redis]

    @property
    def there(self) -> bool:
        """Whether Redis can be asked."""
        return self._redis.link is not None

    def when_there(self, call: Callable[[], None]) -> None:
        """Be called whenever Redis can be asked, for the first time or again."""
        self._redis.on_opened = call

    def belong_to(self, prefix: str) -> None:
        """Keep everything under the prefix of one installation (storage.facts). To be called before `run`."""
        self._redis.prefix = prefix.encode()

    async def run(self) -> None:
        """Keep the connection, until cancelled. Whatever goes wrong with it, nothing but this is missing."""
        attempt = 0
        while True:
            try:
                await self._redis.run()
            except Exception:
                attempt += 1
                log.exception("ephemeral.failed")
                await asyncio.sleep(back_off_s(attempt))

    # buckets

    async def take(self, key: str, tokens: int, size: int, fill_s: float) -> Ms:
        """Take tokens from a bucket that fills evenly in `fill_s`: 0, or how long to wait, and nothing was taken."""
        return int(await self._script(_TAKE, f"bucket:{key}", size, size / (fill_s * 1000), min(tokens, size)))

    async def give(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        """Put tokens back."""
        await self._script(_TAKE, f"bucket:{key}", size, size / (fill_s * 1000), -tokens)

    # presence

    async def beat(
        self, hub: str, ttl_s: float, oldest: Iterable[tuple[Id, Present]], hubs: Iterable[str] = ()
    ) -> Beat:
        """This hub lives. `oldest`, by firm: whoever of its staff, and of its people, was shown first by this hub.
        `hubs`: those that the last beat heard of. Where Redis has forgotten us, it is told of them anew, so that one that
        is dead by now is still found dead.

        What is evicted is a whole key: as long as the oldest of it is there, all that came later is.
        """
        known, dead, all_hubs = await self._script(_BEAT, "hubs", hub, round(ttl_s * 1000), CLAIM_MS, *hubs)
        looks: list[Sequence[bytes]] = []
        for firm_id, one in oldest:
            field = f"{hub}/{one.user_id}"
            looks.append(self._command("HEXISTS", f"present:{firm_id}", field))
            looks.append(self._command("SISMEMBER", f"firms:{hub}", firm_id))
            if one.account_ids is None:
                looks.append(self._command("HEXISTS", f"team:{firm_id}", field))
        found = await self._ask(*looks) if looks else []
        return Beat(
            forgotten=not known or not all(found),
            dead=[name.decode() for name in dead],
            hubs=[name.decode() for name in all_hubs],
        )

    async def arrive(self, hub: str, firm_id: Id, people: Sequence[Present]) -> None:
        """These people are connected at a hub."""
        present: list[str | bytes] = []
        team: list[str | bytes] = []
        for one in people:
            field = f"{hub}/{one.user_id}"
            present += [field, _value(one)]
            if one.account_ids is None:
                team += [field, ""]
        commands = [self._command("HSET", f"present:{firm_id}", *present)]
        if team:
            commands.append(self._command("HSET", f"team:{firm_id}", *team))
        await self._ask(*commands, self._command("SADD", f"firms:{hub}", firm_id))

    async def depart(self, hub: str, firm_id: Id, people: Sequence[Present]) -> None:
        """These people are not connected at a hub any more."""
        await self._ask(*self._departing(hub, firm_id, people))

    async def team_online(self, firm_id: Id) -> bool:
        """Whether any of a firm's staff is connected, on whichever hub."""
        return bool((await self._ask(self._command("HLEN", f"team:{firm_id}")))[0])

    async def present(self, firm_id: Id) -> list[Present]:
        """Everybody of a firm, on whichever hub."""
        return [_present(*row) for row in await self._rows(f"present:{firm_id}")]

    async def bury(self, hub: str) -> dict[Id, list[Present]]:
        """Clear everybody at a dead hub: who they were, by firm.

        May be done again, and by others, until `buried`, with the same answer: whoever does it may die in the middle.
        """
        (firms,) = await self._ask(self._command("SMEMBERS", f"firms:{hub}"))
        for firm_id in (firm.decode() for firm in firms):
            gone = [one for one in await self.present(firm_id) if one.hub == hub]
            if gone:
                kept: list[str | bytes] = []
                for one in gone:
                    kept += [f"{firm_id}/{one.user_id}", _value(one)]
                # In this order: at every moment they stand in one of the two.
                await self._ask(self._command("HSET", f"gone:{hub}", *kept), *self._departing(hub, firm_id, gone))
        found: dict[Id, list[Present]] = {}
        for field, value in await self._rows(f"gone:{hub}"):
            firm_id, _, user_id = field.partition("/")
            found.setdefault(firm_id, []).append(_present(f"{hub}/{user_id}", value))
        return found

    async def buried(self, hub: str) -> None:
        """Everybody has been told who was at a dead hub: forget it."""
        await self._ask(
            self._command("DEL", f"gone:{hub}"),
            self._command("DEL", f"firms:{hub}"),
            self._command("ZREM", "hubs", hub),
        )

    def _departing(self, hub: str, firm_id: Id, people: Sequence[Present]) -> list[Sequence[bytes]]:
        fields = [f"{hub}/{one.user_id}" for one in people]
        return [self._command("HDEL", f"present:{firm_id}", *fields), self._command("HDEL", f"team:{firm_id}", *fields)]

    # Redis

    async def _prove(self, link: Link) -> None:
        key = self._redis.prefix + b"proof"
        await link.ask(b"EVAL", _PROOF, b"1", key)
        await link.ask(b"EVALSHA", _digest(_PROOF), b"1", key)

    def _command(self, name: str, key: str, *rest: str | bytes) -> Sequence[bytes]:
        """A command on one key."""
        parts = (part.encode() if isinstance(part, str) else part for part in rest)
        return [name.encode(), self._redis.prefix + key.encode(), *parts]

    async def _rows(self, key: str) -> list[tuple[str, bytes]]:
        (flat,) = await self._ask(self._command("HGETALL", key))
        return [(field.decode(), value) for field, value in zip(flat[::2], flat[1::2], strict=True)]

    async def _script(self, script: bytes, key: str, *arguments: Any) -> Reply:
        """Run a script by its hash; by its text where Redis doesn't know it (any more)."""
        rest = [b"1", self._redis.prefix + key.encode(), *(str(argument).encode() for argument in arguments)]
        try:
            (reply,) = await self._redis.ask([b"EVALSHA", _digest(script), *rest])
        except LINK_FAULTS as error:
            raise EphemeralAway(str(error)) from error
        if str(reply).startswith("NOSCRIPT"):
            (reply,) = await self._ask([b"EVAL", script, *rest])
        return self._granted([reply])[0]

    async def _ask(self, *commands: Sequence[bytes]) -> list[Reply]:
        try:
            return self._granted(await self._redis.ask(*commands))
        except LINK_FAULTS as error:
            raise EphemeralAway(str(error)) from error

    def _granted(self, replies: list[Reply]) -> list[Reply]:
        """The replies, if there is no refusal among them. Raises EphemeralAway."""
        if (refusal := refusal_among(replies)) is not None:
            self._redis.give_up(str(refusal))
            raise EphemeralAway(str(refusal))
        return replies


def _digest(script: bytes) -> bytes:
    return hashlib.sha1(script, usedforsecurity=False).hexdigest().encode()


def _value(one: Present) -> bytes:
    return msgspec.json.encode((one.name, one.account_ids))


def _present(field: str, value: bytes) -> Present:
    hub, _, user_id = field.partition("/")
    name, account_ids = msgspec.json.decode(value, type=tuple[str, list[str] | None])
    return Present(hub, user_id, name, account_ids)
