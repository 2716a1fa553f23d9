"""How much somebody may ask for: token buckets by person and by address, and strict ones for proving who one is.

Knows sizes and keys. Where the buckets stand is somebody else's: Redis holds them for all nodes; while it is away each node
counts for itself, because a login must stay possible without it, and guessing must not become free.
"""

import hashlib
import ipaddress
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from protocol.errors import RateLimited
from protocol.wire import Email, Ms
from server.core.auth import normal_email, real_now
from server.core.clock import Clock
from server.core.context import Principal
from server.core.settings import Settings

log = structlog.get_logger(__name__)

LOGIN_WINDOW_S: Final = 15 * 60
LOCAL_BUCKETS_MAX: Final = 50_000

Known = Callable[[], Awaitable[bool]]
Charged = list[tuple[str, int]]
"""Buckets, with their sizes, from which an attempt has taken a token."""


class BucketsAway(Exception):
    """Whatever holds the buckets can't be reached."""


class Buckets(Protocol):
    """Token buckets by key: each holds up to `size` tokens and fills evenly in `fill_s`."""

    async def take(self, key: str, tokens: int, size: int, fill_s: float) -> Ms:
        """Take tokens: 0, or how long to wait until there are enough; then nothing was taken. Raises BucketsAway."""
        ...

    async def give(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        """Put tokens back, up to the bucket's size. Raises BucketsAway."""
        ...


class LocalBuckets:
    """Buckets in this process, the least recently used forgotten first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, Ms]] = OrderedDict()

    async def take(self, key: str, tokens: int, size: int, fill_s: float) -> Ms:
        """See Buckets.take."""
        now, per_ms = self._now(), size / (fill_s * 1000)
        level = self._level(key, size, per_ms, now)
        # What costs more than a bucket holds is let through by a full one: it must be possible at all.
        price = min(tokens, size)
        enough = level >= price
        self._keep(key, level - price if enough else level, now)
        return 0 if enough else math.ceil((price - level) / per_ms)

    async def give(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        """See Buckets.give."""
        now = self._now()
        self._keep(key, min(float(size), self._level(key, size, size / (fill_s * 1000), now) + tokens), now)

    def _level(self, key: str, size: int, per_ms: float, now: Ms) -> float:
        level, at = self._levels.get(key, (float(size), 0))
        return min(float(size), level + max(0, now - at) * per_ms)

    def _keep(self, key: str, level: float, now: Ms) -> None:
        self._levels[key] = (level, now)
        self._levels.move_to_end(key)
        if len(self._levels) > LOCAL_BUCKETS_MAX:
            self._levels.popitem(last=False)

    def _now(self) -> Ms:
        return real_now(self._clock)


class Limits:
    """What the HTTP door asks before it does anything."""

    def __init__(self, settings: Settings, clock: Clock, shared: Buckets | None = None) -> None:
        self._settings = settings
        self._local = LocalBuckets(clock)
        self._shared = shared or self._local

    async def command(self, principal: Principal, cost: int) -> None:
        """Charge a person for a command. Raises RateLimited."""
        size, per_s = self._settings.commands_burst, self._settings.commands_per_s
        await self._charge(f"person:{principal.user_id}", cost, size, size / per_s)

    async def proof(self, address: str, email: Email | None, known: Known | None = None) -> Charged:
        """Charge for an attempt to prove who one is, by where it comes from and for whom. Raises RateLimited.

        Attempts for somebody from everywhere together are counted too, so that guessing from many addresses has an end;
        but that must not lock out the one who is meant: `known` says whether they have logged in from this address
        before, and is asked only then. Returns what `proven` gives back.
        """
        charged = [(address_key(address), self._settings.logins_per_address)]
        if email is not None:
            charged.append((f"{_email_key(email)}:{address_key(address)}", self._settings.logins_per_email))
        for key, size in charged:
            await self._charge(key, 1, size, LOGIN_WINDOW_S)
        if email is None:
            return charged
        everywhere = _email_key(email), self._settings.logins_per_email_from_everywhere
        try:
            await self._charge(everywhere[0], 1, everywhere[1], LOGIN_WINDOW_S)
        except RateLimited:
            if known is None or not await known():
                raise
            return charged
        return [*charged, everywhere]

    async def proven(self, charged: Charged) -> None:
        """The attempt succeeded: only failures count."""
        for key, size in charged:
            try:
                await self._shared.give(key, 1, size, LOGIN_WINDOW_S)
            except BucketsAway:
                await self._local.give(key, 1, size, LOGIN_WINDOW_S)

    async def _charge(self, key: str, tokens: int, size: int, fill_s: float) -> None:
        try:
            wait_ms = await self._shared.take(key, tokens, size, fill_s)
        except BucketsAway:
            log.warning("limits.local", kind=key.partition(":")[0])
            wait_ms = await self._local.take(key, tokens, size, fill_s)
        if wait_ms:
            raise RateLimited(retry_after_ms=wait_ms)


def _email_key(email: Email) -> str:
    """Hashed: addresses that somebody tried have no business in Redis."""
    return "email:" + hashlib.sha256(normal_email(email).encode()).hexdigest()[:32]


def address_key(address: str) -> str:
    """Whoever has IPv6 has a /64 at least, and would have as many buckets as addresses."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return f"address:{ip.ipv4_mapped}"
        return f"address:{ipaddress.ip_network((ip, 64), strict=False).network_address}"
    return f"address:{ip}"
