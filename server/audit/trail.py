"""The audit row of an action: who, from where, what (spec 2.14). Written in the action's own transaction."""

from collections.abc import Sequence

from protocol.audit import AuditList, AuditPage
from protocol.ids import new_id
from server.core.context import Context, Means
from server.core.doing import does
from server.core.rules import ThreadScope
from storage.audit import AuditDoc
from storage.mongo.connection import Session
from storage.threads import ThreadDoc

TEXT_CHARACTERS_MAX = 200


async def note(context: Context, thread: ThreadDoc, event: str, text: str, session: Session | None = None) -> None:
    """Add a row about a thread."""
    await context.store.audit.add(_row(context, thread, event, text), session)


async def note_all(context: Context, thread: ThreadDoc, event: str, texts: Sequence[str], session: Session) -> None:
    """Add a row for each of several things of one kind, in one command."""
    await context.store.audit.add_all([_row(context, thread, event, text) for text in texts], session)


async def note_by_itself(means: Means, thread: ThreadDoc, event: str, text: str, session: Session) -> None:
    """Add a row about what nobody did: its time had come."""
    row = AuditDoc(
        id=new_id(),
        firm_id=thread.firm_id,
        account_id=thread.account_id,
        thread_id=thread.id,
        event=event,
        at=means.clock.now(),
        text=text[:TEXT_CHARACTERS_MAX],
    )
    await means.store.audit.add(row, session)


def _row(context: Context, thread: ThreadDoc, event: str, text: str) -> AuditDoc:
    principal, origin = context.principal, context.origin
    return AuditDoc(
        id=new_id(),
        firm_id=thread.firm_id,
        account_id=thread.account_id,
        thread_id=thread.id,
        event=event,
        at=context.clock.now(),
        person=principal.person,
        email=principal.email,
        text=text[:TEXT_CHARACTERS_MAX],
        utc_offset_minutes=origin.utc_offset_minutes,
        ip=origin.ip,
        browser=origin.browser,
        os=origin.os,
    )


@does(AuditList)
async def read(context: Context, command: AuditList, scope: ThreadScope) -> AuditPage:
    """A thread's trail, newest first."""
    account = await context.store.accounts.get(scope.thread.firm_id, scope.thread.account_id)
    name = account.name if account else ""
    rows = await context.store.audit.of_thread(scope.thread.firm_id, scope.thread.id, command.limit)
    return AuditPage(rows=[row.seen(name) for row in rows])
