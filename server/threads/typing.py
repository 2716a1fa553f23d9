"""Typing: told to those who are there, never stored. A person's typing is passed on at most once in three seconds."""

import asyncio

from protocol.asked import Done
from protocol.errors import Forbidden
from protocol.frames import Typing
from protocol.messages import TypingSet
from server.core.context import Context
from server.core.doing import does
from server.core.rules import FactsScope


@does(TypingSet)
async def tell(context: Context, command: TypingSet, scope: FactsScope) -> Done:
    """Tell the others in the thread; an internal message being written is told to staff only (AC-6).

    What comes more often is dropped without an error: the others forget it after 6 s anyway.
    """
    principal, thread = context.principal, scope.thread
    if command.internal and not principal.is_staff:
        raise Forbidden("Only staff write internal messages.")
    now_s = asyncio.get_running_loop().time()
    # Apart, so that changing over to an internal message takes back what contacts were shown.
    key = f"{thread.id}:{principal.user_id}:{command.internal}"
    if context.store.marks.typing.allows(key, command.typing, now_s):
        typing = Typing(thread_id=thread.id, person=principal.person, typing=command.typing, internal=command.internal)
        context.announcer.typing(thread.firm_id, thread.account_id, typing)
    return Done()
