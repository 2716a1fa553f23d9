"""Who may see and change tasks and reminders."""

from protocol.ids import new_id
from protocol.reminders import ReminderRead, ReminderSend, ReminderSet
from protocol.tasks import TaskAdd, TaskDelete, TaskEdit, TaskList, TaskMove, TaskSet
from tests.server.core.access.roles import SEEN, SIFTED, STAFF_SEEN
from tests.server.core.access.targets import Case, Cases

CASES: Cases = {
    TaskAdd: Case(STAFF_SEEN, lambda w, t: TaskAdd(thread_id=t.thread_id, client_task_id=new_id(), text="Kvitton")),
    TaskSet: Case(SEEN, lambda w, t: TaskSet(thread_id=t.thread_id, task_id=t.task_id, done=True)),
    TaskEdit: Case(STAFF_SEEN, lambda w, t: TaskEdit(thread_id=t.thread_id, task_id=t.task_id, text="Kvitton")),
    TaskMove: Case(STAFF_SEEN, lambda w, t: TaskMove(thread_id=t.thread_id, task_id=t.task_id)),
    TaskDelete: Case(STAFF_SEEN, lambda w, t: TaskDelete(thread_id=t.thread_id, task_id=t.task_id)),
    TaskList: Case(SIFTED, lambda w, t: TaskList(account_id=t.account.id)),
    ReminderRead: Case(STAFF_SEEN, lambda w, t: ReminderRead(thread_id=t.thread_id)),
    ReminderSet: Case(STAFF_SEEN, lambda w, t: ReminderSet(thread_id=t.thread_id, enabled=True, days=3, number=2)),
    ReminderSend: Case(STAFF_SEEN, lambda w, t: ReminderSend(thread_id=t.thread_id, client_message_id=new_id())),
}
