"""Who may do what: every command, by every role, on their own, another account's and another firm's objects (spec 1.4).

The table below is the policy, written by hand and not derived from the code. A letter is the outcome for one role, in the
order of ROLES: A allowed, F forbidden, N not found (the asker may not even know that it exists), U log in first, E an
empty list. A command without a row fails the test.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountAssign, AccountCreate, AccountDescribe, AccountFollow, AccountList, AccountRead
from protocol.asked import Asked
from protocol.audit import AuditList, SecurityList
from protocol.body import Mention, Paragraph, paragraph
from protocol.bulk import (
    BulkCancel,
    BulkCreate,
    BulkGet,
    BulkList,
    BulkPause,
    BulkPreview,
    BulkResume,
    BulkRetry,
)
from protocol.contacts import ContactCreate, ContactDescribe, ContactRead, ContactUpdate, InvitationSend, LinkUpdate
from protocol.custom_fields import (
    CustomFieldCreate,
    CustomFieldDelete,
    CustomFieldList,
    CustomFieldMove,
    CustomFieldUpdate,
)
from protocol.development import ClockSet
from protocol.documents import (
    DocumentCarried,
    DocumentDelete,
    DocumentFinish,
    DocumentGet,
    DocumentList,
    DocumentMark,
    DocumentMove,
    DocumentRead,
    DocumentRename,
    DocumentRestore,
    DocumentSave,
    DocumentSearch,
    DocumentsSeen,
    DocumentThumbnail,
    DocumentUnpack,
    FolderCreate,
    FolderDelete,
    FolderList,
    FolderMove,
    FolderRename,
    FolderSetAccess,
)
from protocol.errors import ChattarError, Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from protocol.firms import FirmRead, FirmUpdate
from protocol.ids import new_id, notes_stream, thread_stream, user_stream
from protocol.inbox import NotificationArchive, NotificationList
from protocol.letters import LetterRetry, LetterRetryCopies
from protocol.marks import MarkDelivered, MarkRead, MarkUnread
from protocol.messages import MessageSend, MessageSent, TypingSet
from protocol.people import Person as PersonShown
from protocol.reminders import ReminderRead, ReminderSend, ReminderSet
from protocol.saved_replies import SavedReplyCreate, SavedReplyDelete, SavedReplyList, SavedReplyUpdate
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
from protocol.sessions import (
    InvitationAccept,
    InvitationRead,
    MeRead,
    MeUpdate,
    PasswordForgot,
    PasswordReset,
    SessionCreate,
    SessionEnd,
    SessionRenew,
)
from protocol.shortcodes import ShortcodeResolve
from protocol.staff import StaffList, StaffUpdate
from protocol.streams import StreamRead, ThreadOpen
from protocol.tasks import TaskAdd, TaskDelete, TaskEdit, TaskList, TaskMove, TaskPage, TaskSet
from protocol.templates import TemplateCreate, TemplateDelete, TemplateList, TemplateUpdate
from protocol.threads import (
    ThreadArchive,
    ThreadAssign,
    ThreadCreate,
    ThreadList,
    ThreadRead,
    ThreadRename,
    ThreadReopen,
    ThreadSnooze,
    ThreadWake,
)
from protocol.wire import Id
from server.commands import ENTRIES, dispatch
from server.core import auth
from server.core.context import Context
from server.core.rules import anyone
from server.sessions import actions as sessions
from storage.accounts import AccountDoc
from storage.bulk import BULK_RUNS, BulkRunDoc
from storage.custom_fields import CUSTOM_FIELDS, CustomFieldDoc
from storage.folders import FOLDERS, FolderDoc
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from storage.people import ContactDoc, LinkDoc, SecretDoc, StaffDoc, digest, link_id
from storage.saved_replies import SAVED_REPLIES, SavedReplyDoc
from storage.scheduled_chats import SCHEDULED_CHATS, ScheduledChatDoc
from storage.scheduled_sends import SCHEDULED_SENDS, ScheduledSendDoc
from storage.templates import TEMPLATES, TemplateDoc
from tests.cabinet import brought, document
from tests.world import PASSWORD, Person, World

ROLES = ("owner", "admin", "view_all", "manager", "assigned", "unassigned", "contact", "nobody", "pending", "left")
"""`manager`: assigned, with every right but View all accounts. `pending`: a contact who was never activated. `left`: staff
who were deactivated. `contact`: of the own account; `nobody`: not logged in."""
STRANGERS = ("other_owner", "other_contact")
"""People of another firm: asked about our objects, in the last column."""


@dataclass(frozen=True)
class Row:
    """What a command comes to. `own` alone: it has no object. Else also on another account's, and another firm's."""

    own: str
    another: str = ""
    foreign: str = ""


ANYONE = Row("AAAAAAA AAA")
LOGGED_IN = Row("AAAAAAA UUU")
STAFF = Row("AAAAAAF UUU")
LEADS = Row("AAFFFFF UUU")
SEEN = Row("AAAAAFA UUU", "AAAFFFN UUU", "NNNNNNN UUU NN")
STAFF_SEEN = Row("AAAAAFF UUU", "AAAFFFF UUU", "NNNNNNF UUU NF")
WITH_RIGHT = Row("AAFAFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF")
EDITED = Row("AAFAFFA UUU", "AAFFFFN UUU", "NNNNNNN UUU NN")
"""What contacts may change in a folder that lets them, and staff with the right to manage documents (AC-9)."""
OWN_RUN = Row("ANNNNNF UUU", "ANNNNNF UUU", "NNNNNNF UUU NF")
# The order matters to View all accounts only: they see another account without holding the right.

ROWS: dict[type[Asked], Row] = {
    SessionCreate: ANYONE,
    SessionRenew: LOGGED_IN,
    SessionEnd: LOGGED_IN,
    PasswordForgot: ANYONE,
    PasswordReset: ANYONE,
    InvitationRead: ANYONE,
    InvitationAccept: ANYONE,
    MeRead: LOGGED_IN,
    MeUpdate: LOGGED_IN,
    FirmRead: LEADS,
    FirmUpdate: LEADS,
    StaffList: STAFF_SEEN,
    StaffUpdate: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    AccountList: STAFF,
    AccountRead: STAFF_SEEN,
    AccountCreate: Row("AAFAFFF UUU"),
    AccountAssign: WITH_RIGHT,
    AccountDescribe: WITH_RIGHT,
    AccountFollow: STAFF_SEEN,
    ContactCreate: WITH_RIGHT,
    ContactUpdate: WITH_RIGHT,
    ContactRead: STAFF_SEEN,
    ContactDescribe: WITH_RIGHT,
    LinkUpdate: WITH_RIGHT,
    InvitationSend: WITH_RIGHT,
    ThreadCreate: SEEN,
    ThreadList: SEEN,
    ThreadOpen: SEEN,
    ThreadRead: SEEN,
    ThreadRename: STAFF_SEEN,
    ThreadArchive: STAFF_SEEN,
    ThreadReopen: STAFF_SEEN,
    ThreadAssign: STAFF_SEEN,
    ThreadSnooze: STAFF_SEEN,
    ThreadWake: STAFF_SEEN,
    StreamRead: SEEN,
    MessageSend: SEEN,
    MarkRead: SEEN,
    MarkUnread: STAFF_SEEN,
    MarkDelivered: SEEN,
    TypingSet: SEEN,
    TaskAdd: STAFF_SEEN,
    TaskSet: SEEN,
    TaskEdit: STAFF_SEEN,
    TaskMove: STAFF_SEEN,
    TaskDelete: STAFF_SEEN,
    TaskList: Row("AAAAAEA UUU", "AAAEEEE UUU", "EEEEEEE UUU EE"),
    ReminderRead: STAFF_SEEN,
    ReminderSet: STAFF_SEEN,
    ReminderSend: STAFF_SEEN,
    NotificationList: STAFF,
    # An inbox entry is its owner's alone; the entries here are the starter's, who is the owner of the firm.
    LetterRetry: STAFF_SEEN,
    LetterRetryCopies: LEADS,
    NotificationArchive: Row("ANNNNNF UUU", "ANNNNNF UUU", "NNNNNNF UUU NF"),
    AuditList: STAFF_SEEN,
    SecurityList: LEADS,
    SavedReplyList: STAFF,
    SavedReplyCreate: LEADS,
    # Nobody here manages templates but owner and admin: tests/server/saved_replies has that right, and one's own.
    SavedReplyUpdate: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF"),
    SavedReplyDelete: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF"),
    FolderList: SEEN,
    FolderCreate: EDITED,
    FolderRename: EDITED,
    FolderMove: EDITED,
    FolderDelete: EDITED,
    FolderSetAccess: WITH_RIGHT,
    DocumentSave: EDITED,
    DocumentUnpack: EDITED,
    DocumentList: SEEN,
    DocumentSearch: SEEN,
    DocumentGet: Row("AAAAAEA UUU", "AAAEEEE UUU", "EEEEEEE UUU EE"),
    DocumentThumbnail: SEEN,
    DocumentRead: SEEN,
    DocumentCarried: SEEN,
    DocumentFinish: SEEN,
    DocumentRename: EDITED,
    DocumentMove: EDITED,
    DocumentDelete: EDITED,
    DocumentRestore: EDITED,
    DocumentMark: EDITED,
    TemplateList: STAFF,
    # Here as well the right itself is held beside the noun: tests/server/templates.
    TemplateCreate: LEADS,
    TemplateUpdate: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    TemplateDelete: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    ShortcodeResolve: STAFF_SEEN,
    CustomFieldList: STAFF,
    # And this one: tests/server/custom_fields.
    CustomFieldCreate: LEADS,
    CustomFieldUpdate: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    CustomFieldMove: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    CustomFieldDelete: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNFFFFF UUU NF"),
    MessageSchedule: STAFF_SEEN,
    ScheduledSendList: STAFF_SEEN,
    # Those here are the starter's, who is the owner of the firm: in whose name it goes.
    ScheduledSendUpdate: Row("AFFFFFF UUU", "AFFFFFF UUU", "NNNNNNF UUU NF"),
    ScheduledSendNow: Row("AFFFFFF UUU", "AFFFFFF UUU", "NNNNNNF UUU NF"),
    ScheduledSendCancel: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF"),
    BulkList: STAFF,
    # Who of the accounts may get one is asked for each of them: tests/server/bulk.
    BulkPreview: STAFF,
    BulkCreate: STAFF,
    # A run is its author's alone; those here are the starter's, who is the owner of the firm.
    BulkGet: OWN_RUN,
    BulkPause: OWN_RUN,
    BulkResume: OWN_RUN,
    BulkCancel: OWN_RUN,
    BulkRetry: OWN_RUN,
    ThreadSchedule: STAFF_SEEN,
    ScheduledChatList: STAFF,
    # As those above.
    ScheduledChatUpdate: Row("AFFFFFF UUU", "AFFFFFF UUU", "NNNNNNF UUU NF"),
    ScheduledChatNow: Row("AFFFFFF UUU", "AFFFFFF UUU", "NNNNNNF UUU NF"),
    ScheduledChatCancel: Row("AAFFFFF UUU", "AAFFFFF UUU", "NNNNNNF UUU NF"),
    ClockSet: STAFF,
}


@dataclass(frozen=True)
class Target:
    """An account with what hangs on it: what a command can be about."""

    account: AccountDoc
    thread_id: Id
    task_id: Id
    entry_id: Id
    letter_id: Id
    colleague: StaffDoc
    contact: ContactDoc
    pending: ContactDoc
    replies: Iterator[Id]
    """Saved replies, as many as may be deleted."""
    folder: FolderDoc
    """One that contacts may change, with another one beside it in which there are folders and documents."""
    folders: Iterator[Id]
    documents: Iterator[Id]
    templates: Iterator[Id]
    fields: Iterator[Id]
    sends: Iterator[Id]
    run_id: Id
    chats: Iterator[Id]


class Stage:
    """The world with a thread, a task, an inbox entry and a pending contact in three accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Person | None] = {
            "owner": world.anna,
            "admin": world.erik,
            "view_all": world.vera,
            "assigned": world.sofia,
            "unassigned": world.olle,
            "contact": world.petra,
            "nobody": None,
            "pending": world.nils,
            "other_owner": world.grace,
            "other_contact": world.emma,
        }
        self.targets: dict[str, Target] = {}

    async def set(self) -> "Stage":
        world = self.world
        self.people["manager"] = await self._colleague(
            "Mira Ek",
            "mira@lindbergfalk.example",
            ["manage_accounts", "manage_contacts", "manage_documents", "assign_teammates"],
        )
        await world.do(world.anna, FirmUpdate(bcc="arkiv@lindbergfalk.example"))
        self.people["left"] = await self._colleague("Leo Ask", "leo@lindbergfalk.example", [], active=False)
        spare = await self._colleague("Sam Spare", "sam@lindbergfalk.example", ["view_all_accounts"])
        own, another, foreign = await asyncio.gather(
            self._target(world.holm, world.anna, world.petra, spare),
            self._target(world.wester, world.anna, world.gunilla, spare),
            self._target(world.harbour, world.grace, world.emma, world.tom),
        )
        self.targets = {"own": own, "another": another, "foreign": foreign}
        return self

    async def _target(self, account: AccountDoc, starter: StaffDoc, contact: ContactDoc, colleague: StaffDoc) -> Target:
        world = self.world
        thread = await world.thread(account, by=starter, tasks=["Kvitton"])
        await world.do(contact, said(thread.id))
        await world.settled()
        (task,) = await world.store.tasks.of_thread(account.firm_id, thread.id)
        inbox = (await world.do(starter, NotificationList())).notifications
        return Target(
            account=account,
            thread_id=thread.id,
            task_id=task.id,
            entry_id=next(entry.id for entry in inbox if entry.thread_id == thread.id),
            letter_id=(await world.store.letters.of_thread(account.firm_id, thread.id))[0].id,
            colleague=colleague,
            contact=contact,
            pending=await self._pending(account),
            replies=iter(await self._replies(account.firm_id)),
            **await self._cabinet(account),
            templates=iter(await self._templates(account.firm_id)),
            fields=iter(await self._fields(account.firm_id)),
            sends=iter(await self._sends(account, thread.id, starter)),
            run_id=await self._run(account, starter),
            chats=iter(await self._chats(account, starter)),
        )

    async def _colleague(self, name: str, email: str, rights: list[Any], *, active: bool = True) -> StaffDoc:
        world = self.world
        member = replace(world.olle, id=new_id(), name=name, email=email, rights=rights, active=active)
        await world.store.people.add_staff(member)
        await world.log_in(member)
        if active:
            await world.store.accounts.change(world.firm.id, world.holm.id, {"$addToSet": {"staff_ids": member.id}})
        return member

    async def _pending(self, account: AccountDoc) -> ContactDoc:
        people = self.world.store.people
        contact = ContactDoc(id=new_id(), firm_id=account.firm_id, name="Ny", email=f"ny@{account.short_id}.example")
        await people.add_contact(contact)
        await people.add_link(
            LinkDoc(
                id=link_id(account.id, contact.id),
                firm_id=account.firm_id,
                account_id=account.id,
                contact_id=contact.id,
                login=True,
                notify=True,
            )
        )
        return contact

    async def _cabinet(self, account: AccountDoc) -> dict[str, Any]:
        """Folders that contacts may change, with documents in one of them."""
        world, firm_id = self.world, account.firm_id
        folders = [
            FolderDoc(
                id=new_id(), firm_id=firm_id, account_id=account.id, name="Moms", created_at=1, access="client_edits"
            )
            for _ in range(4 * len(ROLES + STRANGERS) + 1)
        ]
        await FirmRows(world.store.mongo, FOLDERS).insert(*map(to_document, folders))
        documents = [
            await document(world, folders[0], name=f"{number}.pdf") for number in range(8 * len(ROLES + STRANGERS))
        ]
        return {
            "folder": folders[0],
            "folders": (folder.id for folder in folders[1:]),
            "documents": (one.id for one in documents),
        }

    async def _replies(self, firm_id: Id) -> list[Id]:
        docs = [
            SavedReplyDoc(id=new_id(), firm_id=firm_id, title="Kvitton", body=paragraph("Hej!"), updated_at=1)
            for _ in ROLES + STRANGERS
        ]
        await FirmRows(self.world.store.mongo, SAVED_REPLIES).insert(*map(to_document, docs))
        return [doc.id for doc in docs]

    async def _templates(self, firm_id: Id) -> list[Id]:
        docs = [
            TemplateDoc(id=new_id(), firm_id=firm_id, name="Moms", subject="Moms", body=paragraph("Hej!"), updated_at=1)
            for _ in ROLES + STRANGERS
        ]
        await FirmRows(self.world.store.mongo, TEMPLATES).insert(*map(to_document, docs))
        return [doc.id for doc in docs]

    async def _fields(self, firm_id: Id) -> list[Id]:
        docs = [
            CustomFieldDoc(
                id=new_id(), firm_id=firm_id, of="account", name=new_id(), kind="text", place=place, updated_at=1
            )
            for place in range(3 * len(ROLES + STRANGERS))
        ]
        await FirmRows(self.world.store.mongo, CUSTOM_FIELDS).insert(*map(to_document, docs))
        return [doc.id for doc in docs]

    async def _sends(self, account: AccountDoc, thread_id: Id, by: StaffDoc) -> list[Id]:
        docs = [
            ScheduledSendDoc(
                id=new_id(),
                firm_id=account.firm_id,
                account_id=account.id,
                thread_id=thread_id,
                by=PersonShown(id=by.id, side="staff", name=by.name),
                client_message_id=new_id(),
                due_at=self.world.clock.now() + 3_600_000,
                body=paragraph("Hej!"),
                seq=1,
                known=0,
                revision=1,
                state="waiting",
            )
            for _ in range(3 * len(ROLES + STRANGERS))
        ]
        await FirmRows(self.world.store.mongo, SCHEDULED_SENDS).insert(*map(to_document, docs))
        return [doc.id for doc in docs]

    async def _run(self, account: AccountDoc, by: StaffDoc) -> Id:
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
        await FirmRows(self.world.store.mongo, BULK_RUNS).insert(to_document(run))
        return run.id

    async def _chats(self, account: AccountDoc, by: StaffDoc) -> list[Id]:
        docs = [
            ScheduledChatDoc(
                id=new_id(),
                firm_id=account.firm_id,
                account_id=account.id,
                by=PersonShown(id=by.id, side="staff", name=by.name),
                due_at=self.world.clock.now() + 3_600_000,
                subject="Moms",
                body=paragraph("Hej!"),
                revision=1,
                state="waiting",
            )
            for _ in range(3 * len(ROLES + STRANGERS))
        ]
        await FirmRows(self.world.store.mongo, SCHEDULED_CHATS).insert(*map(to_document, docs))
        return [doc.id for doc in docs]

    def target(self, role: str, place: str) -> Target:
        """For people of the other firm, what is foreign is ours."""
        return self.targets["own" if role in STRANGERS else place]

    async def outcome(self, role: str, command: Asked) -> str:
        """What comes of a command by somebody in this role, as a letter."""
        person = self.people[role]
        try:
            asker = None if person is None else await self.world.principal(person)
        except Unauthenticated:
            asker = None  # a browser that still has a cookie
        if isinstance(command, DocumentSave | DocumentUnpack) and person is not None and asker is not None:
            command = replace(command, upload_id=await brought(self.world, person))
        try:
            result = await dispatch(Context(self.world.means, asker), command)
        except Forbidden:
            return "F"
        except NotFound:
            return "N"
        except Unauthenticated:
            return "U"
        except (Conflict, Invalid) as error:
            raise AssertionError(f"{role}: {command} got past the rule and failed: {error.problem}") from error
        empty = (isinstance(result, TaskPage) and not result.rows) or (
            isinstance(result, DocumentsSeen) and not result.documents
        )
        return "E" if empty else "A"


