// Rows of chat lists: which of the known threads stand in a list, in which order, and how each is shown. Pure.

import { personView } from "../core/people.ts";
import type { AccountBrief, Id, StaffMember, Thread, ThreadState } from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import { t } from "../i18n/index.ts";
import { matches } from "../kit/folding.ts";
import type { AccountView } from "../kit/models.ts";
import { FILTERS, isAsleep, type ThreadFilter } from "./filters.ts";
import type { ThreadRowView } from "./models.ts";

export interface ListQuery {
  readonly state: ThreadState;
  readonly only: ThreadFilter;
  readonly search: string;
  readonly accountId?: Id;
}

/** Whether a thread stands in a list, by the server's own rules. Of what is looked for by words `found` is what the server
 *  has found: it knows names that a row doesn't say. */
export function isListed(
  row: Thread,
  query: ListQuery,
  meId: Id | undefined,
  found?: ReadonlySet<Id>,
): boolean {
  if (row.state !== query.state || (query.accountId !== undefined && row.account.id !== query.accountId))
    return false;
  if (!FILTERS[query.only].fits(row, meId)) return false;
  if (query.search.trim() === "") return query.only === "snoozed" || !isAsleep(row);
  const { name, short_id = "" } = row.account;
  return found?.has(row.id) || matches(`${row.subject} ${name} ${short_id}`, query.search);
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
    ...(row.has_documents ? { hasDocuments: true } : {}),
    ...(row.last
      ? {
          last: {
            author: personView(row.last.person, state),
            text:
              row.last.text || (row.last.documents ? t("documents.count", { n: row.last.documents }) : ""),
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
