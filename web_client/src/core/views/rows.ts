// Rows of chat lists: which of the known threads stand in a list, in which order, and how each is shown. Pure.

import type { AccountView, ThreadRowView } from "../../ui/models.ts";
import type { AccountBrief, Id, StaffMember, Thread, ThreadState } from "../protocol.gen.ts";
import type { State } from "../state.ts";
import { personView } from "./people.ts";

export interface ListQuery {
  readonly state: ThreadState;
  readonly only: "all" | "unread" | "mine" | "open_tasks";
  readonly search: string;
  readonly accountId?: Id;
}

/** Whether a thread stands in a list, by the server's own rules. */
export function isListed(row: Thread, query: ListQuery, meId: Id | undefined): boolean {
  if (row.state !== query.state || (query.accountId !== undefined && row.account.id !== query.accountId))
    return false;
  if (query.only === "unread" && (row.unread ?? 0) === 0) return false;
  if (query.only === "mine" && row.staff?.assignee_id !== meId) return false;
  if (query.only === "open_tasks" && (row.tasks_done ?? 0) >= (row.tasks_total ?? 0)) return false;
  const words = query.search.trim().toLowerCase();
  return words === "" || [row.subject, row.account.name].some((text) => text.toLowerCase().includes(words));
}

export function accountView(account: AccountBrief): AccountView {
  return account.short_id
    ? { id: account.id, name: account.name, shortId: account.short_id }
    : { id: account.id, name: account.name };
}

const NOBODY: ReadonlyMap<Id, StaffMember> = new Map<Id, StaffMember>();
const NONE: ReadonlySet<Id> = new Set<Id>();

export function rowView(
  row: Thread,
  state: State,
  { staff = NOBODY, drafts = NONE }: { staff?: ReadonlyMap<Id, StaffMember>; drafts?: ReadonlySet<Id> } = {},
): ThreadRowView {
  const meId = state.me?.person.id;
  const assignee = row.staff?.assignee_id ? staff.get(row.staff.assignee_id) : undefined;
  const counterpart = [row.last?.person, row.created_by].find((person) => person?.side === "staff");
  return {
    id: row.id,
    account: accountView(row.account),
    subject: row.subject,
    at: row.last_message_at,
    unread: row.unread ?? 0,
    tasksDone: row.tasks_done ?? 0,
    tasksTotal: row.tasks_total ?? 0,
    ...(row.last
      ? {
          last: {
            author: personView(row.last.person, state),
            text: row.last.text,
            mine: row.last.person.id === meId,
          },
        }
      : {}),
    ...(counterpart ? { counterpart: personView(counterpart, state) } : {}),
    ...(assignee
      ? { assignee: personView({ id: assignee.id, side: "staff", name: assignee.name }, state) }
      : {}),
    ...(drafts.has(row.id) ? { draft: true } : {}),
  };
}
