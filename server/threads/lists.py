"""What is shown: rows of threads, an opened thread, stretches of streams.

Knows two views of a thread: staff's, with the firm's shared position, and a contact's, with their own and without a
trace of what is internal (AC-6). Looking marks nothing read (RD-6).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from protocol import explain
from protocol.errors import Invalid, NotFound
from protocol.frames import RESUME_BYTES_MAX
from protocol.ids import notes_stream, thread_stream
from protocol.marks import Mark
from protocol.streams import StreamEvent, StreamPage, StreamRead, ThreadOpen, ThreadOpened
from protocol.threads import StaffPart, Thread, ThreadList, ThreadPage, ThreadRead, ThreadView
from protocol.wire import Id, Ms
from server.core import rules as access
from server.core.context import Context
from server.core.doing import does
from server.core.rules import FactsScope, ThreadScope
from server.core.searching import with_words
from server.documents import carrying
from server.people import acquaintance
from server.reminders import state as reminder_state
from storage.accounts import AccountDoc
from storage.firms import FirmDoc
from storage.log.streams import Stored
from storage.marks import MarkDoc
from storage.mongo.connection import Row
from storage.redis.ephemeral import EphemeralAway
from storage.threads import Position, ThreadDoc, advanced

SINCE_OVERLAP_MS = 60_000
"""Rows may be written a little later than the time they carry, by another node's clock."""
COUNTED_MAX = 1_000
_STAFF_SEE: Final = set(StaffPart.__struct_fields__) - {"reminder"}


# one thread


@does(ThreadRead)
async def read(context: Context, command: ThreadRead, scope: ThreadScope) -> ThreadView:
    """One thread's row, true at its head."""
    return ThreadView(thread=await row_of(context, scope.thread))


async def row_of(context: Context, thread: ThreadDoc) -> Thread:
    """A thread as the asker may see it, brought up to what has been said but not yet projected."""
    behind = await context.store.streams.read(thread_stream(thread.id), thread.head.seq, COUNTED_MAX)
    thread = advanced(thread, behind)
    principal = context.principal
    account = await context.store.accounts.get(principal.firm_id, thread.account_id)
    if account is None:
        raise NotFound("There is no such thread.")
    if principal.is_staff:
        row = for_staff(thread, account, await _firm(context))
    else:
        marks = await context.store.marks.of_person(principal.firm_id, [thread.id], principal.user_id)
        row = _as_read_by(thread, account, marks.get(thread.id))
    return (await _with_paperclips(context, [thread], [row]))[0]


async def _with_paperclips(context: Context, threads: Sequence[ThreadDoc], rows: Sequence[Thread]) -> list[Thread]:
    """The rows of threads, saying which of them show that they carry documents (DC-4)."""
    showing = await carrying.showing(context, threads)
    return [replace(row, has_documents=True) if row.id in showing else row for row in rows]


def for_staff(thread: ThreadDoc, account: AccountDoc, firm: FirmDoc) -> Thread:
    """A thread as staff see it."""
    reminder = reminder_state.seen(thread.reminder, firm, None, 0) if thread.reminder else None
    # What staff see has the same name where it is stored.
    staff = StaffPart(**{name: getattr(thread, name) for name in _STAFF_SEE}, reminder=reminder)
    row = _row(thread, account, thread.updated_at, thread.head.contact_messages, thread.firm_read)
    return replace(row, turns_back=thread.firm_turns_back, staff=staff)


def for_contact(thread: ThreadDoc, account: AccountDoc, read: Position) -> Thread:
    """A thread as a contact sees it, with their own position."""
    row = _row(thread, account, thread.visible_at, thread.head.staff_messages, read)
    return replace(row, raised_at=thread.raised_at)


def _row(thread: ThreadDoc, account: AccountDoc, updated_at: Ms, their_messages: int, read: Position) -> Thread:
    return Thread(
        id=thread.id,
        account=account.brief(),
        subject=thread.subject,
        state=thread.state,
        created_at=thread.created_at,
        created_by=thread.created_by,
        head=thread.head.seq,
        updated_at=updated_at,
        last_message_at=thread.last_message_at,
        last=thread.last,
        unread=max(0, their_messages - read.messages),
        read_seq=read.seq,
        their_messages=their_messages,
        read_messages=read.messages,
        tasks_done=thread.tasks_done,
        tasks_total=thread.tasks_total,
    )


