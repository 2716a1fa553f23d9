// What goes when somebody may see it no more: nothing of a thread or an account that is lost stays behind (P7).
// The twin of protocol/client/forgetting.py. Refuses to know how access was lost (reducer.ts, own.ts).

import type { Id } from "./protocol.gen.ts";
import { withoutKeys as without } from "./tables.ts";
import type { Work } from "./work.ts";

/** An account's threads and inbox entries go; the badge counts them no more, and never goes below nothing. */
export function forgetAccount(work: Work, accountId: Id): void {
  for (const row of work.rows.values()) if (row.account.id === accountId) forgetThread(work, row.id);
  let lost = 0;
  for (const entry of work.notifications.values()) {
    if (entry.account.id !== accountId) continue;
    work.notifications.delete(entry.id);
    if (entry.archived !== true) lost += 1;
  }
  work.set({ open_count: Math.max(0, work.state.open_count - lost) });
}

/** A thread goes, with its internal side and what was about to be said in it. */
export function forgetThread(work: Work, id: Id): void {
  const { early_marks, opened, typing, pending } = work.state;
  const gone = Object.values(pending).filter((item) => item.thread_id === id);
  work.rows.delete(id);
  work.unfollow(`t:${id}`);
  work.unfollow(`n:${id}`);
  work.set({
    opened: without(opened, id),
    early_marks: without(early_marks, id),
    typing: without(typing, id),
    pending: without(pending, ...gone.map((item) => item.client_message_id)),
  });
}
