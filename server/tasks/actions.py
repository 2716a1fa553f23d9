"""Client tasks: added, ticked, edited, moved, taken away (spec 3.5).

Every change is one transaction: the task, the thread's counters, the event and the audit row, or nothing (TK-5).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from protocol.asked import Done
from protocol.errors import Conflict, Invalid, NotFound
from protocol.events import Event
from protocol.ids import new_id, thread_stream
from protocol.tasks import (
    TaskAdd,
    TaskAdded,
    TaskCompleted,
    TaskDelete,
    TaskDeleted,
    TaskEdit,
    TaskEdited,
    TaskList,
    TaskMove,
    TaskPage,
    TaskReopened,
    TaskRow,
    TasksCompleted,
    TaskSet,
    TasksReordered,
    TaskView,
)
from protocol.wire import Id
from server.audit import trail
from server.core import keys
from server.core.context import Context
from server.core.doing import answers_again, does
from server.core.happening import happen
from server.core.rules import ThreadScope
from server.core.said import said
from storage.log.streams import Closed, Draft, Stored
from storage.mongo.connection import Row, Session
from storage.mongo.documents import to_document
from storage.tasks import TaskDoc
from storage.threads import ThreadDoc

TASKS_PER_THREAD_MAX = 200
LOOKED_AT_MAX = 500
"""Tasks that are read for one page of the list at most, besides a page of them."""


@dataclass(frozen=True, slots=True)
class _Change:
    """What a change to a thread's tasks comes to: how they are now, what has happened, and a line for the trail."""

    tasks: Sequence[TaskDoc]
    events: Sequence[Event]
    text: str
    subject: TaskDoc | None = None


@does(TaskAdd)
async def add(context: Context, command: TaskAdd, scope: ThreadScope) -> TaskView:
    """Add a task at the end (TK-1); the same key from the same person adds one (P2). Raises Conflict for a key that
    meant something else."""
    key = _key(context, command)

    async def work(tasks: list[TaskDoc], session: Session) -> _Change:
        if len(tasks) >= TASKS_PER_THREAD_MAX:
            raise Invalid(path="$.thread_id", expected=f"at most {TASKS_PER_THREAD_MAX} tasks", got="one more")
        task = TaskDoc(
            id=new_id(),
            firm_id=scope.thread.firm_id,
            account_id=scope.thread.account_id,
            thread_id=scope.thread.id,
            text=said("$.text", command.text),
            position=tasks[-1].position + 1 if tasks else 1,
            done=False,
            created_by=context.principal.person,
            created_at=context.clock.now(),
            key=key,
            meant=keys.meaning(command),
        )
        await context.store.tasks.add(task, session)
        return _Change([*tasks, task], [TaskAdded(task=task.seen())], task.text, task)

    async def change() -> TaskDoc:
        return _certain(await _change(context, scope.thread, "task.added", work, key))

    found = await context.store.tasks.by_key(context.principal.firm_id, key)
    if found is None:
        tries = context.store.streams.tries
        found = await keys.once(tries, key, change, lambda: context.store.tasks.by_key(context.principal.firm_id, key))
    _check(found, command)
    return TaskView(task=found.seen())


@answers_again(TaskAdd)
async def again(context: Context, command: TaskAdd) -> TaskView | None:
    """The answer to a first try that went through before access was lost: the task as it was added, and no more."""
    key = _key(context, command)
    await context.store.streams.tries.ended(key)
    first = await context.store.tasks.by_key(context.principal.firm_id, key)
    if first is None:
        return None
    _check(first, command)
    return TaskView(
        task=replace(first.seen(), text=said("$.text", command.text), done=False, done_by=None, done_at=None)
    )


def _key(context: Context, command: TaskAdd) -> str:
    return f"{context.principal.user_id}:{command.client_task_id}"


def _check(first: TaskDoc, command: TaskAdd) -> None:
    if first.thread_id != command.thread_id:
        raise keys.reused()
    keys.check_meaning(first.meant, keys.meaning(command))


