"""Who may plan what goes later and send to many."""

from collections.abc import Iterator

from protocol.body import paragraph
from protocol.bulk import BulkCancel, BulkCreate, BulkGet, BulkList, BulkPause, BulkPreview, BulkResume, BulkRetry
from protocol.ids import new_id
from protocol.people import Person as PersonShown
from protocol.scheduled_chats import (
    ScheduledChatCancel,
    ScheduledChatList,
    ScheduledChatNow,
    ScheduledChatUpdate,
    ThreadSchedule,
)
from protocol.scheduled_sends import (
    MessageSchedule,
    ScheduledSendCancel,
    ScheduledSendList,
    ScheduledSendNow,
    ScheduledSendUpdate,
)
from protocol.wire import Id
from storage.accounts import AccountDoc
from storage.bulk import BULK_RUNS, BulkRunDoc
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from storage.people import StaffDoc
from storage.scheduled_chats import SCHEDULED_CHATS, ScheduledChatDoc
from storage.scheduled_sends import SCHEDULED_SENDS, ScheduledSendDoc
from tests.server.core.access.roles import ASKERS, AUTHORS_OWN, LEADS_OWN, PRIVATE, STAFF, STAFF_SEEN
from tests.server.core.access.targets import Case, Cases, stored
from tests.world import World


async def sends(world: World, account: AccountDoc, thread_id: Id, by: StaffDoc) -> Iterator[Id]:
    docs = [
        ScheduledSendDoc(
            id=new_id(),
            firm_id=account.firm_id,
            account_id=account.id,
            thread_id=thread_id,
            by=PersonShown(id=by.id, side="staff", name=by.name),
            client_message_id=new_id(),
            due_at=world.clock.now() + 3_600_000,
            body=paragraph("Hej!"),
            seq=1,
            known=0,
            revision=1,
            state="waiting",
        )
        for _ in range(3 * len(ASKERS))
    ]
    return await stored(world, SCHEDULED_SENDS, docs)


async def run(world: World, account: AccountDoc, by: StaffDoc) -> Id:
    run = BulkRunDoc(
        id=new_id(),
        firm_id=account.firm_id,
        by=PersonShown(id=by.id, side="staff", name=by.name),
        state="paused",
        subject="Moms",
        body=paragraph("Hej!"),
        created_at=1,
        updated_at=1,
        total=0,
        portions=0,
    )
    await FirmRows(world.store.mongo, BULK_RUNS).insert(to_document(run))
    return run.id


async def chats(world: World, account: AccountDoc, by: StaffDoc) -> Iterator[Id]:
    docs = [
        ScheduledChatDoc(
            id=new_id(),
            firm_id=account.firm_id,
            account_id=account.id,
            by=PersonShown(id=by.id, side="staff", name=by.name),
            due_at=world.clock.now() + 3_600_000,
            subject="Moms",
            body=paragraph("Hej!"),
            revision=1,
            state="waiting",
        )
        for _ in range(3 * len(ASKERS))
    ]
    return await stored(world, SCHEDULED_CHATS, docs)


CASES: Cases = {
    MessageSchedule: Case(
        STAFF_SEEN,
        lambda w, t: MessageSchedule(
            thread_id=t.thread_id,
            client_message_id=new_id(),
            due_at=w.clock.now() + 3_600_000,
            body=paragraph("Hej!"),
            seq=1,
        ),
    ),
    ScheduledSendList: Case(STAFF_SEEN, lambda w, t: ScheduledSendList(thread_id=t.thread_id)),
    ScheduledSendUpdate: Case(
        AUTHORS_OWN, lambda w, t: ScheduledSendUpdate(scheduled_send_id=next(t.sends), unless_answered=True)
    ),
    ScheduledSendNow: Case(AUTHORS_OWN, lambda w, t: ScheduledSendNow(scheduled_send_id=next(t.sends))),
    ScheduledSendCancel: Case(LEADS_OWN, lambda w, t: ScheduledSendCancel(scheduled_send_id=next(t.sends))),
    BulkList: Case(STAFF, lambda w, t: BulkList()),
    # Who of the accounts may get one is asked for each of them: tests/server/bulk.
    BulkPreview: Case(STAFF, lambda w, t: BulkPreview(account_ids=[t.account.id])),
    BulkCreate: Case(
        STAFF, lambda w, t: BulkCreate(client_bulk_id=new_id(), account_ids=[t.account.id], body=paragraph("Hej!"))
    ),
    BulkGet: Case(PRIVATE, lambda w, t: BulkGet(bulk_id=t.run_id)),
    BulkPause: Case(PRIVATE, lambda w, t: BulkPause(bulk_id=t.run_id)),
    BulkResume: Case(PRIVATE, lambda w, t: BulkResume(bulk_id=t.run_id)),
    BulkCancel: Case(PRIVATE, lambda w, t: BulkCancel(bulk_id=t.run_id)),
    BulkRetry: Case(PRIVATE, lambda w, t: BulkRetry(bulk_id=t.run_id)),
    ThreadSchedule: Case(
        STAFF_SEEN,
        lambda w, t: ThreadSchedule(
            account_id=t.account.id,
            client_message_id=new_id(),
            due_at=w.clock.now() + 3_600_000,
            subject="Moms",
            body=paragraph("Hej!"),
        ),
    ),
    ScheduledChatList: Case(STAFF, lambda w, t: ScheduledChatList()),
    ScheduledChatUpdate: Case(
        AUTHORS_OWN,
        lambda w, t: ScheduledChatUpdate(
            scheduled_chat_id=next(t.chats),
            account_id=t.account.id,
            due_at=w.clock.now() + 3_600_000,
            subject="Moms",
            body=paragraph("Hej!"),
        ),
    ),
    ScheduledChatNow: Case(AUTHORS_OWN, lambda w, t: ScheduledChatNow(scheduled_chat_id=next(t.chats))),
    ScheduledChatCancel: Case(LEADS_OWN, lambda w, t: ScheduledChatCancel(scheduled_chat_id=next(t.chats))),
}
