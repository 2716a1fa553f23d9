"""New chats that were to be created later, and whose time has come (SS-1). Any number of schedulers may run it:
server.scheduled_chats.creating creates each once."""

from collections.abc import Sequence
from typing import Final

from protocol.wire import Id, Ms
from scheduler import rounds
from scheduler.mail.back_off import BackOff
from server.core.context import Means
from server.scheduled_chats import creating
from storage.scheduled_chats import ScheduledChatDoc

CHATS_PER_ROUND_MAX: Final = 200

BACK_OFF = BackOff()


async def tick(means: Means, now: Ms, back_off: BackOff = BACK_OFF) -> int:
    """Create all that is due at `now`, or say why it isn't; how many."""

    async def find(held: Sequence[Id]) -> list[ScheduledChatDoc]:
        return await means.store.scheduled_chats.due(now, CHATS_PER_ROUND_MAX, but=held)

    async def do(chat: ScheduledChatDoc) -> int:
        return await creating.create_due(means, chat)

    return await rounds.go_through("scheduled_chat", now, back_off, find, do)