@does(TaskSet)
async def set_done(context: Context, command: TaskSet, scope: ThreadScope) -> TaskView:
    """Tick or un-tick (TK-3, AC-13). The one that ticks the last open task completes them all (TK-6), once."""

    async def work(tasks: list[TaskDoc], session: Session) -> _Change:
        task = _among(tasks, command.task_id)
        if task.done == command.done:
            return _Change(tasks, [], "", task)
        principal = context.principal
        done_by, done_at = (principal.person, context.clock.now()) if command.done else (None, None)
        fields = {
            "done": command.done,
            "done_by": to_document(done_by) if done_by else None,
            "done_at": done_at,
        }
        await context.store.tasks.change(task.firm_id, task.id, fields, session)
        changed = replace(task, done=command.done, done_by=done_by, done_at=done_at)
        after = [changed if other.id == task.id else other for other in tasks]
        happened: list[Event] = [TaskCompleted(task_id=task.id) if command.done else TaskReopened(task_id=task.id)]
        if command.done and all(other.done for other in after):
            happened.append(TasksCompleted())
        return _Change(after, happened, task.text, changed)

    event = "task.completed" if command.done else "task.reopened"
    task = await _change(context, scope.thread, event, work)
    return TaskView(task=_certain(task).seen())


@does(TaskEdit)
async def edit(context: Context, command: TaskEdit, scope: ThreadScope) -> TaskView:
    """Change a task's text (TK-4)."""

    async def work(tasks: list[TaskDoc], session: Session) -> _Change:
        task, text = _among(tasks, command.task_id), said("$.text", command.text)
        if task.text == text:
            return _Change(tasks, [], "", task)
        await context.store.tasks.change(task.firm_id, task.id, {"text": text}, session)
        changed = replace(task, text=text)
        return _Change(tasks, [TaskEdited(task_id=task.id, text=text)], f"{task.text} → {text}", changed)

    return TaskView(task=_certain(await _change(context, scope.thread, "task.edited", work)).seen())


@does(TaskMove)
async def move(context: Context, command: TaskMove, scope: ThreadScope) -> Done:
    """Put a task before another one, or last (TK-4)."""

    async def work(tasks: list[TaskDoc], session: Session) -> _Change:
        task = _among(tasks, command.task_id)
        rest = [other for other in tasks if other.id != task.id]
        place = len(rest)
        if command.before_id is not None and command.before_id != task.id:
            place = rest.index(_among(rest, command.before_id))
        elif command.before_id == task.id:
            place = tasks.index(task)
        order = [*rest[:place], task, *rest[place:]]
        if [other.id for other in order] == [other.id for other in tasks]:
            return _Change(tasks, [], "", task)
        places = {other.id: position for position, other in enumerate(order, start=1) if other.position != position}
        await context.store.tasks.move(scope.thread.firm_id, places, session)
        return _Change(order, [TasksReordered(task_ids=[other.id for other in order])], task.text, task)

    await _change(context, scope.thread, "task.moved", work)
    return Done()


@does(TaskDelete)
async def delete(context: Context, command: TaskDelete, scope: ThreadScope) -> Done:
    """Take a task away (TK-4). One that is gone already stays gone."""

    async def work(tasks: list[TaskDoc], session: Session) -> _Change:
        task = next((task for task in tasks if task.id == command.task_id), None)
        if task is None:
            return _Change(tasks, [], "")
        await context.store.tasks.delete(task.firm_id, task.id, session)
        rest = [other for other in tasks if other.id != task.id]
        return _Change(rest, [TaskDeleted(task_id=task.id)], task.text)

    await _change(context, scope.thread, "task.deleted", work)
    return Done()


