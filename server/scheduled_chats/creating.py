"""How a new chat that was to be created later is: once, or not at all, and then its author hears why (SS-1).

One transaction takes it away and starts the thread, so that a process that dies leaves it as it was or created, and of any
number of schedulers one creates it. Whether it still may be is asked as its author. One that can't be stays with its
reason, and in the same transaction stands in the inbox of its author; where they may not see the account any more, or have
left, of those who follow it, else of the owner; who may not see it any more hears that much.
Refuses to know when a scheduler looks.
"""

from typing import Final

from msgspec.structs import replace

from protocol.errors import ChattarError, Forbidden, NotFound, Unavailable
from protocol.ids import firm_stream, new_id
from protocol.people import Person
from protocol.scheduled_chats import ScheduledChatChanged
from protocol.scheduled_sends import Became, WhyStopped
from protocol.tasks import TaskToAdd
from protocol.threads import ThreadCreate
from server.core import auth
from server.core.context import Context, Means
from server.core.happening import happen
from server.core.sight import may_see
from server.inbox import beside, entries
from server.scheduled_sends import unseen
from server.scheduled_sends.sending import WHY
from server.threads import actions as threads
from storage.accounts import AccountDoc
from storage.heard import Heard
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session
from storage.notifications import Place
from storage.people import StaffDoc
from storage.scheduled_chats import ScheduledChatDoc
from storage.threads import ThreadDoc

TEXT_CHARACTERS_MAX: Final = 160


class Gone(Exception):
    """It isn't any more as it was read: created, cancelled or changed."""


async def as_start(context: Context, chat: ScheduledChatDoc, account: AccountDoc) -> threads.Start:
    """What its author would start now. Raises as `thread.create` does."""
    templates = context.store.templates
    known = chat.template_id is not None and await templates.get(chat.firm_id, chat.template_id) is not None
    command = ThreadCreate(
        account_id=account.id,
        client_message_id=chat.id,
        subject=chat.subject,
        body=chat.body,
        tasks=[TaskToAdd(text=text) for text in chat.tasks],
        reminder=chat.reminder,
        attachments=chat.attachments,
        template_id=chat.template_id if known else None,
    )
    return await threads.checked(context, command, account, f"scheduled:{chat.id}")


async def create(context: Context, chat: ScheduledChatDoc, account: AccountDoc, *, by_hand: bool = True) -> ThreadDoc:
    """Create one as its author, who may see the account. Raises Gone, and what `thread.create` raises."""

    async def take(session: Session) -> list[Stored]:
        if not await context.store.scheduled_chats.take(chat, session):
            raise Gone
        actor = context.principal.person if by_hand else None
        return await context.store.streams.append_in(session, [_told(context.means, chat, "sent", actor)])

    return await threads.start(context, await as_start(context, chat, account), take)


async def create_due(means: Means, chat: ScheduledChatDoc) -> bool:
    """Create one whose time has come, or say why it isn't. False where somebody else was faster, or changed it."""
    asker = await auth.principal_of(means.store, chat.firm_id, chat.by.id, "staff", new_id())
    if asker is None:
        return await _stop(means, chat, "author_inactive")
    account = await means.store.accounts.get(chat.firm_id, chat.account_id)
    if account is None or not asker.sees(account.id):
        return await _stop(means, chat, "no_access")
    try:
        await create(Context(means, asker), chat, account, by_hand=False)
    except Gone:
        return False
    except Unavailable:
        raise
    except ChattarError as error:
        missing = isinstance(error, Forbidden | NotFound) and bool(chat.attachments)
        return await _stop(means, chat, WHY.get(error.reason or "", "documents" if missing else "refused"))
    return True


async def _stop(means: Means, chat: ScheduledChatDoc, why: WhyStopped) -> bool:
    """It isn't created: it keeps its words, and its author hears why. False where it isn't any more as it was read."""
    stopped = replace(chat, state="stopped", stopped=why, revision=chat.revision + 1)
    at = means.clock.now()
    heard = Heard(
        stream="n", seq=at, at=at, kind="send_stopped", actor=chat.by, event="scheduled_chat.changed", text=why
    )
    news = [
        entries.beside_threads(
            chat.firm_id, member.id, chat.id, heard, at, about="scheduled_chat", account_id=chat.account_id
        )
        for member in await _hearers(means, chat)
    ]
    if why == "no_access":
        news += unseen.to_author(chat.firm_id, chat.by, chat.id, "scheduled_chat.changed", at)

    async def work(session: Session) -> tuple[list[Place] | None, list[Stored]]:
        if not await means.store.scheduled_chats.put(stopped, session):
            return None, []
        places = await beside.put(means, news, at, session)
        return places, await means.store.streams.append_in(session, [_told(means, chat, "stopped", None)])

    places = await happen(means, work)
    await beside.told(means, places or ())
    return places is not None


async def _hearers(means: Means, chat: ScheduledChatDoc) -> list[StaffDoc]:
    """Its author; where they may not see the account, its followers; where there are none, the owner (NS-1)."""
    account = await means.store.accounts.get(chat.firm_id, chat.account_id)
    if account is None:
        return []
    wanted = [*account.follower_ids, chat.by.id]
    seeing = [
        member for member in await means.store.people.staff_or_owners(chat.firm_id, wanted) if may_see(member, account)
    ]
    author = [member for member in seeing if member.id == chat.by.id]
    followers = [member for member in seeing if member.id in account.follower_ids]
    return author or followers or [member for member in seeing if member.role == "owner"]


def _told(means: Means, chat: ScheduledChatDoc, became: Became, actor: Person | None) -> Draft:
    return Draft(
        stream=firm_stream(chat.firm_id),
        firm_id=chat.firm_id,
        account_id=None,
        at=means.clock.now(),
        actor=actor,
        event=ScheduledChatChanged(scheduled_chat_id=chat.id, became=became),
    )
