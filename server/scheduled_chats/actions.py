"""New chats that are created at a later time: written, shown, changed, cancelled, created at once (SS-1).

Staff see those of the accounts that they may see, whoever wrote them. One is created in its author's name, so nobody else
changes it or says when; owner and admins can keep anybody's from being created. How that is done, and whether it still may
be, is in server.scheduled_chats.creating.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec.structs import replace

from protocol.asked import Done
from protocol.errors import Conflict, NotFound
from protocol.events import Event
from protocol.ids import new_id
from protocol.scheduled_chats import (
    LaterChat,
    ScheduledChat,
    ScheduledChatCancel,
    ScheduledChatChanged,
    ScheduledChatList,
    ScheduledChatNow,
    ScheduledChats,
    ScheduledChatUpdate,
    ThreadSchedule,
)
from protocol.scheduled_sends import Became
from protocol.threads import ThreadView
from protocol.wire import Id
from server.core import keeping, keys
from server.core.context import Context
from server.core.doing import does
from server.core.rules import AccountScope, account_of
from server.core.said import said
from server.scheduled_chats import creating
from server.scheduled_sends import planned
from server.threads import lists
from server.threads.actions import could_start
from storage.accounts import AccountDoc
from storage.log.streams import Draft
from storage.mongo.connection import Session
from storage.scheduled_chats import ScheduledChatDoc

CHATS_MAX: Final = 200
"""Of one person at a time, those that were not created included."""
SHOWN_MAX: Final = 500


@does(ScheduledChatList)
async def page(context: Context, command: ScheduledChatList, scope: None) -> ScheduledChats:
    """What is to be created later, of the accounts that the asker may see (AC-4)."""
    principal, store = context.principal, context.store
    of = None if principal.sees_all else sorted(principal.account_ids)
    found = await store.scheduled_chats.of_accounts(principal.firm_id, of, SHOWN_MAX)
    accounts = await store.accounts.many(principal.firm_id, {chat.account_id for chat in found})
    return ScheduledChats(
        scheduled_chats=[chat.seen(accounts[chat.account_id].brief()) for chat in found if chat.account_id in accounts]
    )


@does(ThreadSchedule)
async def schedule(context: Context, command: ThreadSchedule, scope: AccountScope) -> ScheduledChat:
    """Have a chat be created later; the same key from the same person is one (P2).

    Raises what `thread.create` would raise now; Invalid for a time that has been or is too far away; Conflict where its
    author has too many.
    """
    principal, store = context.principal, context.store
    chat = ScheduledChatDoc(
        id=new_id(),
        firm_id=principal.firm_id,
        account_id=scope.account.id,
        by=principal.person,
        revision=1,
        state="waiting",
        **_written(context, command),
    )

    async def work(key: str, meant: str) -> ScheduledChat:
        async def write(session: Session) -> tuple[None, list[Draft]]:
            if await store.scheduled_chats.count(chat.firm_id, chat.by.id, session) >= CHATS_MAX:
                raise Conflict(f"{CHATS_MAX} chats of yours wait already.", reason="too_many")
            await store.scheduled_chats.add(chat, session)
            event = ScheduledChatChanged(scheduled_chat_id=chat.id, became="waiting")
            return None, [keeping.draft(context, event, key=key, meant=meant)]

        await _could_be(context, chat, scope.account)
        await keeping.change(context, write)
        return chat.seen(scope.account.brief())

    async def made(event: Event) -> ScheduledChat | None:
        if not isinstance(event, ScheduledChatChanged):
            return None
        found, account = await _seen(context, event.scheduled_chat_id)
        return found.seen(account.brief())

    return await keys.make(context, command, command.client_message_id, work, made)


@does(ScheduledChatUpdate)
async def update(context: Context, command: ScheduledChatUpdate, scope: AccountScope) -> ScheduledChat:
    """Have one's own be this instead. Raises NotFound for one that has gone meanwhile, Forbidden, and what `schedule`
    raises."""
    before, _ = await _own(context, command.scheduled_chat_id)
    after = replace(
        before,
        account_id=scope.account.id,
        revision=before.revision + 1,
        state="waiting",
        stopped=None,
        **_written(context, command),
    )
    await _could_be(context, after, scope.account)

    async def write(session: Session) -> bool:
        return await context.store.scheduled_chats.put(after, session)

    await _change(context, after.id, write, "waiting")
    return after.seen(scope.account.brief())


@does(ScheduledChatCancel)
async def cancel(context: Context, command: ScheduledChatCancel, scope: None) -> Done:
    """Have one not be created. Raises NotFound for one that has gone meanwhile, Forbidden."""
    chat, _ = await _seen(context, command.scheduled_chat_id)
    planned.may_cancel(context, chat)

    async def write(session: Session) -> bool:
        return await context.store.scheduled_chats.take(chat, session)

    await _change(context, chat.id, write, "cancelled")
    return Done()


@does(ScheduledChatNow)
async def create_now(context: Context, command: ScheduledChatNow, scope: None) -> ThreadView:
    """Create one's own at once. Raises NotFound for one that has gone, Forbidden, and what `thread.create` raises."""
    chat, account = await _own(context, command.scheduled_chat_id)
    try:
        thread = await creating.create(context, chat, account)
    except creating.Gone:
        raise _gone() from None
    return ThreadView(thread=await lists.row_of(context, thread))


# inside


def _written(context: Context, command: ThreadSchedule | ScheduledChatUpdate) -> dict[str, Any]:
    """What is to be said, and when, as it is kept. Raises Invalid with its place."""
    tasks = [said(f"$.tasks[{place}]", text) for place, text in enumerate(command.tasks)]
    written = {field: getattr(command, field) for field in LaterChat.__struct_fields__}
    attachments = list(dict.fromkeys(command.attachments))
    return written | {
        "due_at": planned.later(context, command.due_at),
        "subject": said("$.subject", command.subject),
        "tasks": tasks,
        "attachments": attachments,
    }


async def _could_be(context: Context, chat: ScheduledChatDoc, account: AccountDoc) -> None:
    """Raises what would keep it from being created now."""
    await could_start(context, await creating.as_start(context, chat, account))


async def _seen(context: Context, chat_id: Id) -> tuple[ScheduledChatDoc, AccountDoc]:
    """One for an account that the asker may see, and that account."""
    chat = await context.store.scheduled_chats.get(context.principal.firm_id, chat_id)
    if chat is None:
        raise _gone()
    return chat, await account_of(context, chat.account_id)


async def _own(context: Context, chat_id: Id) -> tuple[ScheduledChatDoc, AccountDoc]:
    chat, account = await _seen(context, chat_id)
    planned.must_be_own(context, chat, "It is created in its author's name: only they may change or create it.")
    return chat, account


async def _change(context: Context, chat_id: Id, write: Callable[[Session], Awaitable[bool]], became: Became) -> None:
    """Write it, and tell of it, unless somebody was faster. Raises NotFound."""

    async def work(session: Session) -> tuple[None, list[Draft]]:
        if not await write(session):
            raise _gone()
        event = ScheduledChatChanged(scheduled_chat_id=chat_id, became=became)
        return None, [keeping.draft(context, event)]

    await keeping.change(context, work)


def _gone() -> NotFound:
    return NotFound("It has been created or cancelled.", reason="send_gone")