@does(TaskList)
async def page(context: Context, command: TaskList, scope: None) -> TaskPage:
    """Tasks over all threads that the asker may see, newest first, without archived threads' (TK-7, TK-8).

    Looks at a bounded number of tasks: a page may hold fewer than asked for, and the list still go on.
    """
    principal, store = context.principal, context.store
    query: Row = {}
    if command.account_id is not None:
        if not principal.sees(command.account_id):
            return TaskPage(rows=[])
        query["account_id"] = command.account_id
    elif not principal.sees_all:
        query["account_id"] = {"$in": sorted(principal.account_ids)}
    # Both values rather than none, so that the index gives the order in any case.
    query["done"] = {"$in": {"all": [False, True], "done": [True], "open": [False]}[command.state]}
    rows: list[TaskRow] = []
    below = command.after
    for size in (command.limit + 1, LOOKED_AT_MAX):
        found, below = await store.tasks.page(
            principal.firm_id, query | ({"_id": {"$lt": below}} if below else {}), size
        )
        rows += await _rows(context, found, command.assignee_id)
        if len(rows) > command.limit:
            rows = rows[: command.limit]
            return TaskPage(rows=rows, next=rows[-1].task.id)
        if below is None:
            break
    # When most of what was looked at is not wanted, the next page goes on from there.
    return TaskPage(rows=rows, next=below)


async def _rows(context: Context, tasks: list[TaskDoc], assignee_id: Id | None) -> list[TaskRow]:
    """Rows for tasks of active threads, for staff with what only they may see."""
    store, inside, firm_id = context.store, context.principal.is_staff, context.principal.firm_id
    found = await store.threads.many([firm_id], {task.thread_id for task in tasks})
    threads = {thread.id: thread for thread in found}
    accounts = await store.accounts.many(firm_id, {task.account_id for task in tasks})
    rows = []
    for task in tasks:
        thread, account = threads.get(task.thread_id), accounts.get(task.account_id)
        if thread is None or account is None or thread.state == "archived":
            continue
        if inside and assignee_id is not None and thread.assignee_id != assignee_id:
            continue
        rows.append(
            TaskRow(
                thread_id=thread.id,
                subject=thread.subject,
                account=account.brief(),
                task=task.seen(),
                assignee_id=thread.assignee_id if inside else None,
                reminder_next_at=thread.reminder.next_due_at if inside and thread.reminder else None,
            )
        )
    return rows


async def _change(
    context: Context,
    thread: ThreadDoc,
    audited_as: str,
    work: Callable[[list[TaskDoc], Session], Awaitable[_Change]],
    key: str | None = None,
) -> TaskDoc | None:
    """Run a change as one transaction, then tell everybody. A change without events leaves no trace at all."""
    store = context.store
    if thread.state == "archived":
        raise _archived(context)

    async def transaction(session: Session) -> tuple[_Change, list[Stored]]:
        change = await work(await store.tasks.of_thread(thread.firm_id, thread.id, session), session)
        if not change.events:
            return change, []
        counters = {"tasks_done": sum(task.done for task in change.tasks), "tasks_total": len(change.tasks)}
        stored = await store.streams.append_in(session, [_draft(context, thread, event) for event in change.events])
        await store.threads.change(thread.firm_id, thread.id, counters, session, stored)
        await trail.note(context, thread, audited_as, change.text, session)
        return change, stored

    try:
        change = await happen(context.means, transaction, streams=thread_stream(thread.id), key=key)
    except Closed:
        raise _archived(context) from None
    return change.subject


def _draft(context: Context, thread: ThreadDoc, event: Event) -> Draft:
    return Draft(
        stream=thread_stream(thread.id),
        firm_id=thread.firm_id,
        account_id=thread.account_id,
        at=context.clock.now(),
        actor=context.principal.person,
        event=event,
        only_open=True,
    )


def _archived(context: Context) -> Conflict:
    """The refusal, with what the asker can do about it: a contact can't reopen (AC-10), but their message does (MS-8)."""
    if context.principal.is_staff:
        return Conflict("Reopen the thread first.", reason="thread_archived")
    return Conflict("This chat is archived. If you write a message, it is opened again.", reason="thread_archived")


def _among(tasks: Sequence[TaskDoc], task_id: Id) -> TaskDoc:
    for task in tasks:
        if task.id == task_id:
            return task
    raise NotFound("There is no such task in this thread.")


def _certain(task: TaskDoc | None) -> TaskDoc:
    if task is None:
        raise NotFound("There is no such task in this thread.")
    return task
