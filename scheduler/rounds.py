"""Going through what is due, in rounds, until nothing is: several at a time, in no order that another scheduler has too.

What fails holds up no other: it is tried again, at once if that was temporary, later and later if it is a fault of ours.
Refuses to know what is due.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol, TypeVar

import structlog

from protocol.errors import Unavailable
from protocol.wire import Id, Ms
from scheduler.mail.back_off import BackOff
from storage.mongo.connection import ours

log = structlog.get_logger(__name__)

WORKERS_MAX: Final = 8


class Known(Protocol):
    """Is known by its id."""

    @property
    def id(self) -> Id: ...


D = TypeVar("D", bound=Known)


async def go_through(
    what: str,
    now: Ms,
    back_off: BackOff,
    find: Callable[[list[Id]], Awaitable[Sequence[D]]],
    do: Callable[[D], Awaitable[int]],
) -> int:
    """Do what is due at `now`; how much of it was done. `find` gives some of it, but for those with these ids; `do` says
    how much it did of one, and leaves none as due as it was. `what`: one of them, for the log."""
    done = 0
    while due := list(await find(back_off.held(now))):
        # Two schedulers that start together would otherwise go through the same list side by side.
        random.shuffle(due)
        room = asyncio.Semaphore(WORKERS_MAX)
        outcomes = await asyncio.gather(*(_one(what, one, now, room, back_off, do) for one in due))
        done += sum(outcome or 0 for outcome in outcomes)
        if any(outcome is None for outcome in outcomes):
            break  # something is wrong: the next tick tries again
    return done


async def _one(
    what: str, one: D, now: Ms, room: asyncio.Semaphore, back_off: BackOff, do: Callable[[D], Awaitable[int]]
) -> int | None:
    """None for a fault."""
    async with room:
        try:
            async with ours():
                return await do(one)
        except Unavailable as error:
            log.warning("due.postponed", what=what, id=one.id, code=error.code)
        except Exception:
            # A fault of ours, or something that this build can't read.
            back_off.failed(one.id, now)
            log.exception("due.failed", what=what, id=one.id)
        return None