def saved() -> SavedReplyCreate:
    return SavedReplyCreate(client_reply_id=new_id(), title="Kvitton", body=paragraph("Hej!"))


def template() -> TemplateCreate:
    return TemplateCreate(client_template_id=new_id(), name="Moms", subject="Moms", body=paragraph("Hej!"))


def custom_field() -> CustomFieldCreate:
    return CustomFieldCreate(client_field_id=new_id(), of="contact", name=new_id(), kind="text")


def said(thread_id: Id, **more: Any) -> MessageSend:
    return MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph("Hej!"), **more)


async def secret(world: World, purpose: Any) -> str:
    """A fresh one-time secret of a contact, who for an invitation has no password again."""
    text = new_id()
    person = world.nils if purpose == "invitation" else world.linn
    if purpose == "invitation":
        await world.store.people.change_contact(
            person.firm_id, person.id, {"activated_at": None, "password_hash": None}
        )
    await world.store.people.replace_secret(
        SecretDoc(
            id=digest(text),
            purpose=purpose,
            firm_id=person.firm_id,
            user_id=person.id,
            side="contact",
            expires_at=world.clock.now() + 60_000,
        )
    )
    return text


Build = Callable[[World, Target], Asked]
BUILD: dict[type[Asked], Build] = {
    SessionCreate: lambda w, t: SessionCreate(email=w.petra.email, password=PASSWORD),
    SessionRenew: lambda w, t: SessionRenew(),
    SessionEnd: lambda w, t: SessionEnd(),
    PasswordForgot: lambda w, t: PasswordForgot(email=w.petra.email),
    MeRead: lambda w, t: MeRead(),
    MeUpdate: lambda w, t: MeUpdate(language="sv"),
    FirmRead: lambda w, t: FirmRead(),
    FirmUpdate: lambda w, t: FirmUpdate(reminder_days=5),
    StaffList: lambda w, t: StaffList(account_id=t.account.id),
    StaffUpdate: lambda w, t: StaffUpdate(staff_id=t.colleague.id, rights=["manage_documents"]),
    AccountList: lambda w, t: AccountList(),
    AccountRead: lambda w, t: AccountRead(account_id=t.account.id),
    AccountCreate: lambda w, t: AccountCreate(name="Ny AB", client_account_id=new_id()),
    AccountAssign: lambda w, t: AccountAssign(account_id=t.account.id, staff_id=t.colleague.id, assigned=True),
    AccountDescribe: lambda w, t: AccountDescribe(account_id=t.account.id, custom={}),
    AccountFollow: lambda w, t: AccountFollow(account_id=t.account.id, following=True),
    ContactCreate: lambda w, t: ContactCreate(account_id=t.account.id, name="En", email="en@ny.example"),
    ContactUpdate: lambda w, t: ContactUpdate(
        account_id=t.account.id, contact_id=t.pending.id, email=f"{new_id()}@ny.example"
    ),
    ContactRead: lambda w, t: ContactRead(account_id=t.account.id, contact_id=t.contact.id),
    ContactDescribe: lambda w, t: ContactDescribe(account_id=t.account.id, contact_id=t.contact.id, city="Nacka"),
    LinkUpdate: lambda w, t: LinkUpdate(account_id=t.account.id, contact_id=t.contact.id, notify=True),
    InvitationSend: lambda w, t: InvitationSend(account_id=t.account.id, contact_id=t.pending.id),
    ThreadCreate: lambda w, t: ThreadCreate(
        account_id=t.account.id, client_message_id=new_id(), subject="Moms", body=paragraph("Hej!")
    ),
    ThreadList: lambda w, t: ThreadList(account_id=t.account.id),
    ThreadOpen: lambda w, t: ThreadOpen(thread_id=t.thread_id),
    ThreadRead: lambda w, t: ThreadRead(thread_id=t.thread_id),
    ThreadRename: lambda w, t: ThreadRename(thread_id=t.thread_id, subject="Moms"),
    ThreadArchive: lambda w, t: ThreadArchive(thread_id=t.thread_id),
    ThreadReopen: lambda w, t: ThreadReopen(thread_id=t.thread_id),
    ThreadAssign: lambda w, t: ThreadAssign(thread_id=t.thread_id, staff_id=None),
    ThreadSnooze: lambda w, t: ThreadSnooze(thread_id=t.thread_id, seq=1),
    ThreadWake: lambda w, t: ThreadWake(thread_id=t.thread_id),
    StreamRead: lambda w, t: StreamRead(stream=thread_stream(t.thread_id)),
    MessageSend: lambda w, t: said(t.thread_id),
    MarkRead: lambda w, t: MarkRead(thread_id=t.thread_id, seq=1),
    MarkUnread: lambda w, t: MarkUnread(thread_id=t.thread_id, seq=1),
    MarkDelivered: lambda w, t: MarkDelivered(positions={t.thread_id: 1}),
    TypingSet: lambda w, t: TypingSet(thread_id=t.thread_id),
    TaskAdd: lambda w, t: TaskAdd(thread_id=t.thread_id, client_task_id=new_id(), text="Kvitton"),
    TaskSet: lambda w, t: TaskSet(thread_id=t.thread_id, task_id=t.task_id, done=True),
    TaskEdit: lambda w, t: TaskEdit(thread_id=t.thread_id, task_id=t.task_id, text="Kvitton"),
    TaskMove: lambda w, t: TaskMove(thread_id=t.thread_id, task_id=t.task_id),
    TaskDelete: lambda w, t: TaskDelete(thread_id=t.thread_id, task_id=t.task_id),
    TaskList: lambda w, t: TaskList(account_id=t.account.id),
    ReminderRead: lambda w, t: ReminderRead(thread_id=t.thread_id),
    ReminderSet: lambda w, t: ReminderSet(thread_id=t.thread_id, enabled=True, days=3, number=2),
    ReminderSend: lambda w, t: ReminderSend(thread_id=t.thread_id, client_message_id=new_id()),
    NotificationList: lambda w, t: NotificationList(),
    LetterRetry: lambda w, t: LetterRetry(account_id=t.account.id, letter_id=t.letter_id),
    LetterRetryCopies: lambda w, t: LetterRetryCopies(),
    NotificationArchive: lambda w, t: NotificationArchive(notification_id=t.entry_id),
    AuditList: lambda w, t: AuditList(thread_id=t.thread_id),
    SecurityList: lambda w, t: SecurityList(),
    SavedReplyList: lambda w, t: SavedReplyList(),
    SavedReplyCreate: lambda w, t: saved(),
    SavedReplyUpdate: lambda w, t: SavedReplyUpdate(saved_reply_id=next(t.replies), title="Moms"),
    SavedReplyDelete: lambda w, t: SavedReplyDelete(saved_reply_id=next(t.replies)),
    FolderList: lambda w, t: FolderList(account_id=t.account.id),
    FolderCreate: lambda w, t: FolderCreate(
        account_id=t.account.id, client_folder_id=new_id(), name="Kvitton", parent_id=t.folder.id
    ),
    FolderRename: lambda w, t: FolderRename(folder_id=t.folder.id, name="Skatt"),
    FolderMove: lambda w, t: FolderMove(folder_id=next(t.folders), parent_id=t.folder.id),
    FolderDelete: lambda w, t: FolderDelete(folder_id=next(t.folders)),
    FolderSetAccess: lambda w, t: FolderSetAccess(folder_id=t.folder.id, access="client_edits"),
    # Whose upload it is: Stage.outcome.
    DocumentSave: lambda w, t: DocumentSave(
        folder_id=t.folder.id, upload_id=new_id(), client_document_id=new_id(), name="Kvitto.pdf"
    ),
    DocumentUnpack: lambda w, t: DocumentUnpack(
        folder_id=t.folder.id, upload_id=new_id(), client_document_id=new_id(), name="Kvitton.zip"
    ),
    DocumentList: lambda w, t: DocumentList(folder_id=t.folder.id),
    DocumentFinish: lambda w, t: DocumentFinish(account_id=t.account.id),
    DocumentSearch: lambda w, t: DocumentSearch(account_id=t.account.id, search="pdf"),
    DocumentGet: lambda w, t: DocumentGet(document_ids=[next(t.documents)]),
    DocumentRead: lambda w, t: DocumentRead(document_id=next(t.documents)),
    DocumentThumbnail: lambda w, t: DocumentThumbnail(document_id=next(t.documents)),
    DocumentCarried: lambda w, t: DocumentCarried(thread_id=t.thread_id),
    DocumentRename: lambda w, t: DocumentRename(document_id=next(t.documents), name="Kvitto.pdf"),
    DocumentMove: lambda w, t: DocumentMove(document_id=next(t.documents), folder_id=next(t.folders)),
    DocumentDelete: lambda w, t: DocumentDelete(document_id=next(t.documents)),
    DocumentRestore: lambda w, t: DocumentRestore(document_id=next(t.documents)),
    DocumentMark: lambda w, t: DocumentMark(document_id=next(t.documents), side="contact"),
    TemplateList: lambda w, t: TemplateList(),
    TemplateCreate: lambda w, t: template(),
    TemplateUpdate: lambda w, t: TemplateUpdate(template_id=next(t.templates), name="Moms"),
    TemplateDelete: lambda w, t: TemplateDelete(template_id=next(t.templates)),
    ShortcodeResolve: lambda w, t: ShortcodeResolve(account_id=t.account.id, subject="[CITY]"),
    CustomFieldList: lambda w, t: CustomFieldList(),
    CustomFieldCreate: lambda w, t: custom_field(),
    CustomFieldUpdate: lambda w, t: CustomFieldUpdate(custom_field_id=next(t.fields), name=new_id()),
    CustomFieldMove: lambda w, t: CustomFieldMove(custom_field_id=next(t.fields)),
    CustomFieldDelete: lambda w, t: CustomFieldDelete(custom_field_id=next(t.fields)),
    MessageSchedule: lambda w, t: MessageSchedule(
        thread_id=t.thread_id,
        client_message_id=new_id(),
        due_at=w.clock.now() + 3_600_000,
        body=paragraph("Hej!"),
        seq=1,
    ),
    BulkList: lambda w, t: BulkList(),
    BulkPreview: lambda w, t: BulkPreview(account_ids=[t.account.id]),
    BulkCreate: lambda w, t: BulkCreate(client_bulk_id=new_id(), account_ids=[t.account.id], body=paragraph("Hej!")),
    BulkGet: lambda w, t: BulkGet(bulk_id=t.run_id),
    BulkPause: lambda w, t: BulkPause(bulk_id=t.run_id),
    BulkResume: lambda w, t: BulkResume(bulk_id=t.run_id),
    BulkCancel: lambda w, t: BulkCancel(bulk_id=t.run_id),
    BulkRetry: lambda w, t: BulkRetry(bulk_id=t.run_id),
    ScheduledSendList: lambda w, t: ScheduledSendList(thread_id=t.thread_id),
    ScheduledSendUpdate: lambda w, t: ScheduledSendUpdate(scheduled_send_id=next(t.sends), unless_answered=True),
    ScheduledSendNow: lambda w, t: ScheduledSendNow(scheduled_send_id=next(t.sends)),
    ScheduledSendCancel: lambda w, t: ScheduledSendCancel(scheduled_send_id=next(t.sends)),
    ThreadSchedule: lambda w, t: ThreadSchedule(
        account_id=t.account.id,
        client_message_id=new_id(),
        due_at=w.clock.now() + 3_600_000,
        subject="Moms",
        body=paragraph("Hej!"),
    ),
    ScheduledChatList: lambda w, t: ScheduledChatList(),
    ScheduledChatUpdate: lambda w, t: ScheduledChatUpdate(
        scheduled_chat_id=next(t.chats),
        account_id=t.account.id,
        due_at=w.clock.now() + 3_600_000,
        subject="Moms",
        body=paragraph("Hej!"),
    ),
    ScheduledChatNow: lambda w, t: ScheduledChatNow(scheduled_chat_id=next(t.chats)),
    ScheduledChatCancel: lambda w, t: ScheduledChatCancel(scheduled_chat_id=next(t.chats)),
    ClockSet: lambda w, t: ClockSet(offset_ms=0),
}
BUILD_WITH_SECRET: dict[type[Asked], tuple[str, Callable[[str], Asked]]] = {
    PasswordReset: ("password_reset", lambda text: PasswordReset(secret=text, password="helt nytt lösen")),
    InvitationRead: ("invitation", lambda text: InvitationRead(secret=text)),
    InvitationAccept: ("invitation", lambda text: InvitationAccept(secret=text, password="helt nytt lösen")),
}


