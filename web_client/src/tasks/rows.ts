// A row of the page of all tasks as it is shown. Pure.

import type * as p from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import { memberView, type Staff } from "../staff/members.ts";
import { accountView } from "../threads/rows.ts";
import type { TaskRowView } from "./models.ts";
import { taskView } from "./shown.ts";

export function taskRowView(row: p.TaskRow, state: State, staff: Staff): TaskRowView {
  const assignee = memberView(row.assignee_id, state, staff);
  return {
    threadId: row.thread_id,
    account: accountView(row.account),
    subject: row.subject,
    task: taskView(row.task),
    createdAt: row.task.created_at,
    ...(assignee ? { assignee } : {}),
    ...(row.reminder_next_at ? { reminderNextAt: row.reminder_next_at } : {}),
  };
}