@does(ThreadOpen)
async def open_thread(context: Context, command: ThreadOpen, scope: FactsScope) -> ThreadOpened:
    """Show a thread: everything in the answer is of one moment, and true at the heads of the two pages."""
    principal, store, thread_id = context.principal, context.store, scope.thread.id
    visible, inside = thread_stream(thread_id), notes_stream(thread_id)
    async with store.streams.moment() as session:
        thread = await store.threads.get(principal.firm_id, thread_id, session)
        newest = await store.streams.read_before(visible, None, command.limit, session)
        notes = await store.streams.read_before(inside, None, command.limit, session) if principal.is_staff else []
        tasks = await store.tasks.of_thread(principal.firm_id, thread_id, session)
        marks = await store.marks.of_thread(principal.firm_id, thread_id, session)
    account = await store.accounts.get(principal.firm_id, scope.thread.account_id)
    if thread is None or account is None:
        raise NotFound("There is no such thread.")
    thread = advanced(thread, newest)
    if principal.is_staff:
        head = notes[-1].seq if notes else 0
        row = for_staff(replace(thread, notes_head=head), account, await _firm(context))
    else:
        own = next((mark for mark in marks if mark.person.id == principal.user_id), None)
        row = _as_read_by(thread, account, own)
    (row,) = await _with_paperclips(context, [thread], [row])
    return ThreadOpened(
        thread=row,
        tasks=[task.seen() for task in tasks],
        marks=[_mark(mark, staff=principal.is_staff) for mark in marks],
        page=_newest(visible, newest),
        notes=_newest(inside, notes) if principal.is_staff else None,
        writers=await _writers(context, thread, newest),
        team_online=not principal.is_staff and await _team_online(context),
    )


async def _team_online(context: Context) -> bool:
    """Whether anybody at the firm is connected, as far as that is known at the moment: nothing waits for Redis."""
    if context.means.ephemeral is None:
        return False
    try:
        return await context.means.ephemeral.team_online(context.principal.firm_id)
    except EphemeralAway:
        return False


def _mark(mark: MarkDoc, *, staff: bool) -> Mark:
    mailed = mark.mailed if staff else []
    return Mark(person=mark.person, read=mark.read, delivered=mark.delivered, mailed=mailed)


def _newest(stream: str, events: Sequence[Stored]) -> StreamPage:
    shown = _fitting(events, keep_newest=True)
    head = events[-1].seq if events else 0
    return StreamPage(stream=stream, events=shown, head=head, more=bool(shown) and shown[0].seq > 1)


async def _writers(context: Context, thread: ThreadDoc, events: Sequence[Stored]) -> list[str]:
    """Whom one writes to here: for staff the contacts who can read it, for contacts the staff who wrote."""
    if not context.principal.is_staff:
        said = [event.actor for event in events if event.actor is not None]
        return list(dict.fromkeys(person.name for person in [thread.created_by, *said] if person.side == "staff"))
    people = context.store.people
    links = [link for link in await people.links_of_account(thread.firm_id, thread.account_id) if link.login]
    contacts = {
        contact.id: contact for contact in await people.contacts(thread.firm_id, [link.contact_id for link in links])
    }
    seen = (await acquaintance.seen_links(context, links, contacts)).get(thread.account_id, [])
    return sorted(link.name for link in seen if link.activated)


async def _firm(context: Context) -> FirmDoc:
    firm = await context.store.firms.get(context.principal.firm_id)
    if firm is None:
        raise NotFound("There is no such firm.")
    return firm


# streams


@does(StreamRead)
async def read_stream(context: Context, command: StreamRead, scope: None) -> StreamPage:
    """A stretch of a stream, ascending without holes, of at most `limit` events and about 256 KiB."""
    streams, stream = context.store.streams, command.stream
    if command.before is not None:
        if command.after is not None:
            raise Invalid(path="$.before", expected="either `after` or `before`", got="both")
        events = await streams.read_before(stream, command.before, command.limit)
        shown = _fitting(events, keep_newest=True)
        more = bool(shown) and shown[0].seq > 1
    else:
        events = await streams.read(stream, command.after or 0, command.limit)
        shown = _fitting(events, keep_newest=False)
        more = False
    head = await streams.last(stream)
    if command.before is None:
        more = bool(shown) and shown[-1].seq < head
    return StreamPage(stream=stream, events=shown, head=head, more=more)


