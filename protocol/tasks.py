"""Client tasks (spec 2.8, 3.5)."""

from typing import Annotated, ClassVar, Literal

import msgspec

from protocol.accounts import AccountBrief
from protocol.asked import Answer, Asked
from protocol.folds import Folds, adds, drops, puts, reorders, sets
from protocol.happened import Happened
from protocol.people import Person
from protocol.wire import ClientKey, Id, Ms, PageSize, TaskText, Wire


class Task(Wire):
    """A client task (spec 2.8). Tasks are listed in the order in which they are to be shown."""

    id: Id
    text: TaskText
    created_by: Person
    created_at: Ms
    done: bool = False
    done_by: Person | None = None
    done_at: Ms | None = None


class TaskRow(Wire):
    """A task with its thread, for the page over all threads (TK-7)."""

    thread_id: Id
    subject: str
    account: AccountBrief
    task: Task
    assignee_id: Id | None = None
    reminder_next_at: Ms | None = None


class TaskToAdd(Wire):
    """A task to be added."""

    text: TaskText
    client_task_id: ClientKey | None = None


class TaskAdded(Happened, tag="task.added", stands="t"):
    """A task was added at the end (TK-1)."""

    task: Task
    folds: ClassVar[Folds] = (puts("tasks", ".event.task"), adds("row", tasks_total=1))


class TaskEdited(Happened, tag="task.edited", stands="t"):
    """A task's text was changed (TK-4)."""

    task_id: Id
    text: TaskText
    folds: ClassVar[Folds] = (sets("tasks", of=".event.task_id", text=".event.text"),)


class TaskCompleted(Happened, tag="task.completed", stands="t"):
    """A task was ticked (TK-3)."""

    task_id: Id
    folds: ClassVar[Folds] = (
        sets("tasks", of=".event.task_id", done=True, done_by=".actor", done_at=".at"),
        adds("row", tasks_done=1),
    )


class TaskReopened(Happened, tag="task.reopened", stands="t"):
    """A task was un-ticked (TK-3)."""

    task_id: Id
    folds: ClassVar[Folds] = (
        sets("tasks", of=".event.task_id", done=False, done_by=None, done_at=None),
        adds("row", tasks_done=-1),
    )


class TasksReordered(Happened, tag="tasks.reordered", stands="t"):
    """The tasks now stand in this order (TK-4)."""

    task_ids: list[Id]
    folds: ClassVar[Folds] = (reorders("tasks", ".event.task_ids"),)


class TaskDeleted(Happened, tag="task.deleted", stands="t"):
    """A task was taken away (TK-4)."""

    task_id: Id
    folds: ClassVar[Folds] = (drops("tasks", ".event.task_id"),)


class TasksCompleted(Happened, tag="tasks.completed", stands="t"):
    """The last open task was just ticked; follows its `task.completed` (TK-6)."""


class TaskView(Answer):
    """The task as it is now."""

    task: Task


class TaskAdd(Asked, tag="task.add", may="thread_staff", cost=3):
    """Add a task at the end (TK-1)."""

    thread_id: Id
    client_task_id: ClientKey
    text: TaskText
    Result: ClassVar[type[Wire]] = TaskView


class TaskSet(Asked, tag="task.set", may="thread_seen", cost=3):
    """Tick or un-tick (TK-3). Setting what already is so changes nothing."""

    thread_id: Id
    task_id: Id
    done: bool
    Result: ClassVar[type[Wire]] = TaskView


class TaskEdit(Asked, tag="task.edit", may="thread_staff", cost=3):
    """Change a task's text (TK-4)."""

    thread_id: Id
    task_id: Id
    text: TaskText
    Result: ClassVar[type[Wire]] = TaskView


class TaskMove(Asked, tag="task.move", may="thread_staff", cost=3):
    """Put a task before another one, or last (TK-4)."""

    thread_id: Id
    task_id: Id
    before_id: Id | None = None


class TaskDelete(Asked, tag="task.delete", may="thread_staff", cost=3):
    """Take a task away (TK-4)."""

    thread_id: Id
    task_id: Id


class TaskPage(Answer):
    """Tasks over all threads."""

    rows: list[TaskRow]
    next: str | None = None


class TaskList(Asked, tag="task.list", may="logged_in", cost=5):
    """Tasks over all threads that I may see, newest first (TK-7, TK-8). `next` of a page is `after` of the following one; a
    page may hold fewer rows than asked for, or none, and the list still go on: it ends where `next` is absent."""

    state: Literal["open", "done", "all"] = "open"
    account_id: Id | None = None
    assignee_id: Id | None = None
    after: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = TaskPage
