"""`python -m tests.disasters.doomed_node`: a node that serves as any other, until a certain moment.

    DOOM=after_commit:N    dies when its Nth message is in the log and nobody has been told
    DOOM=after_publish:N   dies when Redis has confirmed its Nth message and the sender has not been answered
    DOOM=part:N            a part without which a node is of no use fails: its Nth comparison with the log
    WRITE_CONCERN=1        acknowledges what one server has: the control run, which must lose something
    CHECK_INTERVAL_S=N     compares its heads with the log more often than a node in production

In the first two it dies by SIGKILL, so nothing of ours runs afterwards. The product knows nothing of this.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from pymongo.write_concern import WriteConcern

import server.messages.actions
import server.network.healing
from protocol.messages import MessageSend, MessageSent
from protocol.wire import Wire
from server.core.context import Context
from server.core.doing import ACTIONS
from server.core.rules import FactsScope
from server.network.healing import Healer
from storage.log.streams import Appended, Draft, Streams
from storage.mongo import connection as mongo
from storage.redis.bus import Bus


def die() -> None:
    """At once."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_after_commit(number: int) -> None:
    """Between the log and everything else."""
    append = Streams.append
    stored = 0

    async def doomed(self: Streams, draft: Draft) -> Appended:
        nonlocal stored
        appended = await append(self, draft)
        if isinstance(draft.event, MessageSent):
            stored += 1
            if stored == number:
                die()
        return appended

    Streams.append = doomed  # type: ignore[method-assign]


def die_after_publish(number: int) -> None:
    """Between the bus and the sender's answer."""
    send = ACTIONS[MessageSend]
    sent = 0

    async def doomed(context: Context, command: MessageSend, scope: FactsScope) -> Wire:
        nonlocal sent
        accepted = await send(context, command, scope)
        sent += 1
        if sent == number:
            bus: Any = context.announcer._publisher
            assert isinstance(bus, Bus)
            while bus._publishing._unsent or bus._publishing._unconfirmed:  # noqa: ASYNC110 - moved by Redis' answer
                await asyncio.sleep(0)
            die()
        return accepted

    ACTIONS[MessageSend] = doomed


def fail_in_part(number: int) -> None:
    """As a fault of ours would."""
    check = Healer.check

    async def doomed(self: Healer) -> None:
        if self.checks + 1 >= number:
            raise RuntimeError("the comparison with the log meets a fault right here")
        await check(self)

    Healer.check = doomed  # type: ignore[method-assign]


def acknowledge_early() -> None:
    """As a server that was set up wrongly would."""
    init = mongo.Mongo.__init__

    def early(self: mongo.Mongo, url: str, database: str) -> None:
        init(self, url, database, write_concern=WriteConcern(w=1))

    mongo.Mongo.__init__ = early  # type: ignore[method-assign,assignment]


DOOMS = {"after_commit": die_after_commit, "after_publish": die_after_publish, "part": fail_in_part}


def main() -> None:
    """Prepare the end, then serve."""
    if doom := os.environ.get("DOOM"):
        moment, _, number = doom.partition(":")
        DOOMS[moment](int(number))
    if os.environ.get("WRITE_CONCERN") == "1":
        acknowledge_early()
    if interval := os.environ.get("CHECK_INTERVAL_S"):
        server.network.healing.CHECK_INTERVAL_S = float(interval)  # type: ignore[misc]
    # Only now: the dispatch takes the functions as it finds them.
    assert "server.commands" not in sys.modules
    from server.__main__ import main as serve

    serve()


if __name__ == "__main__":
    main()