def _fitting(events: Sequence[Stored], *, keep_newest: bool) -> list[StreamEvent]:
    """As many of the events as a page may weigh, and at least one, from the end that matters."""
    shown: list[StreamEvent] = []
    weight = 0
    for stored in reversed(events) if keep_newest else events:
        event = StreamEvent(seq=stored.seq, at=stored.at, actor=stored.actor, event=stored.shown)
        weight += len(msgspec.msgpack.encode(event))
        if shown and weight > RESUME_BYTES_MAX:
            break
        shown.append(event)
    return shown[::-1] if keep_newest else shown


# lists


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page of a list goes on: the sort values of the last row before it."""

    part: int
    at: Ms
    id: Id


@does(ThreadList)
async def page(context: Context, command: ThreadList, scope: None) -> ThreadPage:
    """The threads the asker may see: unread first, then latest message first (LS-2); or those changed `since`.

    What contacts are asked about again stands with their unread ones (RM-11); what has come back from a snooze stands on
    top for staff, and what is put off is left out unless it is asked for by words or as such (SS-2).
    """
    principal = context.principal
    if command.account_id is not None:
        await access.account_of(context, command.account_id)
    if command.only in ("mine", "snoozed") and not principal.is_staff:
        raise Invalid(path="$.only", expected="all, unread or open_tasks", got=command.only)
    theirs = _theirs(context, command.account_id)
    narrow = _narrowed(context, command)
    if principal.is_staff:
        return await _staff_page(context, command, theirs, narrow)
    return await _contact_page(context, command, theirs, narrow)


def _theirs(context: Context, account_id: Id | None) -> Row:
    """The whole list: what the asker may see, of one account if one is named."""
    principal = context.principal
    if account_id is not None:
        return {"account_id": account_id}
    if principal.sees_all:
        return {}
    return {"account_id": {"$in": sorted(principal.account_ids)}}


def _narrowed(context: Context, command: ThreadList) -> Row:
    """The filters, besides unread, which differs by side. Contacts don't look for names: of whom they work with they may
    not know all."""
    narrow: Row = {}
    if command.only == "mine":
        narrow["assignee_id"] = context.principal.user_id
    if command.only == "open_tasks":
        narrow["has_open_tasks"] = True
    if command.search.strip():
        narrow |= with_words(command.search, names=context.principal.is_staff)
    return narrow


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a list: which rows stand in it, and the field by which they are sorted."""

    number: int
    """Of the parts of a list the highest comes first: 0 holds what is read."""
    rows: Row
    turn: str


@dataclass(frozen=True, slots=True)
class _Order:
    """What a side's list is sorted by: the field for `since`, and the parts, of which those besides the last hold what the
    reader has yet to look at."""

    since: str
    unread: Row
    parts: tuple[_Part, ...]


_ASLEEP: Final[Row] = {"snooze": {"$exists": True}}
_AWAKE: Final[Row] = {"snooze": None}
_NOT_BACK: Final[Row] = {"back": None}
_OF_STAFF: Final = _Order(
    "updated_at",
    {"has_unread": True},
    (
        _Part(2, {"back.at": {"$exists": True}}, "back.at"),
        _Part(1, {"has_unread": True, **_NOT_BACK}, "last_message_at"),
        _Part(0, {"has_unread": False, **_NOT_BACK}, "last_message_at"),
    ),
)


def _of_contact(person_id: Id) -> _Order:
    unread: Row = {"unread_by": person_id}
    read: Row = {"unread_by": {"$ne": person_id}}
    return _Order("visible_at", unread, (_Part(1, unread, "turn_at"), _Part(0, read, "turn_at")))


async def _found(
    context: Context, command: ThreadList, query: Row, order: _Order
) -> tuple[list[tuple[ThreadDoc, int]], bool]:
    """The rows of a page, each with the part in which it was found, and whether there are more."""
    threads, firm_id, wanted = context.store.threads, context.principal.firm_id, command.limit + 1
    found: list[tuple[ThreadDoc, int]] = []
    if command.since is not None:
        query = {**query, order.since: {"$gte": command.since - SINCE_OVERLAP_MS}}
        query |= _beyond(order.since, _place(command.after, flagged=False), down=False)
        rows = await threads.find(firm_id, query, [(order.since, 1), ("_id", 1)], wanted)
        return [(row, 0) for row in rows[: command.limit]], len(rows) > command.limit
    place, only_unread = _place(command.after, flagged=True), command.only == "unread"
    for part in order.parts:
        if len(found) >= wanted or (only_unread and not part.number) or (place and place.part < part.number):
            continue
        rest = {**query, "state": command.state, **part.rows, **(order.unread if only_unread else {})}
        if place is not None and place.part == part.number:
            rest |= _beyond(part.turn, place, down=True)
        rows = await threads.find(firm_id, rest, [(part.turn, -1), ("_id", -1)], wanted - len(found))
        found += [(row, part.number) for row in rows]
    return found[: command.limit], len(found) > command.limit


