"""What may be forgotten: who is connected where, and token buckets. In Redis, shared by all nodes, with times to live.

Knows keys and scripts. Refuses to wait long: without Redis every question is answered with EphemeralAway, soon.

    hubs                    sorted set: hub → when it counts as dead unless it says otherwise (ms of Redis' clock)
    present:<firm>          hash: <hub>/<user> → JSON of the name and, of a contact, the account ids
    team:<firm>             hash: <hub>/<user> of staff only, so that whether anybody is there costs one look
    firms:<hub>             set of the firms in which the hub has somebody: what is to be cleared when it dies
    bucket:<key>            hash: level and time of a token bucket
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from protocol.wire import Id, Ms

TIMEOUT_S: Final = 1.0
CONNECTIONS_MAX: Final = 16

_TAKE: Final = """
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

_BEAT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
local dead = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)
for _, hub in ipairs(dead) do redis.call('ZREM', KEYS[1], hub) end
return dead
"""


class EphemeralAway(Exception):
    """Redis can't be reached; whatever was asked is not known."""


class Present(msgspec.Struct, frozen=True):
    """Somebody who is connected somewhere."""

    hub: str
    user_id: Id
    name: str
    account_ids: list[Id] | None
    """None for staff."""


class Ephemeral:
    """The forgettable."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            max_connections=CONNECTIONS_MAX,
            retry=Retry(NoBackoff(), 0),
        )
        self._take = self._redis.register_script(_TAKE)
        self._beat = self._redis.register_script(_BEAT)

    # buckets

    async def take(self, key: str, tokens: int, size: int, fill_s: float) -> Ms:
        """Take tokens from a bucket that fills evenly in `fill_s`: 0, or how long to wait, and nothing was taken."""
        return int(await self._do(self._take([f"bucket:{key}"], [size, size / (fill_s * 1000), min(tokens, size)])))

    async def give(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        """Put tokens back."""
        await self._do(self._take([f"bucket:{key}"], [size, size / (fill_s * 1000), -tokens]))

    # presence

    async def beat(self, hub: str, ttl_s: float) -> list[str]:
        """This hub lives. The hubs found dead just now, told to one asker only."""
        dead: list[str] = await self._do(self._beat(["hubs"], [hub, round(ttl_s * 1000)]))
        return dead

    async def arrive(self, hub: str, firm_id: Id, people: Sequence[Present]) -> None:
        """These people are connected at a hub."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for one in people:
                field = f"{hub}/{one.user_id}"
                pipe.hset(f"present:{firm_id}", field, msgspec.json.encode((one.name, one.account_ids)))
                if one.account_ids is None:
                    pipe.hset(f"team:{firm_id}", field, "")
            pipe.sadd(f"firms:{hub}", firm_id)
            await self._do(pipe.execute())

    async def depart(self, hub: str, firm_id: Id, people: Sequence[Present]) -> None:
        """These people are not connected at a hub any more."""
        await self._remove(firm_id, [f"{hub}/{one.user_id}" for one in people])

    async def team_online(self, firm_id: Id) -> bool:
        """Whether any of a firm's staff is connected, on whichever hub."""
        return bool(await self._do(self._redis.hlen(f"team:{firm_id}")))

    async def present(self, firm_id: Id) -> list[Present]:
        """Everybody of a firm, on whichever hub."""
        rows: dict[str, str] = await self._do(self._redis.hgetall(f"present:{firm_id}"))
        return [_present(field, value) for field, value in rows.items()]

    async def bury(self, hub: str) -> dict[Id, list[Present]]:
        """Forget everybody at a dead hub: who they were, by firm."""
        found: dict[Id, list[Present]] = {}
        firms: set[str] = await self._do(self._redis.smembers(f"firms:{hub}"))
        for firm_id in firms:
            gone = [one for one in await self.present(firm_id) if one.hub == hub]
            if gone:
                await self.depart(hub, firm_id, gone)
                found[firm_id] = gone
        await self._do(self._redis.delete(f"firms:{hub}"))
        return found

    async def retire(self, hub: str) -> None:
        """This hub stops in good order: say so instead of being found dead."""
        await self._do(self._redis.zadd("hubs", {hub: 0}))

    async def close(self) -> None:
        """Close every connection."""
        await self._redis.aclose()

    async def _remove(self, firm_id: Id, fields: list[str]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.hdel(f"present:{firm_id}", *fields)
            pipe.hdel(f"team:{firm_id}", *fields)
            await self._do(pipe.execute())

    async def _do(self, asked: Any) -> Any:
        try:
            return await asked
        except (RedisError, OSError) as error:
            raise EphemeralAway(str(error)) from error


def _present(field: str, value: str) -> Present:
    hub, _, user_id = field.partition("/")
    name, account_ids = msgspec.json.decode(value, type=tuple[str, list[str] | None])
    return Present(hub, user_id, name, account_ids)