async def built(world: World, command: type[Asked], target: Target) -> Asked:
    if command in BUILD_WITH_SECRET:
        purpose, build = BUILD_WITH_SECRET[command]
        return build(await secret(world, purpose))
    return BUILD[command](world, target)


def cases(command: type[Asked]) -> Iterator[tuple[str, str, str]]:
    """Role, place and letter of every case of a command."""
    row = ROWS[command]
    for place, letters in (("own", row.own), ("another", row.another), ("foreign", row.foreign)):
        outcomes = letters.replace(" ", "")
        roles = ROLES + STRANGERS if place == "foreign" else ROLES
        if outcomes:
            assert len(outcomes) == len(roles), f"{command.__name__}, {place}"
            yield from ((role, place, letter) for role, letter in zip(roles, outcomes, strict=True))


@pytest.fixture
async def stage(world: World) -> Stage:
    return await Stage(world).set()


def tag_of(command: type[Asked]) -> str:
    return str(command.__struct_config__.tag)


@pytest.mark.parametrize("command", ENTRIES, ids=tag_of)
async def test_a_command_is_allowed_or_refused_as_the_table_says(
    stage: Stage, command: type[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AC-1, AC-2, AC-4, AC-10, AC-11, AC-13, AS-1, RD-9, SS-2, TK-4."""
    assert command in ROWS, "every command needs a row in the table of this test"
    assert (ENTRIES[command].rule is anyone) == (ROWS[command] is ANYONE)
    monkeypatch.setattr(sessions, "FORGOT_ANSWER_S", 0)
    wrong = []
    for role, place, expected in cases(command):
        got = await stage.outcome(role, await built(stage.world, command, stage.target(role, place)))
        if got != expected:
            wrong.append(f"{role} on {place}: {got}, expected {expected}")
    assert wrong == []


def test_the_number_of_cases(capsys: pytest.CaptureFixture[str]) -> None:
    total = sum(len(list(cases(command))) for command in ENTRIES)
    with capsys.disabled():
        print(f"\n  access table: {len(ENTRIES)} commands, {total} cases of role and object")
    assert total > 900
    assert set(ROWS) == set(BUILD) | set(BUILD_WITH_SECRET)


# Objects of one account named together with another account


@pytest.mark.parametrize("place", ["another", "foreign"])
@pytest.mark.parametrize(
    "mixed",
    [
        lambda own, other: ContactUpdate(
            account_id=own.account.id, contact_id=other.pending.id, email="ratt@ny.example"
        ),
        lambda own, other: LinkUpdate(account_id=own.account.id, contact_id=other.pending.id, login=False),
        lambda own, other: ContactRead(account_id=own.account.id, contact_id=other.pending.id),
        lambda own, other: ContactDescribe(account_id=own.account.id, contact_id=other.pending.id, city="Nacka"),
        lambda own, other: InvitationSend(account_id=own.account.id, contact_id=other.pending.id),
        lambda own, other: LetterRetry(account_id=own.account.id, letter_id=other.letter_id),
        lambda own, other: TaskSet(thread_id=own.thread_id, task_id=other.task_id, done=True),
        lambda own, other: TaskEdit(thread_id=own.thread_id, task_id=other.task_id, text="Annat"),
        lambda own, other: TaskMove(thread_id=own.thread_id, task_id=other.task_id),
        lambda own, other: TaskMove(thread_id=own.thread_id, task_id=own.task_id, before_id=other.task_id),
        lambda own, other: MarkDelivered(positions={own.thread_id: 1, other.thread_id: 1}),
    ],
    ids=[
        "contact",
        "link",
        "person",
        "details",
        "invitation",
        "letter",
        "tick",
        "edit",
        "move",
        "move before",
        "delivered",
    ],
)
async def test_an_object_of_elsewhere_is_not_found_under_an_account_of_ones_own(
    stage: Stage, place: str, mixed: Callable[[Target, Target], Asked]
) -> None:
    outcome = await stage.outcome("manager", mixed(stage.targets["own"], stage.targets[place]))
    assert outcome in ("NF" if place == "another" else "N")


async def test_a_quote_from_elsewhere_is_not_found(stage: Stage) -> None:
    for place in ("another", "foreign"):
        target = stage.targets[place]
        (event,) = await stage.world.store.streams.read_before(thread_stream(target.thread_id), 10_000, 1)
        assert isinstance(event.event, MessageSent)
        quoted = event.event.message_id
        command = said(stage.targets["own"].thread_id, quoted_message_id=quoted)
        for role in ("owner", "contact"):
            assert await stage.outcome(role, command) == "N"


async def test_staff_of_another_firm_are_neither_assigned_nor_mentioned(stage: Stage) -> None:
    """MN-4, AS-2."""
    world, own = stage.world, stage.targets["own"]
    assign = AccountAssign(account_id=own.account.id, staff_id=world.tom.id, assigned=True)
    assert await stage.outcome("owner", assign) == "N"
    with pytest.raises(ChattarError):
        await world.do(world.anna, ThreadAssign(thread_id=own.thread_id, staff_id=world.tom.id))
    mention = paragraph("x")
    mention.content[0] = Paragraph(content=[Mention(id=world.tom.id, name="Tom Hale")])
    with pytest.raises(ChattarError):
        await world.do(world.anna, replace(said(own.thread_id), body=mention))


@pytest.mark.parametrize("role", [*ROLES, *STRANGERS])
async def test_only_staff_who_see_the_thread_may_read_its_notes(stage: Stage, role: str) -> None:
    """AC-6."""
    stream = notes_stream(stage.targets["own"].thread_id)
    expected = dict(zip([*ROLES, *STRANGERS], "AAAAAFNUUUNN", strict=True))[role]
    assert await stage.outcome(role, StreamRead(stream=stream)) == expected


@pytest.mark.parametrize("role", [*ROLES, *STRANGERS])
async def test_a_personal_stream_is_its_owners_alone(stage: Stage, role: str) -> None:
    stream = user_stream(stage.world.anna.id)
    expected = "A" if role == "owner" else "U" if role in ("nobody", "pending", "left") else "N"
    assert await stage.outcome(role, StreamRead(stream=stream)) == expected


async def test_nobody_moves_the_clock_without_the_development_setting(stage: Stage) -> None:
    stage.world.set(development=False)
    for role in ("owner", "admin", "contact"):
        assert await stage.outcome(role, ClockSet(offset_ms=1)) == "F"
    assert await stage.world.store.facts.clock_offset_ms() == 0


@pytest.mark.parametrize("command", [MessageSend, TypingSet])
async def test_a_contact_writes_nothing_internal(stage: Stage, command: type[Asked]) -> None:
    """AC-6."""
    own = stage.targets["own"]
    asked = replace(BUILD[command](stage.world, own), internal=True)
    assert await stage.outcome("contact", asked) == "F"
    assert await stage.outcome("assigned", asked) == "A"


# Lists show exactly what is theirs

Seen = Callable[[World, Person], Awaitable[set[Id]]]


async def threads_listed(world: World, person: Person) -> set[Id]:
    return {thread.account.id for thread in (await world.do(person, ThreadList())).threads}


async def tasks_listed(world: World, person: Person) -> set[Id]:
    return {row.account.id for row in (await world.do(person, TaskList())).rows}


@pytest.mark.parametrize("listed", [threads_listed, tasks_listed])
async def test_lists_show_the_threads_and_tasks_that_are_theirs_and_no_others(stage: Stage, listed: Seen) -> None:
    """AC-4, AC-7, TK-8."""
    world = stage.world
    own, another, foreign = (stage.targets[place].account.id for place in ("own", "another", "foreign"))
    for role, accounts in {
        "owner": {own, another},
        "admin": {own, another},
        "view_all": {own, another},
        "manager": {own},
        "assigned": {own},
        "unassigned": set(),
        "contact": {own},
        "other_owner": {foreign},
        "other_contact": {foreign},
    }.items():
        person = stage.people[role]
        assert person is not None
        assert await listed(world, person) == accounts, role
    assert await listed(world, world.linn) == {own}
    assert await listed(world, world.gunilla) == {another}


async def test_the_account_list_shows_what_staff_may_see(stage: Stage) -> None:
    """AC-4."""
    world = stage.world
    ours = {world.holm.id, world.eken.id, world.wester.id, world.salt.id}
    for person, accounts in (
        (world.anna, ours),
        (world.erik, ours),
        (world.vera, ours),
        (world.sofia, {world.holm.id, world.eken.id}),
        (world.olle, set()),
        (world.grace, {world.harbour.id}),
    ):
        page = await world.do(person, AccountList())
        assert {account.id for account in page.accounts} == accounts
    searched = await world.do(world.sofia, AccountList(search="wester"))
    assert searched.accounts == []


async def test_a_token_of_a_contact_without_any_login_left_is_worth_nothing(world: World) -> None:
    await world.do(world.anna, LinkUpdate(account_id=world.holm.id, contact_id=world.petra.id, login=False))
    with pytest.raises(Unauthenticated):
        await auth.principal_from_token(world.store, world.clock, world.token_of(world.petra))