def _following(command: ThreadList, last: ThreadDoc, part: int, at: Ms, turn: Ms) -> str:
    """The cursor of the page behind a row."""
    return f"{at}.{last.id}" if command.since is not None else f"{part}.{turn}.{last.id}"


async def _staff_page(context: Context, command: ThreadList, theirs: Row, narrow: Row) -> ThreadPage:
    threads, firm_id = context.store.threads, context.principal.firm_id
    if command.only == "snoozed":
        narrow |= _ASLEEP
    elif command.since is None and not command.search.strip():
        narrow |= _AWAKE
    found, more = await _found(context, command, {**theirs, **narrow}, _OF_STAFF)
    firm = await _firm(context)
    accounts = await context.store.accounts.many(context.principal.firm_id, {row.account_id for row, _ in found})
    following = None
    if more:
        last, part = found[-1]
        turn = last.back.at if part == 2 and last.back else last.last_message_at
        following = _following(command, last, part, last.updated_at, turn)
    live = {**theirs, "state": "active"}
    unread_threads, unread_messages = await threads.unread(
        firm_id, {**live, "has_unread": True, **_AWAKE}, None, COUNTED_MAX
    )
    # Few sleep: counting them costs less than looking at each that doesn't.
    asleep = await threads.count(firm_id, {**live, **_ASLEEP}, COUNTED_MAX)
    rows = [for_staff(row, accounts[row.account_id], firm) for row, _ in found if row.account_id in accounts]
    return ThreadPage(
        threads=await _with_paperclips(context, [row for row, _ in found], rows),
        next=following,
        unread_threads=unread_threads,
        unread_messages=unread_messages,
        open_total=await threads.count(firm_id, live, COUNTED_MAX + asleep) - asleep,
    )


async def _contact_page(context: Context, command: ThreadList, theirs: Row, narrow: Row) -> ThreadPage:
    threads, firm_id, person_id = context.store.threads, context.principal.firm_id, context.principal.user_id
    order = _of_contact(person_id)
    found, more = await _found(context, command, {**theirs, **narrow}, order)
    accounts = await context.store.accounts.many(context.principal.firm_id, {row.account_id for row, _ in found})
    marks = await context.store.marks.of_person(firm_id, [row.id for row, _ in found], person_id)
    following = None
    if more:
        last, part = found[-1]
        following = _following(command, last, part, last.visible_at, max(last.last_message_at, last.raised_at or 0))
    live = {**theirs, "state": "active"}
    unread_threads, unread_messages = await threads.unread(firm_id, {**live, **order.unread}, person_id, COUNTED_MAX)
    rows = [
        _as_read_by(row, accounts[row.account_id], marks.get(row.id)) for row, _ in found if row.account_id in accounts
    ]
    return ThreadPage(
        threads=await _with_paperclips(context, [row for row, _ in found], rows),
        next=following,
        unread_threads=unread_threads,
        unread_messages=unread_messages,
        open_total=await threads.count(firm_id, live, COUNTED_MAX),
    )


def _as_read_by(thread: ThreadDoc, account: AccountDoc, mark: MarkDoc | None) -> Thread:
    """A thread as a contact with this mark sees it."""
    read = Position(seq=mark.read_seq, messages=mark.read_messages) if mark else Position()
    return for_contact(thread, account, read)


def _place(cursor: str | None, *, flagged: bool) -> _Place | None:
    """What a cursor says. Raises Invalid for one that we never gave, or gave for another kind of list."""
    if cursor is None:
        return None
    *numbers, identity = cursor.split(".")
    whole = len(numbers) == 1 + flagged and all(re.fullmatch("[0-9]{1,15}", number) for number in numbers)
    if not whole or not re.fullmatch("[0-9a-f]{32}", identity):
        raise Invalid(path="$.after", expected="`next` of an earlier page of the same list", got=explain.quoted(cursor))
    return _Place(int(numbers[0]) if flagged else 0, int(numbers[-1]), identity)


def _beyond(field: str, place: _Place | None, *, down: bool) -> Row:
    """Rows after a place in the order of a field and then the id."""
    if place is None:
        return {}
    further = "$lt" if down else "$gt"
    return {
        field: {further + "e": place.at},
        "$or": [{field: {further: place.at}}, {field: place.at, "_id": {further: place.id}}],
    }
